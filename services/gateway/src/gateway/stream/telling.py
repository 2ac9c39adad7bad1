"""Putting events into the log, in the transaction of the change they tell of.

An event has an id made of what it tells, so that what is applied twice is told once. A rebuilt
view tells nothing anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import asyncpg
import msgspec

from gateway.reads.answering import encode
from gateway.stream import recipients
from gateway.stream.catalogue import EVENTS
from gateway.view import changes
from gateway.view.rows import AlertRow, ScoreRow
from shared import events
from shared.contracts.casework.events import CaseEvent
from shared.contracts.catalogue import Indicator
from shared.contracts.drafts import DraftEvent
from shared.feed import Change

KIND: Final = "stream"
"""What followers are told to have changed: the names of the streams that grew."""

TOLD_OF: Final = ("process", "buyer")
"""Whose scores the public stream tells: lines about suppliers are not for everybody."""

Told = tuple[str, str, Mapping[str, Any]]
"""An event to be told: its id, its type, its data."""

_BEFORE: Final = """
    SELECT subject_type, subject_id, band, flagged FROM score
    WHERE (subject_type, subject_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
"""

_ALERTED: Final = """
    SELECT id, process_id, subject_type, subject_id, indicators FROM alert
    WHERE (subject_type, subject_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
"""


async def tell(
    connection: asyncpg.Connection,
    stream: str,
    told: Iterable[Told],
    *,
    seq: int,
) -> None:
    """Append events (id, type, data) to a stream; `seq` is the number of the change of the view.

    Raises KeyError for a type that is not declared.
    """
    now = await connection.fetchval("SELECT clock_timestamp()")
    made = [
        Change(key, encode({"id": key, "type": EVENTS[kind].type, "at": now, "data": data}))
        for key, kind, data in told
    ]
    if made:
        await events.append(connection, stream, made)
        await changes.record(connection, seq, KIND, [stream])


async def alerts_created(
    connection: asyncpg.Connection, rows: Sequence[AlertRow], *, seq: int
) -> None:
    """Tell of new alerts. Suppliers are told of by their process alone."""
    told = [(f"alert.created/{row.id}", "alert.created", _alert(row)) for row in rows]
    await tell(connection, events.PUBLIC, told, seq=seq)


async def scores_changed(
    connection: asyncpg.Connection, rows: Sequence[ScoreRow], *, seq: int
) -> None:
    """Tell whose band or flags are about to change; called before the rows are written.

    Who was given an alert in a dossier or an export hears in its own stream that it is corrected.
    """
    rows = [row for row in rows if row.subject_type in TOLD_OF]
    subjects = [row.subject_type for row in rows], [row.subject_id for row in rows]
    before = {_subject(row): row for row in await connection.fetch(_BEFORE, *subjects)}
    changed = [row for row in rows if _differs(before.get((row.subject_type, row.subject_id)), row)]
    told = [_score(before.get((row.subject_type, row.subject_id)), row) for row in changed]
    corrected = await _corrections(connection, changed, before)
    await tell(connection, events.PUBLIC, [*told, *corrected], seq=seq)
    for owner, own in (await recipients.of_corrections(connection, corrected)).items():
        await tell(connection, events.organisation(owner), own, seq=seq)


async def indicators_changed(
    connection: asyncpg.Connection,
    known: Sequence[tuple[Indicator, str, bytes]],
    gone: Sequence[str],
    *,
    seq: int,
) -> None:
    """Tell of indicators, each with revision and document, and of those that are gone.

    What people found of its flags is counted anew every few minutes: no change of an indicator.
    """
    before = await connection.fetch("SELECT code, revision, body FROM indicator")
    revisions = {row["code"]: row["revision"] for row in before}
    lasting = {row["code"]: _lasting(row["body"]) for row in before}
    told: list[Told] = [
        (f"indicator.changed/{each.code}/{revision}", "indicator.changed", _indicator(each))
        for each, revision, body in known
        if lasting.get(each.code) != _lasting(body)
    ]
    told += [
        (f"indicator.changed/{code}/{revisions[code]}/gone", "indicator.changed", _gone(code))
        for code in gone
        if code in revisions
    ]
    await tell(connection, events.PUBLIC, told, seq=seq)


async def drafts_moved(
    connection: asyncpg.Connection, moved: Sequence[tuple[str, DraftEvent]], *, seq: int
) -> None:
    """Tell organisations of their own drafts; each event with its key in the feed."""
    by_owner: dict[str, list[Told]] = {}
    for key, event in moved:
        by_owner.setdefault(event.organisation, []).append(_draft(key, event))
    for owner, told in sorted(by_owner.items()):
        await tell(connection, events.organisation(owner), told, seq=seq)


async def cases_moved(
    connection: asyncpg.Connection, moved: Sequence[tuple[str, CaseEvent]], *, seq: int
) -> None:
    """Tell of cases whoever may know of them; each event with its key in the feed."""
    by_stream: dict[str, list[Told]] = {}
    for key, event in moved:
        streams = [events.organisation(owner) for owner in event.organisations]
        for stream in [*streams, *([events.PUBLIC] if event.public else [])]:
            by_stream.setdefault(stream, []).append((f"{event.type}/{key}", event.type, event.data))
    for stream, told in sorted(by_stream.items()):
        await tell(connection, stream, told, seq=seq)


def _differs(before: Mapping[str, Any] | None, row: ScoreRow) -> bool:
    """Whether a change is worth an event: a first score is one only if something flags."""
    if before is None:
        return bool(row.flagged)
    return bool(before["band"] != row.band or before["flagged"] != row.flagged.split())


async def _corrections(
    connection: asyncpg.Connection,
    changed: Sequence[ScoreRow],
    before: Mapping[tuple[str, str], Mapping[str, Any]],
) -> list[Told]:
    """Find the alerts that rested on flags which are no more."""
    lost = {
        (row.subject_type, row.subject_id): (row, gone)
        for row in changed
        if (gone := _lost(before.get((row.subject_type, row.subject_id)), row))
    }
    if not lost:
        return []
    subjects = [kind for kind, _ in lost], [subject for _, subject in lost]
    found: list[Told] = []
    for alert in await connection.fetch(_ALERTED, *subjects):
        row, gone = lost[_subject(alert)]
        if withdrawn := sorted(gone & set(alert["indicators"])):
            data = {
                "alert": alert["id"],
                "process": alert["process_id"],
                "withdrawn": withdrawn,
                "band": row.band,
                "received": [],
                **_of(row.subject_type, row.subject_id),
            }
            found.append((f"alert.corrected/{alert['id']}/{row.revision}", "alert.corrected", data))
    return found


def _lost(before: Mapping[str, Any] | None, row: ScoreRow) -> set[str]:
    return set() if before is None else set(before["flagged"]) - set(row.flagged.split())


def _subject(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["subject_type"], row["subject_id"]


def _of(subject_type: str, subject_id: str) -> dict[str, str]:
    link = f"/v1/scores/{subject_type}/{subject_id}"
    return {"subject_type": subject_type, "subject_id": subject_id, "link": link}


def _alert(row: AlertRow) -> Mapping[str, Any]:
    named = row.subject_type in TOLD_OF
    return {
        "alert": row.id,
        "process": row.process_id,
        "band": row.band,
        "indicators": row.indicators.split() if named else [],
        "position": row.position,
        **(_of(row.subject_type, row.subject_id) if named else _of("process", row.process_id)),
    }


def _score(before: Mapping[str, Any] | None, row: ScoreRow) -> Told:
    key = f"score.changed/{row.subject_type}/{row.subject_id}/{row.revision}"
    data = {
        "band": row.band,
        "previous_band": before["band"] if before else None,
        "flagged": row.flagged.split(),
        "revision": row.revision,
        **_of(row.subject_type, row.subject_id),
    }
    return key, "score.changed", data


def _indicator(indicator: Indicator) -> Mapping[str, Any]:
    link = f"/v1/indicators/{indicator.code}"
    return {
        "code": indicator.code,
        "version": indicator.version,
        "life": indicator.life,
        "link": link,
    }


def _lasting(document: bytes) -> Mapping[str, Any]:
    """Return what an indicator says of itself, without what is counted of its flags."""
    said: dict[str, Any] = msgspec.json.decode(document)
    said.pop("in_practice", None)
    return said


def _draft(key: str, event: DraftEvent) -> Told:
    about = {"draft": event.draft, "code": event.code, "version": event.version}
    if event.back_test is not None:
        link = f"/v1/back-tests/{event.back_test}"
        data = {"back_test": event.back_test, **about, "outcome": event.what, "link": link}
        return f"back_test.ended/{key}", "back_test.ended", data
    link = f"/v1/indicator-drafts/{event.draft}"
    data = {**about, "step": event.what, "state": event.state, "link": link}
    return f"indicator_draft.moved/{key}", "indicator_draft.moved", data


def _gone(code: str) -> Mapping[str, Any]:
    return {"code": code, "version": None, "life": None, "link": "/v1/indicators"}
