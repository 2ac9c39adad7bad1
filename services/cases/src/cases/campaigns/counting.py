"""What a campaign came to: its part of the impact, and the figures it wants to move."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import asyncpg
import msgspec

from cases.outcomes import impact
from cases.outcomes.figures import figures
from shared.contracts.casework.campaigns import Counter, Measure, PublishedFigure, Reading

OF_OUTCOMES: Final = "confirmed"
"""What figures count that are told to everybody, and not in the large alone."""

_figure: Final = msgspec.json.Decoder(PublishedFigure).decode


async def counters(
    connection: asyncpg.Connection,
    campaign: str,
    organisation: str,
    *,
    caller: str | None,
    now: datetime,
) -> list[Counter]:
    """Count every figure of the impact: the organisation's own work of the campaign.

    Others see of it what they may of the impact: nothing embargoed, nothing that rests on a tip,
    and of purchases, cases and complaints no figure at all, which is not the same as none.
    """
    question = impact.Question(
        caller=caller, now=now, campaign=[campaign], organisation=[organisation]
    )
    rows = await impact.totals(connection, question)
    sums = {row["figure"]: (row["number"], row["amount"]) for row in rows if not row["claim"]}
    asked = f"campaign={campaign}&organisation={organisation}"
    return [
        Counter(
            code,
            {"kk": each.title.kk, "ru": each.title.ru, "en": each.title.en},
            *sums.get(code, (0, Decimal(0))),
            list=f"/v1/stats/impact/{code}?{asked}",
        )
        for code, each in figures().items()
        if caller == organisation or each.fact == OF_OUTCOMES
    ]


async def measures(connection: asyncpg.Connection, campaign: str) -> list[Measure]:
    """Return the figures with what they were at first and are now."""
    return [measure(row) for row in await connection.fetch(_MEASURES, campaign)]


def measure(row: Mapping[str, Any]) -> Measure:
    """Return a figure: which way it moved, as its campaign wants it or not."""
    baseline = Reading(row["value"], row["on_day"], row["source"])
    now = Reading(row["now_value"], row["now_day"], row["now_source"])
    known = {name: row[name] for name in ("id", "title", "unit", "region", "better")}
    if row["figure"] is not None:
        known["figure"] = _figure(row["figure"])
    if now.on == baseline.on:
        return Measure(**known, baseline=baseline, now=None, change=None, moved=None)
    change = now.value - baseline.value
    wanted = -change if row["better"] == "lower" else change
    moved = "towards" if wanted > 0 else "away" if wanted < 0 else "not"
    return Measure(**known, baseline=baseline, now=now, change=change, moved=moved)


_MEASURES: Final = """
    SELECT measure.*, first.value, first.on_day, first.source, latest.value AS now_value,
        latest.on_day AS now_day, latest.source AS now_source
    FROM campaign_measure AS measure
    CROSS JOIN LATERAL (SELECT * FROM campaign_reading WHERE measure_id = measure.id
        ORDER BY on_day LIMIT 1) AS first
    CROSS JOIN LATERAL (SELECT * FROM campaign_reading WHERE measure_id = measure.id
        ORDER BY on_day DESC LIMIT 1) AS latest
    WHERE measure.campaign_id = $1 ORDER BY measure.created_at, measure.id
"""
