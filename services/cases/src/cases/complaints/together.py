"""One move of several complaints: an organisation that waits for many answers follows them at once.

All of them are moved or none; each that cannot be is named by its place among them.
"""

from collections.abc import Iterator, Sequence

from fastapi import Request, Response

from cases.complaints import store
from cases.complaints.carrying import known, shown, take
from cases.desk import Desk
from cases.events import record
from cases.letters.confirmations import words
from shared.contracts.casework.complaints import (
    ComplaintMove,
    ComplaintsMove,
    ComplaintsMoved,
    MovedTogether,
)
from shared.errors import FieldError, Problem, ValidationFailed
from shared.security import Caller


async def move_together(
    desk: Desk, request: Request, caller: Caller, body: ComplaintsMove
) -> Response:
    """Take the move of each. Raises ValidationFailed that names each that cannot be moved."""
    async with desk.once(request, caller) as attempt:
        if attempt.replay is not None:
            return attempt.replay
        connection, now = attempt.connection, attempt.now
        ids = [one.id for one in body.complaints]
        await store.lock(connection, ids)
        given = await words(connection)
        flaws, rows, events = [*_twice(ids)], [], []
        for place, one in enumerate(body.complaints):
            try:
                row = await known(connection, one.id, caller, "own", now=now, lock=True)
                after, happened = await take(
                    connection, row, _of(one, body), caller, side="own", now=now, given=given
                )
            except Problem as refusal:
                flaws += _flaws(refusal, place)
            else:
                rows.append(after)
                events.append(happened)
        if flaws:
            raise ValidationFailed("Nothing was moved: not all of them can be.", errors=flaws)
        await record(connection, caller, now, *events)
        return attempt.answer(ComplaintsMoved([*await shown(connection, rows, caller, now)]))


def _of(one: MovedTogether, body: ComplaintsMove) -> ComplaintMove:
    """Return the move of one complaint: what is said of all, and before it what is said of it."""
    of_all = body.model_dump(exclude={"complaints"}, exclude_unset=True)
    return ComplaintMove(**{**of_all, **one.model_dump(exclude={"id"}, exclude_unset=True)})


def _twice(ids: Sequence[str]) -> Iterator[FieldError]:
    for place, id_ in enumerate(ids):
        if id_ in ids[:place]:
            yield FieldError(f"/body/complaints/{place}", "twice", "it is named before")


def _flaws(refusal: Problem, place: int) -> Iterator[FieldError]:
    """Say of a complaint why it cannot be moved: each flaw of what was given, or the refusal."""
    pointer = f"/body/complaints/{place}"
    for flaw in refusal.errors:
        yield FieldError(pointer, flaw.code, flaw.message)
    if not refusal.errors:
        said = refusal.detail if isinstance(refusal.detail, str) else refusal.detail.en
        yield FieldError(pointer, refusal.code, said)
