"""What a planted story is made of, and the shortcuts with which its file tells it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import ceil
from typing import Any, NamedTuple

from deploy.sandbox.world import terms
from deploy.sandbox.world.catalogue import Position, reserved
from deploy.sandbox.world.contracts import Deal, Line, conclude
from deploy.sandbox.world.execution import carry_out
from deploy.sandbox.world.honest import in_season
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.planning import Point, plan
from deploy.sandbox.world.procedures import (
    award,
    choose,
    completion,
    hold,
    offers,
    priced,
    schedule,
    working_moment,
)
from deploy.sandbox.world.tale import Tale
from deploy.sandbox.world.tenders import Bid, Lot, Notice, Times
from deploy.sandbox.world.workdays import DAY, iso, last_day, office_hour, working_after

SEASON = 100
"""Days that a planted purchase needs before the year ends."""


class Variant(NamedTuple):
    """One way a scheme's story goes: guilty, or innocent though it looks alike.

    A `long` one takes half a year, so it begins early in the year; one that is long twice over
    takes a whole year and begins first.
    """

    scheme: str
    innocent: bool
    story: str
    tell: Callable[[Tale], None]
    long: int = 0


class Opened(NamedTuple):
    """A purchase that is about to be announced: one lot and its lawful times."""

    lot: Lot
    times: Times
    method: int

    @property
    def point(self) -> Point:
        """The plan point behind it."""
        return self.lot.points[0]

    @property
    def sector(self) -> int:
        """The sector of the item."""
        return self.point.position.sector


def planned(
    tale: Tale,
    method: int,
    amount: float,
    kind: str = "other",
    *,
    subject: int = 1,
    position: Position | None = None,
    season: int = SEASON,
    after: int = 0,
    **more: Any,
) -> Point:
    """Put an item in the plan on the story's day, or `after` so many days, in its season."""
    tale.day = in_season(tale.rng, tale.day, season)
    when = working_moment(tale.rng, tale.day + after)
    return plan(tale, when, position or tale.spare(kind, subject=subject), method, amount, **more)


def opened(tale: Tale, method: int, amount: float, kind: str = "other", **more: Any) -> Opened:
    """Plan a competitive purchase and find its lawful times, a few days after the plan."""
    point = planned(tale, method, amount, kind, **more)
    return Opened(Lot([point]), times_for(tale, method, point), method)


def times_for(tale: Tale, method: int, point: Point, *, lead: int = 4) -> Times:
    """Lawful times of a first attempt so many days after the plan."""
    return schedule(tale.rng, method, point.record.at // DAY + lead)


def contest(tale: Tale, purchase: Opened, parties: Sequence[Party]) -> list[Bid]:
    """Let the parties bid honestly, the first one the lowest, who will win."""
    lot = purchase.lot
    lot.bids = offers(tale, lot, list(parties), purchase.times, purchase.method)
    choose(lot)
    return lot.bids


def settle(tale: Tale, purchase: Opened, **more: Any) -> tuple[Notice, Deal]:
    """Announce, decide and sign, all in time; the contract is still to be carried out."""
    notice = hold(tale, purchase.method, [purchase.lot], purchase.times)
    return notice, award(tale, notice, purchase.lot, **more)


def cheaply(purchase: Opened, share: float) -> float:
    """A bid of that share of the allocated sum."""
    return priced(purchase.lot, share)


def directly(
    tale: Tale,
    point: Point,
    supplier: Party,
    *,
    days: int = 2,
    until: int | None = None,
    reported: bool = True,
    method: int = terms.DIRECT,
) -> Deal:
    """Conclude a direct contract so many working days after the plan, with the report in time."""
    rng = tale.rng
    drafted = office_hour(rng, working_after(point.record.at // DAY, days), 9, 11)
    signed = office_hour(rng, working_after(drafted // DAY, 1), 12, 18)
    day = signed // DAY
    report = office_hour(rng, working_after(day, 2), 9, 18) if reported else None
    subject = point.position.subject
    end = until or max(completion(rng, subject, signed, point.year), day + 16)
    return conclude(
        tale, supplier=supplier, lines=[Line(point, point.quantity, point.price)], method=method,
        drafted=drafted, signed=signed, until=min(end, last_day(point.year + 1)), reported=report,
    )  # fmt: skip


def near(position: Position, amount: float) -> float:
    """A price of one, no more than is usual, at which a whole number costs that amount."""
    return round(amount / ceil(amount / position.price), 2)


def done(tale: Tale, deal: Deal) -> int:
    """Carry the contract out as it should be; the moment of the last payment."""
    return carry_out(tale, deal)


def told(tale: Tale, purchase: Opened) -> None:
    """Let the purchase go on as it should from here, and label it from its results on."""
    notice, deal = settle(tale, purchase)
    done(tale, deal)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def named(tale: Tale, sector: int, russian: str, kazakh: str) -> None:
    """Buy something of a sector by a competition whose lot bears these names."""
    purchase = opened(tale, terms.COMPETITION, 23_000_000, position=reserved((sector,), tale.order))
    contest(tale, purchase, tale.suppliers(sector, 3))
    notice = hold(tale, terms.COMPETITION, [purchase.lot], purchase.times)
    for record in (notice.record, purchase.lot.record):
        assert record
        record.row.update(nameRu=russian, nameKz=kazakh)
    deal = award(tale, notice, purchase.lot)
    done(tale, deal)
    tale.label(notice.times.publish, **where(notice=notice, deal=deal))


def listed_winner(
    tale: Tale, register: str, dated: str, *, before: bool, lasting: int = 0, **more: Any
) -> None:
    """Let a competition be won by a company that stands in a register, or will one day.

    An entry that is `lasting` so many days ends with the last of them.
    """
    purchase = opened(tale, terms.COMPETITION, 32_000_000, season=160, after=38)
    party = tale.character(tale.day * DAY + 28_000, purchase.sector)
    contest(tale, purchase, [party, *tale.suppliers(purchase.sector, 2)])
    notice, deal = settle(tale, purchase)
    last = done(tale, deal)
    at = tale.day * DAY + 36_000 if before else last + 20 * DAY
    row = {"bin": party.number, "name": party.name_ru, dated: iso(at // DAY)}
    if lasting:
        row["until"] = iso(at // DAY + lasting)
    tale.enter(register, at, **row, **more)
    tale.label(notice.times.results, **where(notice=notice, deal=deal))


def customer(tale: Tale, *, state: bool = False) -> Party:
    """Let the story be about a customer of its own, who buys nothing else."""
    tale.buyer = tale.institution(tale.day * DAY + 28_000, state=state)
    return tale.buyer


@contextmanager
def long_ago(tale: Tale, days: int) -> Iterator[None]:
    """Let what is told meanwhile have happened so many days earlier.

    The portal holds it as it ended from the story's first hour on, for the world may be younger.
    """
    today, told = tale.day, len(tale.records)
    tale.day -= days
    yield
    tale.day = today
    for record in tale.records[told:]:
        for _, fields in sorted(record.changes, key=lambda change: change[0]):
            record.row.update(fields)
        record.at, record.changes = today * DAY + 29_000, []


def where(
    *,
    notice: Notice | None = None,
    lot: Lot | None = None,
    deal: Deal | None = None,
    point: Point | None = None,
    supplier: Party | None = None,
    buyer: Party | None = None,
) -> dict[str, Any]:
    """The subject of a label, in the portal's ids."""
    found: dict[str, Any] = {}
    if notice:
        found |= {"buy": notice.record.id, "anno": notice.anno}
        lot = lot or notice.lots[0]
    if lot and lot.record:
        found["lot"] = lot.record.id
        point = point or lot.points[0]
    if deal:
        found |= {"contract": deal.root.id, "number": deal.number}
        point = point or deal.lines[0].point
        supplier = supplier or deal.supplier
    if point:
        found |= {"plan": point.root, "customer_bin": point.buyer.number}
    if supplier:
        found["supplier_biin"] = supplier.number
    if buyer:
        found["customer_bin"] = buyer.number
    return found
