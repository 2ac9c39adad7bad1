"""Awards, one for each lot's winner; a failed lot has one without anybody.

The second place is no award: it stands as `rank` on its bid. It becomes one when a contract with
that bidder shows that the winner did not sign, and the winner's own award is cancelled then. A
contract whose lot has no award for its supplier (a direct contract, or bids that are not at hand)
stands for its own award.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from ingestor.sources.goszakup.payloads_purchases import Application, LotBid
from ingestor.sources.goszakup.translate.bids import bidder, rank
from ingestor.sources.goszakup.translate.lots import items_of
from ingestor.sources.goszakup.translate.parts import money, present
from ingestor.sources.goszakup.translate.versions import Versions
from ingestor.sources.goszakup.translate.view import View
from ingestor.sources.goszakup.values import key, moment, text

SUPERSEDED: Final = "The contract was made with the second place"
OF_ITEMS: Final = ("id", "description", "classification", "quantity", "relatedLot")
"""What an award says of the things awarded; what they cost is its value."""

Offer = tuple[Application, LotBid]
Award = dict[str, Any]


class Awards:
    """The awards of one process while its contracts look for theirs."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._all: list[Award] = []
        self._by_lot: dict[tuple[str, str], Award] = {}
        self._seconds: dict[tuple[str, str], Offer] = {}
        self._lives: dict[str, bool] = {}
        for application in view.bundle.bids or ():
            for offer in application.app_lots or ():
                self._add(application, offer)
        self._add_failed()

    def written(self) -> list[Award]:
        """Return every award, once all contracts have found theirs.

        A contract not concluded undoes its award, unless another one carries it out.
        """
        replaced = self._lots_of_seconds()
        for award in self._all:
            lots = award.get("relatedLots", [])
            waits = award.get("x_place") == 1 and award["id"] not in self._lives
            if self._lives.get(award["id"]) is False:
                award["status"] = "cancelled"
            elif waits and not replaced.isdisjoint(lots):
                award |= {"status": "cancelled", "x_reason": SUPERSEDED}
        return self._all

    def of_contract(
        self, versions: Versions, contract: dict[str, Any], lots: Sequence[str]
    ) -> list[str]:
        """Return the awards that a contract carries out."""
        suppliers = [one["id"] for one in contract.get("suppliers", [])]
        found = [
            award
            for lot in lots
            for supplier in suppliers
            if (award := self._found(lot, supplier, contract)) is not None
        ]
        if not found:
            found = [self._implied(versions, contract)]
        for award in found:
            lives = self._lives.get(award["id"], False) or contract.get("status") != "cancelled"
            self._lives[award["id"]] = lives
            _name_items(award, contract)
        return [award["id"] for award in found]

    def _lots_of_seconds(self) -> set[str]:
        """Return the lots of which the second place has a contract that lives."""
        return {
            lot
            for award in self._all
            if award.get("x_place", 1) > 1 and self._lives.get(award["id"])
            for lot in award.get("relatedLots", [])
        }

    def _add(self, application: Application, offer: LotBid) -> None:
        place, who = rank(self._view, offer), bidder(self._view, application, "tenderer")
        if place is None or who is None:
            return
        if place > 1:
            self._seconds.setdefault((key(offer.lot_id) or "", who["id"]), (application, offer))
            return
        notice = self._view.bundle.notice
        self._award((application, offer), moment(notice.itogi_date_public) if notice else None)

    def _found(self, lot: str, supplier: str, contract: Mapping[str, Any]) -> Award | None:
        """Return the award of a lot to a supplier; a second place who signs is awarded then."""
        held, second = self._by_lot.get((lot, supplier)), self._seconds.get((lot, supplier))
        if held is None and second is not None:
            return self._award(second, contract.get("dateSigned"), place=2)
        return held

    def _award(self, found: Offer, date: str | None, place: int = 1) -> Award:
        application, offer = found
        lot, who = key(offer.lot_id), bidder(self._view, application, "supplier")
        assert who is not None
        award = present(
            {
                "id": key(offer.id) or f"{key(application.id)}-{lot or 'lot'}",
                "title": self._title(lot),
                "status": "active",
                "date": date,
                "value": money(offer.amount),
                "suppliers": [who],
                "items": _shortened(items_of(self._view, lot)),
                "relatedLots": [lot] if lot else None,
                "relatedBid": key(application.id),
                "x_place": place,
            }
        )
        self._all.append(award)
        self._by_lot.setdefault((lot or "", who["id"]), award)
        return award

    def _add_failed(self) -> None:
        """Write that a lot's purchase failed: an award to nobody."""
        notice = self._view.bundle.notice
        for name, lot in self._view.lots.items():
            status = self._view.meaning(
                "ref_lots_status", "lots", lot.ref_lot_status_id, lot.ref_lots_status
            )
            if status.word == "unsuccessful":
                failed = {
                    "id": f"{name}-unsuccessful",
                    "title": text(lot.name_ru),
                    "status": "unsuccessful",
                    "date": moment(notice.itogi_date_public) if notice else None,
                    "relatedLots": [name],
                    "x_reason": status.details(),
                }
                self._all.append(present(failed))

    def _implied(self, versions: Versions, contract: dict[str, Any]) -> Award:
        award = present(
            {
                "id": f"contract-{versions.root}",
                "title": contract.get("description") or contract.get("title"),
                "status": "active",
                "date": contract.get("dateSigned"),
                "value": contract.get("value"),
                "suppliers": contract.get("suppliers"),
                "relatedLots": contract.get("relatedLots"),
                "x_implied": True,
            }
        )
        self._all.append(award)
        return award

    def _title(self, lot: str | None) -> str | None:
        found = self._view.lots.get(lot or "")
        return text(found.name_ru) if found else None


def _name_items(award: Award, contract: Mapping[str, Any]) -> None:
    """Let the lines of the contract say what was awarded where the lot has no product code."""
    if any("classification" in item for item in award.get("items", ())):
        return
    lots = award.get("relatedLots", [])
    lines = [one for one in contract.get("items", ()) if one.get("relatedLot") in lots or not lots]
    if named := _shortened(lines):
        award["items"] = named


def _shortened(items: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: item[name] for name in OF_ITEMS if name in item} for item in items]
