"""Which facts each figure counts, kept level for the keys that an event touches.

Of several facts with one key the earliest counts, what is confirmed before what is only claimed: so
two organisations that report the same money count it once. What an organisation reported is undone
by what it reports itself, never by another. Nothing of an embargoed case counts, and what came of
one that is closed as unfounded does not count. What ever rested on a tip counts for its own
organisation alone, and so does a purchase that only such cases or embargoed ones are about. A case
that was merged is hidden as the one it was merged into.
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


# An event bears upon the facts of its thing. One of a case, or of what led to it, bears upon all
# facts of the case and of those it was merged with, and upon the purchases they are about.
_TOUCHED: Final = """
    WITH RECURSIVE told AS (
        SELECT object, object_id, shown ->> 'case' AS case_id, shown ->> 'process' AS process
        FROM event WHERE id = ANY($1::bigint[])
    ), near AS (
        SELECT CASE object WHEN 'case' THEN object_id ELSE case_id END AS case_id
        FROM told WHERE object IN ('case', 'alert')
        UNION SELECT CASE id WHEN near.case_id THEN merged_into ELSE id END
        FROM near JOIN casefile ON id = near.case_id OR merged_into = near.case_id
        WHERE merged_into IS NOT NULL
    )
    SELECT key FROM told JOIN fact ON fact.object = told.object
        AND fact.object_id = CASE told.object WHEN 'alert'
            THEN concat(told.object_id, '/', told.case_id) ELSE told.object_id END
    UNION SELECT process FROM told WHERE object = 'alert' AND process IS NOT NULL
    UNION SELECT key FROM near JOIN fact USING (case_id)
    UNION SELECT process_id FROM near JOIN fact USING (case_id) WHERE process_id IS NOT NULL
    UNION SELECT target FROM near JOIN case_link USING (case_id) WHERE kind = 'process'
"""

_TALLY: Final = """
    WITH RECURSIVE figure AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset($2::jsonb) AS figure (code text, claim bool, fact text,
            kinds text[], amount_kinds text[], undone_by text[], in_time bool)
    ), about AS MATERIALIZED (
        SELECT process_id AS key, organisation, case_id FROM fact
        WHERE what = 'in_case' AND process_id = ANY($1::text[])
        UNION SELECT target, organisation, casefile.id
        FROM case_link JOIN casefile ON casefile.id = case_id
        WHERE kind = 'process' AND target = ANY($1) AND ended_at IS NULL
    ), above AS (
        SELECT case_id, case_id AS top FROM about
        UNION SELECT case_id, case_id FROM fact WHERE key = ANY($1)
        UNION SELECT case_id, merged_into FROM above JOIN casefile ON id = top
        WHERE merged_into IS NOT NULL
    ), standing AS MATERIALIZED (
        SELECT above.case_id, bool_or(coalesce(fact_case.hidden, false)) AS hidden,
            bool_or(EXISTS (SELECT FROM case_link
                WHERE case_link.case_id = top AND kind = 'tip')) AS of_tip,
            bool_or(EXISTS (SELECT FROM fact WHERE object = 'case' AND object_id = top
                AND what = 'unfounded')) AS unfounded
        FROM above LEFT JOIN fact_case ON fact_case.case_id = top GROUP BY above.case_id
    ), secret AS MATERIALIZED (
        SELECT key, organisation FROM about JOIN standing USING (case_id)
        GROUP BY key, organisation HAVING bool_and(hidden OR of_tip)
    ), known AS MATERIALIZED (
        SELECT fact.*, coalesce(fact_case.region, fact.region) AS place,
            coalesce(fact_case.campaign, fact.campaign) AS belongs,
            CASE WHEN cardinality(fact.indicators) > 0 THEN fact.indicators ELSE ARRAY(
                SELECT DISTINCT code FROM fact AS led CROSS JOIN LATERAL unnest(led.indicators) code
                WHERE led.case_id = fact.case_id AND led.what = 'in_case' ORDER BY code
            ) END AS led_there,
            coalesce(standing.of_tip, false) OR (fact.what = 'monitored'
                AND (fact.key, fact.organisation) IN (SELECT key, organisation FROM secret)
            ) AS quiet
        FROM fact LEFT JOIN fact_case USING (case_id) LEFT JOIN standing USING (case_id)
        WHERE fact.key = ANY($1) AND standing.hidden IS NOT TRUE
            AND NOT (fact.object = 'outcome' AND coalesce(standing.unfounded, false))
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
        SELECT *, row_number() OVER (PARTITION BY code, key ORDER BY quiet, claim, at, object_id)
                AS nth,
            row_number() OVER (PARTITION BY code, key, organisation
                ORDER BY quiet, claim, at, object_id) AS nth_of_own
        FROM fitting
    )
    INSERT INTO counted (figure, object, object_id, organisation, claim, whole, quiet, key, at,
                         region, campaign, indicators, kind, amount)
    SELECT code, object, object_id, organisation, claim, nth = 1, quiet, key, at, place,
        belongs, led_there, kind, amount
    FROM ranked WHERE nth_of_own = 1
"""
