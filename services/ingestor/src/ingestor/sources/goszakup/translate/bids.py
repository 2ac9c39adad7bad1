"""Applications of suppliers: one bid each, its price and its place for every lot in `lotValues`.

`rank` is that of OCDS for the European Union (its extension for eForms): 1 won, 2 is the second
place, which gets the contract should the winner not sign.
"""

from typing import Any, Final

from ingestor.sources.goszakup.dictionaries import Meaning, accepting
from ingestor.sources.goszakup.payloads_purchases import Application, LotBid
from ingestor.sources.goszakup.translate.parts import money, present
from ingestor.sources.goszakup.translate.view import View
from ingestor.sources.goszakup.values import key, moment, number

# What became of a lot's bid, in the words of OCDS; one only submitted is pending until results.
WORDS: Final = {
    "winner": "valid",
    "second": "valid",
    "admitted": "valid",
    "disqualified": "disqualified",
    "withdrawn": "withdrawn",
}
RANKS: Final = {"winner": 1, "second": 2}
"""Places that the results of a lot name; nobody tells those behind them."""


def bids(view: View) -> list[dict[str, Any]] | None:
    """Write every bid; None where they are not known, or cannot be known before the deadline."""
    received = view.bundle.bids
    if received is None or (not received and _still_open(view)):
        return None
    decided = decided_lots(view)
    return [_bid(view, application, decided) for application in received]


def tenderers(view: View) -> dict[str, Any]:
    """Write who took part, each once however many applications there are."""
    received = view.bundle.bids
    if received is None or (not received and _still_open(view)):
        return {}
    bidders = [bidder(view, one, "tenderer") for one in received]
    found = {one["id"]: one for one in bidders if one is not None}
    count = len(found) + bidders.count(None)
    return {"numberOfTenderers": count, "tenderers": list(found.values())}


def bidder(view: View, application: Application, role: str) -> dict[str, Any] | None:
    """Return a reference to who applied."""
    return view.parties.refer(role, application.supplier_bin_iin, pid=application.supplier_id)


def outcome(view: View, offer: LotBid) -> Meaning:
    """Tell what became of a bid on a lot: `word` is "winner", "second", "submitted"…, or None."""
    return view.meaning("ref_po_st", "bids", offer.status_id, offer.ref_app_status)


def rank(view: View, offer: LotBid) -> int | None:
    """Return the place that the results give a bid on a lot; None where they give none."""
    return RANKS.get(outcome(view, offer).word or "")


def decided_lots(view: View) -> frozenset[str]:
    """Return the lots that have a winner, or are told complete or failed."""
    won = {
        key(offer.lot_id) or ""
        for application in view.bundle.bids or ()
        for offer in application.app_lots or ()
        if outcome(view, offer).word == "winner"
    }
    over = {
        name
        for name, lot in view.lots.items()
        if view.meaning("ref_lots_status", "lots", lot.ref_lot_status_id, lot.ref_lots_status).word
        in ("complete", "unsuccessful")
    }
    return frozenset(won | over)


def _still_open(view: View) -> bool:
    notice = view.bundle.notice
    return notice is not None and accepting(key(notice.ref_buy_status_id))


def _bid(view: View, application: Application, decided: frozenset[str]) -> dict[str, Any]:
    offers = application.app_lots or []
    values = [_lot_value(view, offer, decided) for offer in offers]
    amounts = [number(offer.amount) for offer in offers]
    known = [amount for amount in amounts if amount is not None]
    who = bidder(view, application, "tenderer")
    return present(
        {
            "id": key(application.id),
            "date": moment(application.date_apply),
            "status": _together([value.get("status") for value in values]),
            "tenderers": [who] if who else None,
            "value": money(sum(known)) if known and len(known) == len(amounts) else None,
            "rank": values[0].get("rank") if len(values) == 1 else None,
            "relatedLots": [key(offer.lot_id) for offer in offers if key(offer.lot_id)],
            "lotValues": values,
        }
    )


def _together(statuses: list[str | None]) -> str | None:
    """Say of a bid on several lots what holds for the best of them."""
    for word in ("valid", "pending", "disqualified", "withdrawn"):
        if word in statuses:
            return word if word in ("valid", "pending") or set(statuses) == {word} else None
    return None


def _lot_value(view: View, offer: LotBid, decided: frozenset[str]) -> dict[str, Any]:
    result = outcome(view, offer)
    status = WORDS.get(result.word or "")
    if result.word == "submitted":
        status = "valid" if key(offer.lot_id) in decided else "pending"
    discounted = number(offer.discount_price)
    return present(
        {
            "id": key(offer.id),
            "relatedLot": key(offer.lot_id),
            "status": status,
            "statusDetails": result.details(),
            "value": money(offer.amount),
            "rank": rank(view, offer),
            "unitPrice": money(offer.price),
            "x_discount": number(offer.discount_value),
            "x_conditional": money(discounted) if discounted else None,
            "x_goszakup": present({"status": result.code, "outcome": result.word}),
        }
    )
