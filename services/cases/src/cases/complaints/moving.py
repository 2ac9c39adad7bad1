"""What a move makes of a complaint: its events, its columns, and what is refused on the way.

Pure: a row and what was given go in, the changed fields come out.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from cases.complaints import sides
from cases.complaints.clock import Clock, clock, columns, events_of, happening
from cases.complaints.sides import Side
from cases.law.catalogue import Declared
from cases.law.counting import local_day
from shared.contracts.casework.complaints import ComplaintMove, RecommendationAnswer
from shared.errors import FieldError, ValidationFailed, WindowClosed
from shared.security import Caller
from shared.vocabulary.text import Text

OPENING: Final = frozenset({"received", "transferred", "extended", "suspended", "resumed"})
"""Events of a complaint that was filed; what was not accepted is a draft without them."""

EVENTS: Final = {
    "file": "received",
    "transfer": "transferred",
    "extend": "extended",
    "suspend": "suspended",
    "resume": "resumed",
    "answer": "answered",
    "withdraw": "withdrawn",
}
"""The event of the law's clock that a move is."""

DONE_HERE: Final = frozenset({"submit", "send_back", "approve", "add_slip"})
"""Moves that nobody outside takes a part in: their day is that on which they are taken."""

PROOFS: Final = {"number": "slip_number", "evidence": "signed_copy"}
"""What proves a filing: the field of a move, and the column that keeps it."""

ADDRESSED: Final = ("addressee", "addressee_name")
"""Whom a complaint is addressed to."""

TOLD: Final = {
    "file": "complaint.filed",
    "register": "complaint.registered",
    "transfer": "complaint.transferred",
    "extend": "complaint.extended",
    "answer": "complaint.answered",
    "escalate": "complaint.escalated",
    "escalate_silence": "complaint.escalated",
}
"""What organisations are told of a move, as the catalogue of events names it."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move changes on its day: columns, and the answers to recommendations."""

    state: str
    day: date
    columns: Mapping[str, Any]
    answers: Sequence[RecommendationAnswer] = field(default_factory=list)


def move(
    row: Mapping[str, Any],
    body: ComplaintMove,
    caller: Caller,
    side: Side,
    *,
    declared: Declared,
    now: datetime,
) -> Moved:
    """Take a move.

    Raises what a life cycle raises, ValidationFailed for a day that cannot be, WindowClosed for
    what is filed after its window.
    """
    found = clock(declared, row["happened"], now)
    given = body.model_dump(exclude_none=True)
    facts = _facts(row, body, caller, found)
    if body.move == "suspend":
        facts["in_term"] = _in_term(declared, row, body, found, now)
    taken = sides.decide(body.move, row["state"], caller, side, given=given, facts=facts)
    day = _day(row, body, found, side, local_day(now))
    if body.move == "file":
        _in_its_window(declared, row, day)
    changed = _changed(row, body, caller, day)
    happened = changed.get("happened", row["happened"])
    # What came on paper may be written down after its slip was: a slip is no step of the body.
    step = row["moved_on"] if body.move == "add_slip" else day
    kept = {**columns(clock(declared, happened, now)), "moved_on": step}
    state = row["state"] if taken.stays else taken.after
    return Moved(state, day, {**changed, **kept}, body.answers)


def _facts(
    row: Mapping[str, Any], body: ComplaintMove, caller: Caller, found: Clock
) -> dict[str, bool]:
    asked = [one["number"] for one in row["recommendations"]]
    return {
        "letter": row["letter"] is not None,
        "member": caller.member is not None,
        "second_person": caller.member not in row["writers"],
        "approved_letter": row["letter"] is not None and row["approver"] is not None,
        "slip_missing": sides.lacks_slip(row),
        "overdue": found.answer.state == "overdue",
        "every_recommendation": sorted(one.number for one in body.answers) == asked,
    }


def _in_term(
    declared: Declared, row: Mapping[str, Any], body: ComplaintMove, found: Clock, now: datetime
) -> bool:
    """Tell whether a suspension stops the term: one that has ended is late, and stays so.

    Nor does one on its last day, for the day of a suspension still runs. It is the day of the
    suspension that counts, not that on which it is written down.
    """
    if found.answer.due_on is None:
        return True
    days = (body.day or local_day(now), _last(row, found))
    stopped = happening("suspended", max(day for day in days if day is not None))
    return clock(declared, [*row["happened"], stopped], now).answer.state == "suspended"


def _day(
    row: Mapping[str, Any], body: ComplaintMove, found: Clock, side: Side, today: date
) -> date:
    """Return the day of a move. Raises ValidationFailed for one to come, or before the last.

    What a body does counts from when it tells it: it cannot say that it answered in time.
    """
    day = body.day or today
    last = _last(row, found)
    flaws = []
    if day > today:
        flaws.append(FieldError("/body/day", "to_come", f"today is {today}"))
    elif day != today and (side == "addressee" or body.move in DONE_HERE):
        flaws.append(FieldError("/body/day", "not_today", f"it is done today, {today}"))
    elif last is not None and day < last:
        flaws.append(FieldError("/body/day", "too_early", f"the step before was on {last}"))
    if body.move == "extend" and body.until is not None and body.until <= day:
        flaws.append(FieldError("/body/until", "too_early", f"it is extended on {day}"))
    if flaws:
        raise ValidationFailed("A day cannot be right.", errors=flaws)
    return day


def _last(row: Mapping[str, Any], found: Clock) -> date | None:
    """Return the day of what happened last to a complaint: nothing happens to it before.

    The opening of bids closes a window and may be to come.
    """
    named = ("approved_on", "filed_on", "registered_on", "answered_on", "moved_on")
    days = [row[name] for name in named]
    days += [one.day for one in events_of(row["happened"]) if one.kind != "opening"]
    return max((day for day in (*days, found.window.starts_on) if day is not None), default=None)


def _in_its_window(declared: Declared, row: Mapping[str, Any], day: date) -> None:
    """Let pass what is filed while its window is open. Raises WindowClosed with the day."""
    closes = row["window_closes_on"]
    if closes is None or day <= closes:
        return
    going = [*declared.route.following.refusal]
    raise WindowClosed(
        Text(
            kk=f"Осы шағымды беру мерзімі аяқталды: {closes}.",
            ru=f"Срок подачи этой жалобы истёк: {closes}.",
            en=f"The term for this complaint ended on {closes}.",
        ),
        closed_on=closes.isoformat(),
        routes=going,
    )


def _changed(
    row: Mapping[str, Any], body: ComplaintMove, caller: Caller, day: date
) -> dict[str, Any]:
    """Return the columns that a move changes; its events with them."""
    happened = [*row["happened"]]
    kind = EVENTS.get(body.move)
    events = (
        {"happened": [*happened, happening(kind, day, body.until if kind == "extended" else None)]}
        if kind
        else {}
    )
    columns_of: dict[str, Callable[[], dict[str, Any]]] = {
        "approve": lambda: {"approver": caller.member, "approved_on": day},
        "send_back": lambda: _back(happened),
        "not_accept": lambda: {**_back(happened), **_to_the_first(happened)},
        "file": lambda: {
            "filed_on": day,
            "slip_number": body.number,
            "signed_copy": body.evidence,
        },
        "add_slip": lambda: _proved(row, body, happened),
        "register": lambda: {
            "registered_on": day,
            "registration_number": body.number,
            "happened": _registered(row, happened, day),
        },
        "transfer": lambda: _to_another(row, body, happened, day),
        "extend": lambda: {"extended_until": body.until},
        "answer": lambda: {
            "answered_on": day,
            "answer": body.note,
            "answer_attachment": body.evidence,
        },
        "escalate": lambda: {"following": body.complaint},
        "escalate_silence": lambda: {"following": body.complaint},
    }
    return {**events, **columns_of.get(body.move, dict)()}


def _proved(
    row: Mapping[str, Any], body: ComplaintMove, happened: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return what proves the filing: what lacked is given, and what is here is not taken again.

    A slip proves the day of filing whenever it comes; after a transfer the new body's day stays.
    Raises ValidationFailed.
    """
    given = {column: getattr(body, name) for name, column in PROOFS.items()}
    flaws = [
        FieldError(f"/body/{name}", "missing", "it is not recorded yet")
        if row[column] is None
        else FieldError(f"/body/{name}", "already_there", f"it is {row[column]}")
        for name, column in PROOFS.items()
        if (row[column] is None) == (given[column] is None)
    ]
    if flaws:
        raise ValidationFailed("What proves the filing is added once.", errors=flaws)
    found = {column: value for column, value in given.items() if value is not None}
    if "slip_number" not in found or any(one["kind"] == "transferred" for one in happened):
        return found
    received = happening("received", row["filed_on"])
    kept = [received if one["kind"] == "received" else one for one in happened]
    return {**found, "happened": kept}


def _back(happened: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Make a draft of it again: nothing was filed, and nobody has approved."""
    return {
        "approver": None,
        "approved_on": None,
        "filed_on": None,
        "slip_number": None,
        "signed_copy": None,
        "registered_on": None,
        "registration_number": None,
        "extended_until": None,
        "happened": [one for one in happened if one["kind"] not in OPENING],
    }


def _to_the_first(happened: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Address what was passed on to whom it was written to; nothing for what was not.

    Its letter is made and approved anew: what one body passed on and another did not accept is not
    filed once more as it is. Of transfers from before that was kept the last addressee stays.
    """
    passed = next((one for one in happened if one["kind"] == "transferred"), None)
    if passed is None:
        return {}
    return {"letter": None, **{name: passed[name] for name in ADDRESSED if name in passed}}


def _registered(
    row: Mapping[str, Any], happened: Sequence[Mapping[str, Any]], day: date
) -> list[Any]:
    """Say when the body received it.

    A slip proves the day of filing; without one, or after a transfer, it is that of the register.
    """
    if happened[-1]["kind"] == "transferred":
        return [*happened, happening("received", day)]
    if row["slip_number"] is not None:
        return [*happened]
    others = [one for one in happened if one["kind"] != "received"]
    return [*others, happening("received", day)]


def _to_another(
    row: Mapping[str, Any], body: ComplaintMove, happened: Sequence[Mapping[str, Any]], day: date
) -> dict[str, Any]:
    """Address it to another body, and keep with the transfer whom it was addressed to."""
    passed = {**happening("transferred", day), **{name: row[name] for name in ADDRESSED}}
    return {
        "addressee": body.addressee,
        "registered_on": None,
        "registration_number": None,
        "happened": [*happened, passed],
    }
