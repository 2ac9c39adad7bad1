"""Which procurement portal a run follows: the real one with a token, else an invented one.

The invented portal begins some weeks ago and lives an hour every minute until it has reached the
present, so that news keep arriving. What the data folder holds is of one of both portals, for ever.
"""

import os
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial

from deploy.local import probes
from deploy.local.children import Plan
from deploy.local.place import ROOT, Place, Refusal
from deploy.processes import SANDBOX
from deploy.sandbox.world.lists import FILES
from deploy.sandbox.world.workdays import PORTAL, date_of, day_of, working_after
from deploy.servers import die_with_parent

SEED, CONTRACTS, DENSITY = 2026, 8_000, 0.2
"""So many contracts a year, and so large a share of stories: one of them every few minutes."""

LIVED = timedelta(days=60)
"""How long the invented world has lived when it is first seen."""

BEHIND = timedelta(days=30)
"""How far behind the present it is then."""

EVERY = 10
"""Seconds between two looks at it; asking it costs nobody anything."""

REGISTERS_EVERY = 300
"""Seconds between two fetches of a register, five hours there."""

TOKEN = ("GOSZAKUP_TOKEN", "GOSZAKUP_TOKEN_FILE")


@dataclass(frozen=True, slots=True)
class World:
    """The world of a data folder: its first day, and at which of our moments its clock stood."""

    start: str
    now: str
    began: str


def choose(place: Place, moment: datetime) -> None:
    """Decide which portal this run follows. Raises Refusal where the other one was followed."""
    real = any(os.environ.get(name) for name in TOKEN)
    followed = place.recall("portal")
    if real and followed == "sandbox":
        raise Refusal(
            f"{place.path} holds an invented portal's purchases. Follow the real one into another "
            "folder: QADAGA_DATA=… make up."
        )
    if followed is None:
        place.remember("portal", "goszakup" if real else "sandbox")
        if not real:
            world = world_of(moment)
            kept = {"start": world.start, "now": world.now, "began": world.began}
            place.remember("sandbox", kept)


def world_of(moment: datetime) -> World:
    """A new world for somebody who begins now: it is the morning of a working day there."""
    first_seen = (moment.astimezone(PORTAL) - BEHIND).date()
    morning: date = date_of(working_after(day_of(first_seen), 0))
    began = moment.astimezone(UTC).isoformat(timespec="seconds")
    return World((morning - LIVED).isoformat(), f"{morning.isoformat()}T09:00:00", began)


def followed_world(place: Place) -> World | None:
    """The world this data folder follows; None where it follows the real portal, or none."""
    kept = place.recall("sandbox") if place.recall("portal") == "sandbox" else None
    return World(**kept) if kept else None


def told(place: Place, port: int, token: str) -> dict[str, str]:
    """What the ingestor is told of the invented portal; nothing where it follows no such one."""
    world = followed_world(place)
    if world is None:
        return {}
    return {
        "GOSZAKUP_URL": f"http://127.0.0.1:{port}",
        "GOSZAKUP_TOKEN": token,
        "GOSZAKUP_RATE": "0",
        "GOSZAKUP_EVERY": str(EVERY),
        "GOSZAKUP_SINCE": world.start,
        "REGISTER_LISTS": lists_at(f"http://127.0.0.1:{port}"),
        "REGISTER_EVERY": str(REGISTERS_EVERY),
    }


def lists_at(address: str) -> str:
    """The registers of other bodies that the invented portal serves as files, for the ingestor."""
    files = {name: file for name, (_, file, _) in FILES.items()}
    return ",".join(f"{name}={address}/lists/{file}" for name, file in files.items())


def plan(place: Place, port: int, token: str) -> Plan | None:
    """How to run the invented portal, where it is followed."""
    world = followed_world(place)
    if world is None:
        return None
    command = [
        *(sys.executable, *SANDBOX.command[1:], "--port", str(port), "--pace", "fast"),
        *("--seed", str(SEED), "--contracts", str(CONTRACTS), "--density", str(DENSITY)),
        *("--start", world.start, "--now", world.now, "--began", world.began),
    ]
    spawn = {
        "cwd": ROOT,
        "env": {**os.environ, "SANDBOX_TOKEN": token},
        "preexec_fn": die_with_parent,
    }
    ready = partial(probes.http_ready, port, SANDBOX.sign_of_life)
    return Plan(SANDBOX.name, command, ready, spawn)
