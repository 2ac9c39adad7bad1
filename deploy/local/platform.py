"""What the processes of one data folder are told, and what is made ready before they start."""

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

from deploy.local import portal, probes
from deploy.local.children import Plan, python_program
from deploy.local.keys import Keys, role_url
from deploy.local.place import ROOT, Place, Refusal
from deploy.local.ports import METRICS
from deploy.processes import FRONT, PROCESSES, SANDBOX, SERVICES, Process
from deploy.servers import Postgres, Valkey, data_folder, die_with_parent, server_account

DATABASE = "qadaga"
ALERTS_REACH_BACK = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the databases are: our own, or those the environment names."""

    admin_url: str
    redis_url: str
    postgres: Postgres | None
    valkey: Valkey | None


def choose_servers(place: Place) -> None:
    """Remember whether this run uses servers that the environment names, for `make load` too."""
    place.remember(
        "servers", {name: os.environ.get(name) for name in ("DATABASE_URL", "REDIS_URL")}
    )


def addresses(place: Place, keys: Keys, ports: dict[str, int]) -> Addresses:
    """Our own servers, except where DATABASE_URL (an administrator's) or REDIS_URL named others."""
    account = server_account()
    named = place.recall("servers", {})
    admin_url, redis_url = named.get("DATABASE_URL"), named.get("REDIS_URL")
    postgres = valkey = None
    if not admin_url:
        folder = data_folder(place.path / "postgres", account)
        postgres = Postgres(folder, ports["postgres"], keys.postgres)
        admin_url = postgres.admin_url(DATABASE)
    if not redis_url:
        folder = data_folder(place.path / "valkey", account)
        valkey = Valkey(folder, ports["valkey"], keys.valkey)
        redis_url = valkey.url()
    return Addresses(admin_url, redis_url, postgres, valkey)


FRUGAL: Final = {"MALLOC_ARENA_MAX": "1", "MALLOC_TRIM_THRESHOLD_": "65536"}
"""The C library gives memory back: our processes mostly wait. DuckDB does better without."""


class Platform:
    """The processes of one data folder, with everything they are told."""

    def __init__(self, place: Place, keys: Keys, ports: dict[str, int]) -> None:
        self.place = place
        self.ports = ports
        self._keys = keys
        self._addresses = addresses(place, keys, ports)

    @property
    def front(self) -> str:
        """The gateway's address."""
        return f"http://127.0.0.1:{self.ports['gateway-api']}"

    def environment(self, service: str) -> dict[str, str]:
        """What a service is told, beside the port of its process."""
        keys, roles = self._keys, self._keys.roles
        url = partial(role_url, self._addresses.admin_url)
        told = {
            "DATABASE_URL": url(service, roles[service]),
            "REDIS_URL": self._addresses.redis_url,
            "INTERNAL_KEY": keys.internal,
            "HOST": "127.0.0.1",
            "LOG_LEVEL": os.environ.get("LOG_LEVEL", "INFO"),
            "LOG_FORMAT": "json",
            "INGESTOR_URL": f"http://127.0.0.1:{self.ports['ingestor-api']}",
            "SCORING_URL": f"http://127.0.0.1:{self.ports['scoring-api']}",
            "CASES_URL": f"http://127.0.0.1:{self.ports['cases-api']}",
        }
        own = {
            "ingestor": {
                "RAW_DATABASE_URL": url("ingestor_raw", roles["ingestor_raw"]),
                "RAW_KEY": keys.raw,
                "PSEUDONYM_KEY": keys.pseudonym,
                **portal.told(self.place, self.ports[SANDBOX.name], keys.sandbox),
            },
            "scoring": {
                "FACTS_PATH": str(self.place.path / "facts" / "facts.duckdb"),
                "ALERTS_SINCE": self._alerts_since(),
            },
            "cases": {
                "VAULT_DATABASE_URL": url("cases_vault", roles["cases_vault"]),
                "RECEIPT_KEY": keys.receipt,
                "EVIDENCE_PATH": str(self.place.path / "evidence"),
            },
            "gateway": {
                "CURSOR_KEY": keys.cursor,
                "SEAL_KEY": keys.seal,
                "AUDIT_KEY": keys.audit,
                "LINK_KEY": keys.link,
                "EXPORT_PATH": str(self.place.path / "exports"),
                "BACKUP_REPORT": str(self.place.path / "backup.prom"),
                "PUBLIC_URL": self.front,
                "WEBHOOK_NETWORKS": "127.0.0.0/8",
                "MODE": "test" if portal.followed_world(self.place) else "live",
            },
        }
        frugal = {} if service == "scoring" else FRUGAL
        return {**frugal, **_surroundings({**told, **own[service]}), **told, **own[service]}

    def _alerts_since(self) -> str:
        """Some weeks before the folder was made: the demonstration shows what alerts look like."""
        made = self.place.recall("made")
        if made is None:
            made = datetime.now(UTC).isoformat(timespec="seconds")
            self.place.remember("made", made)
        return (datetime.fromisoformat(made) - ALERTS_REACH_BACK).isoformat()

    def administration(self) -> dict[str, str]:
        """What `shared.provision` is told: the administrator's address and each role's."""
        admin = self._addresses.admin_url
        # Our own database does not exist before the first run: the administrator starts elsewhere.
        postgres = self._addresses.postgres
        roles = {
            f"{role.upper()}_DATABASE_URL": role_url(admin, role, password)
            for role, password in self._keys.roles.items()
        }
        return {
            **os.environ,
            "ADMIN_DATABASE_URL": postgres.admin_url() if postgres else admin,
            **roles,
        }

    def servers(self) -> Iterable[Plan]:
        """What we bring of our own: PostgreSQL, Valkey and the invented portal, made ready here."""
        if postgres := self._addresses.postgres:
            if not postgres.initialised:
                self.place.forget("prepared", "demo")
            ready = partial(probes.postgres_ready, postgres.data)
            yield _server_plan("postgres", postgres, ready)
        if valkey := self._addresses.valkey:
            ready = partial(probes.valkey_ready, valkey.port, self._keys.valkey)
            yield _server_plan("valkey", valkey, ready)
        invented = portal.plan(self.place, self.ports[SANDBOX.name], self._keys.sandbox)
        if invented:
            yield invented

    def services(self) -> Iterable[Plan]:
        """Every process of the table."""
        return map(self._plan, PROCESSES)

    def _plan(self, process: Process) -> Plan:
        port = self.ports[process.name]
        program, *arguments = process.command
        environment = {**self.environment(process.service), process.port_variable: str(port)}
        if process.name == FRONT:
            environment["METRICS_PORT"] = str(self.ports[METRICS])
        return Plan(
            process.name,
            [python_program(program), *arguments],
            partial(probes.http_ready, port, process.sign_of_life),
            {"cwd": self.place.path, "env": environment, "preexec_fn": die_with_parent},
        )

    async def prepare(self) -> None:
        """Make roles and tables, unless our own database already has them as they are declared."""
        wanted = declared_tables()
        ours = self._addresses.postgres is not None
        if ours and self.place.recall("prepared") == wanted:
            return
        await self.run("-m", "shared.provision", program="python", told=self.administration())
        await asyncio.gather(
            *(self.run("migrate", program=name, told=self.environment(name)) for name in SERVICES)
        )
        self.place.remember("prepared", wanted if ours else None)

    async def run(self, *arguments: str, program: str, told: dict[str, str]) -> str:
        """Run a command to its end and give what it printed. Raises Refusal when it fails."""
        process = await asyncio.create_subprocess_exec(
            python_program(program),
            *arguments,
            env=told,
            cwd=ROOT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            preexec_fn=die_with_parent,
        )
        printed, complaint = await process.communicate()
        if process.returncode:
            words = " ".join((program, *arguments))
            log = self.place.logs / "commands.log"
            log.write_bytes(printed + complaint)
            said = complaint.decode("utf-8", "replace").strip()
            raise Refusal(
                f"`{words}` failed: {said.rpartition(chr(10))[2]}\n(all it said is in {log})"
            )
        return printed.decode()


def _surroundings(told: dict[str, str]) -> dict[str, str]:
    """Our own environment without what would contradict what a process is told."""
    named = {*told, "PORT", "METRICS_PORT"}
    return {k: v for k, v in os.environ.items() if k.removesuffix("_FILE") not in named}


def _server_plan(name: str, server: Postgres | Valkey, ready: Callable[[], Any]) -> Plan:
    server.prepare()
    return Plan(name, server.command(), ready, server.spawn(), server.stop_signal)


def declared_tables() -> str:
    """A hash of everything that makes roles and tables."""
    digest = hashlib.sha256()
    steps = [
        *(ROOT / "services").glob("*/src/**/migrations/**/*.py"),
        ROOT / "shared/src/shared/provision.py",
        ROOT / "shared/src/shared/kernel_tables.py",
    ]
    for path in sorted(steps):
        digest.update(path.read_bytes())
    return digest.hexdigest()
