"""Figures that the platform publishes: kept as scoring tells them, and read for campaigns.

A table of figures (GET /v1/stats) comes by scoring's feed whenever one of its figures changes. A
measure that names a cell of one is read then, on the day of its data; a day told again is
corrected. What cannot be told is no reading: never nought.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

import asyncpg
import msgspec

from cases.law.counting import local_day
from shared.contracts.casework.campaigns import PublishedFigure
from shared.contracts.statistics import Tile
from shared.errors import FieldError, ValidationFailed
from shared.feed import Entry

SCALE: Final = Decimal("0.0001")
"""As fine as readings are kept."""

_tile = msgspec.json.Decoder(Tile).decode
_figure = msgspec.json.Decoder(PublishedFigure).decode


class Found(NamedTuple):
    """What a figure is on the day of its data, and where that is written."""

    value: Decimal
    on: date
    source: str


async def apply(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Keep tables of figures, and read them for the measures that name them."""
    newest = {entry.key: entry for entry in entries}
    told = {key: entry.body for key, entry in newest.items() if not entry.deleted}
    tiles = {key: _tile(body) for key, body in told.items()}
    await connection.execute(_FORGET, [key for key in newest if key not in told])
    await connection.execute(_KEEP, list(told), list(told.values()))
    rows = await connection.fetch(_MEASURES, list(told))
    read = [(row["id"], reading(tiles, _figure(row["figure"]))) for row in rows]
    known = [(measure, *found) for measure, found in read if found is not None]
    if known:
        await connection.execute(_READ, *map(list, zip(*known, strict=True)))


async def reset(connection: asyncpg.Connection) -> None:
    """Forget the tables, which are told anew; what was read of them is kept."""
    await connection.execute("DELETE FROM statistic")


async def now(connection: asyncpg.Connection, asked: PublishedFigure) -> tuple[Found, str]:
    """Return what a figure is, and its unit. Raises ValidationFailed for one there is not."""
    body = await connection.fetchval("SELECT body FROM statistic WHERE tile = $1", asked.tile)
    if body is None:
        known = [row["tile"] for row in await connection.fetch("SELECT tile FROM statistic")]
        raise _unknown("/body/figure/tile", f"known: {', '.join(sorted(known))}")
    tile = _tile(body)
    units = {column.name: column.unit for column in tile.columns if column.kind == "figure"}
    if asked.column not in units:
        raise _unknown("/body/figure/column", f"known: {', '.join(units)}")
    found = reading({tile.id: tile}, asked)
    if found is None:
        raise _unknown("/body/figure/row", "no such row, or nothing can be told in it")
    return found, units[asked.column]


def reading(tiles: Mapping[str, Tile], asked: PublishedFigure) -> Found | None:
    """Return what a cell says, or None: nothing that can be told, or of no known day."""
    tile = tiles[asked.tile]
    value = next((row[asked.column] for row in _rows(tile, asked)), None)
    if value is None or tile.data_date is None:
        return None
    day = local_day(tile.data_date)
    try:
        return Found(Decimal(str(value)).quantize(SCALE), day, f"/v1/stats/{tile.id}, {day}")
    except InvalidOperation:
        return None


def _rows(tile: Tile, asked: PublishedFigure) -> Sequence[Mapping[str, Any]]:
    """Return the rows (there is one or none) whose dimensions are those that are asked for."""
    names = [column.name for column in tile.columns if column.kind == "dimension"]
    return [
        row
        for row in tile.rows
        if asked.column in row and all(row.get(name) == asked.row.get(name) for name in names)
    ]


def _unknown(pointer: str, message: str) -> ValidationFailed:
    flaw = FieldError(pointer, "not_published", message)
    return ValidationFailed("There is no such published figure.", errors=[flaw])


_FORGET: Final = "DELETE FROM statistic WHERE tile = ANY($1::text[])"
_KEEP: Final = """
    INSERT INTO statistic (tile, body)
    SELECT tile, body FROM unnest($1::text[], $2::bytea[]) AS told (tile, body)
    ON CONFLICT (tile) DO UPDATE SET body = excluded.body
"""
_MEASURES: Final = """
    SELECT id, figure FROM campaign_measure WHERE figure ->> 'tile' = ANY($1::text[])
"""
_READ: Final = """
    INSERT INTO campaign_reading (measure_id, on_day, value, source, recorded_at)
    SELECT measure, day, value, source, now()
    FROM unnest($1::text[], $2::numeric[], $3::date[], $4::text[])
        AS read (measure, value, day, source)
    ON CONFLICT (measure_id, on_day) DO UPDATE
        SET value = excluded.value, recorded_at = excluded.recorded_at
        WHERE campaign_reading.value <> excluded.value
"""
