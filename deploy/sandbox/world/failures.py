"""Attempts and what follows them: the lawful next step after a failed purchase (L15, R279-R280)."""

from typing import Final

from deploy.sandbox.world import terms
from deploy.sandbox.world.complaints import complain, note_pause, pause
from deploy.sandbox.world.contracts import Deal
from deploy.sandbox.world.notices import announce, decide, end
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.planning import withdraw
from deploy.sandbox.world.procedures import (
    after_failure,
    award,
    award_all,
    choose,
    offers,
    priced,
    reject,
    schedule,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import (
    ADMITTED,
    LOT_REFUSED,
    REFUSED,
    WITHDRAWN,
    Bid,
    Lot,
    Notice,
    Times,
)
from deploy.sandbox.world.workdays import DAY, working_after

BIDDERS: Final = {
    terms.QUOTATIONS: ((0, 1, 2, 3, 4), (7, 21, 32, 26, 14)),
    0: ((0, 1, 2, 3, 4, 5), (7, 13, 27, 26, 17, 10)),
}
BIDDERS_AGAIN: Final = ((0, 1, 2, 3), (28, 22, 30, 20))
NOBODY_FIT_SHARE, ONE_TURNED_AWAY_SHARE, WITHDRAWN_SHARE = 0.03, 0.15, 0.02
REFUSED_SHARE, COMPLAINT_SHARE, PAUSE_SHARE = 0.02, 0.08, 0.04


def run(tale: Tale, method: int, lots: list[Lot], day: int) -> list[Deal]:
    """Run a purchase to its end, through repeats if need be; the contracts it led to."""
    times = schedule(tale.rng, method, day)
    if tale.rng.random() < REFUSED_SHARE:
        _refuse(tale, method, lots, times)
        return []
    chances = BIDDERS.get(method, BIDDERS[0])
    crowd = tale.suppliers(lots[0].points[0].position.sector, chances[0][-1])
    for lot in lots:
        lot.bids = _bids(tale, lot, times, method, _some(tale, crowd, chances))
        pick(lot, method)
    stopped = method == terms.COMPETITION and tale.rng.random() < PAUSE_SHARE
    stop = pause(tale, times) if stopped else None
    notice = announce(tale, method, lots, times)
    if stop:
        note_pause(notice, *stop)
    pending = complain(tale, notice) if _contested(tale, notice) else None
    decide(tale, notice)
    deals = award_all(tale, notice, pending=pending)
    for lot in lots:
        if not lot.winner:
            deals += _next_step(tale, notice, lot)
    return deals


def _contested(tale: Tale, notice: Notice) -> bool:
    open_to_complaint = notice.method in (terms.COMPETITION, terms.AUCTION, terms.FOOD)
    lots = notice.lots
    return open_to_complaint and len(lots) == 1 and tale.rng.random() < COMPLAINT_SHARE


def _some(
    tale: Tale, crowd: list[Party], chances: tuple[tuple[int, ...], tuple[int, ...]]
) -> list[Party]:
    """The first of those who watch the notice, as many as chance has it."""
    return crowd[: tale.rng.choices(*chances)[0]]


def _bids(tale: Tale, lot: Lot, times: Times, method: int, parties: list[Party]) -> list[Bid]:
    rng = tale.rng
    bids = offers(tale, lot, parties, times, method)
    if method in (terms.QUOTATIONS, terms.RATING):
        return bids
    if len(bids) > 3 and rng.random() < WITHDRAWN_SHARE:  # noqa: PLR2004 (enough of them stay)
        bids[-1].status = WITHDRAWN
    elif len(bids) > 2 and rng.random() < ONE_TURNED_AWAY_SHARE:  # noqa: PLR2004 (as above)
        reject(bids[-1:])
    elif rng.random() < NOBODY_FIT_SHARE:
        reject(bids)
    return bids


def _refuse(tale: Tale, method: int, lots: list[Lot], times: Times) -> None:
    """The budget was cut: the customer gives the purchase up before the results (L6(10)1)."""
    notice = announce(tale, method, lots, times)
    when = times.publish + 3 * 3600
    end(notice, when, REFUSED, LOT_REFUSED, "Сокращение расходов при уточнении бюджета")
    for record in [notice.record, *(lot.record for lot in lots if lot.record)]:
        record.changes = [change for change in record.changes if change[0] <= when]
    for lot in lots:
        for point in lot.points:
            withdraw(point, when + 600)


def _next_step(tale: Tale, failed: Notice, lot: Lot) -> list[Deal]:
    if failed.method == terms.QUOTATIONS and len(lot.bids) == 1:
        only = lot.bids[0]
        return _invite(tale, failed, lot, only, automatic=True)
    if failed.attempt > 1 and not lot.bids:
        sector = lot.points[0].position.sector
        chosen = Bid(tale.supplier(sector), priced(lot, 0.99), 0)
        return _invite(tale, failed, lot, chosen, automatic=False)
    if failed.attempt > 2:  # noqa: PLR2004 (after three attempts the customer gives up)
        return []
    return _repeat(tale, failed, lot)


def _invite(tale: Tale, failed: Notice, lot: Lot, only: Bid, *, automatic: bool) -> list[Deal]:
    notice, child = after_failure(
        tale, failed, lot, only.supplier, only.amount, automatic=automatic
    )  # fmt: skip
    return [award(tale, notice, child)]


def _repeat(tale: Tale, failed: Notice, lot: Lot) -> list[Deal]:
    rng, method = tale.rng, failed.method
    day = working_after(failed.times.results // DAY, rng.randint(2, 6))
    times = schedule(rng, method, day, repeated=method != terms.QUOTATIONS)
    again = Lot(lot.points)
    crowd = tale.suppliers(lot.points[0].position.sector, BIDDERS_AGAIN[0][-1])
    again.bids = _bids(tale, again, times, method, _some(tale, crowd, BIDDERS_AGAIN))
    pick(again, method)
    notice = announce(tale, method, [again], times, parent=failed)
    decide(tale, notice)
    if again.winner:
        return [award(tale, notice, again)]
    return _next_step(tale, notice, again)


def pick(lot: Lot, method: int) -> None:
    """Find the winner, if the purchase has not failed.

    Quotations fail with fewer than two offers (L15(6)-(7)), competitions when only one of several
    bidders was admitted (L15(1)3).
    """
    admitted = sum(bid.status == ADMITTED for bid in lot.bids)
    handed_in = sum(bid.status != WITHDRAWN for bid in lot.bids)
    few = handed_in < 2 if method == terms.QUOTATIONS else admitted < 2 <= handed_in  # noqa: PLR2004 (two make a contest)
    lot.winner = None
    if not few:
        choose(lot)
