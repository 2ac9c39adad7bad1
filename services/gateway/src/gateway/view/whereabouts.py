"""Where buyers sit and where is delivered to: KATO codes as a release gives them, kept apart."""

from collections.abc import Iterable
from typing import Any, Final

from gateway.view import reading
from gateway.view.parties import Parties
from gateway.view.reading import Json

MOST_PLACES: Final = 200
"""Places shown and found of one row; a purchase for all schools of a region names hundreds."""


class Whereabouts:
    """The places of one release."""

    def __init__(self, release: Json) -> None:
        tender = reading.part(release, "tender")
        self._lots = {
            reading.text(lot, "id"): self.codes(lot, "x_kato")
            for lot in reading.rows(tender, "lots")
        }
        self._items = _delivered(reading.rows(tender, "items"))
        self._plan = [
            code
            for point in reading.rows(reading.part(release, "planning"), "x_plan_points")
            for code in self.codes(point, "kato")
        ]
        self._notice = self.codes(reading.part(tender, "x_goszakup"), "kato")
        self._seats = {
            reading.text(party, "id"): self.codes(reading.part(party, "address"), "x_kato")
            for party in reading.rows(release, "parties")
        }

    def all(self) -> list[str]:
        """Return every place of delivery of the process."""
        told = [code for codes in (*self._lots.values(), *self._items.values()) for code in codes]
        return _once([*told, *self._plan] or self._notice)

    def of_lot(self, lot: Json) -> list[str]:
        """Return where a lot is delivered to; of the whole notice, if it names no place itself."""
        local = reading.text(lot, "id")
        return _once(self._lots.get(local) or self._items.get(local) or self._notice)

    def of_contract(self, contract: Json) -> list[str]:
        """Return where a contract is delivered to: the places of its lots, else of the process."""
        lots = contract.get("relatedLots")
        named = [each for each in lots if isinstance(each, str)] if isinstance(lots, list) else []
        return _once(c for lot in named for c in self._lots.get(lot, [])) or self.all()

    def seats(self, parties: Parties, buyers: Iterable[str]) -> list[str]:
        """Return where organisations sit."""
        wanted = set(buyers)
        links = [link.local_id for link in parties.links if link.id in wanted and not link.person]
        return _once(code for local in links for code in self._seats.get(local, []))

    @staticmethod
    def codes(value: Json, name: str) -> list[str]:
        """Return codes that stand alone or in a list."""
        found: Any = value.get(name)
        several = found if isinstance(found, list) else [found]
        return [str(code) for code in several if isinstance(code, str) and code.isdecimal()]


def _delivered(items: list[Json]) -> dict[str | None, list[str]]:
    found: dict[str | None, list[str]] = {}
    for item in items:
        codes = Whereabouts.codes(reading.part(item, "deliveryAddress"), "x_kato")
        found.setdefault(reading.text(item, "relatedLot"), []).extend(codes)
    return found


def _once(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))[:MOST_PLACES]
