"""What is read in which order: slices of the portal's lists, decided without asking anybody.

A slice is one filtered list. Back-fill cuts time into days and buyers into BINs, newest first, so
that a kill costs little and the first useful region is there early. Following goes over each root
from where it stood.

Contracts are asked for by the day they were drawn up, which every one has; drafts, and contracts in
force whose day of signing the portal does not say, have no other. Those that were drawn up before a
period and signed in it are a slice of their own.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from ingestor.sources.goszakup.portal.client import PORTAL_TIME, portal_time
from ingestor.sources.goszakup.pull.records import REGION_DIGITS

DAY: Final = timedelta(days=1)
MONTH_DAYS: Final = 30  # a region's days are few: a month of one is a slice


class Slice(Struct, frozen=True):
    """One list to read: a root, or a REST path, and the filter. `name` is its place in a job."""

    name: str
    root: str
    criteria: dict[str, Any] = {}
    path: str | None = None


class Scope(Struct, frozen=True):
    """What of the portal is back-filled: a period, and where named only these regions or BINs."""

    since: date
    until: date
    regions: tuple[str, ...] = ()
    bins: tuple[str, ...] = ()

    @property
    def job(self) -> str:
        """The name its checkpoints are kept under: the same words mean the same job."""
        return " ".join(["backfill", f"{self.since}..{self.until}", *self._named()])

    @property
    def wish(self) -> str:
        """The name of what was asked for, whenever it is to end."""
        return " ".join(["backfill", f"{self.since}..", *self._named()])

    def _named(self) -> list[str]:
        return [*(f"region {one}" for one in self.regions), *(f"bin {one}" for one in self.bins)]


def backfill(scope: Scope) -> Iterator[Slice]:
    """Yield the slices of a back-fill in the order in which they are to be read."""
    if scope.bins:
        yield from _of_bins(scope.bins, scope)
    if scope.regions:
        for first, last in reversed(list(_cut(scope.since, scope.until, MONTH_DAYS))):
            for region in scope.regions:
                yield _of_region(region, first, last)
    if not scope.bins and not scope.regions:
        for first, last in reversed(list(_cut(scope.since, scope.until, 1))):
            yield Slice(f"TrdBuy {first}", "TrdBuy", {"publishDate": _between(first, last)})
            yield Slice(f"Contract {first}", "Contract", {"crdate": _between(first, last)})
        yield Slice("Contract drawn up before", "Contract", _drawn_up_before(scope))


def contracts_of(customers: Iterable[str], scope: Scope) -> Iterator[Slice]:
    """Yield what completes a region: the contracts of its customers, those without a notice too."""
    drawn_up = {"crdate": _between(scope.since, scope.until)}
    for number in sorted(set(customers)):
        buyer = {"customerBin": number}
        yield Slice(f"Contract customer {number}", "Contract", buyer | drawn_up)
        before = buyer | _drawn_up_before(scope)
        yield Slice(f"Contract customer {number} drawn up before", "Contract", before)


def days_to_compare(since: date, until: date) -> Iterator[Slice]:
    """Yield days whose totals can be compared: by the date that a record has once and for all."""
    for first, last in reversed(list(_cut(since, until, 1))):
        yield Slice(f"TrdBuy {first}", "TrdBuy", {"publishDate": _between(first, last)})
        yield Slice(f"Contract signed {first}", "Contract", {"signDate": _between(first, last)})


def following(root: str, floor: datetime) -> Slice:
    """Return what changed at a root since `floor`; the end is open: the portal's clock may lie."""
    return Slice(root, root, {FOLLOWED[root]: [portal_time(floor)]})


FOLLOWED: Final = {
    "TrdBuy": "lastUpdateDate",
    "Lots": "lastUpdateDate",
    "Contract": "lastUpdateDate",
    "Acts": "dateAction",
    "ComplaintAppeal": "lastUpdateDate",
}
"""Roots followed by date, in the order in which they are read, and the filter that tells it."""

DESCENDED: Final = (
    Slice("Plans", "Plans"),
    Slice("TreasuryPay", "TreasuryPay", path="/v3/treasury-pay"),
)
"""Lists whose date filters fail, or that have none: read from the newest id down to a known one."""


def next_floor(newest: datetime, started: datetime, now: datetime, overlap: timedelta) -> datetime:
    """Return where following a root goes on after a reading that began at `started`.

    `newest` is by the portal's clock, which may be wrong; only how long the reading took is by
    ours. What was touched behind the reader's back is not older than that.
    """
    return min(newest, now) - (now - started) - overlap


def _of_bins(bins: Sequence[str], scope: Scope) -> Iterator[Slice]:
    published = _between(scope.since, scope.until)
    years = list(range(scope.since.year, scope.until.year + 1))
    for number in bins:
        yield Slice(
            f"TrdBuy organiser {number}", "TrdBuy", {"orgBin": number, "publishDate": published}
        )
        yield Slice(
            f"Lots customer {number}",
            "Lots",
            {"customerBin": number, "lastUpdateDate": published[:1]},
        )
        yield from contracts_of([number], scope)
        yield Slice(
            f"Plans customer {number}", "Plans", {"subjectBiin": number, "plnPointYear": years}
        )


def _drawn_up_before(scope: Scope) -> dict[str, Any]:
    """Return what finds contracts that were signed in a period and drawn up before it."""
    day_before = scope.since - DAY
    return {
        "signDate": _between(scope.since, scope.until),
        "crdate": ["", _between(day_before, day_before)[1]],
    }


def _of_region(region: str, first: date, last: date) -> Slice:
    criteria = {"strKato": region[:REGION_DIGITS], "publishDate": _between(first, last)}
    return Slice(f"TrdBuy region {region} {first}..{last}", "TrdBuy", criteria)


def _cut(since: date, until: date, days: int) -> Iterator[tuple[date, date]]:
    """Cut a period into pieces, both ends included, counted from its end."""
    last = until
    pieces = []
    while last >= since:
        first = max(since, last - timedelta(days=days - 1))
        pieces.append((first, last))
        last = first - DAY
    return iter(reversed(pieces))


def _between(first: date, last: date) -> list[str]:
    """Write a filter over whole days of the portal's calendar."""
    begin = datetime(first.year, first.month, first.day, tzinfo=PORTAL_TIME)
    end = datetime(last.year, last.month, last.day, 23, 59, 59, tzinfo=PORTAL_TIME)
    return [portal_time(begin), portal_time(end)]
