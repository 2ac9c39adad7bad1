"""Alerts as they arrive from scoring, and what they change in what was decided on earlier ones.

A page may be applied again: an alert that is there changes nothing. When scoring begins its feed
anew, alerts that nobody has touched are forgotten; decisions are kept.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from cases.triage import store
from shared.contracts.alerts import Alert
from shared.feed import Entry

RANKS: Final = {"low": 0, "medium": 1, "high": 2, "critical": 3}

_read = msgspec.json.Decoder(Alert).decode


async def apply(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Keep alerts, and let them wake, renew or replace what they bear upon."""
    rows = [_row(entry.seq, _read(entry.body)) for entry in entries if not entry.deleted]
    found = await connection.fetch(_KEEP, msgspec.json.encode(rows).decode())
    fresh = [row["id"] for row in found if row["fresh"]]
    if not fresh:
        return
    await connection.execute(_REPLACE, fresh)
    now: datetime = await connection.fetchval(
        "SELECT max(raised_at) FROM alert WHERE id = ANY($1)", fresh
    )
    for move, statement in _BEARING.items():
        await store.moved_by_platform(
            connection, move, await connection.fetch(statement, fresh), now
        )
    await connection.execute(_SNOOZED_AT_ONCE, fresh, now)


async def reset(connection: asyncpg.Connection) -> None:
    """Forget the alerts that nobody has touched."""
    await connection.execute(
        "DELETE FROM alert WHERE NOT EXISTS (SELECT FROM triage WHERE alert_id = alert.id)"
    )


def _row(position: int, alert: Alert) -> dict[str, Any]:
    value = alert.value
    return {
        "id": alert.id,
        "position": position,
        "process_id": alert.process,
        "buyer": alert.buyer,
        "suppliers": alert.suppliers,
        "region": alert.kato,
        "band": alert.band,
        "rank": RANKS[alert.band],
        "score": alert.score,
        "indicators": alert.indicators,
        "amount": value and value.amount,
        "currency": value and value.currency,
        "stage": alert.stage,
        "method": alert.method,
        "results_at": alert.results_at,
        "raised_at": alert.raised_at,
    }


_KEEP: Final = """
    INSERT INTO alert (id, position, process_id, buyer, suppliers, region, band, rank, score,
                       indicators, amount, currency, stage, method, results_at,
                       raised_at)
    SELECT DISTINCT ON (id) id, position, process_id, buyer, suppliers, region, band, rank, score,
        indicators, amount, currency, stage, method, results_at, raised_at
    FROM jsonb_to_recordset($1::jsonb) AS told (id text, position bigint, process_id text,
        buyer text, suppliers text[], region text, band text, rank smallint, score float8,
        indicators text[], amount numeric, currency text, stage text, method text,
        results_at timestamptz, raised_at timestamptz)
    ORDER BY id, position
    ON CONFLICT (id) DO UPDATE SET position = excluded.position
    RETURNING id, xmax = 0 AS fresh
"""

# A newer alert of the same purchase that says all that the older one said.
_REPLACE: Final = """
    UPDATE alert SET replaced_by = newer.id
    FROM alert AS newer
    WHERE newer.id = ANY($1::text[]) AND alert.process_id = newer.process_id
        AND alert.position < newer.position AND alert.replaced_by IS NULL
        AND alert.indicators <@ newer.indicators AND alert.rank <= newer.rank
"""

_EARLIER: Final = """
    SELECT DISTINCT ON (triage.organisation, triage.alert_id) triage.organisation, triage.alert_id,
        newer.id AS because
    FROM alert AS newer
        JOIN alert ON alert.process_id = newer.process_id AND alert.position < newer.position
        JOIN triage ON triage.alert_id = alert.id
    WHERE newer.id = ANY($1::text[])
"""

_BEARING: Final = {
    "supersede": f"{_EARLIER} AND triage.state = 'new' AND alert.replaced_by = newer.id",
    "rise": f"{_EARLIER} AND triage.state = 'snoozed' AND newer.rank > alert.rank",
    "renew": f"{_EARLIER} AND triage.state = 'dismissed'"
    " AND NOT newer.indicators <@ alert.indicators",
}
"""What a new alert does to what organisations decided on earlier ones of the same purchase."""

_SNOOZED_AT_ONCE: Final = """
    INSERT INTO triage (organisation, alert_id, state, reason, until, changed_at, revision)
    SELECT DISTINCT ON (snooze.organisation, alert.id) snooze.organisation, alert.id, 'snoozed',
        snooze.reason, snooze.until, $2::timestamptz, 1
    FROM alert JOIN snooze ON snooze.rank >= alert.rank AND snooze.until > $2
        AND CASE snooze.scope WHEN 'process' THEN snooze.named = alert.process_id
            WHEN 'buyer' THEN snooze.named = alert.buyer
            ELSE snooze.named = ANY(alert.suppliers) END
    WHERE alert.id = ANY($1::text[])
    ORDER BY snooze.organisation, alert.id, snooze.until DESC
    ON CONFLICT DO NOTHING
"""
