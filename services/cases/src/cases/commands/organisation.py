"""Give what an organisation owns in cases to another, delete it, or keep it from being deleted."""

import argparse
import asyncio
import sys
from collections.abc import Iterator

from cases.evidence.storing import files_of
from cases.leaving import deleting, handing, holding
from cases.leaving.declared import ENDINGS
from cases.settings import Settings
from shared.clock import SystemClock
from shared.database import Database


def configure(parser: argparse.ArgumentParser) -> None:
    """Take what is to be done, and with whose."""
    actions = parser.add_subparsers(dest="action", required=True)
    delete = actions.add_parser("delete", help="delete what it owns; without --yes only count it")
    delete.add_argument("--approval", help="id under which two of its admins deleted it (apr_…)")
    hand = actions.add_parser("hand-over", help="give its open cases; without --yes only name them")
    hand.add_argument("--to", required=True, help="id of the organisation that gets them")
    for action in (delete, hand):
        action.add_argument("--yes", action="store_true", help="do it")
    for name, help_text in (("hold", "let nobody delete it"), ("release", "end a hold")):
        action = actions.add_parser(name, help=help_text)
        action.add_argument("--ground", required=True, help="the paper: who, number, date")
    for action in actions.choices.values():
        action.add_argument("organisation", help="its id")


def run(arguments: argparse.Namespace) -> int:
    """Do it; 1 where it must not be done: what of it was done before is told, else nothing was."""
    try:
        asyncio.run(_run(arguments))
    except ValueError as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


async def _run(arguments: argparse.Namespace) -> None:
    settings = Settings()
    database = Database(settings.database_url, application="cases-organisation", pool_size=2)
    await database.open()
    try:
        if arguments.action == "delete":
            await _delete(database, settings, arguments)
        elif arguments.action == "hand-over":
            await _hand_over(database, arguments)
        else:
            act = holding.hold if arguments.action == "hold" else holding.release
            async with database.transaction() as connection:
                await act(connection, arguments.organisation, arguments.ground, SystemClock().now())
    finally:
        await database.close()


async def _delete(database: Database, settings: Settings, arguments: argparse.Namespace) -> None:
    if not arguments.yes:
        _say(await deleting.plan(database, arguments.organisation), "would be deleted")
        sys.stdout.write("nothing was changed: --approval ID --yes does it\n")
        return
    if not arguments.approval:
        raise ValueError("--approval: under which id did two of its admins delete it?")
    files, clock = files_of(settings), SystemClock()
    done = await deleting.delete(
        database, files, clock, arguments.organisation, approval=arguments.approval
    )
    _say(done, "deleted")


async def _hand_over(database: Database, arguments: argparse.Namespace) -> None:
    handed = await handing.hand(
        database, SystemClock(), arguments.organisation, arguments.to, really=arguments.yes
    )
    word = "given" if arguments.yes else "would be given"
    lines = [f"{each} {word}" for each in handed.given]
    lines += [
        f"{each} stays: embargoed, or a complaint or an outcome is open"
        for each in handed.unfinished
    ]
    sys.stdout.write("".join(f"{line}\n" for line in [*lines, f"{len(handed.given)} {word}"]))


def _say(plan: deleting.Plan, word: str) -> None:
    if plan.held is not None:
        sys.stdout.write(f"on hold, nothing can be deleted: {plan.held}\n")
    sys.stdout.write("".join(f"{line}\n" for line in _lines(plan, word)))


def _lines(plan: deleting.Plan, word: str) -> Iterator[str]:
    for table, counted in plan.tables.items():
        if counted.gone:
            yield f"{table}: {counted.gone} {word}"
        if counted.emptied:
            yield f"{table}: {counted.emptied} emptied, kept as {ENDINGS[table].stays}"
    yield f"files of evidence: {plan.files}"
