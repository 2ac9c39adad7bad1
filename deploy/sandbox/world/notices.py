"""The life of a notice: announced, bids opened, results published, or taken back."""

from typing import Any

from deploy.sandbox.world import terms
from deploy.sandbox.world.notice_rows import app_lot, lot_row, notice_row
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.planning import PUBLISHED
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import (
    ADMITTED,
    DONE,
    HANDED_IN,
    LOT_DONE,
    LOT_FAILED,
    REFUSED,
    REVIEWED,
    SECOND,
    TAKING_BIDS,
    WINNER,
    Bid,
    Lot,
    Notice,
    Times,
)
from deploy.sandbox.world.workdays import text


def announce(
    tale: Tale,
    method: int,
    lots: list[Lot],
    times: Times,
    *,
    parent: Notice | None = None,
    invited: Party | None = None,
) -> Notice:
    """Publish a notice with its lots."""
    record = tale.add("TrdBuy", times.publish, {})
    attempt = parent.attempt + 1 if parent else 1
    number = parent.number if parent and method != terms.AFTER_FAILURE else record.id
    if method == terms.AFTER_FAILURE:
        attempt = 1
    notice = Notice(record, number, attempt, method, times, lots, parent)
    record.row.update(notice_row(tale, notice, parent, invited))
    for index, lot in enumerate(lots):
        tries = (parent.attempt if parent else 0) + 1
        planned = lot.points[0].method
        lot.record = tale.add("Lots", times.publish, {})
        lot.record.row.update(lot_row(notice, lot, planned, tries))
        for point in lot.points:
            point.record.patch(times.publish + index, refPlnPointStatusId=PUBLISHED)
    _walk_through(notice)
    return notice


def _walk_through(notice: Notice) -> None:
    times = notice.times
    if notice.method in (terms.QUOTATIONS, terms.AFTER_FAILURE):
        return
    if times.opens is not None:
        _set(notice, times.opens, TAKING_BIDS)
    if times.results > times.closes:
        _set(notice, times.closes, REVIEWED)


def _set(notice: Notice, at: int, status: int, lot_status: int | None = None) -> None:
    notice.record.patch(at, refBuyStatusId=status)
    for lot in notice.lots:
        assert lot.record
        lot.record.patch(at, refLotStatusId=lot_status or status)


def interrupt(notice: Notice, at: int, status: int, until: int, back: int, **extra: Any) -> None:
    """Put the notice in another state for a while: an appeal, a pause by the authorities."""
    _set(notice, at, status)
    notice.record.patch(at, **extra)
    _set(notice, until, back, LOT_DONE if back == DONE else None)


def end(notice: Notice, at: int, status: int, lot_status: int, reason: str) -> None:
    """Take the notice back, or have it cancelled by a decision."""
    _set(notice, at, status, lot_status)
    code = "refuseTrade" if status == REFUSED else "canceledTrade"
    cancel = {
        "id": notice.record.id, "numberDecision": str(notice.record.id % 900 + 1),
        "dateDecision": text(at - 3600), "nameAuthority": notice.lots[0].points[0].buyer.name_ru,
        "dateCreate": text(at), "trdBuyId": notice.record.id, "actTypeNameRu": "Решение",
        "actTypeNameKz": "Шешім", "typeActionsNameRu": reason, "typeActionsNameKz": reason,
        "typeActionsCode": code, "systemId": 3, "indexDate": text(at),
    }  # fmt: skip
    notice.record.patch(at, Cancel=[cancel])


def decide(tale: Tale, notice: Notice) -> None:
    """Open the bids, then publish the results: winners, second places, failed lots."""
    _enter_bids(tale, notice)
    results = notice.times.results
    notice.record.patch(results, refBuyStatusId=DONE, itogiDatePublic=text(results))
    for lot in notice.lots:
        assert lot.record
        status = LOT_DONE if lot.winner else LOT_FAILED
        lot.record.patch(results, refLotStatusId=status)
    _tell_of_one_bidder(tale, notice)


def _tell_of_one_bidder(tale: Tale, notice: Notice) -> None:
    bidders = {bid.supplier.number for lot in notice.lots for bid in lot.bids}
    if len(bidders) != 1:
        return
    if notice.method != terms.AFTER_FAILURE:
        tale.happens("one_bidder", notice.times.closes, buy=notice.record.id)
    if _turned_away_before(notice):
        invited = notice.method == terms.AFTER_FAILURE
        at = notice.times.publish if invited else notice.times.closes
        tale.happens("alone_at_last", at, buy=notice.record.id)


def _turned_away_before(notice: Notice) -> bool:
    """Whether two attempts or more failed before, one of them though several had bid."""
    attempts, crowded, earlier = 0, False, notice.parent
    while earlier:
        attempts += 1
        crowded |= any(len(lot.bids) > 1 and not lot.winner for lot in earlier.lots)
        earlier = earlier.parent
    return attempts > 1 and crowded


def _enter_bids(tale: Tale, notice: Notice) -> None:
    suppliers = {bid.supplier.pid: bid.supplier for lot in notice.lots for bid in lot.bids}
    by_time = [(bid.at, bid.supplier) for lot in notice.lots for bid in lot.bids]
    order = dict.fromkeys(party.number for _, party in sorted(by_time, key=lambda pair: pair[0]))
    known = {party.number: party for party in suppliers.values()} | {
        p.number: p for _, p in by_time
    }
    for place, number in enumerate(order):
        _enter_application(tale, notice, known[number], place)


def _enter_application(tale: Tale, notice: Notice, supplier: Party, place: int) -> None:
    mine = [
        (lot, b) for lot in notice.lots for b in lot.bids if b.supplier.number == supplier.number
    ]
    opened = notice.times.closes + 60 + place
    applied = max(bid.at for _, bid in mine)
    fraction = tale.rng.randrange(1000) * 1000
    record = tale.add("TrdApp", opened, {
        "buyId": notice.record.id, "supplierId": supplier.pid, "crFio": supplier.head,
        "modFio": supplier.head, "supplierBinIin": supplier.number, "protId": 0,
        "protNumber": None, "dateApply": f"{text(applied)}.{fraction:06}", "systemId": 3,
    })  # fmt: skip
    before = [app_lot(record.id, k, lot, bid, HANDED_IN) for k, (lot, bid) in enumerate(mine)]
    after = [app_lot(record.id, k, lot, bid, _final(lot, bid)) for k, (lot, bid) in enumerate(mine)]
    record.row["AppLots"] = before
    protocol = notice.record.id
    decided = max(notice.times.results, opened) + 1
    record.patch(decided, AppLots=after, protId=protocol, protNumber=str(protocol))


def _final(lot: Lot, bid: Bid) -> int:
    if bid is lot.winner:
        return WINNER
    if lot.winner and bid is second_of(lot):
        return SECOND
    return bid.status


def second_of(lot: Lot) -> Bid | None:
    """The best admitted bid after the winner's."""
    others = [b for b in lot.bids if b is not lot.winner and b.status == ADMITTED]
    return min(others, key=lambda bid: bid.ranked, default=None)
