"""What a back-fill costs in requests, told before the first one is made.

A page holds 200 records of GraphQL, 500 of REST; bids are one request per notice, which is nearly
all of the cost. The volumes are those published or measured in 2022-2026; a scope is given as its
share of them, and how wrong that is shows after the first slices.
"""

from collections.abc import Sequence
from math import ceil
from typing import Final, NamedTuple

from ingestor.sources.goszakup.portal.client import CAP, REST_CAP
from ingestor.sources.goszakup.pull.windows import Scope

DAYS: Final = 365
BUYERS: Final = 20_600  # of the country
REGIONS: Final = 20
SECONDS: Final = 3600


class Volume(NamedTuple):
    """One entity: how many records a year has, how they are asked for, and why so many."""

    entity: str
    a_year: int
    per_request: int
    why: str


YEARLY: Final = (
    Volume("notices", 860_000, CAP, "a page of the day's or region's notices"),
    Volume("lots", 2_450_000, CAP, "by notice, up to 200 notices in a question"),
    Volume("contracts", 2_500_000, CAP, "by notice, and those without one by date"),
    Volume("acts", 2_500_000, CAP, "by root contract"),
    Volume("complaints", 20_000, CAP, "by notice"),
    Volume("participants", 120_000, CAP, "buyers and suppliers, each once a month"),
    Volume("bids", 860_000, 1, "one request for each notice: the portal takes one number"),
)
"""Records a year in the whole country. Plan points and payments come inside lots and contracts."""

BUSIEST: Final = {
    "notices": 1_050,
    "lots": 3_000,
    "contracts": 1_050,
    "acts": 1_050,
    "protocols": 1_050,
}
"""New in the busiest hour of the country: 15 % of a day twice as full as the average working day.

A protocol, and a contract once it is signed, change what was new before: each counts for two.
"""

RESULTS_WITHIN: Final = 3600  # seconds from the posting of a protocol to its score
LISTS_BY_ID: Final = 17  # pages of plan points, payments and the journal, with every look
PARTS: Final = 6  # requests that complete what is new among the rows stored together
ENOUGH_LOOKS: Final = 100  # until each takes as long as the last

DICTIONARY_REQUESTS: Final = 50
LEAST_PER_SLICE: Final = 5  # requests that a slice with few records still takes


class Look(NamedTuple):
    """One look at what changed, in requests, and how long it takes once each is as the last."""

    lists: int
    completing: int
    bids: int
    seconds: float
    every: float

    @property
    def an_hour(self) -> int:
        """Requests of an hour."""
        whole = self.lists + self.completing + self.bids
        return round(whole * SECONDS / (self.every + self.seconds))

    @property
    def slowest(self) -> float:
        """Seconds until a protocol is there that was posted when its list had just been read."""
        return 2 * self.seconds + self.every


class Line(NamedTuple):
    """What one entity of a scope costs."""

    entity: str
    records: int
    requests: int
    why: str


class Step(NamedTuple):
    """One part of a back-fill in the order of loading, and when it is there."""

    name: str
    requests: int
    hours: float
    ready_after: float


def lines(scope: Scope) -> list[Line]:
    """Return the requests that each entity of a scope takes."""
    share = _share(scope)
    found = []
    for one in YEARLY:
        records = round(one.a_year * share)
        requests = max(
            ceil(records / one.per_request), 0 if one.per_request == 1 else slices(scope)
        )
        found.append(Line(one.entity, records, requests, one.why))
    dictionaries = Line("dictionaries", 0, DICTIONARY_REQUESTS, f"REST, {REST_CAP} a page, daily")
    return [*found, dictionaries]


def total(scope: Scope) -> int:
    """Return all requests of a scope."""
    return sum(line.requests for line in lines(scope))


def busiest(rate: float, every: float, overlap: float, unit: int) -> Look:
    """Tell how following fares in the busiest hour of the country.

    Each look reads the `overlap` again and what came since the last one, so it is the longer the
    longer it is: a rate that does not suffice shows in seconds without end. Records are completed
    `unit` at a time.
    """
    look = Look(0, 0, 0, 0.0, every)
    for _ in range(ENOUGH_LOOKS):
        since = every + look.seconds
        hours = (overlap + since) / SECONDS
        rows = {name: 2 * BUSIEST[name] * hours for name in ("notices", "lots", "contracts")}
        pages = sum(ceil(count / CAP) for count in (*rows.values(), BUSIEST["acts"] * hours))
        completing = PARTS * ceil(rows["notices"] / unit)
        bids = ceil(BUSIEST["protocols"] * since / SECONDS)
        seconds = (pages + LISTS_BY_ID + completing + bids) / rate
        look = Look(pages + LISTS_BY_ID, completing, bids, seconds, every)
    return look


def slices(scope: Scope) -> int:
    """Return about how many slices a scope is cut into."""
    days = (scope.until - scope.since).days + 1
    if scope.bins:
        return len(scope.bins)
    return ceil(days / 30) * len(scope.regions) if scope.regions else days


def steps(scope: Scope, rate: float) -> list[Step]:
    """Return the parts in the order of loading: what is smallest and named first comes first."""
    found: list[Step] = []
    passed = 0.0
    for name, part in _parts(scope):
        requests = total(part)
        hours = requests / rate / SECONDS if rate else 0.0
        passed += hours
        found.append(Step(name, requests, hours, passed))
    return found


def _parts(scope: Scope) -> Sequence[tuple[str, Scope]]:
    """Cut a scope into what becomes useful by itself."""
    if scope.bins:
        return [(f"BIN {one}", Scope(scope.since, scope.until, bins=(one,))) for one in scope.bins]
    if scope.regions:
        named = scope.regions
        return [(f"region {one}", Scope(scope.since, scope.until, (one,))) for one in named]
    return [("the whole country", scope)]


def _share(scope: Scope) -> float:
    """Return the part of a year's records of the country that a scope holds."""
    years = ((scope.until - scope.since).days + 1) / DAYS
    if scope.bins:
        return years * len(scope.bins) / BUYERS
    return years * (len(scope.regions) / REGIONS if scope.regions else 1)
