"""The parts of a process page: lots, bids, awards and contracts, as the release tells them."""

from collections import Counter
from typing import Final

from gateway.documents import Award, BidCount, Contract, Lot, Period
from gateway.view import reading
from gateway.view.parties import Parties
from gateway.view.reading import Json

LONGEST_LIST: Final = 200
"""Rows of lots, awards or contracts in one document."""


def tender_period(tender: Json) -> Period | None:
    """Return from when until when bids are taken; None if neither end is known."""
    period = reading.part(tender, "tenderPeriod")
    found = Period(reading.moment(period, "startDate"), reading.moment(period, "endDate"))
    return found if found.start or found.end else None


def bids_by_status(release: Json) -> list[BidCount]:
    """Count the bids by status, the most frequent first."""
    bids = reading.rows(reading.part(release, "bids"), "details")
    counted = Counter(reading.text(bid, "status") for bid in bids)
    return [BidCount(status, count) for status, count in counted.most_common()]


def lots(tender: Json) -> list[Lot]:
    """Return the lots of the tender."""
    return [
        Lot(
            id=reading.text(lot, "id"),
            title=reading.text(lot, "title"),
            status=reading.text(lot, "status"),
            value=reading.money(lot),
        )
        for lot in reading.rows(tender, "lots")[:LONGEST_LIST]
    ]


def awards(release: Json, parties: Parties) -> list[Award]:
    """Return the awards, whatever their status."""
    return [
        Award(
            id=reading.text(award, "id"),
            title=reading.text(award, "title"),
            status=reading.text(award, "status"),
            date=reading.moment(award, "date"),
            value=reading.money(award),
            suppliers=parties.named_in(reading.rows(award, "suppliers")),
        )
        for award in reading.rows(release, "awards")[:LONGEST_LIST]
    ]


def contracts(release: Json) -> list[Contract]:
    """Return the contracts, whatever their status."""
    return [
        Contract(
            id=reading.text(contract, "id"),
            award_id=reading.text(contract, "awardID"),
            title=reading.text(contract, "title"),
            status=reading.text(contract, "status"),
            signed=reading.moment(contract, "dateSigned"),
            value=reading.money(contract),
        )
        for contract in reading.rows(release, "contracts")[:LONGEST_LIST]
    ]
