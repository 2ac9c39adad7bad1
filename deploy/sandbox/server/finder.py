"""Which rows a filter finds: first whatever narrows the search, then every test on what is left.

A filter that nothing narrows goes through the whole table once for every moment of the world.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec

from deploy.sandbox.server.filters import BARREN, DATES, span, tests
from deploy.sandbox.server.portal import ROOT_IDS, Portal, key_of
from deploy.sandbox.world import Row

OWNERS: Final[Mapping[tuple[str, str], str]] = {
    ("Lots", "trdBuyId"): "TrdBuy",
    ("Contract", "trdBuyId"): "TrdBuy",
    ("ComplaintAppeal", "trdBuyId"): "TrdBuy",
    ("TrdApp", "buyId"): "TrdBuy",
    ("Acts", "contractId"): "Contract",
    ("Acts", "contractRootId"): "Contract",
    ("TreasuryPay", "contractId"): "Contract",
    ("Lots", "pointList"): "Plans",
    ("Plans", "rootrecordId"): "Plans",
}
"""Filters that name a row of the same purchase, and of which root."""

PARTIES: Final = frozenset(
    {"customerBin", "orgBin", "supplierBiin", "supplierBinIin", "subjectBiin"}
)
NUMBERED: Final = frozenset({"contractNumber", "contractNumberSys"})
"""Numbers that begin with the customer's BIN."""

PIDS: Final = frozenset({"customerId", "supplierId", "orgPid", "sysSubjectsId"})
BORN: Final = frozenset(
    {("TrdBuy", "publishDate"), ("Contract", "crdate"), ("ComplaintAppeal", "crdate")}
)
"""Dates on which a row came into being."""

UNDATED: Final = frozenset({"dateApply"})
"""A bid shows days after it was made, when nothing else happens on the day that it bears."""

SHRINKING: Final = frozenset({"Rnu"})
"""Roots that lose rows: how many there are has to be counted."""

BEGINNING: Final = datetime(2000, 1, 1)  # noqa: DTZ001 (the portal's own clock has no zone)
ZERO: Final = 0


class Page(NamedTuple):
    """A page of rows, newest first; how many rows there are on all pages, and whether more come."""

    rows: list[Row]
    total: int
    more: bool


def page(
    portal: Portal, root: str, criteria: Mapping[str, Any], after: int | None, limit: int
) -> Page:
    """The rows below an id. Raises ValueError for a filter that is not imitated."""
    table = portal.table(root)
    if not any(value not in (None, []) for value in criteria.values()):
        rows = table.below(after, limit + 1)
        total = sum(1 for _ in table) if root in SHRINKING else len(table)
        return Page(rows[:limit], total, len(rows) > limit)
    ids = matching(portal, root, criteria)
    stop = len(ids) if after is None else bisect_left(ids, after)
    start = max(0, stop - limit)
    return Page([table[key] for key in reversed(ids[start:stop])], len(ids), start > 0)


def matching(portal: Portal, root: str, criteria: Mapping[str, Any]) -> Sequence[int]:
    """The ids of all rows that a filter finds now, lowest first."""
    key = (root, msgspec.json.encode(criteria, order="sorted"))
    known = portal.findings.get(key)
    if known is None:
        passed = tests(root, criteria)
        rows = candidates(portal, root, criteria)
        found = {key_of(root, row) for row in rows if all(test(row) for test in passed)}
        known = array("Q", sorted(found))
        portal.keep_finding(key, known)
    return known


def exhaustive(portal: Portal, root: str, criteria: Mapping[str, Any]) -> list[int]:
    """The same, by asking every row of the table: what a test compares the search with."""
    passed = tests(root, criteria)
    table = portal.table(root)
    return [key for key in table if all(test(table[key]) for test in passed)]


def candidates(portal: Portal, root: str, criteria: Mapping[str, Any]) -> Iterator[Row]:
    """Rows among which all that fit are; the narrowest way to them is taken."""
    given = {name: value for name, value in criteria.items() if value not in (None, [])}
    for way in (_by_id, _by_owner, _by_party, _by_day):
        rows = way(portal, root, given)
        if rows is not None:
            yield from rows
            return
    table = portal.table(root)
    for key in table:
        yield table[key]


def _by_id(portal: Portal, root: str, given: Mapping[str, Any]) -> Iterable[Row] | None:
    wanted = given.get(ROOT_IDS.get(root, "id"))
    if root == "Subjects" and wanted is None:
        numbers = [given[name] for name in ("bin", "iin") if name in given]
        if not numbers or not all(number.isdigit() for number in numbers):
            return None
        wanted = [portal.pid(number) for number in numbers]
    if wanted is None:
        return None
    return filter(None, (portal.row(root, key) for key in _listed(wanted)))


def _by_owner(portal: Portal, root: str, given: Mapping[str, Any]) -> Iterable[Row] | None:
    for name, value in given.items():
        owner = OWNERS.get((root, name))
        if owner and ZERO not in _listed(value):
            return (
                row
                for key in _listed(value)
                for row in portal.related(owner, int(key)).get(root, ())
            )
    notice = given.get("trdBuyNumberAnno") or given.get("numberAnno") or ""
    first = notice.partition("-")[0]
    return portal.related("TrdBuy", int(first)).get(root, ()) if first.isdigit() else None


def _by_party(portal: Portal, root: str, given: Mapping[str, Any]) -> Iterable[Row] | None:
    if root in ("Subjects", "Rnu"):
        return None
    for name, value in given.items():
        number = value.partition("/")[0] if name in NUMBERED else value
        if name in PARTIES | NUMBERED and number.isdigit():
            return portal.world.of_party(root, number)
        if name in PIDS:
            numbers = {_number(portal.row("Subjects", pid)) for pid in _listed(value)}
            found = (portal.world.of_party(root, number) for number in numbers if number)
            return (row for rows in found for row in rows)
    return None


def _by_day(portal: Portal, root: str, given: Mapping[str, Any]) -> Iterable[Row] | None:
    if root in ("Subjects", "Rnu"):
        return None
    for name, value in given.items():
        if name in DATES - UNDATED and (root, name) not in BARREN:
            low, high = span(value)
            days = _day(low, BEGINNING), _day(high, portal.world.now)
            world = portal.world
            if days[0] < world.began:
                return None  # a day's rows are those that came into being or changed on it
            way = world.signed if name == "signDate" else world.lively
            return (world.born if (root, name) in BORN else way)(root, *days)
    return None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _number(subject: Row | None) -> str | None:
    return (subject["bin"] or subject["iin"]) if subject else None


def _day(written: str, otherwise: datetime) -> datetime:
    """The day of a date as it is written; for what is no date, the other one."""
    try:
        return datetime.fromisoformat(written[:10])
    except ValueError:
        return otherwise + timedelta(days=1)
