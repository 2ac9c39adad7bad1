"""What an addendum changed: each value before it and after it.

An addendum repeats the whole contract as it is to be, so what it changed is told by comparing it
with the version that it names as its parent, or that came before it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from ingestor.sources.goszakup.payloads_contracts import Contract, Line
from ingestor.sources.goszakup.translate.parts import present
from ingestor.sources.goszakup.translate.versions import Versions
from ingestor.sources.goszakup.values import key, moment, number, text

Read = Callable[[Contract], Mapping[str, Any]]

OF_LINE: Final = {"unitPrice": "item_price", "quantity": "quantity"}
"""What is compared of a line; its unit price is net of VAT."""


def changes(versions: Versions, one: Contract, sums: Read) -> list[dict[str, Any]] | None:
    """Write what a version changed; None where the version before it is not at hand.

    `sums` writes the money of a version as its contract shows it.
    """
    before = _before(versions, one)
    if before is None:
        return None
    return [*_of_contract(before, one, sums), *_of_lines(before, one)]


def _before(versions: Versions, one: Contract) -> Contract | None:
    parent = key(one.parent_id)
    named = next((each for each in versions.all if parent and key(each.id) == parent), None)
    place = versions.all.index(one)
    return named or (versions.all[place - 1] if place else None)


def _of_contract(before: Contract, after: Contract, sums: Read) -> Iterator[dict[str, Any]]:
    old, new = sums(before), sums(after)
    for name in ("value", "x_net"):
        yield from _change(name, old.get(name), new.get(name))
    yield from _change("period.endDate", moment(before.ec_end_date), moment(after.ec_end_date))
    planned = moment(before.plan_exec_date), moment(after.plan_exec_date)
    yield from _change("x_dates.planned", *planned)


def _of_lines(before: Contract, after: Contract) -> Iterator[dict[str, Any]]:
    old, new = _lines(before), _lines(after)
    for place in (each for each in new if each in old):
        for name, field in OF_LINE.items():
            values = (number(getattr(line, field)) for line in (old[place], new[place]))
            for change in _change(name, *values):
                yield present({**change, "relatedLot": place[0], "x_plan_point": place[1]})


def _lines(contract: Contract) -> dict[tuple[str | None, str | None], Line]:
    """Return the lines that a lot and a plan point name, and no other line of the contract."""
    found: dict[tuple[str | None, str | None], list[Line]] = {}
    for line in contract.contract_units or ():
        if text(line.deleted) == "1":
            continue
        found.setdefault((key(line.lot_id), key(line.pln_point_id)), []).append(line)
    return {place: lines[0] for place, lines in found.items() if any(place) and len(lines) == 1}


def _change(name: str, before: Any, after: Any) -> Iterator[dict[str, Any]]:
    """Yield a change; what only one version tells of is told, it is not a change."""
    if before is not None and after is not None and before != after:
        yield {"property": name, "former_value": before, "value": after}
