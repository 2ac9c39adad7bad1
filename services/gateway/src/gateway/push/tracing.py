"""Where traces are kept: tries at webhooks about alerts, as part of what their release began."""

from collections.abc import Sequence

import asyncpg
import msgspec

from gateway.push.outbox import Done
from shared import telemetry
from shared.feed import Entry


class _Data(msgspec.Struct):
    alert: str | None = None


class _Told(msgspec.Struct):
    data: _Data


_told = msgspec.json.Decoder(_Told).decode


async def trace(connection: asyncpg.Connection, done: Sequence[Done]) -> None:
    """Record a span for each try that told of an alert."""
    tries = [
        (alert, each)
        for each in done
        if each.delivery.type.startswith("alert.")
        and (alert := _told(each.delivery.body).data.alert) is not None
    ]
    rows = await connection.fetch(
        "SELECT id, body FROM alert WHERE id = ANY($1::text[])", [alert for alert, _ in tries]
    )
    entries = {row["id"]: Entry(0, row["id"], deleted=False, body=row["body"]) for row in rows}
    for alert, each in tries:
        places = telemetry.places("alerts", [entries[alert]] if alert in entries else [])
        began = int(each.at.timestamp() * 1e9)
        tries_made, state = each.delivery.tries, each.verdict.state
        telemetry.record("send webhook", places, began, tries=tries_made, state=state)
