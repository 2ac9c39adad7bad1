"""Drafting a complaint: the route has to be open to whoever asks, and what is not says why."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from cases.complaints.addressees import addressee
from cases.complaints.clock import clock, columns, happening
from cases.complaints.store import new_id
from cases.law.catalogue import Confirmation, Declared, route, routes
from cases.law.choosing import Asked, Choice, Reason, choose
from cases.law.counting import local_day
from cases.law.deadlines import Event
from shared.contracts.casework.complaints import EventGiven, NewComplaint
from shared.errors import FieldError, GuardFailed, ValidationFailed, WindowClosed
from shared.security import Caller
from shared.vocabulary.text import LANGUAGES, Text


def draft(
    body: NewComplaint,
    caller: Caller,
    *,
    taken: Sequence[str],
    words: Sequence[Confirmation],
    now: datetime,
) -> dict[str, Any]:
    """Return the row of a new complaint; `taken` are routes that were taken in its case before.

    Raises ValidationFailed for what no word fits, GuardFailed with every reason for a route that is
    not open, WindowClosed with the day for one that no longer is.
    """
    today = local_day(now)
    if body.route not in routes(today):
        flaw = FieldError("/body/route", "unknown", f"known: {', '.join(routes(today))}")
        raise ValidationFailed("There is no such route.", errors=[flaw])
    given = events_given(body.happened, today)
    asked = Asked(
        standing=body.standing,
        stage=body.stage,
        method=body.method,
        object=body.object,
        regime=body.regime,
        region=body.region,
        events=[Event(one.kind, one.on) for one in body.happened],
        taken=[*taken],
        now=now,
    )
    let_pass(choose(asked, words, part="/body"), body.route)
    declared = route(body.route, today, words)
    to = addressee(declared.route, body.addressee, body.addressee_name, today)
    return {
        **_empty(declared, given, now),
        "id": new_id("cmp"),
        "casefile": body.case,
        "route": body.route,
        "addressee": to.code,
        "addressee_name": in_languages(to.name),
        "standing": body.standing,
        "stage": body.stage,
        "object": body.object,
        "method": body.method,
        "subject": body.subject,
        "said": body.values,
        "author": caller.member,
        "writers": [caller.member],
        "previous": body.previous,
        "recommendations": recommended(body.recommendations),
    }


def events_given(happened: Sequence[EventGiven], today: date) -> list[dict[str, str]]:
    """Return events as they are kept. Raises ValidationFailed for one that is still to come.

    What closes a window may be to come: the opening of bids.
    """
    flaws = [
        FieldError(f"/body/happened/{place}/on", "to_come", f"today is {today}")
        for place, one in enumerate(happened)
        if one.on > today and one.kind != "opening"
    ]
    if flaws:
        raise ValidationFailed("An event is still to come.", errors=flaws)
    return [happening(one.kind, one.on) for one in sorted(happened, key=lambda each: each.on)]


def let_pass(choice: Choice, code: str) -> None:
    """Let a route pass that is open. Raises WindowClosed or GuardFailed with every reason."""
    refused = next((one for one in choice.refused if one.code == code), None)
    if refused is None:
        return
    is_open = [one.code for one in choice.routes]
    closed = next((one for one in refused.reasons if one.code == "window_closed"), None)
    said = _joined(refused.reasons)
    if closed is not None and len(refused.reasons) == 1:
        assert closed.on is not None
        raise WindowClosed(said, closed_on=closed.on.isoformat(), routes=is_open)
    conditions = [f"route_{one.code}" for one in refused.reasons]
    cite = list(dict.fromkeys(place for one in refused.reasons for place in one.cite))
    raise GuardFailed(said, conditions=conditions, cite=cite, routes=is_open)


def recommended(texts: Sequence[str]) -> list[dict[str, Any]]:
    """Return recommendations nobody has answered yet."""
    nothing = {"code": None, "reason": None, "attachment": None}
    return [{"number": number, "text": text, **nothing} for number, text in enumerate(texts, 1)]


def in_languages(text: Text) -> dict[str, str]:
    """Return a text as documents show it."""
    return {language: text.in_(language) for language in LANGUAGES}


def _empty(
    declared: Declared, happened: Sequence[Mapping[str, str]], now: datetime
) -> dict[str, Any]:
    empty = (
        *("filed_on", "slip_number", "signed_copy", "registered_on", "registration_number"),
        *("extended_until", "answered_on", "answer", "approver", "letter", "following"),
        *("approved_on", "answer_attachment", "moved_on"),
        *("reminded_on", "overdue_since"),
    )
    return {
        **dict.fromkeys(empty),
        **columns(clock(declared, happened, now)),
        "happened": [*happened],
        "state": "draft",
        "revision": 1,
        "created_at": now,
        "updated_at": now,
    }


def _joined(reasons: Sequence[Reason]) -> Text:
    return Text(**{each: " ".join(one.words.in_(each) for one in reasons) for each in LANGUAGES})
