"""How a competitive purchase goes by the law's own steps: times, bids, winner, contract, repeats.

`schedule` and `offers` decide, `hold` writes down. A scheme takes the lawful plan and bends one
thing in it; what it does not bend stays lawful.
"""

from random import Random
from typing import Final

from deploy.sandbox.world import terms
from deploy.sandbox.world.contracts import Deal, Line, conclude
from deploy.sandbox.world.notices import announce, decide
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import ADMITTED, REJECTED, Bid, Lot, Notice, Times
from deploy.sandbox.world.workdays import (
    DAY,
    at,
    is_working,
    last_day,
    office_hour,
    working_after,
    year_of,
)

CHEAPEST: Final = {"construction": 0.982, "road": 0.955, "repair": 0.86, "design": 0.915}
"""How low the lowest honest bid lies as a share of the base, by kind; above the dumping floor."""

CHEAPEST_OTHER, CHEAPEST_AUCTION = 0.915, 0.80


def schedule(rng: Random, method: int, day: int, *, repeated: bool = False) -> Times:
    """The lawful moments of an attempt that is announced on the first working day from `day`."""
    start = working_after(day, 0)
    publish = office_hour(rng, start, 10, 17)
    if method == terms.QUOTATIONS:
        least = terms.term("notice_to_deadline", method)
        closes = office_hour(rng, working_after(start, least + rng.randint(0, 3)), 17, 20)
        return Times(publish, closes, closes)
    if repeated or method == terms.SOCIAL:
        step = "repeat_to_deadline" if repeated and method != terms.RATING else "bid_window"
        step = "notice_to_deadline" if method == terms.SOCIAL else step
        least = terms.term(step, method)
        closes = office_hour(rng, working_after(start, least + rng.randint(0, 3)), 10, 18)
        return Times(publish, closes, _results(rng, method, closes), opens=publish)
    return _discussed(rng, method, publish)


def _discussed(rng: Random, method: int, publish: int) -> Times:
    days = terms.term("discussion", method)
    discussed = at(working_after(publish // DAY, days), 18)
    protocol = working_after(discussed // DAY, 1)
    opens = at(working_after(protocol, 1), 9)
    least = terms.term("bid_window", method)
    closes = office_hour(rng, working_after(opens // DAY, least - 1 + rng.randint(0, 5)), 10, 18)
    return Times(publish, closes, _results(rng, method, closes), discussed, opens)


def _results(rng: Random, method: int, closes: int) -> int:
    review = terms.term("review", method)
    if review == 0:
        return closes
    least = 2 if method == terms.AUCTION else 1
    return office_hour(rng, working_after(closes // DAY, rng.randint(least, review)), 10, 18)


def priced(lot: Lot, share: float) -> float:
    """A share of the allocated sum as a bid: with a price of one in whole tiyn."""
    if len(lot.points) > 1:
        return round(lot.amount * share, 2)
    point = lot.points[0]
    return round(int(point.price * share * 100) / 100 * point.quantity, 2)


def offers(tale: Tale, lot: Lot, parties: list[Party], times: Times, method: int) -> list[Bid]:
    """Honest bids, the first party's the cheapest, none below the dumping floor."""
    rng = tale.rng
    kind = lot.points[0].position.kind
    low = CHEAPEST_AUCTION if method == terms.AUCTION else CHEAPEST.get(kind, CHEAPEST_OTHER)
    room = 1 - low
    share = low + room * rng.uniform(0.0, 0.25)
    bids = []
    opens = times.opens or times.publish
    for number, party in enumerate(parties):
        when = rng.randrange(opens + 60, max(opens + 61, times.closes - 60))
        bids.append(Bid(party, priced(lot, share), when))
        left = len(parties) - number
        share += (0.995 - share) / left * rng.uniform(0.75, 1.0) if left > 1 else 0
    return bids


def choose(lot: Lot) -> None:
    """Let the cheapest admitted bid win, the earlier one on a tie."""
    admitted = [bid for bid in lot.bids if bid.status == ADMITTED]
    lot.winner = min(admitted, key=lambda bid: (bid.ranked, bid.at), default=None)


def reject(bids: list[Bid]) -> None:
    """Turn bids away."""
    for bid in bids:
        bid.status = REJECTED


def hold(
    tale: Tale, method: int, lots: list[Lot], times: Times, *, parent: Notice | None = None
) -> Notice:
    """Announce, take the bids that stand in the lots, publish the results."""
    notice = announce(tale, method, lots, times, parent=parent)
    decide(tale, notice)
    return notice


def signing(
    rng: Random, method: int, results: int, *, pending: int | None = None
) -> tuple[int, int]:
    """When the draft is sent and when both have signed: after the standstill, within the term.

    `pending` is the moment at which a complaint was decided, which the parties wait for.
    """
    base = pending or results
    wait = 1
    if pending is None and ("standstill", method) in STANDSTILL:
        wait = terms.term("standstill", method) + 1
    drafted = office_hour(rng, working_after(base // DAY, wait + rng.randint(0, 1)), 9, 12)
    signed = office_hour(rng, working_after(drafted // DAY, rng.randint(1, 3)), 12, 18)
    return drafted, signed


STANDSTILL: Final = {("standstill", method) for method in terms.COMPETITIVE if method not in
                     (terms.RATING, terms.TURNKEY)}  # fmt: skip


def completion(rng: Random, subject: int, signed: int, year: int) -> int:
    """The day by which the contract is to be carried out: within the year if that can be done."""
    day = signed // DAY
    least, most = {1: (16, 75), 2: (62, 200), 3: (30, 220)}[subject]
    last = last_day(max(year, year_of(day)))
    wanted = day + rng.randint(least, most)
    if wanted <= last:
        return wanted
    return last if day + least <= last else wanted


def award_all(tale: Tale, notice: Notice, *, pending: int | None = None) -> list[Deal]:
    """Sign with every winner: one contract for all the lots that he won for one customer."""
    won: dict[tuple[str, str], list[Lot]] = {}
    for lot in notice.lots:
        if lot.winner:
            parties = (lot.points[0].buyer.number, lot.winner.supplier.number)
            won.setdefault(parties, []).append(lot)
    return [award(tale, notice, *lots, pending=pending) for lots in won.values()]


def award(
    tale: Tale,
    notice: Notice,
    *lots: Lot,
    pending: int | None = None,
    payer: bool | None = None,
    days: int | None = None,
) -> Deal:
    """Sign with the winner of lots, in time; `days` sets the term that the contract gives."""
    first = lots[0]
    assert first.winner
    drafted, signed = signing(tale.rng, notice.method, notice.times.results, pending=pending)
    point = first.points[0]
    until = completion(tale.rng, point.position.subject, signed, point.year)
    if days is not None:
        until = signed // DAY + days
    return conclude(
        tale, supplier=first.winner.supplier, lines=[line for lot in lots for line in _lines(lot)],
        method=notice.method, drafted=drafted, signed=signed, until=until, notice=notice,
        payer=payer,
    )  # fmt: skip


def _lines(lot: Lot) -> list[Line]:
    """What the winner of a lot delivers, at the prices of his bid."""
    assert lot.winner
    assert lot.record
    share = lot.winner.amount / lot.amount
    return [
        Line(p, p.quantity, int(p.price * share * 100 + 1e-6) / 100, lot.record.id)
        for p in lot.points
    ]


def after_failure(
    tale: Tale,
    failed: Notice,
    lot: Lot,
    supplier: Party,
    amount: float,
    *,
    automatic: bool,
    days: int | None = None,
) -> tuple[Notice, Lot]:
    """Invite one supplier after a failed purchase, for no more than `amount`.

    `days` are the working days that pass before it; the law gives four.
    """
    rng, results = tale.rng, failed.times.results
    if automatic:
        publish = results + 120
    else:
        wait = days or rng.randint(1, 3)
        publish = office_hour(rng, working_after(results // DAY, wait), 10, 17)
    times = invitation(rng, publish)
    child = Lot(lot.points)
    child.winner = Bid(supplier, amount, times.publish + rng.randrange(3600, 40_000))
    child.bids = [child.winner]
    notice = announce(
        tale, terms.AFTER_FAILURE, [child], times, parent=failed, invited=supplier
    )  # fmt: skip
    decide(tale, notice)
    return notice, child


def invitation(rng: Random, publish: int) -> Times:
    """The lawful moments of an invitation to a single supplier."""
    closes = at(working_after(publish // DAY, terms.term("consent", terms.AFTER_FAILURE)), 9)
    review = terms.term("review", terms.AFTER_FAILURE)
    results = office_hour(rng, working_after(closes // DAY, rng.randint(0, review)), 10, 17)
    return Times(publish, closes, results)


def working_moment(rng: Random, day: int) -> int:
    """Some office hour of a day, or of the next working one."""
    return office_hour(rng, day if is_working(day) else working_after(day, 1), 9, 17)
