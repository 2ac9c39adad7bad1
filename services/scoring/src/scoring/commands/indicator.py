"""List the indicators that are held back, let one count again, or take back what one said.

Exit status: 0 done; 1 there was nothing to do it to; 2 wrong usage, nothing was touched.
"""

import argparse
import asyncio
import sys

from scoring import held
from scoring.engine import QUEUE
from scoring.indicator import catalogue
from scoring.settings import Settings
from shared.clock import SystemClock
from shared.database import Database
from shared.queue import Bell


def configure(parser: argparse.ArgumentParser) -> None:
    """Take which of the three, of which indicator, and why."""
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("list", help="list what is held back or retracted, and why")
    lift = actions.add_parser("lift", help="let an indicator that is held back count again")
    retract = actions.add_parser("retract", help="close all open findings and judge by it no more")
    lift.add_argument("code", help="code of the indicator, which may be a draft")
    retract.add_argument("code", type=_of_the_catalogue, help="code of the indicator")
    for one in (lift, retract):
        why = "why; it is shown with the history"
        one.add_argument("--reason", type=_reason, required=True, help=why)


def _of_the_catalogue(code: str) -> str:
    if code not in catalogue(frozenset({code})):
        raise argparse.ArgumentTypeError(f"there is no indicator {code!r}")
    return code


def _reason(text: str) -> str:
    said = text.strip()
    if not said or not said.isprintable():
        raise argparse.ArgumentTypeError("say why, in one line of words")
    return said


def run(arguments: argparse.Namespace) -> int:
    """List, lift or retract; 1 where there was nothing to do it to."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    settings = Settings()
    database = Database(settings.database_url, application="scoring-indicator", pool_size=1)
    await database.open()
    try:
        if arguments.action == "list":
            return await _list(database)
        return await decide(database, arguments.action, arguments.code, arguments.reason)
    finally:
        await database.close()
        bell = await Bell.connect(settings.redis_url)
        await bell.wake(QUEUE, "held", 0)
        await bell.close()


async def _list(database: Database) -> int:
    async with database.connection() as connection:
        for one in (await held.read(connection)).values():
            lifted = f", lifted {one.lifted_at:%Y-%m-%d}" if one.lifted_at else ""
            why = one.reason or f"{one.rate:.3f} of {one.judged} flagged, bound {one.bound}"
            sys.stdout.write(
                f"{one.indicator} {one.why} since {one.since:%Y-%m-%d}{lifted}: {why}\n"
            )
    return 0


async def decide(database: Database, action: str, code: str, reason: str) -> int:
    """Lift a hold or retract an indicator; say on standard error why nothing was done."""
    now = SystemClock().now()
    async with database.transaction() as connection:
        if action == "lift":
            if await held.lift(connection, code, reason, now):
                return 0
            sys.stderr.write(f"{code} is not held back for its share of flags\n")
            return 1
        one = catalogue(frozenset({code})).get(code)
        if one is None:
            sys.stderr.write(f"there is no indicator {code}\n")
            return 1
        closed = await held.retract(connection, one, reason, now)
    sys.stdout.write(f"{closed} findings closed\n")
    return 0
