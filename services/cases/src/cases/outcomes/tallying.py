"""Which facts each figure counts, kept level for the keys that an event touches.

Of several facts with one key the earliest counts, what is confirmed before what is only claimed: so
two organisations that report the same money count it once. What an organisation reported is undone
by what it reports itself, never by another. Nothing of an embargoed case counts.
"""

from collections.abc import Sequence
from typing import Final

import asyncpg
import msgspec

from cases.outcomes.figures import asked


async def touched(connection: asyncpg.Connection, numbers: Sequence[int]) -> set[str]:
    """Return the keys of the facts that events bear upon, as they stand."""
    rows = await connection.fetch(_TOUCHED, numbers)
    return {row["key"] for row in rows}


async def tally(connection: asyncpg.Connection, keys: Sequence[str]) -> None:
    """Count the facts with some keys anew. Whoever calls lets nobody else count meanwhile."""
    await connection.execute("DELETE FROM counted WHERE key = ANY($1::text[])", keys)
    await connection.execute(_TALLY, keys, msgspec.json.encode(asked()).decode())


# An event bears upon the facts of its thing; one that tells a case anew, or what led to it, upon
# all facts of the case.
_TOUCHED: Final = """
    WITH told AS (
        SELECT object, object_id, shown ->> 'case' AS case_id, shown ->> 'process' AS process,
            changes, what FROM event WHERE id = ANY($1::bigint[])
    )
    SELECT key FROM told JOIN fact ON fact.object = told.object
        AND fact.object_id = CASE told.object WHEN 'alert'
            THEN concat(told.object_id, '/', told.case_id) ELSE told.object_id END
    UNION SELECT key FROM told JOIN fact ON told.object = 'alert' AND fact.object = 'process'
        AND fact.object_id = told.process
    UNION SELECT key FROM told JOIN fact ON fact.case_id = CASE told.object
            WHEN 'case' THEN told.object_id ELSE told.case_id END
        WHERE told.changes ?| '{region,campaign,embargoed}'::text[] OR told.object = 'alert'
"""

_TALLY: Final = """
    WITH figure AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset($2::jsonb) AS figure (code text, claim bool, fact text,
            kinds text[], amount_kinds text[], undone_by text[], in_time bool)
    ), known AS MATERIALIZED (
        SELECT fact.*, coalesce(fact_case.region, fact.region) AS place,
            coalesce(fact_case.campaign, fact.campaign) AS belongs,
            CASE WHEN cardinality(fact.indicators) > 0 THEN fact.indicators ELSE ARRAY(
                SELECT DISTINCT code FROM fact AS led CROSS JOIN LATERAL unnest(led.indicators) code
                WHERE led.case_id = fact.case_id AND led.what = 'in_case' ORDER BY code
            ) END AS led_there
        FROM fact LEFT JOIN fact_case USING (case_id)
        WHERE fact.key = ANY($1::text[]) AND fact_case.hidden IS NOT TRUE
    ), fitting AS (
        SELECT figure.code, figure.claim, known.*
        FROM known JOIN figure ON figure.fact = known.what
        WHERE (figure.kinds = '{}' OR known.kind = ANY(figure.kinds))
            AND (figure.amount_kinds = '{}' OR known.amount_kind = ANY(figure.amount_kinds))
            AND (NOT figure.in_time OR known.in_time)
            AND NOT EXISTS (SELECT FROM known AS undone WHERE undone.key = known.key
                AND undone.organisation = known.organisation AND undone.what = 'confirmed'
                AND undone.kind = ANY(figure.undone_by))
    ), ranked AS (
        SELECT *, row_number() OVER (PARTITION BY code, key ORDER BY claim, at, object_id) AS nth,
            row_number() OVER (PARTITION BY code, key, organisation
                ORDER BY claim, at, object_id) AS nth_of_own
        FROM fitting
    )
    INSERT INTO counted (figure, object, object_id, organisation, claim, whole, key, at, region,
                         campaign, indicators, kind, amount)
    SELECT code, object, object_id, organisation, claim, nth = 1, key, at, place, belongs,
        led_there, kind, amount
    FROM ranked WHERE nth_of_own = 1
"""
