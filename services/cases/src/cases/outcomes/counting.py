"""What is counted: a fold of the event log, kept level in the transaction of every event.

An event can bring something about (a complaint was filed) or undo it (it was withdrawn). Of the
events of one thing the last decides, so that the log may be folded an event at a time, as it grows,
or all at once: the result is the same, and `rebuild` proves it.
"""

from collections.abc import Sequence
from typing import Final

import asyncpg

from cases.outcomes import tallying

OBJECTS: Final = frozenset({"alert", "case", "complaint", "outcome"})

EFFECTS: Final = (
    ("case", "open", "opened", True),
    ("case", "verify", "verified", True),
    ("case", "close_unfounded", "verified", False),
    ("case", "close_unfounded", "unfounded", True),
    ("case", "reopen", "unfounded", False),
    ("case", "merge", "opened", False),
    ("case", "merge", "verified", False),
    ("alert", "promote", "in_case", True),
    ("alert", "link", "in_case", True),
    ("alert", "unlink", "in_case", False),
    ("alert", "return", "in_case", False),
    ("complaint", "file", "filed", True),
    ("complaint", "not_accept", "filed", False),
    ("complaint", "withdraw", "filed", False),
    ("complaint", "answer", "answered", True),
    ("outcome", "claim", "claimed", True),
    ("outcome", "confirm", "confirmed", True),
    ("outcome", "dispute", "confirmed", False),
    ("outcome", "reopen", "confirmed", False),
    ("outcome", "refute", "confirmed", False),
    ("outcome", "refute", "claimed", False),
)
"""Object, what was done, what that brings about (True) or undoes (False)."""

LOOKED_AT: Final = ("acknowledge", "review", "dismiss", "snooze", "promote")
"""Whoever does one of these with an alert monitors the purchase."""


async def count(connection: asyncpg.Connection, numbers: Sequence[int]) -> None:
    """Fold events into what is counted, in the transaction that wrote them.

    To be called under the lock of the feed of events, so that nobody counts the same money at the
    same moment.
    """
    before = await tallying.touched(connection, numbers)
    effects = [list(column) for column in zip(*EFFECTS, strict=True)]
    await connection.execute(_MONITOR, numbers, list(LOOKED_AT))
    await connection.execute(_CASES, numbers)
    await connection.execute(_OF_CASES, numbers)
    await connection.execute(_UNDO, numbers, *effects)
    await connection.execute(_BRING_ABOUT, numbers, *effects)
    await connection.execute(_TELL_ANEW, numbers)
    after = await tallying.touched(connection, numbers)
    await tallying.tally(connection, sorted(before | after))


async def rebuild(connection: asyncpg.Connection) -> None:
    """Forget what is counted and fold the whole log again."""
    await connection.execute("LOCK TABLE event, fact, fact_case, counted IN EXCLUSIVE MODE")
    await connection.execute("TRUNCATE fact, fact_case, counted")
    every = await connection.fetch("SELECT id FROM event WHERE object = ANY($1)", list(OBJECTS))
    await count(connection, [row["id"] for row in every])


_MONITOR: Final = """
    INSERT INTO fact (object, object_id, organisation, what, at, process_id, region, indicators,
                      amount, key)
    SELECT DISTINCT ON (process, organisation) 'process', process, organisation, 'monitored', at,
        process, shown ->> 'region', ARRAY(SELECT jsonb_array_elements_text(shown -> 'indicators')),
        (shown ->> 'amount')::numeric, process
    FROM event CROSS JOIN LATERAL (SELECT shown ->> 'process' AS process) AS purchase
    WHERE id = ANY($1::bigint[]) AND object = 'alert' AND what = ANY($2::text[])
        AND process IS NOT NULL
    ORDER BY process, organisation, id
    ON CONFLICT DO NOTHING
"""

_CASES: Final = """
    INSERT INTO fact_case (case_id)
    SELECT DISTINCT object_id FROM event WHERE id = ANY($1::bigint[]) AND object = 'case'
    ON CONFLICT DO NOTHING
"""

# Of each field the last event that changed it holds.
_OF_CASES: Final = """
    UPDATE fact_case SET
        region = CASE WHEN told.changes ? 'region' THEN told.changes #>> '{region,1}'
            ELSE fact_case.region END,
        campaign = CASE WHEN told.changes ? 'campaign' THEN told.changes #>> '{campaign,1}'
            ELSE fact_case.campaign END,
        hidden = CASE WHEN told.changes ? 'embargoed' THEN (told.changes #>> '{embargoed,1}')::bool
            ELSE hidden END
    FROM (
        SELECT object_id, jsonb_object_agg(field, value ORDER BY id) AS changes
        FROM event CROSS JOIN LATERAL jsonb_each(changes) AS change (field, value)
        WHERE id = ANY($1::bigint[]) AND object = 'case' GROUP BY object_id
    ) AS told
    WHERE case_id = told.object_id
"""

_LAST_EFFECT: Final = """
    WITH effect AS (
        SELECT * FROM unnest($2::text[], $3::text[], $4::text[], $5::bool[])
            AS effect (object, done, what, brings)
    ), last AS (
        SELECT DISTINCT ON (object, name, fact) object, name, organisation, at, shown,
            effect.what AS fact, effect.brings
        FROM event JOIN effect USING (object)
            CROSS JOIN LATERAL (SELECT CASE object WHEN 'alert'
                THEN concat(object_id, '/', shown ->> 'case') ELSE object_id END AS name) AS naming
        WHERE event.id = ANY($1::bigint[]) AND effect.done = event.what
        ORDER BY object, name, fact, id DESC
    )
"""

_UNDO: Final = f"""{_LAST_EFFECT}
    DELETE FROM fact USING last
    WHERE NOT last.brings AND fact.object = last.object AND fact.object_id = last.name
        AND fact.what = last.fact
"""

_BRING_ABOUT: Final = f"""{_LAST_EFFECT}
    INSERT INTO fact (object, object_id, organisation, what, at, case_id, process_id, region,
                      campaign, indicators, kind, amount_kind, amount, key, in_time)
    SELECT object, name, organisation, fact, at,
        CASE object WHEN 'case' THEN name ELSE shown ->> 'case' END,
        shown ->> 'process', shown ->> 'region', shown ->> 'campaign',
        ARRAY(SELECT jsonb_array_elements_text(shown -> 'indicators')),
        shown ->> 'kind', shown ->> 'amount_kind', (shown ->> 'amount')::numeric,
        coalesce(shown ->> 'key', name), (shown ->> 'in_time')::bool
    FROM last WHERE brings
    ON CONFLICT (object, object_id, organisation, what) DO UPDATE SET at = excluded.at,
        case_id = excluded.case_id, process_id = excluded.process_id, region = excluded.region,
        campaign = excluded.campaign, indicators = excluded.indicators, kind = excluded.kind,
        amount_kind = excluded.amount_kind, amount = excluded.amount, key = excluded.key,
        in_time = excluded.in_time
"""

# An outcome says all of itself in each of its events: what was told anew holds for what stands.
_TELL_ANEW: Final = """
    UPDATE fact SET amount = (last.shown ->> 'amount')::numeric,
        amount_kind = last.shown ->> 'amount_kind',
        key = coalesce(last.shown ->> 'key', fact.object_id)
    FROM (
        SELECT DISTINCT ON (object_id) object_id, shown FROM event
        WHERE id = ANY($1::bigint[]) AND object = 'outcome'
        ORDER BY object_id, id DESC
    ) AS last
    WHERE fact.object = 'outcome' AND fact.object_id = last.object_id
"""
