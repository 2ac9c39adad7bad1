"""Queues in the database: how they fill, who has what, and what was found. In a transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from cases.focus.agreement import agreement, settled
from shared.contracts.casework.focus import MemberCount, QueueFigures, Verdict

HELD: Final = timedelta(hours=24)
"""How long a member has a thing."""

AT_ONCE: Final = 500
"""Things that a queue takes from its list at once."""

TRAINING_EVERY: Final = 5
"""A member's first thing is for training, and after that every fifth, as long as there are any."""

Row = Mapping[str, Any]


async def fill(connection: asyncpg.Connection, queue: Row) -> int:
    """Take from the list what is not in the queue yet, the newest first; return how many."""
    rows = await connection.fetch(_FILL, queue["id"], AT_ONCE)
    return len(rows)


async def train(
    connection: asyncpg.Connection, queue: str, alerts: Sequence[str], answers: Sequence[str]
) -> set[str]:
    """Let alerts be for training; return those that cannot: looked at already, or not there."""
    rows = await connection.fetch(_TRAIN, queue, alerts, answers)
    return {*alerts} - {row["alert_id"] for row in rows}


async def held(
    connection: asyncpg.Connection, queue: str, who: tuple[str, str], now: datetime
) -> asyncpg.Record | None:
    """Return what a member has of a queue; what they had too long, they have no more.

    Whoever asks has the queue to themselves as this member until the transaction ends.
    """
    await connection.execute(_ONE_BY_ONE, queue, *who)
    await connection.execute(_EXPIRED, queue, *who, now)
    return await connection.fetchrow(_HELD, queue, *who)


async def claim(
    connection: asyncpg.Connection, queue: Row, who: tuple[str, str], now: datetime
) -> asyncpg.Record | None:
    """Give a member the next thing that they have not looked at; None where there is none."""
    item = await _next(connection, queue["id"], who, now)
    if item is None:
        await fill(connection, queue)  # or somebody else just did
        item = await _next(connection, queue["id"], who, now)
    if item is None:
        return None
    await connection.execute(_CLAIM, item, *who, queue["id"], now, now + HELD)
    return await connection.fetchrow(_HELD, queue["id"], *who)


async def submit(
    connection: asyncpg.Connection,
    item: Row,
    who: tuple[str, str],
    found: Verdict,
    now: datetime,
) -> str:
    """Write down what a member found; return the state of the thing."""
    await connection.execute(_SUBMIT, item["id"], *who, found.verdict, found.note, now)
    if item["answer"] is not None:
        return "settled"
    rows = await connection.fetch(_SAID, item["id"])
    said = Counter(row["verdict"] for row in rows)
    state, word = settled(said)
    await connection.execute(_SETTLE, item["id"], len(rows), state, word, now)
    return state


async def figures(connection: asyncpg.Connection, queue: str) -> QueueFigures:
    """Count how far a queue is, how far its members agree, and what each did."""
    row = await connection.fetchrow(_HOW_FAR, queue)
    verdicts = await connection.fetch(_VERDICTS, queue)
    pairs = await connection.fetch(_PAIRS, queue)
    members = await connection.fetch(_MEMBERS, queue)
    return QueueFigures(
        **row,
        verdicts={each["verdict"]: each["number"] for each in verdicts},
        agreement=agreement({(each["first"], each["second"]): each["number"] for each in pairs}),
        members=[MemberCount(**each) for each in members],
    )


async def _next(
    connection: asyncpg.Connection, queue: str, who: tuple[str, str], now: datetime
) -> str | None:
    done: int = await connection.fetchval(_DONE, queue, *who)
    if done % TRAINING_EVERY == 0:
        known: str | None = await connection.fetchval(_TRAINING, queue, *who)
        if known is not None:
            return known
    found: str | None = await connection.fetchval(_NEXT, queue, *who, now, now + HELD)
    return found


_FILL: Final = """
    INSERT INTO queue_item (id, queue_id, alert_id, reviews, state)
    SELECT concat('qit_', left(replace(concat(gen_random_uuid(), gen_random_uuid()), '-', ''), 26)),
        queue.id, alert.id, 0, 'open'
    FROM queue JOIN focus_list AS list ON list.id = queue.focus_list
    JOIN alert ON (list.region = '{}' OR alert.region LIKE ANY (
            SELECT concat(code, '%') FROM unnest(list.region) AS code))
        AND (list.buyer = '{}' OR alert.buyer = ANY(list.buyer))
        AND (list.band = '{}' OR alert.band = ANY(list.band))
        AND (list.indicator = '{}' OR alert.indicators && list.indicator)
    LEFT JOIN triage ON triage.alert_id = alert.id AND triage.organisation = list.organisation
    WHERE queue.id = $1 AND alert.replaced_by IS NULL
        AND (list.state = '{}' OR coalesce(triage.state, 'new') = ANY(list.state))
        AND NOT EXISTS (SELECT FROM queue_item AS item
            WHERE item.queue_id = queue.id AND item.alert_id = alert.id)
    ORDER BY alert.raised_at DESC, alert.id LIMIT $2
    ON CONFLICT (queue_id, alert_id) DO NOTHING RETURNING id
"""

_TRAIN: Final = """
    INSERT INTO queue_item (id, queue_id, alert_id, answer, reviews, state)
    SELECT concat('qit_', left(replace(concat(gen_random_uuid(), gen_random_uuid()), '-', ''), 26)),
        $1, alert.id, given.answer, 0, 'open'
    FROM unnest($2::text[], $3::text[]) AS given (alert, answer)
    JOIN alert ON alert.id = given.alert
    ON CONFLICT (queue_id, alert_id) DO UPDATE SET answer = excluded.answer
        WHERE queue_item.reviews = 0 AND queue_item.held_until IS NULL
    RETURNING alert_id
"""

_ONE_BY_ONE: Final = """
    SELECT pg_advisory_xact_lock(hashtextextended(concat_ws(chr(10), 'queue', $1::text, $2::text,
        $3::text), 0))
"""

_EXPIRED: Final = """
    DELETE FROM queue_review WHERE queue_id = $1 AND organisation = $2 AND member = $3
        AND submitted_at IS NULL AND until <= $4
"""

_HELD: Final = """
    SELECT item.id, item.queue_id AS queue, queue.question, queue.verdicts, alert.id AS alert,
        alert.process_id AS process, alert.buyer, alert.region, alert.band, alert.indicators,
        review.claimed_at, review.until
    FROM queue_review AS review JOIN queue_item AS item ON item.id = review.item_id
    JOIN queue ON queue.id = item.queue_id JOIN alert ON alert.id = item.alert_id
    WHERE review.queue_id = $1 AND review.organisation = $2 AND review.member = $3
        AND review.submitted_at IS NULL
"""

_DONE: Final = """
    SELECT count(*) FROM queue_review WHERE queue_id = $1 AND organisation = $2 AND member = $3
"""

_TRAINING: Final = """
    SELECT id FROM queue_item AS item WHERE queue_id = $1 AND answer IS NOT NULL
        AND NOT EXISTS (SELECT FROM queue_review AS review WHERE review.item_id = item.id
            AND review.organisation = $2 AND review.member = $3)
    ORDER BY position LIMIT 1
"""

# Whoever takes a thing writes on its row: what another took meanwhile is looked at again when its
# lock is free, and passed over. What was looked at once comes first, so that it is settled.
_NEXT: Final = """
    UPDATE queue_item SET held_until = $5 WHERE id = (
        SELECT id FROM queue_item AS item
        WHERE queue_id = $1 AND state = 'open' AND answer IS NULL
            AND (held_until IS NULL OR held_until <= $4)
            AND NOT EXISTS (SELECT FROM queue_review AS review WHERE review.item_id = item.id
                AND review.organisation = $2 AND review.member = $3)
        ORDER BY reviews DESC, position LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""

_CLAIM: Final = """
    INSERT INTO queue_review (item_id, organisation, member, queue_id, claimed_at, until)
    VALUES ($1, $2, $3, $4, $5, $6)
"""

_SUBMIT: Final = """
    UPDATE queue_review SET verdict = $4, note = $5, submitted_at = $6
    WHERE item_id = $1 AND organisation = $2 AND member = $3
"""

_SAID: Final = """
    SELECT verdict FROM queue_review WHERE item_id = $1 AND submitted_at IS NOT NULL
"""

_SETTLE: Final = """
    UPDATE queue_item SET reviews = $2, state = $3::text, verdict = $4, held_until = NULL,
        settled_at = CASE WHEN $3::text <> 'open' THEN $5::timestamptz END
    WHERE id = $1
"""

_HOW_FAR: Final = """
    SELECT count(*) FILTER (WHERE state = 'open' AND answer IS NULL) AS waiting,
        count(*) FILTER (WHERE state = 'open' AND answer IS NULL AND reviews = 1) AS once,
        count(*) FILTER (WHERE state = 'settled') AS settled,
        count(*) FILTER (WHERE state = 'undecided') AS undecided,
        count(answer) AS training
    FROM queue_item WHERE queue_id = $1
"""

_VERDICTS: Final = """
    SELECT verdict, count(*) AS number FROM queue_item
    WHERE queue_id = $1 AND verdict IS NOT NULL GROUP BY verdict ORDER BY verdict
"""

_PAIRS: Final = """
    SELECT said[1] AS first, said[2] AS second, count(*) AS number FROM (
        SELECT array_agg(review.verdict ORDER BY review.submitted_at, review.organisation,
            review.member) AS said
        FROM queue_review AS review JOIN queue_item AS item ON item.id = review.item_id
        WHERE review.queue_id = $1 AND review.submitted_at IS NOT NULL AND item.answer IS NULL
        GROUP BY item.id HAVING count(*) >= 2
    ) AS looked GROUP BY first, second
"""

_MEMBERS: Final = """
    SELECT review.organisation, review.member, count(*) AS submitted,
        count(item.verdict) AS settled,
        count(*) FILTER (WHERE item.verdict = review.verdict) AS as_settled,
        count(item.answer) AS training,
        count(*) FILTER (WHERE item.answer = review.verdict) AS training_right
    FROM queue_review AS review JOIN queue_item AS item ON item.id = review.item_id
    WHERE review.queue_id = $1 AND review.submitted_at IS NOT NULL
    GROUP BY review.organisation, review.member ORDER BY review.organisation, review.member
"""
