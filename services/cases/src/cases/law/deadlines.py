"""Deadlines of a complaint: from a route's declaration and what happened, the day and its reasons.

    seen = window(declared, events, now=now)                  # until when it may be filed
    due = deadline(declared, events, now=now)                 # until when it has to be answered
    due = deadline(declared, events, now=now, term="revision")

Pure: the same events at the same moment give the same answer. Days are those of Kazakhstan; a
term lasts to the end of its last day. A term that no lawyer has confirmed is computed and shown,
and when it has `passed` it is not `overdue`.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Literal

import msgspec

from cases.law.catalogue import Declared, vocabulary
from cases.law.counting import CountedDay, Step, end_of, local_day, step, unknown_step
from cases.law.declaration import Further, Route, Term
from cases.law.ending import End, end_of_term, is_suspended
from cases.law.reminding import Reminder, days_late, days_left, overdue_of, reminders_of
from cases.law.starting import Event, Start, opens_unknown, ordered, start_of
from shared.law.calendar import WorkingCalendar, kazakhstan
from shared.vocabulary.text import Text

__all__ = ["Deadline", "Event", "Meaning", "Reminder", "State", "deadline", "window"]

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

STILL_RUNNING: Final = ("running", "due_soon")
ENDINGS: Final = ("returned", "withdrawn")


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
    declaring = dict(declared.route.terms()).get(term)
    if declaring is None:
        if term not in {"window", "answer", "forward"}:
            raise KeyError(term)
        return Deadline(
            route=declared.code,
            version=declared.version,
            term=term,
            state="no_term",
            confirmed=False,
        )
    start = start_of(declared, declaring, ordered(events), calendar)
    if start is None:
        return _without_start(declared, term, declaring, events, calendar)
    return _counted(declared, term, declaring, start, now=now, calendar=calendar)


def _without_start(
    declared: Declared,
    term: str,
    declaring: Term,
    events: Sequence[Event],
    calendar: WorkingCalendar,
) -> Deadline:
    """Say what a term waits for, or that the window it follows has no known end."""
    unknown = declaring.after == "window" and opens_unknown(declared, ordered(events), calendar)
    waits = step("not_started", event=vocabulary().events[declaring.after])
    return Deadline(
        route=declared.code,
        version=declared.version,
        term=term,
        state="unknown" if unknown else "not_started",
        confirmed=bool(declaring.confirmed),
        steps=[unknown_step(calendar) if unknown else waits],
    )


def _counted(
    declared: Declared,
    term: str,
    declaring: Term,
    start: Start,
    *,
    now: datetime,
    calendar: WorkingCalendar,
) -> Deadline:
    """Count a term that has begun, and say how it stands."""
    route, confirmed = declared.route, bool(declaring.confirmed)
    end = end_of_term(route, term, declaring, start, calendar)
    reminders = list(reminders_of(route, term, start.day, end.due, calendar))
    if confirmed and term == "answer":
        reminders += overdue_of(end.due, calendar)
    answered, today = _answered(start, term), local_day(now)
    endings = _endings(term, declaring)
    state = _state(start, end, endings, answered, confirmed=confirmed)
    if state == "running":
        state = _by_day(end, today, reminders, confirmed=confirmed)
    is_late = state in {"overdue", "answered_late"}
    return Deadline(
        route=declared.code,
        version=declared.version,
        term=term,
        state=state,
        confirmed=confirmed,
        starts_on=start.day,
        due_on=end.due,
        ends_at=None if end.due is None else end_of(end.due),
        provisional=end.due is not None and calendar.is_provisional(end.due),
        days_left=days_left(end.due, today, calendar) if state in STILL_RUNNING else None,
        days_late=days_late(end.due, answered or today, calendar) if is_late else None,
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
        return say(state="running", steps=[step("until_untold", event=name)])
    # Of a closing event whose hour is not told, its whole day is taken as closed.
    at = found.at if isinstance(found.at, datetime) else end_of(found.day - DAY)
    said = step("until_event", on=found.day, event=name, date=found.day)
    left = None if now >= at else days_left(found.day, local_day(now), kazakhstan())
    state: State = "closed" if now >= at else "running"
    steps = [said] if route.window.confirmed else [said, step("unconfirmed")]
    return say(state=state, due_on=found.day, ends_at=at, days_left=left, steps=steps)


def _answered(start: Start, term: str) -> date | None:
    if term != "answer":
        return None
    return next((one.day for one in start.since if one.kind == "answered"), None)


def _endings(term: str, declaring: Term) -> list[str]:
    """Name the events that end a term; a window ends by its day alone."""
    own = declaring.ends if isinstance(declaring, Further) else None
    return [] if term == "window" else [*ENDINGS, *([own] if own else [])]


def _state(
    start: Start, end: End, endings: Sequence[str], answered: date | None, *, confirmed: bool
) -> State:
    if answered is not None:
        late = confirmed and end.due is not None and answered > end.due
        return "answered_late" if late else "answered"
    if any(one.kind in endings for one in start.since):
        return "ended"
    if end.due is None:
        return "suspended" if is_suspended(end) else "unknown"
    return "running"


def _by_day(end: End, today: date, reminders: Sequence[Reminder], *, confirmed: bool) -> State:
    """Say how a term that runs stands on a day."""
    assert end.due is not None
    if today > end.due:
        return "overdue" if confirmed else "passed"
    soon = min((one.on for one in reminders), default=end.due)
    return "due_soon" if today >= soon else "running"


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
