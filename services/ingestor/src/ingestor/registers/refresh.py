"""A list fetched and taken in, as one run: whatever happens on the way, the run's ending says it.

What does not come, comes as a web page, is cut, or has lost too much withdraws nobody: the entries
stay as they were, and are known up to the last whole list only.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from ingestor.load import Desk
from ingestor.registers.fetching import Got, Origin
from ingestor.registers.judge import Judge
from ingestor.registers.listing import Listing, Reader, Rows
from ingestor.registers.load import load
from ingestor.registers.mapping import Known
from ingestor.registers.rows import RowReader, Unusable, read_rows
from ingestor.runs import Run
from ingestor.source import Terms, declarations
from ingestor.sources.ocds_url.addresses import Refused


class Wanted(NamedTuple):
    """A list that is to be fetched: its name, how it is read, and where it comes from."""

    name: str
    known: Known
    origin: Origin
    terms: Terms = Terms()


async def refresh(desk: Desk, wanted: Wanted, key: bytes) -> Run:
    """Fetch a list and take it in; `key` makes the pseudonyms of persons."""
    with TemporaryDirectory(prefix="qadaga-") as name:
        now = desk.clock.now()
        got, reader = await _read(desk, wanted, key, Path(name), now)
        mapping = wanted.known.mapping
        listing = Listing(
            mapping=mapping,
            source=wanted.known.source,
            file=wanted.name,
            kind=declarations()[wanted.known.kind],
            terms=wanted.terms,
            retrieved=got.as_of if got else now,
        )
        return await load(desk, listing, reader)


async def _read(
    desk: Desk, wanted: Wanted, key: bytes, folder: Path, now: datetime
) -> tuple[Got | None, Reader]:
    try:
        got = await wanted.origin.fetch(folder, now)
        judge = Judge(wanted.known.mapping, wanted.known.source, key)
        rows = await asyncio.to_thread(read_rows, got.path, judge)
    except Refused as fault:
        return None, Nothing(str(fault))
    except Unusable as fault:
        return None, Nothing(str(fault))
    return got, Cut(rows, judge, wanted.name, desk.cipher, cut=got.cut)


@dataclass(slots=True)
class Nothing:
    """A list that did not come; `broken` tells why."""

    broken: str | None
    unreadable: int = 0
    usable: int = 0

    def __iter__(self) -> Iterator[Rows]:
        """Yield nothing."""
        return iter(())


@dataclass(slots=True)
class Cut(RowReader):
    """A list that is read as far as it came; `cut` tells what broke its fetching off."""

    cut: str | None = None

    def __iter__(self) -> Iterator[Rows]:
        """Yield batches."""
        yield from RowReader.__iter__(self)
        self.broken = self.broken or self.cut
