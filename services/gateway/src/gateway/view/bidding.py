"""Bids and awards of a purchase, as the release tells them."""

from collections import Counter

from gateway.stages import Award, Bid, BidCount, LotBid
from gateway.view import reading
from gateway.view.parties import Parties
from gateway.view.reading import LONGEST_INNER_LIST, LONGEST_LIST, Json


def bids(release: Json, parties: Parties) -> list[Bid]:
    """Return the bids, whatever became of them."""
    return [_bid(bid, parties) for bid in _details(release)[:LONGEST_LIST]]


def bids_by_status(release: Json) -> list[BidCount]:
    """Count the bids by status, the most frequent first."""
    counted = Counter(reading.text(bid, "status") for bid in _details(release))
    return [BidCount(status, count) for status, count in counted.most_common()]


def awards(release: Json, parties: Parties) -> list[Award]:
    """Return the awards, whatever their status."""
    return [
        Award(
            id=reading.text(award, "id"),
            title=reading.text(award, "title"),
            status=reading.text(award, "status"),
            status_details=reading.text(award, "statusDetails"),
            date=reading.moment(award, "date"),
            value=reading.money(award),
            suppliers=parties.named_in(reading.rows(award, "suppliers")),
            lots=reading.words(award, "relatedLots"),
            bid=reading.text(award, "relatedBid"),
            reason=reading.text(award, "x_reason"),
        )
        for award in reading.rows(release, "awards")[:LONGEST_LIST]
    ]


def _details(release: Json) -> list[Json]:
    return reading.rows(reading.part(release, "bids"), "details")


def _bid(bid: Json, parties: Parties) -> Bid:
    return Bid(
        id=reading.text(bid, "id"),
        date=reading.moment(bid, "date"),
        status=reading.text(bid, "status"),
        status_details=reading.text(bid, "statusDetails"),
        tenderers=parties.named_in(reading.rows(bid, "tenderers")),
        value=reading.money(bid),
        rank=reading.whole(bid, "rank"),
        lots=[_offer(each) for each in reading.rows(bid, "lotValues")[:LONGEST_INNER_LIST]],
    )


def _offer(offer: Json) -> LotBid:
    return LotBid(
        lot=reading.text(offer, "relatedLot"),
        status=reading.text(offer, "status"),
        status_details=reading.text(offer, "statusDetails"),
        value=reading.money(offer),
        unit_price=reading.money(offer, "unitPrice"),
        rank=reading.whole(offer, "rank"),
        codes=reading.codes(offer),
    )
