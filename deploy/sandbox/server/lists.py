"""REST lists: the envelope with its relative next page, and the lists that are no table."""

import itertools
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from deploy.sandbox.server import finder
from deploy.sandbox.server.names import plain
from deploy.sandbox.server.portal import Portal, key_of
from deploy.sandbox.world import Row

DEFAULT, CAP = 50, 500

NO_DICTIONARY: Final = "Справочник не найден"
NO_ENTRY: Final = "Запись справочника не найдена"
ROUNDS: Final = 7
"""The list of customers claims to be so many times as long as it is, and goes round for ever."""

SHORTENED: Final = frozenset({"/v3/lots"})
"""Lists whose next page is told without the version."""


class Missing(Exception):  # noqa: N818 (an answer of the portal, not a fault)
    """What is asked for is not there; the text is the portal's."""


class Asked(NamedTuple):
    """A GET: where, and with which parameters."""

    path: str
    query: Mapping[str, str]

    @property
    def limit(self) -> int:
        """How many rows a page is to have."""
        wanted = self.query.get("limit", "")
        return min(int(wanted), CAP) if wanted.isdigit() and int(wanted) else DEFAULT

    @property
    def after(self) -> str:
        """Where the page before ended."""
        return self.query.get("search_after", "")

    def pinned(self, pin: Callable[[Hashable, Any], Any]) -> "Asked":
        """The question for the page that a fault may pin the list to."""
        place = pin(self.path, self.after or None)
        return self._replace(query={**self.query, "search_after": place}) if place else self

    def next_page(self, after: object) -> str:
        """The relative address of the page after this one."""
        path = self.path.removeprefix("/v3") if self.path in SHORTENED else self.path
        limit = f"&limit={self.query['limit']}" if "limit" in self.query else ""
        return f"{path}?page=next&search_after={after}{limit}"


class Answer(NamedTuple):
    """A document, and the root whose rows it shows (for faults that spoil rows)."""

    root: str
    document: dict[str, Any]


def document(root: str, shown: dict[str, Any]) -> Answer:
    """One row."""
    return Answer(root, shown)


def found(portal: Portal, root: str, criteria: Mapping[str, Any]) -> list[Row]:
    """All rows that a filter finds, newest first."""
    table = portal.table(root)
    return [table[key] for key in reversed(finder.matching(portal, root, criteria))]


def of_rows(
    portal: Portal,
    asked: Asked,
    root: str,
    criteria: Mapping[str, Any],
    shown: Callable[[Row, Portal], dict[str, Any]],
) -> Answer:
    """A page of a table."""
    after = int(asked.after) if asked.after.isdigit() else None
    page = finder.page(portal, root, criteria, after, asked.limit)
    onward = asked.next_page(key_of(root, page.rows[-1])) if page.more else ""
    items = [shown(row, portal) for row in page.rows]
    return _enveloped(root, page.total, asked.limit, onward, items)


def whole(asked: Asked, root: str, items: Sequence[Any]) -> Answer:
    """A list that fits on one page."""
    return _enveloped(root, len(items), asked.limit, "", items)


def _enveloped(root: str, total: int, limit: int, onward: str, items: Sequence[Any]) -> Answer:
    shown = {"total": total, "limit": limit, "next_page": onward, "items": list(items)}
    return Answer(root, shown)


def cut(asked: Asked, root: str, rows: Sequence[Any], key: Callable[[Any], object]) -> Answer:
    """A page of rows that are all at hand; the next one begins behind the key it names."""
    keys = [str(key(row)) for row in rows]
    start = keys.index(asked.after) + 1 if asked.after in keys else 0
    page = rows[start : start + asked.limit]
    more = start + asked.limit < len(rows)
    onward = asked.next_page(key(page[-1])) if more else ""
    return _enveloped(root, len(rows), asked.limit, onward, page)


def journal(portal: Portal, asked: Asked, _value: str) -> Answer:
    """What was changed or deleted on some days, the newest first.

    A page ends at a place counted from the oldest, so that what happens meanwhile hides nothing.
    """
    first = _day(asked.query.get("date_from"), portal.world.now)
    last = _day(asked.query.get("date_to"), portal.world.now) + timedelta(days=1)
    entries = list(portal.world.journal(first, last))
    stop = min(int(asked.after), len(entries)) if asked.after.isdigit() else len(entries)
    start = max(0, stop - asked.limit)
    onward = asked.next_page(start) if start else ""
    items = entries[start:stop][::-1]
    return _enveloped("Journal", len(entries), asked.limit, onward, items)


def _day(written: str | None, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat((written or "")[:10])
    except ValueError:
        return otherwise.replace(hour=0, minute=0, second=0)


def nested(root: str, name: str) -> Callable[[Portal, Asked, str], Answer]:
    """A list of what is nested in the rows of a root, newest rows first."""

    def handle(portal: Portal, asked: Asked, _value: str) -> Answer:
        after = int(asked.after) if asked.after.isdigit() else None
        items = list(itertools.islice(_below(portal, root, name, after), asked.limit + 1))
        page = items[: asked.limit]
        onward = asked.next_page(page[-1]["id"]) if len(items) > asked.limit else ""
        return _enveloped(root, len(portal.table(root)), asked.limit, onward, page)

    return handle


def _below(portal: Portal, root: str, name: str, after: int | None) -> Iterator[dict[str, Any]]:
    table = portal.table(root)
    for key in reversed(table):
        for part in reversed(table[key].get(name) or ()):
            if after is None or part["id"] < after:
                yield plain(part)


def customers(portal: Portal, asked: Asked, _value: str) -> Answer:
    """Customers with plans: the list repeats itself endlessly, whatever its total says."""
    table = portal.table("Subjects")
    rows = [table[pid] for pid in reversed(table)]
    buyers = [row for row in rows if row["customer"]]
    start = next((i for i, row in enumerate(buyers) if str(row["pid"]) == asked.after), -1) + 1
    turning = itertools.islice(itertools.cycle(buyers), start, start + asked.limit)
    items = [_customer(row) for row in turning]
    onward = asked.next_page(items[-1]["pid"]) if items else ""
    return _enveloped("Subjects", len(buyers) * ROUNDS, asked.limit, onward, items)


def _customer(row: Row) -> dict[str, Any]:
    names = {"pid": row["pid"], "bin": row["bin"], "name_ru": row["nameRu"]}
    return {**names, "name_kz": row["nameKz"], "doc_count": 0}


def dictionary(portal: Portal, asked: Asked, name: str) -> Answer:
    """A dictionary, page by page."""
    rows = _dictionary(portal, name)
    key = "id" if rows and "id" in rows[0] else "code"
    return cut(asked, name, rows, lambda row: row[key])


def dictionary_entry(portal: Portal, _asked: Asked, value: str) -> Answer:
    """One entry of a dictionary by its id or code."""
    name, _, key = value.partition("/")
    for row in _dictionary(portal, name):
        if key in (str(row.get("id")), str(row.get("code"))):
            return Answer(name, dict(row))
    raise Missing(NO_ENTRY)


def _dictionary(portal: Portal, name: str) -> Sequence[Row]:
    rows = portal.dictionaries.get(name)
    if rows is None:
        raise Missing(NO_DICTIONARY)
    return rows
