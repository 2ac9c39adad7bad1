"""Where buyers sit and where is delivered to: KATO codes as a release gives them, kept apart.

A place of a region that was parted has a code of today and the one it was published with; it is
shown by the former and found by both.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from gateway.view import reading
from gateway.view.parties import Parties
from gateway.view.reading import Json
from shared.vocabulary import kato

MOST_PLACES: Final = 200
"""Places shown and found of one row; a purchase for all schools of a region names hundreds."""


class Codes(NamedTuple):
    """Places by their codes of today, and the codes of earlier days they were published with."""

    today: tuple[str, ...] = ()
    published: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.today)

    def found(self) -> str:
        """Return the beginnings of codes under which these places are found."""
        return " ".join(kato.under(self.today, self.published))


class Whereabouts:
    """The places of one release."""

    def __init__(self, release: Json) -> None:
        tender = reading.part(release, "tender")
        planning = reading.part(release, "planning")
        self._lots = {reading.text(lot, "id"): _codes(lot) for lot in reading.rows(tender, "lots")}
        self._items = _delivered(reading.rows(tender, "items"))
        self._plan = [self.of_point(point) for point in reading.rows(planning, "x_plan_points")]
        self._notice = Codes(_listed(reading.part(tender, "x_goszakup"), "kato"))
        self._seats = {
            reading.text(party, "id"): _codes(reading.part(party, "address"))
            for party in reading.rows(release, "parties")
        }

    def all(self) -> Codes:
        """Return every place of delivery of the process."""
        told = [*self._lots.values(), *self._items.values(), *self._plan]
        return _together(told) or self._notice

    def of_lot(self, lot: Json) -> Codes:
        """Return where a lot is delivered to; of the whole notice, if it names no place itself."""
        local = reading.text(lot, "id")
        own = self._lots.get(local) or self._items.get(local) or self._notice
        return _together([own])

    def of_contract(self, contract: Json) -> Codes:
        """Return where a contract is delivered to: the places of its lots, else of the process."""
        lots = contract.get("relatedLots")
        named = [each for each in lots if isinstance(each, str)] if isinstance(lots, list) else []
        return _together(self._lots.get(lot, Codes()) for lot in named) or self.all()

    def seats(self, parties: Parties, buyers: Iterable[str]) -> Codes:
        """Return where organisations sit."""
        wanted = set(buyers)
        links = [link.local_id for link in parties.links if link.id in wanted and not link.person]
        return _together(self._seats.get(local, Codes()) for local in links)

    @staticmethod
    def of_point(point: Json) -> Codes:
        """Return where a plan point wants the purchase delivered to."""
        return Codes(_listed(point, "kato"), _listed(point, "katoPublished"))


def _codes(value: Json) -> Codes:
    return Codes(_listed(value, "x_kato"), _listed(value, "x_kato_published"))


def _listed(value: Json, name: str) -> tuple[str, ...]:
    """Return codes that stand alone or in a list."""
    found: Any = value.get(name)
    several = found if isinstance(found, list) else [found]
    return tuple(str(code) for code in several if isinstance(code, str) and code.isdecimal())


def _delivered(items: list[Json]) -> dict[str | None, Codes]:
    found: dict[str | None, list[Codes]] = {}
    for item in items:
        place = _codes(reading.part(item, "deliveryAddress"))
        found.setdefault(reading.text(item, "relatedLot"), []).append(place)
    return {lot: _together(several) for lot, several in found.items()}


def _together(several: Iterable[Codes]) -> Codes:
    every = list(several)
    return Codes(
        _once(code for each in every for code in each.today),
        _once(code for each in every for code in each.published),
    )


def _once(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))[:MOST_PLACES]
