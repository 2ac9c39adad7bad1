"""The processes Qadaga consists of: one table for the local run and for docker-compose.yml.

A test compares the composition with this table, so that what a newcomer runs and what is run in
earnest are the same. Order is starting order; ending goes the other way round.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["interface", "worker"]


@dataclass(frozen=True, slots=True)
class Process:
    """One running process: the service it belongs to, its command, and how it shows it lives.

    An interface answers `/readyz` on PORT, a worker shows its metrics on METRICS_PORT.
    """

    name: str
    service: str
    command: tuple[str, ...]
    kind: Kind

    @property
    def port_variable(self) -> str:
        """Under which name the process is told its port."""
        return "PORT" if self.kind == "interface" else "METRICS_PORT"

    @property
    def sign_of_life(self) -> str:
        """The path that answers 200 once the process can work."""
        return "/readyz" if self.kind == "interface" else "/metrics"

    @property
    def told(self) -> set[str]:
        """The names of all that it is told (the tables below)."""
        return {*COMMON, *OWN[self.service], *APART.get(self.name, ()), self.port_variable}


PROCESSES = (
    Process("ingestor-api", "ingestor", ("ingestor", "serve"), "interface"),
    Process("ingestor-worker", "ingestor", ("ingestor", "work"), "worker"),
    Process("scoring-api", "scoring", ("scoring", "serve"), "interface"),
    Process("scoring-engine", "scoring", ("scoring", "engine"), "worker"),
    Process("scoring-trier", "scoring", ("scoring", "back-test"), "worker"),
    Process("cases-api", "cases", ("cases", "serve"), "interface"),
    Process("cases-worker", "cases", ("cases", "work"), "worker"),
    Process("gateway-api", "gateway", ("gateway", "serve"), "interface"),
    Process("gateway-worker", "gateway", ("gateway", "work"), "worker"),
    Process("gateway-dispatcher", "gateway", ("gateway", "dispatch"), "worker"),
)

SANDBOX = Process("sandbox", "sandbox", ("python", "-m", "deploy.sandbox", "serve"), "interface")
"""The invented portal: in local runs only, for who has no token of the real one."""

SERVERS = ("postgres", "valkey")
"""What all of them need, and what is no program of ours."""

SERVICES = tuple(dict.fromkeys(process.service for process in PROCESSES))

PREPARATIONS = ("provision", *(f"{service}-migrate" for service in SERVICES))
"""What runs once before everything else: the roles, then each service's tables under its role."""

ROLES = ("ingestor", "ingestor_raw", "scoring", "cases", "cases_vault", "gateway")
"""PostgreSQL roles, each with the schema of the same name."""

FRONT = "gateway-api"
"""The only process that strangers reach."""

PROXY = "front"
"""The container before it, where several of it run (docker-compose.yml)."""

DASHBOARDS = "grafana"
"""What whoever administers looks at, on this machine alone (profile `observe`)."""

OBSERVERS = ("prometheus", DASHBOARDS)
"""The containers of that profile."""

OUTWARD = "gateway-dispatcher"
"""The only process that calls strangers: it sends webhooks."""

FETCHER = "ingestor-worker"
"""The only process that calls publishers: the portal and the registers that are configured."""

COMMON = ("DATABASE_URL", "REDIS_URL", "INTERNAL_KEY", "HOST", "LOG_LEVEL", "LOG_FORMAT")
"""What every process is told."""

OWN = {
    "ingestor": ("RAW_DATABASE_URL", "RAW_KEY", "PSEUDONYM_KEY"),
    "scoring": ("INGESTOR_URL", "CASES_URL", "FACTS_PATH"),
    "cases": (
        "INGESTOR_URL",
        "SCORING_URL",
        "VAULT_DATABASE_URL",
        "RECEIPT_KEY",
        "EVIDENCE_PATH",
    ),
    "gateway": (
        "INGESTOR_URL",
        "SCORING_URL",
        "CASES_URL",
        "CURSOR_KEY",
        "SEAL_KEY",
        "AUDIT_KEY",
        "LINK_KEY",
        "EXPORT_PATH",
    ),
}
"""What the processes of one service are told beside that."""

APART = {
    # Metrics never on the port that is published; the rest is said because of the proxy before it.
    FRONT: ("METRICS_PORT", "DRAIN_SECONDS", "TRUSTED_PROXIES"),
    "scoring-engine": ("DUCKDB_MEMORY",),
}
"""What one process alone is told beside that."""
