"""Where a term of a complaint ends: after its days, its extensions and its suspensions.

An answer ends a suspension as its resumption does: the days that were left then are left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from cases.law.counting import Counted, Pause, Step, count, rolled, step, unknown_step
from cases.law.declaration import Route, Term
from cases.law.starting import Event, Start
from shared.law.calendar import WorkingCalendar
from shared.law.entries import UnknownLawError

RESUMING: Final = ("resumed", "answered")
"""What ends a suspension."""

FLAWED: Final = ("extended_late", "extended_too_far", "extension_unknown")


@dataclass(frozen=True, slots=True)
class End:
    """The last day of a term, None where it has none; how it was counted, what was flawed."""

    due: date | None
    counted: Counted
    steps: tuple[Step, ...]
    flaws: tuple[str, ...]


def end_of_term(
    route: Route, term: str, declaring: Term, start: Start, calendar: WorkingCalendar
) -> End:
    """Count a term from its start; only the answer's is extended and suspended."""
    pauses = _pauses(start.since) if term == "answer" else []
    counted = count(declaring, start.day, pauses=pauses, calendar=calendar)
    extended = [one for one in start.since if one.kind == "extended" and term == "answer"]
    if counted.due is None or not extended:
        return End(counted.due, counted, counted.steps, ())
    try:
        due, said = _extended(route, counted.due, extended, pauses, calendar)
    except (UnknownLawError, OverflowError):
        due, said = None, [unknown_step(calendar)]
    flaws = tuple(each.code for each in said if each.code in FLAWED)
    return End(due, counted, (*counted.steps, *said), flaws)


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
        elif one.kind in RESUMING and found and found[-1].resumed is None:
            found[-1] = Pause(found[-1].stopped, one.day)
    return found


def is_suspended(end: End) -> bool:
    """Tell whether it has no end because it stands still."""
    return any(one.code == "suspended" for one in end.steps)
