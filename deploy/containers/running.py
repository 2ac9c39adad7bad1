"""The composition while podman runs it: started, watched, looked into, asked, cleared away."""

import ipaddress
import json
import subprocess
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from deploy.containers.composed import (
    NAMES,
    NETWORK,
    PREFIX,
    USER,
    arguments,
    composition,
)
from deploy.local.demo import ORGANISATION, SCORED_WITHIN, TERMS
from deploy.local.place import Refusal
from deploy.processes import FRONT, PROCESSES, SERVERS
from deploy.sandbox.generate import releases

HEALTHY_WITHIN: Final = 240.0
"""Seconds; ten programs that start at once on two slow cores take a fifth of it."""

PURCHASES: Final = 40
ASK: Final = """
import sys, urllib.request as ask
request = ask.Request(sys.argv[1], headers={"Authorization": "Bearer " + sys.stdin.read()})
print(ask.urlopen(request, timeout=5).read().decode())
"""
"""Asked from another container: this machine has no address on a network without a way out."""

VOLUMES: Final = ("postgres", "valkey", "facts", "evidence", "exports")


class Running:
    """One run: the containers, their addresses, and the secrets they are given as files."""

    def __init__(self, secrets: Path) -> None:
        self._secrets = secrets
        self._addresses: dict[str, str] = {}

    def clear(self) -> None:
        """Remove all that a run makes; what is not there is no fault."""
        for words in (
            ("rm", "--force", "--ignore", "--time=5", *(PREFIX + name for name in NAMES)),
            ("network", "rm", "--force", NETWORK),
            *(("volume", "rm", "--force", PREFIX + name) for name in VOLUMES),
        ):
            subprocess.run(["podman", *words], check=False, capture_output=True)

    def servers(self) -> str:
        """PostgreSQL and Valkey on a network that has no way out."""
        podman("network", "create", "--internal", NETWORK)
        told = json.loads(podman("network", "inspect", NETWORK))[0]
        hosts = ipaddress.ip_network(_subnet(told)).hosts()
        next(hosts)  # the first one is kept for a gateway
        self._addresses = {name: str(next(hosts)) for name in NAMES}
        return self._start(SERVERS)

    def once(self, name: str) -> str:
        """A preparation, to its end."""
        podman("run", "--rm", *self._arguments(name))
        return ""

    def processes(self) -> str:
        """All processes of the platform, until each passes the check of the composition."""
        return self._start([process.name for process in PROCESSES])

    def confined(self) -> str:
        """What the kernel knows of every container, not what was asked of it."""
        names = [*SERVERS, *(process.name for process in PROCESSES)]
        faults = [f"{name}: {fault}" for name in names for fault in loose(_main_process(name))]
        if faults:
            raise Refusal("\n".join(faults))
        return f"{len(names)} containers: user {USER}, no capability, root read-only"

    def question(self) -> str:
        """Purchases go in at one end; at the other a score is explained, over HTTP."""
        lines = b"\n".join(releases(1, PURCHASES, size="demo", today=date.today()))  # noqa: DTZ011 (as in deploy/local/demo.py)
        podman(
            "exec", "-i", f"{PREFIX}ingestor-worker", "ingestor", "load", *TERMS, "-", told=lines
        )
        gateway = ("exec", PREFIX + FRONT, "gateway")
        podman(*gateway, "organisation", "add", ORGANISATION)
        made = podman(
            *gateway, "key", "add", "--organisation", ORGANISATION, "--name", "-", "--json"
        )
        key = json.loads(made)["key"]
        first = _first_score(key)
        found = _asked(key, f"/v1/scores/process/{first}/explanation")
        return f"{PURCHASES} purchases loaded, {first} explained in {len(json.dumps(found))} bytes"

    def _start(self, names: Sequence[str]) -> str:
        for name in names:
            podman("run", "--detach", *self._arguments(name))
        began = time.monotonic()
        for name in names:
            while fault := self._unhealthy(name):
                if time.monotonic() - began > HEALTHY_WITHIN or not _lives(name):
                    raise Refusal(f"{name}: {fault}\n{_last_words(name)}")
                time.sleep(2)
        return f"{len(names)} healthy"

    def _unhealthy(self, name: str) -> str:
        """The check of the composition, carried out by us: podman's own needs timers of systemd."""
        kind, *test = composition()[name]["healthcheck"]["test"]
        words = ["sh", "-c", *test] if kind == "CMD-SHELL" else test
        done = subprocess.run(
            ["podman", "exec", PREFIX + name, *words], check=False, capture_output=True, text=True
        )
        return done.stderr.strip()[-300:] or "unhealthy" if done.returncode else ""

    def _arguments(self, name: str) -> list[str]:
        return arguments(name, composition()[name], self._secrets, self._addresses)


def loose(process: Path) -> list[str]:
    """How far a process of /proc is from being confined."""
    lines = (process / "status").read_text(encoding="utf-8").splitlines()
    status = {name: told.split() for name, _, told in (line.partition(":") for line in lines)}
    mounts = [line.split() for line in (process / "mountinfo").read_text().splitlines()]
    root = next(mount[5] for mount in mounts if mount[4] == "/")
    wrong = {
        "a user that is not 10001": {*status["Uid"], *status["Gid"]} != {"10001"},
        "capabilities": any(int(status[kind][0], 16) for kind in ("CapEff", "CapPrm", "CapBnd")),
        "may gain privileges": status["NoNewPrivs"] != ["1"],
        "its root can be written to": "ro" not in root.split(","),
    }
    return [fault for fault, is_so in wrong.items() if is_so]


def podman(*words: str, told: bytes | None = None) -> str:
    """What podman prints. Raises subprocess.CalledProcessError with its words."""
    done = subprocess.run(["podman", *words], check=False, capture_output=True, input=told)
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace")
        raise subprocess.CalledProcessError(done.returncode, "podman", stderr=said)
    return done.stdout.decode()


def _first_score(key: str) -> str:
    """The id of a purchase that strangers see scored, once there is one."""
    began = time.monotonic()
    while time.monotonic() - began < SCORED_WITHIN:
        for band in ("critical", "high", "medium", "low"):
            if rows := _asked(key, f"/v1/processes?band={band}&limit=1")["data"]:
                return str(rows[0]["id"])
        time.sleep(1)
    raise Refusal(f"No score is visible {SCORED_WITHIN:.0f} s after loading.")


def _asked(key: str, path: str) -> Any:
    """The gateway's JSON answer. A refusal is loud: CalledProcessError with its status."""
    words = ("python", "-c", ASK, f"http://{FRONT}:8000{path}")
    return json.loads(podman("exec", "-i", f"{PREFIX}scoring-api", *words, told=key.encode()))


def _subnet(network: dict[str, list[dict[str, str]]]) -> str:
    return network["subnets"][0]["subnet"]


def _lives(name: str) -> bool:
    return podman("inspect", "--format", "{{.State.Running}}", PREFIX + name).strip() == "true"


def _last_words(name: str) -> str:
    words = ("podman", "logs", "--tail=20", PREFIX + name)
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    return done.stdout + done.stderr


def _main_process(name: str) -> Path:
    return Path("/proc") / podman("inspect", "--format", "{{.State.Pid}}", PREFIX + name).strip()
