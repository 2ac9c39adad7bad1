"""Deadlines of a complaint: from a route's declaration and what happened, the day and its reasons.

    seen = window(declared, events, now=now)                  # until when it may be filed
    due = deadline(declared, events, now=now)                 # until when it has to be answered
    due = deadline(declared, events, now=now, term="revision")

Pure: the same events at the same moment give the same answer. Days are those of Kazakhstan; a
term lasts to the end of its last day. A term that no lawyer has confirmed is computed and shown,
and when it has `passed` it is not `overdue`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Literal

import msgspec

from cases.law.catalogue import Declared, vocabulary
from cases.law.counting import (
    Counted,
    CountedDay,
    Pause,
    Step,
    count,
    end_of,
    local_day,
    rolled,
    step,
    unknown_step,
)
from cases.law.declaration import Reminder as Declaring
from cases.law.declaration import Route, Term
from shared.law.calendar import WorkingCalendar, kazakhstan
from shared.law.entries import UnknownLawError
from shared.vocabulary.text import Text

DAY: Final = timedelta(days=1)

State = Literal[
    "no_term",  # the route has no such term that is known
    "always",  # it may be filed at any time
    "not_started",  # the event it runs from has not happened, or is not told
    "running", "due_soon",
    "closed",  # the window is over
    "passed",  # the day is over, the term not confirmed by a lawyer
    "overdue",  # the day is over, the term confirmed
    "suspended",
    "answered", "answered_late",
    "ended",  # returned or withdrawn
    "unknown",  # it ends beyond the known calendar
]  # fmt: skip

ENDINGS: Final = ("returned", "withdrawn")
FLAWED: Final = ("extended_late", "extended_too_far", "extension_unknown")


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


class Reminder(msgspec.Struct, frozen=True):
    """A day on which to remind: `closing` (window), `due` (answer), `overdue` (confirmed only)."""

    code: Literal["closing", "due", "overdue"]
    on: date
    days_left: int


class Meaning(msgspec.Struct, frozen=True):
    """What silence means once the term is over, and the routes that are open then."""

    meaning: Literal["deemed_refusal", "nothing"]
    words: Text
    confirmed: bool
    routes: list[str]


class Deadline(msgspec.Struct, frozen=True, kw_only=True):
    """A term as it stands at a moment.

    `ends_at` is the first moment after it. `days_left` and `days_late` are working days. `flaws`
    are the codes of the steps that say what was not as it should be, or is assumed.
    """

    route: str
    version: str
    term: str
    state: State
    confirmed: bool
    starts_on: date | None = None
    due_on: date | None = None
    ends_at: datetime | None = None
    provisional: bool = False
    days_left: int | None = None
    days_late: int | None = None
    answered_on: date | None = None
    flaws: list[str] = []
    steps: list[Step] = []
    days: list[CountedDay] = []
    reminders: list[Reminder] = []
    silence: Meaning | None = None


@dataclass(frozen=True, slots=True)
class _Start:
    """The day a term runs from, how that came about, and what happened since."""

    day: date
    steps: tuple[Step, ...]
    since: tuple[Event, ...]
    flaws: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _End:
    due: date | None
    counted: Counted
    steps: tuple[Step, ...]
    flaws: tuple[str, ...]


def window(
    declared: Declared,
    events: Sequence[Event],
    *,
    now: datetime,
    calendar: WorkingCalendar | None = None,
) -> Deadline:
    """Tell until when a route may be taken."""
    calendar = calendar or kazakhstan()
    one = declared.route.window
    term = one.term()
    say = partial(
        Deadline,
        route=declared.code,
        version=declared.version,
        term="window",
        confirmed=bool(one.confirmed),
    )
    if one.kind == "open":
        return say(state="always")
    if one.kind == "unknown":
        return say(state="no_term")
    if term is None:
        return _until(declared.route, events, now, say)
    found = deadline(declared, events, now=now, term="window", calendar=calendar)
    over = found.state in {"passed", "overdue"}
    return msgspec.structs.replace(found, state="closed") if over else found


def deadline(
    declared: Declared,
    events: Sequence[Event],
    *,
    now: datetime,
    term: str = "answer",
    calendar: WorkingCalendar | None = None,
) -> Deadline:
    """Tell when a term of a route ends, and how it stands at a moment.

    Raises KeyError for a further term that the route does not have.
    """
    calendar = calendar or kazakhstan()
    route = declared.route
    declaring = dict(route.terms()).get(term)
    say = partial(Deadline, route=declared.code, version=declared.version, term=term)
    if declaring is None:
        if term not in {"window", "answer", "forward"}:
            raise KeyError(term)
        return say(state="no_term", confirmed=False)
    confirmed = bool(declaring.confirmed)
    start = _start(declared, declaring, _ordered(events), calendar)
    if start is None:
        if declaring.after == "window" and _ends_unknown(declared, events, now, calendar):
            return say(state="unknown", confirmed=confirmed, steps=[unknown_step(calendar)])
        waits = step("not_started", event=vocabulary().events[declaring.after])
        return say(state="not_started", confirmed=confirmed, steps=[waits])
    end = _end(route, term, declaring, start, calendar)
    reminders = list(_reminders(route, term, start.day, end.due, calendar))
    if confirmed and term == "answer":
        reminders += _overdue(end.due, calendar)
    answered = _answered(start, term)
    state = _state(start, end, term, answered, confirmed=confirmed)
    if state == "running":
        state = _by_day(end, local_day(now), reminders, confirmed=confirmed)
    judged = answered or local_day(now)
    late = _late(end.due, judged, calendar) if state in {"overdue", "answered_late"} else None
    return say(
        state=state,
        confirmed=confirmed,
        starts_on=start.day,
        due_on=end.due,
        ends_at=None if end.due is None else end_of(end.due),
        provisional=end.due is not None and calendar.is_provisional(end.due),
        days_left=_left(end.due, local_day(now), calendar),
        days_late=late,
        answered_on=answered,
        flaws=[*start.flaws, *end.flaws],
        steps=[*start.steps, *end.steps, *_closing(end.due, confirmed, calendar)],
        days=list(end.counted.days),
        reminders=reminders,
        silence=_silence(route) if term == "answer" and state in {"passed", "overdue"} else None,
    )


def _until(
    route: Route, events: Sequence[Event], now: datetime, say: partial[Deadline]
) -> Deadline:
    event = route.window.closes
    assert event is not None
    name = vocabulary().events[event]
    found = next((one for one in events if one.kind == event), None)
    if found is None:
        return say(state="running", steps=[step("not_started", event=name)])
    # Of a closing event whose hour is not told, its whole day is taken as closed.
    at = found.at if isinstance(found.at, datetime) else end_of(found.day - DAY)
    said = step("until_event", on=found.day, event=name, date=found.day)
    left = None if now >= at else _left(found.day, local_day(now), kazakhstan())
    state: State = "closed" if now >= at else "running"
    return say(state=state, due_on=found.day, ends_at=at, days_left=left, steps=[said])


def _ordered(events: Sequence[Event]) -> list[Event]:
    """Order by days; of one day, as they were told."""
    return sorted(events, key=lambda one: one.day)


def _start(
    declared: Declared, term: Term, events: Sequence[Event], calendar: WorkingCalendar
) -> _Start | None:
    if term.after == "window":
        return _after_window(declared, events, calendar)
    if term.after == "received":
        return _after_receipt(declared.route, term, events, calendar)
    place = _last(events, term.after)
    if place is None:
        return None
    day = events[place].day
    return _Start(day, (_from(term.after, day),), tuple(events[place + 1 :]))


def _after_window(
    declared: Declared, events: Sequence[Event], calendar: WorkingCalendar
) -> _Start | None:
    term = declared.route.window.term()
    opened = None if term is None else _start(declared, term, events, calendar)
    if term is None or opened is None:
        return None
    counted = count(term, opened.day, pauses=(), calendar=calendar)
    if counted.due is None:
        return None
    said = (*opened.steps, *counted.steps, _from("window", counted.due))
    return _Start(counted.due, said, opened.since)


def _ends_unknown(
    declared: Declared, events: Sequence[Event], now: datetime, calendar: WorkingCalendar
) -> bool:
    """Tell whether the window of a route ends beyond the known calendar."""
    return window(declared, events, now=now, calendar=calendar).state == "unknown"


def _after_receipt(
    route: Route, term: Term, events: Sequence[Event], calendar: WorkingCalendar
) -> _Start | None:
    """Start with the receipt; a transfer starts anew, on its own day until the receipt is told."""
    received, moved = _receipt(events)
    flaws = tuple(_forwarded_late(route, events, calendar))
    late = tuple(one.code for one in flaws)
    if moved is not None:
        day = events[moved].day
        said = (_from("transferred", day), step("assumed", on=day, date=day), *flaws)
        return _Start(day, said, tuple(events[moved + 1 :]), (*late, "start_assumed"))
    if received is None:
        return None
    day = events[received].day
    said = (_from("received", day), *flaws)
    since = tuple(events[received + 1 :])
    registered = _registered(day, term, calendar)
    if registered != day:
        said = (*said, step("registered", on=registered, date=registered))
    return _Start(registered, said, since, late)


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


def _end(
    route: Route, term: str, declaring: Term, start: _Start, calendar: WorkingCalendar
) -> _End:
    pauses = _pauses(start.since) if term == "answer" else []
    counted = count(declaring, start.day, pauses=pauses, calendar=calendar)
    extended = [one for one in start.since if one.kind == "extended" and term == "answer"]
    if counted.due is None or not extended:
        return _End(counted.due, counted, counted.steps, ())
    try:
        due, said = _extended(route, counted.due, extended, pauses, calendar)
    except (UnknownLawError, OverflowError):
        due, said = None, [unknown_step(calendar)]
    flaws = tuple(each.code for each in said if each.code in FLAWED)
    return _End(due, counted, (*counted.steps, *said), flaws)


def _extended(
    route: Route,
    due: date,
    extended: Sequence[Event],
    pauses: Sequence[Pause],
    calendar: WorkingCalendar,
) -> tuple[date | None, list[Step]]:
    """Return the end after all extensions, and what there is to say of them."""
    limit = _limit(route, due, calendar)
    end: date | None = due
    steps: list[Step] = []
    for one in extended:
        if end is not None:
            end, said = _extend(one, end, limit, calendar)
            end, paused = _paused_later(one, end, pauses, calendar)
            steps += [*said, *paused]
    return end, steps


def _limit(route: Route, due: date, calendar: WorkingCalendar) -> date | None:
    """Return the day to which a term may be extended at most; None: it may not."""
    if route.extension is None:
        return None
    limit = count(route.extension, due, pauses=(), calendar=calendar).due
    if limit is None:
        raise UnknownLawError(f"the limit of an extension from {due} lies beyond the calendar")
    return limit


def _extend(
    event: Event, due: date, limit: date | None, calendar: WorkingCalendar
) -> tuple[date, list[Step]]:
    """Return the new end after an extension, and what there is to say of it."""
    day = event.day
    if limit is None:
        return due, [step("extension_unknown", on=day, date=day)]
    if day > due:
        return due, [step("extended_late", on=day, date=day)]
    wanted = event.until or limit
    if wanted > limit:
        return limit, [step("extended_too_far", on=limit, date=day, other=limit)]
    until, roll = rolled(max(wanted, due), calendar)
    return until, [step("extended", on=until, date=day, other=until), *roll]


def _paused_later(
    event: Event, due: date, pauses: Sequence[Pause], calendar: WorkingCalendar
) -> tuple[date | None, list[Step]]:
    """Move the end of an extended term by the pause that began after it was extended."""
    for pause in pauses:
        if not event.day <= pause.stopped < due:
            continue
        if pause.resumed is None:
            return None, [step("suspended", on=pause.stopped, date=pause.stopped, number=0)]
        due, said = rolled(due + (pause.resumed - pause.stopped), calendar)
        return due, list(said)
    return due, []


def _pauses(events: Sequence[Event]) -> list[Pause]:
    found: list[Pause] = []
    for one in events:
        if one.kind == "suspended" and (not found or found[-1].resumed is not None):
            found.append(Pause(one.day, None))
        elif one.kind == "resumed" and found and found[-1].resumed is None:
            found[-1] = Pause(found[-1].stopped, one.day)
    return found


def _answered(start: _Start, term: str) -> date | None:
    if term != "answer":
        return None
    return next((one.day for one in start.since if one.kind == "answered"), None)


def _state(start: _Start, end: _End, term: str, answered: date | None, *, confirmed: bool) -> State:
    if answered is not None:
        late = confirmed and end.due is not None and answered > end.due
        return "answered_late" if late else "answered"
    if term != "window" and any(one.kind in ENDINGS for one in start.since):
        return "ended"
    if end.due is None:
        return "suspended" if _is_suspended(end) else "unknown"
    return "running"


def _by_day(end: _End, today: date, reminders: Sequence[Reminder], *, confirmed: bool) -> State:
    """Say how a term that runs stands on a day."""
    assert end.due is not None
    if today > end.due:
        return "overdue" if confirmed else "passed"
    soon = min((one.on for one in reminders), default=end.due)
    return "due_soon" if today >= soon else "running"


def _is_suspended(end: _End) -> bool:
    return any(one.code == "suspended" for one in end.steps)


def _reminders(
    route: Route, term: str, start: date, due: date | None, calendar: WorkingCalendar
) -> Iterator[Reminder]:
    code: Literal["closing", "due"] = "closing" if term == "window" else "due"
    for number in sorted(_of(route.reminders, term), reverse=True):
        if due is not None and (day := _before(due, number, calendar)) > start:
            yield Reminder(code, day, number)


def _overdue(due: date | None, calendar: WorkingCalendar) -> Iterator[Reminder]:
    if due is not None and (day := _next_working(due, calendar)):
        yield Reminder("overdue", day, -1)


def _of(reminders: Sequence[Declaring], term: str) -> list[int]:
    return [one.days for one in reminders if one.of == term]


def _before(due: date, number: int, calendar: WorkingCalendar) -> date:
    """Return the working day so many of them before the end, or the first that is known."""
    day = due
    while day > calendar.first and not (
        calendar.is_working(day) and calendar.working_days(day, due) >= number
    ):
        day -= DAY
    return day


def _next_working(due: date, calendar: WorkingCalendar) -> date | None:
    try:
        return calendar.add_working_days(due, 1)
    except UnknownLawError:
        return None


def _left(due: date | None, today: date, calendar: WorkingCalendar) -> int | None:
    try:
        return None if due is None else calendar.working_days(today, due)
    except UnknownLawError:
        return None


def _late(due: date | None, day: date, calendar: WorkingCalendar) -> int | None:
    left = _left(due, day, calendar)
    return None if left is None else max(0, -left)


def _closing(due: date | None, confirmed: bool, calendar: WorkingCalendar) -> Iterator[Step]:
    if due is not None:
        yield step("ends", on=due, date=due)
        if calendar.is_provisional(due):
            yield step("provisional", number=due.year)
    if not confirmed:
        yield step("unconfirmed")


def _silence(route: Route) -> Meaning:
    said = route.silence
    return Meaning(said.meaning, said.text, bool(said.confirmed), [*route.following.silence])


def _from(event: str, day: date) -> Step:
    return step("starts", on=day, event=vocabulary().events[event], date=day)


def _last(events: Sequence[Event], kind: str) -> int | None:
    places = [place for place, one in enumerate(events) if one.kind == kind]
    return places[-1] if places else None
