"""Registers: load, fetch or translate lists of who stands in one, name them, take one back.

Exit status: 0 the run is complete, whatever was set aside in quarantine and said so; 1 the list
could not be used at all; 2 wrong usage; 3 incomplete: nothing was closed, look at the reason.
"""

import argparse
import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

from msgspec import structs, to_builtins

from ingestor.commands import register_refresh, register_translate
from ingestor.commands.load import STATUS, source
from ingestor.commands.opened import desk, told
from ingestor.commands.output import complain, say
from ingestor.commands.runs import line
from ingestor.load import Desk
from ingestor.registers.judge import Judge
from ingestor.registers.listing import Listing
from ingestor.registers.load import load
from ingestor.registers.mapping import OWN, Known, known_lists, read_mapping
from ingestor.registers.rows import RowReader, Unusable, read_rows
from ingestor.registers.withdraw import withdraw
from ingestor.runs import Run
from ingestor.settings import IngestorSettings
from ingestor.source import Terms, declarations
from shared import logs
from shared.ocds.notes import readable

USAGE: Final = 2
MORE: Final[Mapping[str, Any]] = {"refresh": register_refresh, "translate": register_translate}
HELP: Final = {
    "refresh": "fetch lists now, as the worker does on its schedule",
    "translate": "what lists of several days come to, offline",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """One of several actions."""
    actions = parser.add_subparsers(dest="action", required=True)
    loading = actions.add_parser("load", help="take in a list: .csv, .xlsx, .json, .jsonl")
    loading.add_argument("file", metavar="FILE")
    loading.add_argument("--register", required=True, help="a known list, or the name of your own")
    loading.add_argument("--mapping", type=Path, help="how the columns are read, as YAML")
    loading.add_argument("--source", type=source, help="id of the data set; default: its kind")
    loading.add_argument("--retrieved", type=date.fromisoformat, help="day of the list; today")
    loading.add_argument("--incremental", action="store_true", help="who is missing stays listed")
    loading.add_argument("--shrunk", action="store_true", help="it is right that most is missing")
    for term in Terms.__struct_fields__:
        loading.add_argument(f"--{term}", help=f"{term} of the data set, shown where it is served")
    loading.add_argument("--json", action="store_true", help="one JSON document")
    listing = actions.add_parser("lists", help="the lists that are known, and their columns")
    listing.add_argument("--json", action="store_true", help="one JSON document a line")
    for name, more in MORE.items():
        more.configure(actions.add_parser(name, help=HELP[name], description=more.__doc__))
    taking = actions.add_parser("withdraw", help="take back what one source said of a register")
    taking.add_argument("--register", required=True)
    taking.add_argument("--source", required=True)
    taking.add_argument("--key", help="one entry only, as after a court's late removal")


def run(arguments: argparse.Namespace) -> int:
    """Do one of them."""
    if arguments.action in MORE:
        return int(MORE[arguments.action].run(arguments))
    if arguments.action == "lists":
        return _lists(as_json=arguments.json)
    settings = told()
    logs.configure(service="ingestor", level="WARNING", form=settings.log_format)
    if arguments.action == "withdraw":
        return asyncio.run(_withdraw(settings, arguments))
    try:
        known = _known(arguments)
    except ValueError as fault:
        complain(str(fault))
        return USAGE
    return asyncio.run(_load(settings, arguments, known))


def _lists(*, as_json: bool) -> int:
    for name, known in sorted(known_lists().items()):
        text = f"{name} ({known.kind}): {known.mapping.title.en}. {known.mapping.extent}"
        say({"kind": known.kind, **to_builtins(known.mapping)}, as_json=as_json, line=text)
    return 0


def _known(arguments: argparse.Namespace) -> Known:
    """Find how the list is read; raises ValueError, naming what there is."""
    if arguments.mapping:
        mapping = structs.replace(read_mapping(arguments.mapping), register=arguments.register)
        known = Known(OWN, mapping)
    elif arguments.register in known_lists():
        known = known_lists()[arguments.register]
    else:
        names = ", ".join(sorted(known_lists()))
        raise ValueError(f"No such list; known are {names}. For your own give --mapping")
    if arguments.incremental:
        return Known(known.kind, structs.replace(known.mapping, extent="incremental"))
    return known


async def _load(settings: IngestorSettings, arguments: argparse.Namespace, known: Known) -> int:
    async with desk(settings) as opened:
        try:
            done = await _loaded(opened, settings, arguments, known)
        except (Unusable, OSError) as fault:
            complain(f"{readable(Path(arguments.file).name)}: {fault}")
            return 1
    say(done.document(), as_json=arguments.json, line=line(done))
    return STATUS[done.status]


async def _loaded(
    opened: Desk, settings: IngestorSettings, arguments: argparse.Namespace, known: Known
) -> Run:
    path = Path(arguments.file)
    listing = Listing(
        mapping=known.mapping,
        source=arguments.source or known.source,
        file=readable(path.name),
        kind=declarations()[known.kind],
        terms=Terms(**{term: getattr(arguments, term) for term in Terms.__struct_fields__}),
        retrieved=_moment(opened, arguments.retrieved),
        shrunk=arguments.shrunk,
    )
    key = settings.pseudonym_key.get_secret_value().encode()
    judge = Judge(listing.mapping, listing.source, key)
    rows = await asyncio.to_thread(read_rows, path, judge)
    return await load(opened, listing, RowReader(rows, judge, listing.file, opened.cipher))


def _moment(opened: Desk, day: date | None) -> datetime:
    now = opened.clock.now()
    return now if day is None else min(datetime.combine(day, time(12), UTC), now)


async def _withdraw(settings: IngestorSettings, arguments: argparse.Namespace) -> int:
    async with desk(settings) as opened:
        count = await withdraw(opened, arguments.register, arguments.source, arguments.key)
    say({"withdrawn": count}, as_json=False, line=f"{count} rows taken back")
    return 0 if count else 1
