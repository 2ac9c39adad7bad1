"""Replies to alerts as they stand in documents.

Documents of alerts and scores carry the replies as their last member, put there when a reply comes
and again whenever the document does: a rebuilt view shows them as well.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import asyncpg

from gateway.view.process import revision_of
from gateway.view.rows import AlertRow, ScoreRow

Subject = tuple[str, str]

_MEMBER: Final = b',"replies":'
_OF_ALERTS: Final = """
    SELECT alert_id, body FROM reply WHERE alert_id = ANY($1::text[]) ORDER BY created_at, id
"""
_OF_SUBJECTS: Final = """
    WITH named AS (SELECT * FROM unnest($1::text[], $2::text[]) AS named (type, id))
    SELECT type, named.id, body FROM named JOIN reply ON
        (subject_type, subject_id) = (type, named.id)
        OR type = 'process' AND process_id = named.id
    ORDER BY created_at, reply.id
"""
_OF_PROCESS: Final = "SELECT body FROM reply WHERE process_id = $1 ORDER BY created_at, id"


async def of_alerts(
    connection: asyncpg.Connection, alerts: Sequence[str]
) -> dict[str, list[bytes]]:
    """Return the replies to alerts, the oldest first."""
    found: dict[str, list[bytes]] = {}
    for each in await connection.fetch(_OF_ALERTS, list(alerts)):
        found.setdefault(each["alert_id"], []).append(each["body"])
    return found


async def of_subjects(
    connection: asyncpg.Connection, subjects: Iterable[Subject]
) -> dict[Subject, list[bytes]]:
    """Return the replies that concern subjects: a process, those to all alerts on it."""
    named = list(subjects)
    columns = [kind for kind, _ in named], [subject for _, subject in named]
    found: dict[Subject, list[bytes]] = {}
    for row in await connection.fetch(_OF_SUBJECTS, *columns):
        found.setdefault((row["type"], row["id"]), []).append(row["body"])
    return found


async def onto_alerts(connection: asyncpg.Connection, rows: Sequence[AlertRow]) -> list[AlertRow]:
    """Return new rows of alerts with what was replied to them."""
    found = await of_alerts(connection, [row.id for row in rows])
    return [row._replace(body=with_replies(row.body, found.get(row.id, []))) for row in rows]


async def onto_scores(connection: asyncpg.Connection, rows: Sequence[ScoreRow]) -> list[ScoreRow]:
    """Return new rows of scores with what was replied to alerts on their subjects."""
    found = await of_subjects(connection, [(row.subject_type, row.subject_id) for row in rows])
    return [
        _replied(row, replies)
        if (replies := found.get((row.subject_type, row.subject_id)))
        else row
        for row in rows
    ]


async def of_process(connection: asyncpg.Connection, process: str) -> list[bytes]:
    """Return the replies to alerts on a purchase, the oldest first."""
    return [row["body"] for row in await connection.fetch(_OF_PROCESS, process)]


def with_replies(document: bytes, replies: Sequence[bytes]) -> bytes:
    """Return a document with these replies as its last member, in place of those it had.

    The member's name with its quotes stands nowhere within a text: there quotes are escaped.
    """
    if not replies:
        return document
    head, had, _ = document.partition(_MEMBER)
    return b"%b%b[%b]}" % (head if had else document[:-1], _MEMBER, b",".join(replies))


def _replied(row: ScoreRow, replies: Sequence[bytes]) -> ScoreRow:
    body = with_replies(row.body, replies)
    return row._replace(body=body, revision=revision_of(body))
