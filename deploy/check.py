"""What `make check` looks at besides code: locks, generated files, images, and what lies in git.

Every check gives a list of faults; all of them are printed, and any of them fails the check.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from deploy import docs, environment, lock, promises
from deploy.processes import DASHBOARDS, FETCHER, OUTWARD, PROXY

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

# Written so that this file does not name what it looks for.
STRANGERS = re.compile(
    r"py[p]i\.org|python[h]osted|registry\.np[m]|deb\.[a-z]+\.org|gh[c]r\.io"
    r"|/wor[k]/|/far[m]/|/roo[t]/|/hom[e]/[a-z]"
)
BINARY = {".png", ".ico", ".gz", ".zip", ".duckdb"}


def said_by(*command: str) -> list[str]:
    """What a tool complains of; nothing when it is content."""
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    words = (done.stdout + done.stderr).strip()
    return [words or f"{command[0]} failed"] if done.returncode else []


def composition() -> list[str]:
    """docker-compose.yml: by the program that will read it, the published schema and our rules."""
    told = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    return [
        *said_by(str(BIN / "docker-compose"), "--profile=*", "config", "--quiet"),
        *said_by(
            str(BIN / "check-jsonschema"),
            "--builtin-schema=vendor.compose-spec",
            "docker-compose.yml",
        ),
        *loose(told),
    ]


def loose(composition: dict[str, Any]) -> list[str]:
    """What the containers of a composition, and the network between them, must not do."""
    found = [
        f"{name}: {fault}"
        for name, container in composition["services"].items()
        for fault in exposed(name, container)
    ]
    closed = composition["networks"].get("inside") == {"internal": True}
    return found if closed else [*found, "the network inside has a way out"]


def exposed(name: str, container: dict[str, Any]) -> list[str]:
    """What a container of ours must not do, or leave out."""
    once = container.get("restart") == "no"
    logs = container.get("logging", {}).get("options", {})
    rules = {
        "its file system can be written to": container.get("read_only") is not True,
        "keeps capabilities": container.get("cap_drop") != ["ALL"] or "cap_add" in container,
        "may gain privileges": container.get("security_opt") != ["no-new-privileges:true"],
        "runs as root": not re.match(r"[1-9]\d*(:|$)", str(container.get("user", ""))),
        "has no limit of memory": not container.get("mem_limit"),
        "has no limit of processes": not container.get("pids_limit"),
        "its log grows without end": not {"max-size", "max-file"} <= logs.keys(),
        "is not started again": not once and container.get("restart") != "unless-stopped",
        "is not watched": not once and "test" not in container.get("healthcheck", {}),
        "an image without a version": not re.search(
            r":(?!latest$)[^:/]+$", container.get("image", "")
        ),
        "a secret in its environment": any(
            variable.endswith(("_KEY", "_PASSWORD", "DATABASE_URL", "REDIS_URL"))
            for variable in container.get("environment", {})
        ),
        "publishes a port": "ports" in container and name not in {PROXY, DASHBOARDS},
        "has a way out": container.get("networks") != ["inside"]
        and name not in {PROXY, OUTWARD, FETCHER, DASHBOARDS},
    }
    return [fault for fault, present in rules.items() if present]


def dockerfiles() -> list[str]:
    """Every Dockerfile, by its linter and by our own rules of caution."""
    files = sorted(ROOT.glob("services/*/Dockerfile"))
    found = said_by(str(BIN / "hadolint"), *map(str, files))
    for file in files:
        name, text = file.relative_to(ROOT), file.read_text()
        found += [f"{name}: {fault}" for fault in careless(text)]
    return found


def careless(dockerfile: str) -> list[str]:
    """What a Dockerfile of ours must not do, or leave out."""
    last_stage = dockerfile[dockerfile.rindex("FROM ") :]
    installs = re.findall(r"pip install.*(?:\\\n.*)*", dockerfile)
    rules = {
        "the last stage runs as root": "\nUSER 10001" not in last_stage,
        "the command is not in exec form": "\nCMD [" not in last_stage,
        "an image without a version": re.search(r"FROM (\S+:latest|[^:\s]+)\s", dockerfile),
        "something is installed without hashes": not all(
            "--require-hashes" in install or "--no-index" in install for install in installs
        ),
        "something is fetched from an address": "://" in dockerfile or "\nADD " in dockerfile,
        "a secret in the image": re.search(r"(KEY|PASSWORD|DATABASE_URL)=", dockerfile),
    }
    return [fault for fault, present in rules.items() if present]


def strangers() -> list[str]:
    """Registry hosts and paths of one machine in the files of the repository."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if listed.returncode:
        return [f"git cannot list the files: {listed.stderr.strip()}"]
    found = []
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and path.suffix not in BINARY and path.is_file():
            text = path.read_text("utf-8", "replace")
            found += [f"{name}: names {match[0]}" for match in STRANGERS.finditer(text)]
    return found


def promised() -> list[str]:
    """What the API no longer keeps of what it promised."""
    return promises.broken(json.loads(docs.API.read_text("utf-8")), promises.kept())


CHECKS: dict[str, Callable[[], list[str]]] = {
    "locks are fresh": lock.faults,
    "the example of the environment is fresh": environment.stale,
    "the API keeps its promises": promised,
    "the composition is valid": composition,
    "the Dockerfiles are careful": dockerfiles,
    "the repository names no registry and no machine": strangers,
}


def main() -> None:
    """Run every check and say how each went."""
    failed = False
    for name, check in CHECKS.items():
        faults = check()
        failed = failed or bool(faults)
        print(f"{'FAIL' if faults else 'ok'}  {name}", *faults, sep="\n      ")
    sys.exit(failed)


if __name__ == "__main__":
    main()
