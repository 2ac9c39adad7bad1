"""Reading statistics, and figures of organisations and regions with the names of whom they show."""

from collections.abc import Sequence
from csv import writer
from io import StringIO
from typing import Any, Final, TypeVar

import asyncpg
import msgspec
from msgspec.structs import replace

from gateway.memory import Answer
from gateway.reads.answering import answer
from gateway.view.figures import NETWORK
from shared.contracts.profiles import (
    CoBidder,
    Contact,
    Counterpart,
    Counterparts,
    Dependence,
    Figures,
    Network,
)
from shared.contracts.statistics import Tile

Shown = TypeVar("Shown", Counterpart, CoBidder, Dependence, Contact)

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so would be computed by a spreadsheet."""

_BODY: Final = "SELECT body FROM figures WHERE kind = $1 AND id = $2"

_NAMES: Final = """
    SELECT asked.id, known.name FROM unnest($1::text[]) AS asked (id), LATERAL (
        SELECT name FROM part WHERE party_id = asked.id AND name IS NOT NULL
        ORDER BY role, process_id LIMIT 1
    ) AS known
"""

_figures = msgspec.json.Decoder(Figures).decode
_network = msgspec.json.Decoder(Network).decode
_tile = msgspec.json.Decoder(Tile).decode


async def tiles_in_short(connection: asyncpg.Connection) -> list[bytes]:
    """Return what every tile tells, in the order of their ids."""
    return [row["brief"] for row in await connection.fetch("SELECT brief FROM tile ORDER BY id")]


async def tile(connection: asyncpg.Connection, name: str, *, as_csv: bool) -> Answer | None:
    """Return a tile as it was published, or its rows as CSV."""
    row = await connection.fetchrow("SELECT revision, body FROM tile WHERE id = $1", name)
    if row is None:
        return None
    if as_csv:
        return answer(csv_of(_tile(row["body"])), row["revision"], "csv")
    return answer(row["body"], row["revision"])


def csv_of(found: Tile) -> bytes:
    """Write the rows of a tile as CSV (RFC 4180, UTF-8), a line with the columns' names first."""
    text = StringIO()
    lines = writer(text)
    names = [column.name for column in found.columns]
    lines.writerow(names)
    lines.writerows([_cell(row[name]) for name in names] for row in found.rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    """Keep a spreadsheet from computing what a publisher wrote."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


async def figures(connection: asyncpg.Connection, kind: str, subject: str) -> Figures | None:
    """Return the figures of a buyer, supplier or region; None where none are published."""
    body = await connection.fetchval(_BODY, kind, subject)
    if body is None:
        return None
    found = _figures(body)
    sides = (found.buyers, found.suppliers)
    names = await _names(connection, [one.id for side in sides if side for one in side.listed])
    return replace(found, buyers=_named(sides[0], names), suppliers=_named(sides[1], names))


async def network(connection: asyncpg.Connection, supplier: str) -> Network | None:
    """Return with whom a supplier meets; None where nothing is published about it."""
    body = await connection.fetchval(_BODY, NETWORK, supplier)
    if body is None:
        return None
    found = _network(body)
    met = (found.co_bidders, found.buyers, found.shared_contacts)
    names = await _names(connection, [one.id for some in met for one in some])
    return replace(
        found,
        co_bidders=_with_names(found.co_bidders, names),
        buyers=_with_names(found.buyers, names),
        shared_contacts=_with_names(found.shared_contacts, names),
    )


async def _names(connection: asyncpg.Connection, ids: Sequence[str]) -> dict[str, str]:
    rows = await connection.fetch(_NAMES, list(dict.fromkeys(ids)))
    return {row["id"]: row["name"] for row in rows}


def _named(side: Counterparts | None, names: dict[str, str]) -> Counterparts | None:
    return replace(side, listed=_with_names(side.listed, names)) if side else None


def _with_names(some: Sequence[Shown], names: dict[str, str]) -> list[Shown]:
    return [replace(one, name=names.get(one.id)) for one in some]
