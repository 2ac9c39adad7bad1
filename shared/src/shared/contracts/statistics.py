"""Feed "statistics" (scoring to gateway and cases): tiles, tables of figures.

Key: the id of the tile. What each figure means stands beside it. Units and reasons are open words.
A figure that cannot be told is null, never 0; what was left out of a figure is counted beside it,
under its reason.
"""

from datetime import datetime
from typing import Any

from msgspec import Struct

from shared.contracts.catalogue import Trilingual


class Column(Struct, frozen=True):
    """A column of a tile: a dimension, a figure, or how many were left out and why."""

    name: str
    kind: str
    unit: str
    title: Trilingual


class LeftOut(Struct, frozen=True):
    """How many are counted in no figure of the tile, for one reason."""

    reason: str
    n: int
    title: Trilingual


class TileBrief(Struct, frozen=True):
    """What a tile tells: its definition and its columns."""

    id: str
    title: Trilingual
    definition: Trilingual
    columns: list[Column]


class Tile(TileBrief, frozen=True):
    """A table of figures. Sums are exact decimal text in tenge (KZT), shares lie from 0 to 1.

    `available` is false where what it is counted from is not there; `reason` says what.
    """

    available: bool
    reason: Trilingual | None
    rows: list[dict[str, Any]]
    left_out: list[LeftOut]
    data_date: datetime | None
    data_seq: int
