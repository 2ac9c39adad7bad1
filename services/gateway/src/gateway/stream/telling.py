"""Putting events into the log, in the transaction of the change they tell of.

An event has an id made of what it tells, so that what is applied twice is told once. A rebuilt
view tells nothing anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from gateway.reads.answering import encode
from gateway.stream import recipients
from gateway.stream.catalogue import EVENTS
from gateway.texts import BANDS
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

_Change = tuple[Mapping[str, Any] | None, ScoreRow]
"""A score as the view holds it, and as it is about to be."""

_BEFORE: Final = """
    SELECT subject_type, subject_id, band, flagged, expected FROM score
    WHERE (subject_type, subject_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))
"""

_REPLACES: Final = """
    newer.process_id = alert.process_id AND newer.position > alert.position
    AND newer.indicators @> alert.indicators
    AND array_position($1::text[], newer.band) >= array_position($1::text[], alert.band)
"""
"""A newer alert of the same purchase that says all that the older one said."""

_ALERTED: Final = f"""
    SELECT id, process_id, subject_type, subject_id, indicators,
           NOT EXISTS (SELECT FROM alert AS newer WHERE {_REPLACES}) AS stands
    FROM alert
    WHERE (subject_type, subject_id) IN (SELECT * FROM unnest($2::text[], $3::text[]))
    ORDER BY position
"""

_REPLACED: Final = f"""
    SELECT DISTINCT ON (alert.position) alert.id, alert.process_id, alert.subject_type,
           alert.subject_id, newer.id AS by, newer.band
    FROM alert AS newer JOIN alert ON {_REPLACES}
    WHERE newer.id = ANY($2::text[]) ORDER BY alert.position, newer.position
"""


async def tell(
    connection: asyncpg.Connection,
    stream: str,
    told: Iterable[Told],
    *,
    seq: int,
    at: datetime | None = None,
) -> None:
    """Append events (id, type, data) to a stream; `seq` is the number of the change of the view.

    `at` is when it happened, where not now is to be told. Raises KeyError for a type that is not
    declared.
    """
    now = at or await connection.fetchval("SELECT clock_timestamp()")
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
    """Tell of new alerts, which are written already, and of those that they replace.

    Suppliers are told of by their process alone.
    """
    told = [(f"alert.created/{row.id}", "alert.created", _alert(row, seq)) for row in rows]
    replaced = await connection.fetch(_REPLACED, list(BANDS), [row.id for row in rows])
    await tell(
        connection, events.PUBLIC, [*told, *(_replaced(row, seq) for row in replaced)], seq=seq
    )


async def scores_changed(
    connection: asyncpg.Connection, rows: Sequence[ScoreRow], *, seq: int
) -> None:
    """Tell whose band or flags are about to change; called before the rows are written.

    Of a subject with an alert, the score itself is told as well. Who was given an alert in a
    dossier or an export hears in its own stream that it is corrected.
    """
    rows = [row for row in rows if row.subject_type in TOLD_OF]
    subjects = [row.subject_type for row in rows], [row.subject_id for row in rows]
    before = {_subject(row): row for row in await connection.fetch(_BEFORE, *subjects)}
    changes_of = [(before.get((row.subject_type, row.subject_id)), row) for row in rows]
    told = [_score(was, row) for was, row in changes_of if _differs(was, row)]
    corrected, updated = await _of_alerts(connection, changes_of, seq)
    await tell(connection, events.PUBLIC, [*told, *corrected, *updated], seq=seq)
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
    for key, event in moved:
        told = [(f"{event.type}/{key}", event.type, event.data)]
        for stream in map(events.member, event.members):
            await tell(connection, stream, told, seq=seq, at=event.at)


def _differs(before: Mapping[str, Any] | None, row: ScoreRow) -> bool:
    """Whether a change is worth an event: a first score is one only if something flags."""
    if before is None:
        return bool(row.flagged)
    return bool(before["band"] != row.band or before["flagged"] != row.flagged.split())


async def _of_alerts(
    connection: asyncpg.Connection, changes_of: Sequence[_Change], seq: int
) -> tuple[list[Told], list[Told]]:
    """Find the alerts that rested on flags which are no more, and those that stand and changed."""
    moved = {
        (row.subject_type, row.subject_id): (was, row)
        for was, row in changes_of
        if was is not None and (_differs(was, row) or was["expected"] != row.expected)
    }
    if not moved:
        return [], []
    subjects = [kind for kind, _ in moved], [subject for _, subject in moved]
    corrected: list[Told] = []
    updated: list[Told] = []
    for alert in await connection.fetch(_ALERTED, list(BANDS), *subjects):
        was, row = moved[_subject(alert)]
        if withdrawn := sorted(_lost(was, row) & set(alert["indicators"])):
            corrected.append(_corrected(alert, row, withdrawn, seq))
        elif alert["stands"]:
            updated.append(_updated(alert, row, seq))
    return corrected, updated


def _lost(before: Mapping[str, Any], row: ScoreRow) -> set[str]:
    return set(before["flagged"]) - set(row.flagged.split())


def _subject(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["subject_type"], row["subject_id"]


def _of(subject_type: str, subject_id: str) -> dict[str, str]:
    link = f"/v1/scores/{subject_type}/{subject_id}"
    return {"subject_type": subject_type, "subject_id": subject_id, "link": link}


def _alert(row: AlertRow, seq: int) -> Mapping[str, Any]:
    named = row.subject_type in TOLD_OF
    return {
        "alert": row.id,
        "process": row.process_id,
        "band": row.band,
        "indicators": row.indicators.split() if named else [],
        "position": row.position,
        "version": seq,
        **(_of(row.subject_type, row.subject_id) if named else _of("process", row.process_id)),
    }


def _corrected(alert: Mapping[str, Any], row: ScoreRow, withdrawn: Sequence[str], seq: int) -> Told:
    data = {
        "alert": alert["id"],
        "process": alert["process_id"],
        "withdrawn": withdrawn,
        "band": row.band,
        "received": [],
        "version": seq,
        **_of(row.subject_type, row.subject_id),
    }
    return f"alert.corrected/{alert['id']}/{row.revision}", "alert.corrected", data


def _updated(alert: Mapping[str, Any], row: ScoreRow, seq: int) -> Told:
    data = {
        "alert": alert["id"],
        "process": alert["process_id"],
        "band": row.band,
        "score": row.expected,
        "flagged": row.flagged.split(),
        "version": seq,
        **_of(row.subject_type, row.subject_id),
    }
    return f"alert.updated/{alert['id']}/{row.revision}", "alert.updated", data


def _replaced(row: Mapping[str, Any], seq: int) -> Told:
    named = row["subject_type"] in TOLD_OF
    data = {
        "alert": row["id"],
        "process": row["process_id"],
        "by": row["by"],
        "band": row["band"],
        "version": seq,
        **(_of(*_subject(row)) if named else _of("process", row["process_id"])),
    }
    return f"alert.superseded/{row['id']}", "alert.superseded", data


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
