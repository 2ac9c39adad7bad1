"""Reading alerts in the order in which they deserve a look: risk and money, and every region.

Two axes, never mixed into the score: where an alert's purchase stands among the others by its risk,
and where by the money at risk or else its value (of one currency; on a logarithmic scale the ranks
are the same). So that small purchases of small regions are not starved, a share of the places goes
to the regions in turn: the best of each region stands no further down than that share allows.
"""

from typing import Final, NamedTuple

import asyncpg
from msgspec import Struct

from gateway.reads.alerts import Question, filtered
from gateway.reads.answering import encode
from gateway.reads.statement import Statement

MOST: Final = 10_000
"""Alerts put in order at a time, the newest that fit the question."""

UNKNOWN_RANK: Final = 0.5
"""Where a purchase without a known sum stands: in the middle, for unknown is not small."""


class Weights(NamedTuple):
    """How much the rank by risk counts (the rest is money's), and the share of the regions."""

    risk: float
    regions: float


class Priority(Struct, frozen=True, gc=False):
    """Why an alert stands where it does: `priority` weighs both ranks, 0 to 1.

    risk, risk_rank             the score now, and the share of the other alerts below it
    amount, materiality_rank    money at risk, else the purchase's value, among those in `currency`;
                                `materiality` is its decimal logarithm, all null if no sum is known
    region                      KATO of the buyer's region; a share of the places is kept for each
    """

    place: int
    priority: float
    risk: float
    risk_rank: float
    amount: str | None
    currency: str | None
    at_risk: bool
    materiality: float | None
    materiality_rank: float
    region: str | None


class Mark(NamedTuple):
    """Where the next page begins, and which was the newest alert when the first was read."""

    place: int
    newest: int


async def find(
    connection: asyncpg.Connection,
    question: Question,
    weights: Weights,
    *,
    mark: Mark | None,
    limit: int,
) -> tuple[list[bytes], Mark | None]:
    """Return a page of alerts, each with its priority, and where the next page begins."""
    asked = filtered(question)
    if mark is not None:
        asked.where("position <= {}", mark.newest)
    rows = await _ordered(connection, asked, weights, after=mark.place if mark else 0, limit=limit)
    page = rows[:limit]
    last = Mark(page[-1]["place"], page[-1]["newest"]) if len(rows) > limit else None
    return [b'%b,"priority":%b}' % (row["body"][:-1], _priority(row)) for row in page], last


async def places(
    connection: asyncpg.Connection, asked: Statement, weights: Weights
) -> dict[str, int]:
    """Return the alerts asked for by id, and the place of each among them."""
    rows = await _ordered(connection, asked, weights, after=0, limit=MOST)
    return {row["id"]: row["place"] for row in rows}


async def _ordered(
    connection: asyncpg.Connection, asked: Statement, weights: Weights, *, after: int, limit: int
) -> list[asyncpg.Record]:
    first = len(asked.values)
    numbers = [f"${first + place}" for place in range(1, 5)]
    query = _ORDERED.format(
        asked=asked.sql(),
        most=MOST,
        unknown=UNKNOWN_RANK,
        risk=numbers[0],
        regions=numbers[1],
        after=numbers[2],
        limit=numbers[3],
    )
    values = (weights.risk, weights.regions, after, limit + 1)
    rows: list[asyncpg.Record] = await connection.fetch(query, *asked.values, *values)
    return rows


def _priority(row: asyncpg.Record) -> bytes:
    amount = row["amount"]
    return encode(
        Priority(
            place=row["place"],
            priority=round(row["priority"], 4),
            risk=row["risk"],
            risk_rank=round(row["risk_rank"], 4),
            amount=None if amount is None else format(amount, "f"),
            currency=None if amount is None else row["currency"],
            at_risk=row["at_risk"],
            materiality=None if row["materiality"] is None else round(row["materiality"], 2),
            materiality_rank=round(row["materiality_rank"], 4),
            region=row["region"],
        )
    )


_ORDERED: Final = """
    WITH asked AS (
        SELECT position, id, body, process_id, subject_type, subject_id FROM alert {asked}
        ORDER BY position DESC LIMIT {most}
    ), told AS (
        SELECT asked.position, asked.id, asked.body, coalesce(score.expected, 0) AS risk,
            coalesce(score.at_risk, nullif(process.amount, -1)) AS amount, process.currency,
            score.at_risk IS NOT NULL AS at_risk,
            (SELECT code FROM unnest(process.buyer_region || process.delivery_region)
                WITH ORDINALITY AS place (code, n)
             WHERE length(code) = 2 ORDER BY n LIMIT 1) AS region
        FROM asked LEFT JOIN process ON process.id = asked.process_id
            LEFT JOIN score ON (score.subject_type, score.subject_id)
                = (asked.subject_type, asked.subject_id)
    ), ranked AS (
        SELECT *, percent_rank() OVER (ORDER BY risk) AS risk_rank,
            CASE WHEN amount > 0 THEN log(amount)::double precision END AS materiality,
            CASE WHEN amount IS NULL THEN {unknown} ELSE percent_rank() OVER (
                PARTITION BY currency, amount IS NULL ORDER BY amount) END AS materiality_rank
        FROM told
    ), weighed AS (
        SELECT *, {risk} * risk_rank + (1 - {risk}) * materiality_rank AS priority FROM ranked
    ), counted AS (
        SELECT *, row_number() OVER best AS overall,
            row_number() OVER (PARTITION BY region ORDER BY priority DESC, position DESC) AS turn,
            (SELECT count(DISTINCT coalesce(region, '')) FROM weighed) AS regions
        FROM weighed WINDOW best AS (ORDER BY priority DESC, position DESC)
    ), placed AS (
        SELECT *, max(position) OVER () AS newest, row_number() OVER (
            ORDER BY least(overall, turn * regions / {regions}::double precision), overall
        ) AS place
        FROM counted
    )
    SELECT * FROM placed WHERE place > {after} ORDER BY place LIMIT {limit}
"""
