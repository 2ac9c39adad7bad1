"""Where a term of a complaint begins: with an event, a receipt, a transfer, the end of a window.

An arrival on a day off is registered on the next working day, where the term says so. A transfer
starts the term anew, on the day on which the other body receives it; until that is told, on the day
of the transfer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from cases.law.catalogue import Declared, vocabulary
from cases.law.counting import Step, count, local_day, step
from cases.law.declaration import Route, Term
from shared.law.calendar import WorkingCalendar
from shared.law.entries import UnknownLawError


class Event(msgspec.Struct, frozen=True):
    """What happened to a purchase or a complaint, by a word of vocabulary.yaml.

    `at`: the day in Kazakhstan, or the moment. `until`: the day to which a term was extended.
    """

    kind: str
    at: date | datetime
    until: date | None = None

    @property
    def day(self) -> date:
        """The day in Kazakhstan."""
        return local_day(self.at)


@dataclass(frozen=True, slots=True)
class Start:
    """The day a term runs from, how that came about, and what happened since."""

    day: date
    steps: tuple[Step, ...]
    since: tuple[Event, ...]
    flaws: tuple[str, ...] = ()


def ordered(events: Sequence[Event]) -> list[Event]:
    """Order by days; of one day, as they were told."""
    return sorted(events, key=lambda one: one.day)


def start_of(
    declared: Declared, term: Term, events: Sequence[Event], calendar: WorkingCalendar
) -> Start | None:
    """Return where a term begins; None where what it runs from is not told.

    `events` are in the order of their days.
    """
    if term.after == "window":
        return _after_window(declared, events, calendar)
    if term.after == "received":
        return _after_receipt(declared.route, term, events, calendar)
    place = _last(events, term.after)
    if place is None:
        return None
    day = events[place].day
    return Start(day, (_from(term.after, day),), tuple(events[place + 1 :]))


def _after_window(
    declared: Declared, events: Sequence[Event], calendar: WorkingCalendar
) -> Start | None:
    term = declared.route.window.term()
    opened = None if term is None else start_of(declared, term, events, calendar)
    if term is None or opened is None:
        return None
    counted = count(term, opened.day, pauses=(), calendar=calendar)
    if counted.due is None:
        return None
    said = (*opened.steps, *counted.steps, _from("window", counted.due))
    return Start(counted.due, said, opened.since)


def opens_unknown(declared: Declared, events: Sequence[Event], calendar: WorkingCalendar) -> bool:
    """Tell whether a term after the window has no start because the window has no known end."""
    term = declared.route.window.term()
    opened = None if term is None else start_of(declared, term, events, calendar)
    return opened is not None and _after_window(declared, events, calendar) is None


def _after_receipt(
    route: Route, term: Term, events: Sequence[Event], calendar: WorkingCalendar
) -> Start | None:
    """Start with the receipt; a transfer starts anew, on its own day until the receipt is told."""
    received, moved = _receipt(events)
    flaws = tuple(_forwarded_late(route, events, calendar))
    late = tuple(one.code for one in flaws)
    if moved is not None:
        day = events[moved].day
        said = (_from("transferred", day), step("assumed", on=day, date=day), *flaws)
        return Start(day, said, tuple(events[moved + 1 :]), (*late, "start_assumed"))
    if received is None:
        return None
    day = events[received].day
    said = (_from("received", day), *flaws)
    since = tuple(events[received + 1 :])
    registered = _registered(day, term, calendar)
    if registered != day:
        said = (*said, step("registered", on=registered, date=registered))
    return Start(registered, said, since, late)


def _receipt(events: Sequence[Event]) -> tuple[int | None, int | None]:
    """Return where it was received, and where it was transferred without being received since.

    What is told to have been received again was received once, unless it was returned or
    transferred in between.
    """
    received: int | None = None
    moved: int | None = None
    anew = True
    for place, one in enumerate(events):
        if one.kind == "received" and anew:
            received, moved, anew = place, None, False
        elif one.kind in {"transferred", "returned"}:
            anew = True
            moved = place if one.kind == "transferred" else moved
    return received, moved


def _forwarded_late(
    route: Route, events: Sequence[Event], calendar: WorkingCalendar
) -> Iterator[Step]:
    """Say of every transfer that came after the term to forward."""
    received: date | None = None
    for one in events:
        if one.kind == "received":
            received = one.day
        elif one.kind == "transferred" and received is not None and route.forward is not None:
            start = _registered(received, route.forward, calendar)
            due = count(route.forward, start, pauses=(), calendar=calendar).due
            if due is not None and one.day > due:
                yield step("forwarded_late", on=one.day, date=one.day, other=due)


def _registered(received: date, term: Term, calendar: WorkingCalendar) -> date:
    """Return the day on which an arrival is registered; its own where the calendar ends."""
    try:
        return calendar.next_working(received) if term.registered else received
    except UnknownLawError:
        return received


def _from(event: str, day: date) -> Step:
    return step("starts", on=day, event=vocabulary().events[event], date=day)


def _last(events: Sequence[Event], kind: str) -> int | None:
    places = [place for place, one in enumerate(events) if one.kind == kind]
    return places[-1] if places else None
