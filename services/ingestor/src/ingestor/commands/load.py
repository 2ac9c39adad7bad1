"""Take in OCDS files: JSON or JSON Lines, gzip or not, packages, records, releases; "-" is stdin.

An address (https://…) is fetched first, from the open Internet only.

Exit status: 0 every run complete, whatever was set aside in quarantine and said so; 1 a file could
not be used at all; 2 wrong usage; 3 a run incomplete: load the file again, nothing is doubled.
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, tzinfo
from pathlib import Path
from typing import BinaryIO, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingestor.commands.opened import desk, told
from ingestor.commands.output import complain, say
from ingestor.commands.runs import line
from ingestor.judge import Judge
from ingestor.lines import count_lines
from ingestor.load import Delivery, Desk, load
from ingestor.reading import FileReader
from ingestor.runs import Run
from ingestor.settings import IngestorSettings
from ingestor.source import STANDARD_INPUT, Terms, declarations, slug, source_id_of_file
from ingestor.sources.ocds_url.addresses import Refused
from ingestor.sources.ocds_url.document import fetched, is_address, name_of
from shared import logs, telemetry
from shared.ocds.notes import readable

KIND: Final = "ocds_file"
KIND_OF_ADDRESS: Final = "ocds_url"
STATUS: Final = {"complete": 0, "failed": 1, "incomplete": 3}
INTERRUPTED: Final = 3


def configure(parser: argparse.ArgumentParser) -> None:
    """Files, their source and its terms, and how to read them."""
    parser.add_argument("files", nargs="+", metavar="FILE")
    parser.add_argument(
        "--source", type=source, help="id of the data set; default: the file's name"
    )
    parser.add_argument("--backfill", action="store_true", help="old news: scored, never an alert")
    parser.add_argument(
        "--zone",
        type=zone,
        default=UTC,
        help="where dates without a zone are read, as Asia/Almaty; default UTC",
    )
    parser.add_argument("--expected", type=int, help="releases announced; fewer are incomplete")
    for term in Terms.__struct_fields__:
        parser.add_argument(
            f"--{term}", help=f"{term} of the data set, shown wherever it is served"
        )
    parser.add_argument("--json", action="store_true", help="one JSON document a run")


def source(text: str) -> str:
    """Read a source id; raises ArgumentTypeError."""
    try:
        return slug(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from fault


def zone(text: str) -> tzinfo:
    """Read the name of a time zone; raises ArgumentTypeError."""
    if text == "UTC":  # known even where the system has no table of zones
        return UTC
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError) as fault:
        raise argparse.ArgumentTypeError(f"no time zone is named {text!r}") from fault


def run(arguments: argparse.Namespace) -> int:
    """Take in every file; the worst ending decides the exit status."""
    settings = told()
    logs.configure(service="ingestor", level="WARNING", form=settings.log_format)
    telemetry.begin("ingestor", settings)
    try:
        return asyncio.run(_load_all(settings, arguments))
    except (asyncio.CancelledError, KeyboardInterrupt):
        complain("interrupted; what was stored is kept, load the file again")
        return INTERRUPTED
    finally:
        telemetry.end()


async def _load_all(settings: IngestorSettings, arguments: argparse.Namespace) -> int:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    worst = 0
    async with desk(settings) as opened:
        for file in arguments.files:
            with fetched(file) as got:
                try:
                    done = await _load_one(opened, settings, arguments, file, await got())
                except Refused as fault:
                    complain(f"{file}: {fault}")
                    worst = max(worst, 1)
                    continue
            say(done.document(), as_json=arguments.json, line=line(done))
            worst = max(worst, STATUS[done.status])
    return worst


async def _load_one(
    opened: Desk, settings: IngestorSettings, arguments: argparse.Namespace, file: str, path: str
) -> Run:
    """Take in what lies at `path`; for an address, what was fetched from it."""
    name = "stdin" if file == STANDARD_INPUT else readable(name_of(file))
    delivery = Delivery(
        source=arguments.source or source_id_of_file(name if is_address(file) else file),
        file=name,
        origin="backfill" if arguments.backfill else "live",
        kind=declarations()[KIND_OF_ADDRESS if is_address(file) else KIND],
        terms=Terms(**{term: getattr(arguments, term) for term in Terms.__struct_fields__}),
    )
    judge = Judge(
        source=delivery.source,
        file=name,
        zone=arguments.zone,
        pseudonym_key=settings.pseudonym_key.get_secret_value().encode(),
        cipher=opened.cipher,
        own_sources=arguments.source is None,
    )
    counted = None if file == STANDARD_INPUT else await asyncio.to_thread(count_lines, Path(path))
    reader = FileReader(
        lambda: _opened(path), judge, expected=counted, announced=arguments.expected
    )
    return await load(opened, delivery, reader)


@contextmanager
def _opened(file: str) -> Iterator[BinaryIO]:
    if file == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with Path(file).open("rb") as stream:
        yield stream
