"""Read the public search of Samruk-Kazyna: notices and contract cards, the last changed first.

The search is partial: it shows no losing bids and no payments. Its address may break without
notice; --url and --path-token name another one. Exit status: as of load.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import httpx
from msgspec import json

from ingestor.commands.load import STATUS
from ingestor.commands.opened import desk, told
from ingestor.commands.output import say
from ingestor.commands.runs import line
from ingestor.intake import Batch
from ingestor.judge import Judge
from ingestor.load import Delivery, load
from ingestor.reading import FileReader
from ingestor.runs import Run
from ingestor.settings import IngestorSettings
from ingestor.source import Terms, declarations
from ingestor.sources.samruk.pages import PATIENCE, BrokenOff, Search
from ingestor.sources.samruk.translate import of_card, of_notice
from shared import logs

SOURCE: Final = "samruk"
ADDRESS: Final = "https://zakup.sk.kz"
SILENCE: Final = 60.0  # seconds


def configure(parser: argparse.ArgumentParser) -> None:
    """Where the search is, and how much of it is read."""
    parser.add_argument("--url", default=ADDRESS)
    parser.add_argument("--path-token", default="4dv3rts", help="the part of the path that changes")
    parser.add_argument("--most", type=int, default=1000, help="records of each kind")
    parser.add_argument("--rest", type=float, default=1.0, help="seconds between two pages")
    parser.add_argument(
        "--patience", type=float, nargs="*", default=PATIENCE, help="seconds before each new try"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Read, translate and take in."""
    settings = told()
    logs.configure(service="ingestor", level="WARNING", form=settings.log_format)
    done = asyncio.run(_taken(settings, arguments))
    say(done.document(), as_json=arguments.json, line=line(done))
    return STATUS[done.status]


class SearchReader(FileReader):
    """Reads what the search gave; `cut` tells what broke it off."""

    cut: str | None = None

    def __iter__(self) -> Iterator[Batch]:
        """Yield batches."""
        yield from super().__iter__()
        self.broken = self.broken or self.cut


async def _taken(settings: IngestorSettings, arguments: argparse.Namespace) -> Run:
    with TemporaryDirectory(prefix="qadaga-") as folder:
        path = Path(folder) / "search.jsonl"
        cut = await _searched(arguments, path)
        async with desk(settings) as opened:
            key = settings.pseudonym_key.get_secret_value().encode()
            judge = Judge(SOURCE, "search", UTC, key, opened.cipher, own_sources=False)
            reader = SearchReader(lambda: path.open("rb"), judge)
            reader.cut = cut
            kind = declarations()[SOURCE]
            delivery = Delivery(SOURCE, "search", "live", kind, Terms(title=kind.title.ru))
            return await load(opened, delivery, reader)


async def _searched(arguments: argparse.Namespace, path: Path) -> str | None:
    """Write the releases of all that the search shows; returns what broke it off."""
    client = httpx.AsyncClient(base_url=arguments.url, timeout=SILENCE)
    with path.open("wb") as file:
        async with client:
            patience = tuple(arguments.patience)
            search = Search(client, arguments.path_token, arguments.rest, patience)
            try:
                async for release in _releases(search, arguments.most):
                    file.write(json.encode(release) + b"\n")
            except BrokenOff as fault:
                return str(fault)
    return None


async def _releases(search: Search, most: int) -> AsyncIterator[Mapping[str, Any]]:
    async for notice in search.notices(most):
        if release := of_notice(notice):
            yield release
    async for card in search.cards(most):
        if release := of_card(card):
            yield release
