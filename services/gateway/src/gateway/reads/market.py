"""What questions for purchases and for their lots, contracts and plans have in common."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

import asyncpg

from gateway.reads.statement import EVERYWHERE, Places, Statement
from gateway.view.search import patterns


class Order(NamedTuple):
    """What a list is ordered by: a column that is never null, and how its value is read back."""

    column: str
    read: Callable[[Any], Any]


DATE: Final = Order("date", datetime.fromisoformat)
AMOUNT: Final = Order("amount", Decimal)


class Page(NamedTuple):
    """A page of rows, and the sort key after which the next one begins."""

    rows: list[asyncpg.Record]
    last: list[str | float] | None


class Found(NamedTuple):
    """A page as bytes, and the sort key after which the next one begins."""

    documents: list[bytes]
    last: list[str | float] | None


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which rows are asked for; empty means all. Values of one tuple are alternatives.

    An amount is compared in its own currency, so whoever asks for one names the currency. `sort` is
    a word of the list's orders; a minus before it turns it round.
    """

    sort: str
    buyer: tuple[str, ...] = ()
    supplier: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    places: Places = EVERYWHERE
    currency: str | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    date_from: datetime | None = None
    date_to: datetime | None = None
    text: str | None = None

    def statement(self, values: list[Any] | None = None) -> Statement:
        """Return the clauses of what every such question asks, save who took part.

        `values` are those of a statement that this one is part of.
        """
        asked = Statement(values=[] if values is None else values)
        asked.where_any("method = ANY({}::text[])", self.method)
        asked.where_any("source = ANY({}::text[])", self.source)
        asked.in_places(self.places)
        if self.currency:
            asked.where("currency = {}", self.currency)
        if self.amount_to is not None:
            asked.where("amount >= 0")  # an unknown amount is not a small one
        asked.between("amount", self.amount_from, self.amount_to)
        asked.between("date", self.date_from, self.date_to)
        for pattern in patterns(self.text or ""):
            asked.where("search LIKE {}", pattern)
        return asked


@dataclass(frozen=True)
class Shelf:
    """Where rows of one kind lie: what is selected of which table, and the words of its orders."""

    selected: str
    orders: Mapping[str, Order]

    async def page(
        self,
        connection: asyncpg.Connection,
        asked: Statement,
        sort: str,
        *,
        after: Sequence[Any] | None,
        limit: int,
    ) -> Page:
        """Return a page of rows; those of one place stand in the order of their ids."""
        column, read = self.orders[sort.removeprefix("-")]
        turn, comparison = ("DESC", "<") if sort.startswith("-") else ("ASC", ">")
        if after is not None:
            asked.where(f"({column}, id) {comparison} ({{}}, {{}})", read(after[0]), after[1])
        rows = await connection.fetch(
            f"SELECT id, {column} AS place, {self.selected} {asked.sql()}"
            f" ORDER BY {column} {turn}, id {turn} LIMIT {limit + 1:d}",
            *asked.values,
        )
        shown = rows[:limit]
        more = len(rows) > limit
        return Page(shown, [_travelling(shown[-1]["place"]), shown[-1]["id"]] if more else None)


def _travelling(place: Any) -> str | float:
    """Write the value of a sort key as it stands in a cursor."""
    if isinstance(place, datetime):
        return place.isoformat()
    return place if isinstance(place, float) else str(place)
