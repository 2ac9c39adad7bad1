"""What the data can bear: per source and period, counted over the whole view."""

import asyncio
from calendar import monthrange
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal, NamedTuple

import asyncpg
import msgspec
from msgspec import Struct

from gateway.computable import Asked, Became, Cell, judged
from gateway.coverage import (
    CheckCoverage,
    FieldCoverage,
    PeriodCoverage,
    RegisterCoverage,
    SourceCoverage,
)
from gateway.needs import OF_CHANGES, needs_of
from gateway.reads import registers
from gateway.view import shapes
from gateway.view.rows import LONG_AGO
from shared.contracts.sources import Lack, Source
from shared.quality import REASONS
from shared.vocabulary.text import Language

Period = Literal["year", "month"]
FORMATS: Final = {"year": "YYYY", "month": "YYYY-MM"}
SCORED: Final = "scored"
DECEMBER: Final = 12

_PERIOD: Final = "CASE WHEN {column} > $1 THEN to_char({column} AT TIME ZONE 'UTC', $2) END"
_OF_PROCESS: Final = f"{_PERIOD.format(column='published')} AS period"
_OF_PLAN: Final = f"{_PERIOD.format(column='date')} AS period"

_SHAPES: Final = f"""
    SELECT source, {_OF_PROCESS}, shape, count(*) AS processes
    FROM process WHERE $3::text IS NULL OR source = $3 GROUP BY 1, 2, 3
"""
"""Shapes by source and period, counted in one look over the view; the rest is told from these."""

_CELLS: Final = """
    unnest($1::text[], $2::text[], $3::text[], $4::bigint[])
        AS cell (source, period, shape, processes)
"""

_COUNTS: Final = f"""
    SELECT source, period, sum(processes)::bigint AS processes,
           coalesce(sum(processes) FILTER (WHERE shape.watched = $5), 0)::bigint AS looked_at
    FROM {_CELLS} LEFT JOIN shape ON shape.id = cell.shape GROUP BY source, period
"""

_FIELDS: Final = f"""
    SELECT source, period, field, sum(processes)::bigint AS processes
    FROM {_CELLS} JOIN shape ON shape.id = cell.shape AND shape.watched = $5,
         unnest(fields) AS field
    GROUP BY source, period, field
"""

_WHOLE: Final = f"""
    SELECT source, period, code, sum(processes)::bigint AS processes
    FROM {_CELLS} JOIN shape ON shape.id = cell.shape AND shape.watched = $5
    JOIN (SELECT code, ARRAY(SELECT field FROM unnest(fields) AS field
                             WHERE NOT starts_with(field, '{OF_CHANGES}')) AS fields
          FROM indicator) AS indicator ON shape.fields @> indicator.fields
    GROUP BY source, period, code
"""

_CHECKS: Final = f"""
    SELECT source, period, word, sum(processes)::bigint AS processes
    FROM {_CELLS} JOIN shape ON shape.id = cell.shape AND shape.watched = $5,
         unnest(checks) AS word
    GROUP BY source, period, word
"""

_PLANS: Final = f"""
    SELECT source, {_OF_PLAN}, count(*) AS plans
    FROM listed WHERE kind = 'plan' AND ($3::text IS NULL OR source = $3) GROUP BY 1, 2
"""

_OUTCOMES: Final = f"""
    SELECT source, period, line, sum(processes)::bigint AS processes
    FROM (
        SELECT source, {_OF_PROCESS}, score.outcome, count(*) AS processes
        FROM process JOIN score ON subject_type = 'process' AND subject_id = process.id
        WHERE $3::text IS NULL OR source = $3 GROUP BY 1, 2, 3
    ) AS cell JOIN outcome ON outcome.id = cell.outcome,
         unnest('{{{SCORED}}}'::text[] || lines) AS line
    GROUP BY 1, 2, 3
"""

_SOURCES: Final = "SELECT body FROM source WHERE $1::text IS NULL OR id = $1 ORDER BY id"

_source = msgspec.json.Decoder(Source).decode

Cells = dict[tuple[str, str | None], Cell]


class _Found(NamedTuple):
    """What was counted, what the indicators ask for, and the language it is told in."""

    cells: Cells
    asked: dict[str, Asked]
    watched: tuple[str, ...]
    language: Language


class _Indicator(Struct):
    """What of the catalogue matters here."""

    code: str
    fields: list[str]
    subject: str | None = None


_indicator = msgspec.json.Decoder(_Indicator).decode


async def read(
    connection: asyncpg.Connection,
    period: Period,
    source: str | None,
    *,
    language: Language,
    today: date,
) -> list[SourceCoverage]:
    """Return the coverage of every source, or of one."""
    watched = await shapes.watched(connection)
    cells = await _cells(connection, (LONG_AGO, FORMATS[period], source), watched.id)
    held = await registers.known(connection)
    for (_, name), cell in cells.items():
        days = days_of(name, today)
        cell.days = len(days)
        cell.registers = {each.register: registers.days_in(each, days) for each in held}
    found = _Found(cells, await _asked(connection), watched.fields, language)
    known = {each.id: each for each in await _sources(connection, source)}
    told = await registers.by_source(connection)
    names = sorted(known.keys() | {name for name, _ in cells})
    # Hundreds of periods by dozens of indicators: other callers are answered meanwhile.
    return await asyncio.to_thread(
        lambda: [_of_source(name, known.get(name), told.get(name, []), found) for name in names]
    )


def days_of(period: str | None, today: date) -> range:
    """Return the days of "2026" or "2026-11" up to today, as ordinals; none if it is not known.

    >>> len(days_of("2026-11", date(2026, 11, 28)))
    28
    """
    if period is None:
        return range(0)
    year, _, month = period.partition("-")
    first, last = date(int(year), int(month or 1), 1), int(month or DECEMBER)
    end = date(int(year), last, monthrange(int(year), last)[1])
    return range(first.toordinal(), min(end, today).toordinal() + 1)


async def _cells(connection: asyncpg.Connection, common: Any, watched: str) -> Cells:
    cells: Cells = defaultdict(Cell)
    found = await connection.fetch(_SHAPES, *common)
    shaped = [[row[at] for row in found] for at in range(4)]
    for row in await connection.fetch(_COUNTS, *shaped, watched):
        cell = cells[row["source"], row["period"]]
        cell.processes, cell.looked_at = row["processes"], row["looked_at"]
    for row in await connection.fetch(_PLANS, *common):
        cells[row["source"], row["period"]].plans = row["plans"]
    for row in await connection.fetch(_FIELDS, *shaped, watched):
        cells[row["source"], row["period"]].fields[row["field"]] = row["processes"]
    for row in await connection.fetch(_WHOLE, *shaped, watched):
        cells[row["source"], row["period"]].whole[row["code"]] = row["processes"]
    for row in await connection.fetch(_CHECKS, *shaped, watched):
        code, _, verdict = row["word"].partition(":")
        cells[row["source"], row["period"]].checks[code, verdict] = row["processes"]
    for row in await connection.fetch(_OUTCOMES, *common):
        _count(cells[row["source"], row["period"]], row["line"], row["processes"])
    return cells


def _count(cell: Cell, line: str, processes: int) -> None:
    """Count a line "R024 not_computable bids.details.value", or the word that counts the scored."""
    code, *rest = line.split(" ")
    if not rest:
        cell.scored += processes
        return
    became = cell.became.setdefault(code, Became())
    became.counts[rest[0]] += processes
    for name in rest[1:]:
        became.missing[name] += processes


async def _asked(connection: asyncpg.Connection) -> dict[str, Asked]:
    rows = await connection.fetch("SELECT body FROM indicator ORDER BY code")
    found = [_indicator(row["body"]) for row in rows]
    return {each.code: Asked(each.code, each.subject, needs_of(each.fields)) for each in found}


async def _sources(connection: asyncpg.Connection, source: str | None) -> list[Source]:
    return [_source(row["body"]) for row in await connection.fetch(_SOURCES, source)]


def _of_source(
    name: str, known: Source | None, told: list[RegisterCoverage], found: _Found
) -> SourceCoverage:
    own = {period: cell for (source, period), cell in found.cells.items() if source == name}
    lacks = known.lacks if known else []
    return SourceCoverage(
        source=name,
        title=known.title if known else None,
        lacks=lacks,
        blind_spots=known.blind_spots if known else [],
        registers=told,
        periods=[
            _period(period, own[period], lacks, found)
            for period in sorted(own, key=lambda each: (each is None, each))
        ],
    )


def _period(period: str | None, cell: Cell, lacks: Sequence[Lack], found: _Found) -> PeriodCoverage:
    codes = sorted(found.asked.keys() | cell.became.keys())
    asked = [found.asked.get(code, Asked(code)) for code in codes]
    return PeriodCoverage(
        period=period,
        processes=cell.processes,
        plans=cell.plans,
        looked_at=cell.looked_at,
        scored=cell.scored,
        fields=[_field(each, cell) for each in found.watched if cell.looked_at],
        checks=[_check(code, cell, found.language) for code in REASONS if cell.looked_at],
        registers=[cell.registers[each] for each in sorted(cell.registers)],
        indicators=[judged(each, cell, lacks, found.language) for each in asked],
    )


def _check(code: str, cell: Cell, language: Language) -> CheckCoverage:
    sound, doubtful = cell.checks[code, "ok"], cell.checks[code, "doubtful"]
    text = getattr(REASONS[code], language)
    return CheckCoverage(code, sound, doubtful, cell.looked_at - sound - doubtful, text)


def _field(name: str, cell: Cell) -> FieldCoverage:
    there = cell.fields.get(name, 0)
    return FieldCoverage(name, there, round(there / cell.looked_at, 4))
