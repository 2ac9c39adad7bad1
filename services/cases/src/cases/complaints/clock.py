"""The clock of a complaint: what its events make of the terms of its route, on a day."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from cases.law import deadlines
from cases.law.catalogue import Confirmation, Declared, declarations, route
from cases.law.counting import step
from cases.law.deadlines import Deadline, Event
from shared.contracts.casework.complaints import ClockStep, ClockTerm
from shared.vocabulary.text import Language

WAITING: Final = frozenset({"filed", "registered", "in_consideration"})
"""States in which an answer is waited for."""

OVER: Final = frozenset({"passed", "overdue"})
GRANTED: Final = frozenset({"accepted", "partly_accepted"})
NOT_GRANTED: Final = frozenset(
    {"refused", "no_answer_on_substance", "escalated", "closed", "expired", "withdrawn"}
)
DISSATISFIED: Final = frozenset({"partly_accepted", "refused", "no_answer_on_substance"})


class Clock(NamedTuple):
    """Until when it may be filed, and until when it has to be answered."""

    window: Deadline
    answer: Deadline


def clock(declared: Declared, happened: Sequence[Mapping[str, Any]], now: datetime) -> Clock:
    """Return the clock of a complaint; `happened` is what is kept of its events."""
    events = events_of(happened)
    return Clock(
        deadlines.window(declared, events, now=now),
        deadlines.deadline(declared, events, now=now),
    )


def columns(found: Clock) -> dict[str, Any]:
    """Return what of a clock is kept beside the events, for lists and for what is due."""
    return {
        "window_closes_on": found.window.due_on,
        "due_on": found.answer.due_on,
        "term_confirmed": found.answer.confirmed,
        "days_late": found.answer.days_late if found.answer.state == "answered_late" else None,
    }


def events_of(happened: Sequence[Mapping[str, Any]]) -> list[Event]:
    """Return what is kept of events as the law's engine reads them."""
    return [
        Event(
            one["kind"],
            date.fromisoformat(one["on"]),
            date.fromisoformat(one["until"]) if one.get("until") else None,
        )
        for one in happened
    ]


def happening(kind: str, on: date, until: date | None = None) -> dict[str, str]:
    """Return an event as it is kept."""
    more = {"until": until.isoformat()} if until is not None else {}
    return {"kind": kind, "on": on.isoformat(), **more}


def declared_of(code: str, day: date, words: Sequence[Confirmation]) -> Declared | None:
    """Return a route as of a day; None for one that was no law then."""
    if code not in declarations():
        return None
    try:
        return route(code, day, words)
    except KeyError:
        return None


def going_on(declared: Declared, state: str, found: Clock) -> list[str]:
    """Name the routes that go on from a complaint: after a refusal, or after silence."""
    following = declared.route.following
    if state in DISSATISFIED:
        return [*following.refusal]
    silent = state in WAITING and found.answer.state in OVER
    return [*following.silence] if silent else []


def explained(declared: Declared, row: Mapping[str, Any], now: datetime, language: Language) -> Any:
    """Return every term of a complaint's route, counted step by step."""
    events = events_of(row["happened"])
    window = deadlines.window(declared, events, now=now)
    named = [name for name, _ in declared.route.terms() if name != "window"]
    waiting = {one.code for one in declared.route.further if one.granted is True}
    others = [
        _if_granted(one, row["state"]) if one.term in waiting else one
        for one in (deadlines.deadline(declared, events, now=now, term=name) for name in named)
    ]
    cited = {name: term.cite for name, term in declared.route.terms()}
    return [_term(one, cited.get(one.term, []), language) for one in (window, *others)]


def _if_granted(found: Deadline, state: str) -> Deadline:
    """Return a term that runs only for a granted complaint as it stands with this one."""
    if state in GRANTED:
        return found
    stands: deadlines.State = "ended" if state in NOT_GRANTED else "not_started"
    said = [step("if_granted")]
    return replace(found, state=stands, due_on=None, days_late=None, flaws=[], steps=said)


def _term(found: Deadline, cite: Sequence[str], language: Language) -> ClockTerm:
    return ClockTerm(
        term=found.term,
        due_on=found.due_on,
        state=found.state,
        confirmed=found.confirmed,
        provisional=found.provisional,
        days_late=found.days_late,
        cite=[*cite],
        flaws=found.flaws,
        steps=[ClockStep(one.on, one.words.in_(language)) for one in found.steps],
    )
