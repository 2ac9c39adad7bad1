"""What is told of events: the purchase, its buyer, the band and the signs, the weightiest first."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec
from msgspec import Struct

from gateway.reads import priority
from gateway.reads.priority import Weights
from gateway.reads.statement import Statement
from gateway.stream.telling import TOLD_OF
from gateway.subscriptions.documents import Item
from gateway.subscriptions.matching import TOLD


class _Party(Struct):
    name: str | None = None


class _Brief(Struct):
    title: str | None = None
    buyers: list[_Party] = []


class _Window(Struct):
    closes_at: datetime


class _Alert(Struct):
    data_date: datetime | None = None
    method_version: str | None = None
    windows: list[_Window] = []


class _Summary(Struct):
    data_date: datetime | None = None
    method_version: str | None = None


class Told(Struct, frozen=True):
    """An event with what a message says of it beyond the item that is served."""

    item: Item
    closes_at: datetime | None
    data_date: datetime | None
    method_version: str | None


_brief = msgspec.json.Decoder(_Brief).decode
_alert = msgspec.json.Decoder(_Alert).decode
_summary = msgspec.json.Decoder(_Summary).decode

_ROWS: Final = f"""
    SELECT told.seq, told.type, told.alert, alert.subject_type,
           coalesce(alert.band, process.band) AS band,
           coalesce(alert.indicators, process.flagged, '{{}}') AS indicators,
           coalesce(told.process, alert.process_id) AS process, process.brief, alert.body,
           coalesce(process.expected, -1) AS expected, process.summary
    FROM ({TOLD} AND seq = ANY($1::bigint[])) AS told
    LEFT JOIN alert ON alert.id = told.alert
    LEFT JOIN process ON process.id = coalesce(told.process, alert.process_id)
"""
_COUNTS: Final = f"""
    SELECT told.type, coalesce(alert.band, process.band) AS band, count(*) AS number
    FROM ({TOLD} AND seq = ANY($1::bigint[])) AS told
    LEFT JOIN alert ON alert.id = told.alert
    LEFT JOIN process ON process.id = told.process
    GROUP BY 1, 2 ORDER BY 1, 2
"""


class Count(Struct, frozen=True):
    """How many events of a type, of purchases of a band."""

    type: str
    band: str | None
    number: int


async def counts(connection: asyncpg.Connection, seqs: Sequence[int]) -> list[Count]:
    """Count events by type and band."""
    return [Count(**row) for row in await connection.fetch(_COUNTS, list(seqs))]


async def top(
    connection: asyncpg.Connection, seqs: Sequence[int], weights: Weights, *, most: int
) -> list[Told]:
    """Return the weightiest of these events: alerts by their priority, purchases by their score."""
    rows = await connection.fetch(_ROWS, list(seqs))
    ranks = await _ranks(connection, [row["alert"] for row in rows if row["alert"]], weights)
    last = len(ranks)
    rows.sort(key=lambda row: (ranks.get(row["alert"], last), -row["expected"], -row["seq"]))
    return [_told(row) for row in rows[:most]]


async def newest(connection: asyncpg.Connection, seqs: Sequence[int]) -> list[Item]:
    """Return these events, the newest first."""
    rows = await connection.fetch(f"{_ROWS} ORDER BY told.seq DESC", list(seqs))
    return [_told(row).item for row in rows]


async def _ranks(
    connection: asyncpg.Connection, alerts: Sequence[str], weights: Weights
) -> Mapping[str, int]:
    if not alerts:
        return {}
    asked = Statement()
    asked.where("id = ANY({}::text[])", list(alerts))
    return await priority.places(connection, asked, weights)


def _told(row: Mapping[str, Any]) -> Told:
    brief = _brief(row["brief"]) if row["brief"] else _Brief()
    of_alert = row["body"] is not None
    named = not of_alert or row["subject_type"] in TOLD_OF
    process = row["process"]
    item = Item(
        seq=row["seq"],
        type=row["type"],
        alert=row["alert"],
        process=process,
        title=brief.title,
        buyer=brief.buyers[0].name if brief.buyers else None,
        band=row["band"],
        indicators=list(row["indicators"]) if named else [],
        link=f"/v1/scores/process/{process}/explanation" if process else "/v1/alerts",
    )
    if of_alert:
        alert = _alert(row["body"])
        closes = min((each.closes_at for each in alert.windows), default=None)
        return Told(item, closes, alert.data_date, alert.method_version)
    score = _summary(row["summary"]) if row["summary"] else _Summary()
    return Told(item, None, score.data_date, score.method_version)
