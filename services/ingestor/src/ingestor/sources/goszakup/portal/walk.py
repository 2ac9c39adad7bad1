"""Going through a list of the portal page by page, newest id first, whatever happens meanwhile.

The way onward is the lowest id seen, not what the page says: so a page that comes twice, or comes
upside down, neither loops nor hides anything. A list that brings nothing new three times is left.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from ingestor.sources.goszakup.portal.answers import Page
from ingestor.sources.goszakup.portal.client import REST_CAP, Portal
from ingestor.sources.goszakup.portal.failures import PortalError

MOST_REPEATS: Final = 3  # pages without a new id

Asking = Callable[[int | None], Awaitable[Page]]
"""Asks for the page after an id."""


class LoopError(PortalError):
    """The list goes round in circles: what came is kept, the rest cannot be reached."""


class Leaf(Struct):
    """A page as it is worked on: its rows by id, newest first, without those met before.

    `unidentified` are rows without an id. `last` tells that the list ends here.
    """

    rows: dict[int, Any]
    unidentified: list[Any]
    total: int | None
    after: int | None
    last: bool
    raw: bytes


async def walk(
    asking: Asking, *, after: int | None = None, identify: str = "id"
) -> AsyncIterator[Leaf]:
    """Yield page after page, from below `after`; raises LoopError and what asking raises."""
    seen: set[int] = set()
    repeats = 0
    while True:
        page = await asking(after)
        leaf = _leaf(page, seen, after, identify)
        repeats = 0 if leaf.rows or leaf.last else repeats + 1
        seen |= leaf.rows.keys()
        after = leaf.after
        yield leaf
        if leaf.last:
            return
        if repeats >= MOST_REPEATS:
            raise LoopError(f"The list repeats itself below id {after}; it cannot be read on")


def graphql(portal: Portal, root: str, criteria: Mapping[str, Any]) -> Asking:
    """Ask a GraphQL root."""

    async def ask(after: int | None) -> Page:
        return await portal.page(root, criteria, after=after)

    return ask


def rest(portal: Portal, path: str) -> Asking:
    """Ask a REST list. Of the address it gives for the next page only the place in it is used."""

    async def ask(after: int | None) -> Page:
        query = f"?limit={REST_CAP}"
        if after is not None:
            query += f"&page=next&search_after={after}"
        return await portal.rest(path + query)

    return ask


def _leaf(page: Page, seen: set[int], after: int | None, identify: str) -> Leaf:
    by_id: dict[int, Any] = {}
    unidentified = []
    for row in page.rows:
        number = number_of(row, identify)
        if number is None:
            unidentified.append(row)
        elif number not in seen:
            by_id[number] = row
    rows = dict(sorted(by_id.items(), reverse=True))
    return Leaf(
        rows, unidentified, page.total, _onward(page, rows, after), page.onward is None, page.raw
    )


def number_of(row: Any, identify: str) -> int | None:
    """Return the id of a row; it comes as a number or as its digits."""
    value = row.get(identify) if isinstance(row, dict) else None
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _onward(page: Page, rows: dict[int, Any], after: int | None) -> int | None:
    """Choose where to go on: below everything seen; where nothing is new, where the page says."""
    lowest = min(rows, default=None)
    said = _said(page.onward)
    known = [one for one in (lowest, after) if one is not None]
    if lowest is None and said is not None:
        return min([said, *known])
    return min(known, default=None)


def _said(onward: int | str | None) -> int | None:
    if onward is None or isinstance(onward, int):
        return onward
    if onward.isdecimal():
        return int(onward)
    places = parse_qs(urlsplit(onward).query).get("search_after", [])
    return int(places[0]) if places and places[0].isdecimal() else None
