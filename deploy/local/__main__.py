"""The command behind `make up`, `make down` and `make load`.

    python -m deploy.local up                    run everything until Ctrl-C
    python -m deploy.local exec ingestor load F  a service's command, told what it needs
    python -m deploy.local status | down

QADAGA_PORT is the gateway's port (8000), QADAGA_DATA the data folder (.qadaga). DATABASE_URL (of
an administrator) and REDIS_URL name servers to be used in place of our own. With GOSZAKUP_TOKEN the
real procurement portal is followed, without it an invented one.
"""

import argparse
import asyncio
import os
import signal
import sys
import time
from datetime import UTC, datetime

from deploy.local import demo, portal
from deploy.local.children import python_program
from deploy.local.console import say
from deploy.local.family import Family, keep
from deploy.local.keys import keys_of
from deploy.local.place import Place, Refusal
from deploy.local.platform import Platform, choose_servers
from deploy.local.ports import assign, front_port
from deploy.processes import SERVICES

END_WITHIN = 10.0
"""Seconds `down` waits; a run ends itself within five."""


def up(place: Place) -> None:
    """Run the platform until somebody ends it."""
    began = time.monotonic()
    place.make()
    with place.held():
        if left := place.clear_leftovers():
            say(f"ended what a killed run had left: {', '.join(left)}")
        ports = assign(place, front_port(os.environ.get("QADAGA_PORT") or "8000"))
        choose_servers(place)
        portal.choose(place, datetime.now(UTC))
        platform = Platform(place, keys_of(place), ports)
        family = Family(place)
        asyncio.run(keep(family, lambda: begin(platform, family, began)))


async def begin(platform: Platform, family: Family, began: float) -> None:
    """Start everything in order, fill an empty platform, and say how to ask it."""
    say(f"starting Qadaga, data in {platform.place.path}")
    await family.up(platform.servers())
    await platform.prepare()
    await family.up(platform.services())
    family.listen()
    await demo.fill(platform)
    caller = await demo.admit(platform)
    say(demo.invitation(caller, await demo.first_score(caller), time.monotonic() - began))


def execute(place: Place, words: list[str]) -> None:
    """Become a service's command, told what the platform's own processes are told."""
    ports = place.recall("ports")
    if not ports:
        raise Refusal(f"There is no platform in {place.path} yet: start it with `make up`.")
    if place.holder() is None:
        raise Refusal("The platform is not running: start it with `make up` in another terminal.")
    service, *arguments = words
    platform = Platform(place, keys_of(place), ports)
    program = python_program(service)
    os.execve(program, [program, *arguments], platform.environment(service))  # noqa: S606 (a table's name, no shell wanted)


def status(place: Place) -> None:
    """Say what runs. Exit status 1 when nothing does."""
    holder = place.holder()
    if holder is None:
        raise Refusal(f"Nothing runs in {place.path}.")
    say(f"running as process {holder}, gateway on port {place.recall('ports')['gateway-api']}")
    for name, pid in place.leftovers().items():
        say(f"{name:>15} | process {pid}")


def down(place: Place) -> None:
    """End a running platform and wait for it."""
    holder = place.holder()
    if holder is None:
        say(f"Nothing runs in {place.path}.")
        return
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + END_WITHIN
    while place.holder() is not None:
        if time.monotonic() > deadline:
            raise Refusal(f"Process {holder} has not ended after {END_WITHIN:.0f} s.")
        time.sleep(0.05)


def main() -> None:
    """Run one of the commands; a refusal is said plainly, without a traceback."""
    parser = argparse.ArgumentParser(prog="deploy.local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name, action in (("up", up), ("status", status), ("down", down)):
        commands.add_parser(name, help=action.__doc__)
    inside = commands.add_parser("exec", help=execute.__doc__)
    inside.add_argument("service", choices=SERVICES)
    inside.add_argument("words", nargs=argparse.REMAINDER)
    wanted = parser.parse_args()
    place = Place.named(os.environ.get("QADAGA_DATA", ""))
    try:
        if wanted.command == "exec":
            execute(place, [wanted.service, *wanted.words])
        {"up": up, "status": status, "down": down}[wanted.command](place)
    except Refusal as refusal:
        sys.exit(f"qadaga: {refusal}")


if __name__ == "__main__":
    main()
