"""Checks of one compiled release with three answers: ok, doubtful with its reason, unknown.

Unknown means that the release does not have what the check needs. A doubt concerns the publisher's
record and accuses nobody.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

from shared.quality.reasons import REASONS, Reason
from shared.vocabulary.identifiers import Bin, is_person_number

Json = dict[str, Any]
Verdicts = Iterator[tuple[str, bool]]
"""Every place that could be checked, as a JSON pointer, and whether it is in order."""

MOST_PATHS: Final = 10
PLAUSIBLE: Final = Decimal(10) ** 13
"""No purchase of the state costs ten trillion: such a sum is a slip of the keyboard."""
MANY_ALIKE: Final = 3
"""As many contracts of one amount are worth a second look at the record."""


class Check(Struct, frozen=True):
    """One check: `verdict` is ok, doubtful or unknown; `paths` are the doubtful places."""

    code: str
    verdict: str
    reason: Reason | None
    paths: list[str]


def check(release: Json) -> list[Check]:
    """Check a release, whatever JSON it holds."""
    return [_checked(code, list(look(release))) for code, look in CHECKS.items()]


def _checked(code: str, places: list[tuple[str, bool]]) -> Check:
    doubtful = [path for path, in_order in places if not in_order]
    if not places:
        return Check(code, "unknown", None, [])
    if not doubtful:
        return Check(code, "ok", None, [])
    return Check(code, "doubtful", REASONS[code], doubtful[:MOST_PATHS])


def _bar_numbers(release: Json) -> Verdicts:
    for place, party in _rows(release, "parties"):
        identifier = _part(party, "identifier")
        number = identifier.get("id")
        if identifier.get("scheme") == "KZ-BIN" and isinstance(number, str):
            in_order = Bin.parse(number) is not None or is_person_number(number)
            yield f"/parties/{place}/identifier/id", in_order


def _dates(release: Json) -> Verdicts:
    tender = _part(release, "tender")
    for path, period in (
        ("/tender/tenderPeriod", _part(tender, "tenderPeriod")),
        ("/tender/enquiryPeriod", _part(tender, "enquiryPeriod")),
        *((f"/contracts/{n}/period", _part(c, "period")) for n, c in _rows(release, "contracts")),
    ):
        start, end = _moment(period.get("startDate")), _moment(period.get("endDate"))
        if start and end:
            yield path, start <= end
    published = _moment(tender.get("datePublished"))
    for place, contract in _rows(release, "contracts"):
        signed = _moment(contract.get("dateSigned"))
        if signed and published:
            yield f"/contracts/{place}/dateSigned", published <= signed


def _references(release: Json) -> Verdicts:
    awards = {award.get("id") for _, award in _rows(release, "awards") if _named(award.get("id"))}
    for place, contract in _rows(release, "contracts"):
        if _named(contract.get("awardID")):
            yield f"/contracts/{place}/awardID", contract["awardID"] in awards
    tender = _part(release, "tender")
    lots = {lot.get("id") for _, lot in _rows(tender, "lots") if _named(lot.get("id"))}
    for place, item in _rows(tender, "items"):
        if _named(item.get("relatedLot")):
            yield f"/tender/items/{place}/relatedLot", item["relatedLot"] in lots


def _sums(release: Json) -> Verdicts:
    for path, amount in _amounts(release):
        yield path, 0 <= amount < PLAUSIBLE


def _repeated(release: Json) -> Verdicts:
    told = [(p, amount) for p, amount in _amounts(release) if p.startswith("/contracts/")]
    counted = Counter(amount for _, amount in told)
    for path, amount in told:
        yield path, amount == 0 or counted[amount] < MANY_ALIKE


def _units(release: Json) -> Verdicts:
    for place, item in _rows(_part(release, "tender"), "items"):
        if _number(item.get("quantity")) is not None:
            unit = _part(item, "unit")
            yield f"/tender/items/{place}/unit", bool(unit.get("id") or unit.get("name"))


CHECKS: Final[dict[str, Callable[[Json], Verdicts]]] = {
    "bin_check_digit": _bar_numbers,
    "dates_in_order": _dates,
    "references_resolve": _references,
    "sums_plausible": _sums,
    "repeated_amounts": _repeated,
    "units_named": _units,
}


def _amounts(release: Json) -> Iterator[tuple[str, Decimal]]:
    stages = [("/tender", _part(release, "tender"))]
    for name in ("awards", "contracts"):
        stages += [(f"/{name}/{place}", row) for place, row in _rows(release, name)]
    for path, stage in stages:
        amount = _number(_part(stage, "value").get("amount"))
        if amount is not None:
            yield f"{path}/value/amount", amount


def _part(value: Json, name: str) -> Json:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _rows(value: Json, name: str) -> list[tuple[int, Json]]:
    found = value.get(name)
    rows = enumerate(found) if isinstance(found, list) else ()
    return [(place, row) for place, row in rows if isinstance(row, dict)]


def _named(value: Any) -> bool:
    return isinstance(value, str | int) and value != ""


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(value)


def _moment(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
