"""What the data can bear: per source and period, which fields are there and what was computed."""

from collections import defaultdict
from typing import Any, Final, Literal

import asyncpg
import msgspec
from msgspec import Struct

from gateway.view import shapes
from gateway.view.rows import LONG_AGO
from shared.contracts.sources import Lack, Source

Period = Literal["year", "month"]
FORMATS: Final = {"year": "YYYY", "month": "YYYY-MM"}


class FieldCoverage(Struct, frozen=True, gc=False):
    """In how many processes a field that indicators read is there; `share` of those looked at."""

    field: str
    processes: int
    share: float


class IndicatorCoverage(Struct, frozen=True, gc=False):
    """Of how many scored processes an indicator was computed, did not apply, or lacked data."""

    code: str
    computed: int
    not_applicable: int
    not_computable: int


class PeriodCoverage(Struct, frozen=True, kw_only=True):
    """A year or month by date of publication; null where that is unknown.

    `looked_at`: processes whose fields are known; after the indicators change, that grows again.
    """

    period: str | None
    processes: int
    looked_at: int
    scored: int
    fields: list[FieldCoverage]
    indicators: list[IndicatorCoverage]


class SourceCoverage(Struct, frozen=True, kw_only=True):
    """A source: what it never tells by its own declaration, and what it has per period."""

    source: str
    title: str | None
    lacks: list[Lack]
    periods: list[PeriodCoverage]


_PERIOD: Final = """
    CASE WHEN published > $1 THEN to_char(published AT TIME ZONE 'UTC', $2) END AS period
"""

_PROCESSES: Final = f"""
    SELECT source, {_PERIOD}, shape, count(*) AS processes
    FROM process WHERE $3::text IS NULL OR source = $3 GROUP BY 1, 2, 3
"""

_COUNTS: Final = f"""
    SELECT source, period, sum(processes)::bigint AS processes,
           coalesce(sum(processes) FILTER (WHERE shape.watched = $4), 0)::bigint AS looked_at
    FROM ({_PROCESSES}) AS cell LEFT JOIN shape ON shape.id = cell.shape
    GROUP BY source, period ORDER BY source, period
"""

_FIELDS: Final = f"""
    SELECT source, period, field, sum(processes)::bigint AS processes
    FROM ({_PROCESSES}) AS cell JOIN shape ON shape.id = cell.shape AND shape.watched = $4,
         unnest(fields) AS field
    GROUP BY source, period, field
"""

_OUTCOMES: Final = f"""
    SELECT source, period, split_part(line, ' ', 1) AS code, split_part(line, ' ', 2) AS became,
           sum(processes)::bigint AS processes
    FROM (
        SELECT source, {_PERIOD}, score.outcome, count(*) AS processes
        FROM process JOIN score ON subject_type = 'process' AND subject_id = process.id
        WHERE $3::text IS NULL OR source = $3 GROUP BY 1, 2, 3
    ) AS cell JOIN outcome ON outcome.id = cell.outcome,
         unnest('{{scored}}'::text[] || lines) AS line
    GROUP BY 1, 2, 3, 4
"""

_source = msgspec.json.Decoder(Source).decode

Cells = dict[tuple[str, str | None], dict[Any, int]]


async def read(
    connection: asyncpg.Connection, period: Period, source: str | None
) -> list[SourceCoverage]:
    """Return the coverage of every source, or of one."""
    asked = await shapes.watched(connection)
    common = (LONG_AGO, FORMATS[period], source)
    counts = await connection.fetch(_COUNTS, *common, asked.id)
    fields: Cells = defaultdict(dict)
    for row in await connection.fetch(_FIELDS, *common, asked.id):
        fields[row["source"], row["period"]][row["field"]] = row["processes"]
    outcomes: Cells = defaultdict(dict)
    for row in await connection.fetch(_OUTCOMES, *common):
        outcomes[row["source"], row["period"]][row["code"], row["became"]] = row["processes"]
    known = {row["id"]: _source(row["body"]) for row in await connection.fetch("TABLE source")}
    periods: dict[str, list[PeriodCoverage]] = defaultdict(list)
    for row in counts:
        cell = (row["source"], row["period"])
        periods[row["source"]].append(_period(row, asked.fields, fields[cell], outcomes[cell]))
    return [_of_source(name, known.get(name), found) for name, found in periods.items()]


def _of_source(name: str, known: Source | None, found: list[PeriodCoverage]) -> SourceCoverage:
    title, lacks = (known.title, known.lacks) if known else (None, [])
    return SourceCoverage(source=name, title=title, lacks=lacks, periods=found)


def _period(
    row: asyncpg.Record,
    asked: tuple[str, ...],
    fields: dict[Any, int],
    outcomes: dict[Any, int],
) -> PeriodCoverage:
    looked_at = row["looked_at"]
    codes = sorted({code for code, became in outcomes if became})
    return PeriodCoverage(
        period=row["period"],
        processes=row["processes"],
        looked_at=looked_at,
        scored=outcomes.get(("scored", ""), 0),
        fields=[
            FieldCoverage(each, fields.get(each, 0), round(fields.get(each, 0) / looked_at, 4))
            for each in asked
            if looked_at
        ],
        indicators=[
            IndicatorCoverage(
                code,
                outcomes.get((code, "computed"), 0),
                outcomes.get((code, "not_applicable"), 0),
                outcomes.get((code, "not_computable"), 0),
            )
            for code in codes
        ],
    )
