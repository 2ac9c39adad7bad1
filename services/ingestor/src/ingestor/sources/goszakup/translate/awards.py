"""Awards, one for each lot's winner; a second winner waits; a failed lot has one without anybody.

A contract whose lot has no award for its supplier (a direct contract, or bids that are not at hand)
stands for its own award.
"""

from collections.abc import Sequence
from typing import Any

from ingestor.sources.goszakup.payloads_purchases import Application, LotBid
from ingestor.sources.goszakup.translate.bids import bidder, outcome
from ingestor.sources.goszakup.translate.parts import money, present
from ingestor.sources.goszakup.translate.versions import Versions
from ingestor.sources.goszakup.translate.view import View
from ingestor.sources.goszakup.values import key, moment, text


class Awards:
    """The awards of one process while its contracts look for theirs."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._by_lot: dict[tuple[str, str], dict[str, Any]] = {}
        self._all: list[dict[str, Any]] = []
        for application in view.bundle.bids or ():
            for offer in application.app_lots or ():
                self._add(application, offer)
        self._add_failed()

    def written(self) -> list[dict[str, Any]]:
        """Return every award."""
        return self._all

    def of_contract(
        self, versions: Versions, contract: dict[str, Any], lots: Sequence[str]
    ) -> list[str]:
        """Return the awards that a contract carries out, and settle them by what became of it."""
        suppliers = [one["id"] for one in contract.get("suppliers", [])]
        found = [
            award
            for lot in lots
            for supplier in suppliers
            if (award := self._by_lot.get((lot, supplier))) is not None
        ]
        if not found:
            found = [self._implied(versions, contract)]
        for award in found:
            self._settle(award, contract.get("status"))
        return [award["id"] for award in found]

    def _add(self, application: Application, offer: LotBid) -> None:
        word = outcome(self._view, offer).word
        who = bidder(self._view, application, "supplier") if word in ("winner", "second") else None
        if who is None:
            return
        notice = self._view.bundle.notice
        award = present(
            {
                "id": key(offer.id) or f"{key(application.id)}-{key(offer.lot_id) or 'lot'}",
                "title": self._title(key(offer.lot_id)),
                "status": "active" if word == "winner" else "pending",
                "date": moment(notice.itogi_date_public) if notice else None,
                "value": money(offer.amount),
                "suppliers": [who],
                "relatedLots": [key(offer.lot_id)] if key(offer.lot_id) else None,
                "relatedBid": key(application.id),
                "x_place": 1 if word == "winner" else 2,
            }
        )
        self._all.append(award)
        self._by_lot.setdefault((key(offer.lot_id) or "", who["id"]), award)

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

    def _implied(self, versions: Versions, contract: dict[str, Any]) -> dict[str, Any]:
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

    @staticmethod
    def _settle(award: dict[str, Any], contract: str | None) -> None:
        """A contract not concluded undoes its award; one that lives confirms a second winner's."""
        if contract == "cancelled":
            award["status"] = "cancelled"
        elif award["status"] == "pending" and contract is not None:
            award["status"] = "active"

    def _title(self, lot: str | None) -> str | None:
        found = self._view.lots.get(lot or "")
        return text(found.name_ru) if found else None
