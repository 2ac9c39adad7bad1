"""Replying to an alert: who may, and how it comes to stand wherever the alert or a score is."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import asyncpg
import msgspec

from gateway.reads import replies as shown
from gateway.reads.answering import encode
from gateway.reads.replies import Subject
from gateway.stream.telling import TOLD_OF, tell
from gateway.subscriptions.documents import AlertReply
from gateway.subscriptions.store import speaks_for
from gateway.view import changes
from gateway.view.process import revision_of
from gateway.who.doing import Doing
from gateway.who.organisations import new_id
from shared import events
from shared.errors import GuardFailed, NotFound

MOST: Final = 5
"""Replies of one organisation to one alert: a later one adds to those before, it replaces none."""

_ALERT: Final = "SELECT process_id, subject_type, subject_id FROM alert WHERE id = $1"
_PARTY: Final = """
    SELECT party_id, max(name) AS name, CASE role WHEN 'buyer' THEN 'buyer' ELSE 'supplier' END
           AS role
    FROM part WHERE process_id = $1 AND party_id = ANY($2::text[]) AND NOT weak
    GROUP BY party_id, 3 ORDER BY 3 LIMIT 1
"""
_ADD: Final = """
    INSERT INTO reply (id, alert_id, process_id, subject_type, subject_id, organisation_id,
                       created_at, body)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""


class Said(NamedTuple):
    """What somebody wants to reply."""

    language: str
    text: str


async def add(do: Doing, organisation: str, alert: str, said: Said) -> AlertReply:
    """Keep a reply, show it, and tell of it.

    Raises NotFound for an alert that is not there; GuardFailed for who is not verified to speak for
    a party of its purchase, and for too many.
    """
    # The view is locked first, as the worker does: what it writes meanwhile has the reply or waits.
    seq = await changes.take_number(do.connection)
    about = await do.connection.fetchrow(_ALERT, alert)
    if about is None:
        raise NotFound("There is no such alert.")
    party = await _party(do.connection, organisation, about["process_id"])
    held = "SELECT count(*) FROM reply WHERE alert_id = $1 AND organisation_id = $2"
    if await do.connection.fetchval(held, alert, organisation) >= MOST:
        raise GuardFailed(f"An organisation replies to an alert {MOST} times at most.")
    process, subject = about["process_id"], (about["subject_type"], about["subject_id"])
    reply = msgspec.convert(
        {
            "id": new_id("rpl"),
            "alert": alert,
            "party": party["party_id"],
            "name": party["name"],
            "role": party["role"],
            **said._asdict(),
            "at": do.now,
            "links": {"process": f"/v1/processes/{process}"},
        },
        AlertReply,
    )
    kept = (reply.id, alert, process, *subject, organisation, do.now, encode(reply))
    await do.connection.execute(_ADD, *kept)
    await _show(do.connection, alert, {("process", process), subject}, seq=seq)
    await _tell(do.connection, reply, process, subject, seq=seq)
    do.note("reply.added", reply.id, alert=alert, party=reply.party)
    return reply


async def _party(connection: asyncpg.Connection, organisation: str, process: str) -> Any:
    own = await speaks_for(connection, organisation)
    party = await connection.fetchrow(_PARTY, process, sorted(own))
    if party is None:
        raise GuardFailed(
            "Only who is verified to speak for a party of the purchase replies"
            " (POST /v1/verifications)."
        )
    return party


async def _show(
    connection: asyncpg.Connection, alert: str, subjects: set[Subject], *, seq: int
) -> None:
    """Put the replies into the documents that are there, and let every process read them anew."""
    body = await connection.fetchval("SELECT body FROM alert WHERE id = $1", alert)
    said = (await shown.of_alerts(connection, [alert]))[alert]
    await connection.execute(
        "UPDATE alert SET body = $2 WHERE id = $1", alert, shown.with_replies(body, said)
    )
    for subject, replies in (await shown.of_subjects(connection, subjects)).items():
        body = await connection.fetchval(
            "SELECT body FROM score WHERE (subject_type, subject_id) = ($1, $2)", *subject
        )
        if body is not None:
            now = shown.with_replies(body, replies)
            await connection.execute(
                "UPDATE score SET body = $3, revision = $4"
                " WHERE (subject_type, subject_id) = ($1, $2)",
                *subject,
                now,
                revision_of(now),
            )
    await changes.record(connection, seq, "alert", [alert])
    await changes.record(connection, seq, "score", ["/".join(subject) for subject in subjects])
    await changes.record(
        connection, seq, "process", [i for kind, i in subjects if kind == "process"]
    )


async def _tell(
    connection: asyncpg.Connection, reply: AlertReply, process: str, subject: Subject, *, seq: int
) -> None:
    kind, name = subject if subject[0] in TOLD_OF else ("process", process)
    data: Mapping[str, Any] = {
        "alert": reply.alert,
        "process": process,
        "reply": reply.id,
        "party": reply.party,
        "role": reply.role,
        "subject_type": kind,
        "subject_id": name,
        "link": f"/v1/scores/{kind}/{name}",
    }
    told = (f"alert.replied/{reply.alert}/{reply.id}", "alert.replied", data)
    await tell(connection, events.PUBLIC, [told], seq=seq)
