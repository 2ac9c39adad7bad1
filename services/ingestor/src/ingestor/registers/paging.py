"""A list read page by page from the procurement portal, as JSON Lines in a file.

Where the portal's GraphQL does not give it, and the REST interface does, that is asked: its list
names the suppliers, and each supplier's own page tells of the inclusions with their dates.
"""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from msgspec import json

from ingestor.registers.fetching import Got
from ingestor.sources.goszakup.portal.client import PORTAL_TIME, Portal
from ingestor.sources.goszakup.portal.failures import PortalError, RequestError
from ingestor.sources.goszakup.portal.walk import Leaf, graphql, rest, walk
from ingestor.sources.goszakup.values import latest
from ingestor.sources.ocds_url.addresses import Refused
from shared.logs import logger

KEYS: Final = {"Subjects": "pid"}  # what names a row of a root, where that is not its id
NEWEST: Final = ("lastUpdateDate", "indexDate")  # when the portal last did something with a row
NO_GRAPHQL: Final = frozenset({"graphql_errors", "not_found", "refused"})

log = logger(__name__)


class PortalList(NamedTuple):
    """A root of the portal, every row of it; `path` is where REST has the same."""

    portal: Portal
    root: str
    path: str | None = None

    async def fetch(self, folder: Path, now: datetime) -> Got:
        """Read the list; what stops it on the way cuts it, and is told."""
        path = folder / "list.jsonl"
        with path.open("wb") as file:
            reading = _Reading(file)
            try:
                as_of = await self._clock(now)
                await self._read(reading)
            except PortalError as fault:
                if not reading.count:
                    raise Refused(str(fault)) from fault
                return Got(path, now, str(fault))
        return Got(path, as_of, reading.short())

    async def _read(self, reading: "_Reading") -> None:
        key = KEYS.get(self.root, "id")
        try:
            await reading.all(walk(graphql(self.portal, self.root, {}), identify=key))
        except RequestError as fault:
            if self.path is None or reading.count or fault.reason not in NO_GRAPHQL:
                raise
            log.warning("register_by_rest", root=self.root, reason=str(fault))
            await reading.all(_with_details(self.portal, self.path, key))

    async def _clock(self, now: datetime) -> datetime:
        """Tell the portal's time by what it last did: a list tells of its day, not of ours."""
        here = now.astimezone(PORTAL_TIME)
        try:
            page = await self.portal.page("TrdBuy", {}, limit=1)
        except RequestError as fault:
            if fault.reason not in NO_GRAPHQL:
                raise
            return here
        told = [row.get(name) for row in page.rows for name in NEWEST if isinstance(row, dict)]
        written = latest(told)
        return min(datetime.fromisoformat(written), here) if written else here


class _Reading:
    """Writes rows as they come, and counts them against what the portal says there are."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.count = 0
        self._total: int | None = None

    async def all(self, leaves: AsyncIterator[Leaf]) -> None:
        """Write every row."""
        async for leaf in leaves:
            self._total = leaf.total if self._total is None else self._total
            rows = [*leaf.rows.values(), *leaf.unidentified]
            self.count += len(rows)
            lines = b"".join(json.encode(row) + b"\n" for row in rows)
            await asyncio.to_thread(self._file.write, lines)

    def short(self) -> str | None:
        """Tell what did not arrive."""
        if self._total and self.count < self._total:
            return f"Only {self.count} of {self._total} rows arrived"
        return None


async def _with_details(portal: Portal, path: str, key: str) -> AsyncIterator[Leaf]:
    """Yield the pages of a REST list, each row with its supplier's inclusions.

    Raises PortalError for a row of which the portal does not tell when it begins and ends.
    """
    async for leaf in walk(rest(portal, path), identify=key):
        for row in leaf.rows.values():
            row["detail"] = await _inclusions(portal, path, row)
        yield leaf


async def _inclusions(portal: Portal, path: str, row: dict[str, Any]) -> list[Any]:
    number = row.get("supplier_biin")
    if not number:
        raise PortalError("REST does not tell the dates of a supplier from abroad; GraphQL does")
    page = await portal.rest(f"{path}/{number}")
    return [one for one in page.rows if str(one.get("id")) == str(row.get("id"))] or page.rows
