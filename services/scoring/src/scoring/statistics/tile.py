"""Tiles as documents: a query's rows with what they mean, ready to be served."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

import duckdb
import msgspec

from scoring.facts import Facts
from scoring.indicator import Text
from scoring.statistics.declaration import Declaration, words
from shared.contracts import statistics as contract
from shared.contracts.catalogue import Trilingual

Row = Mapping[str, Any]


def tile(
    facts: Facts, one: Declaration, *, data_seq: int, data_date: datetime | None
) -> contract.Tile:
    """Fill a tile from what was prepared (scoring.statistics.rounds)."""
    there = one.needs is None or bool(_rows(facts, one.needs)[0]["there"])
    rows = _rows(facts, one.query) if there else []
    left_out = _rows(facts, one.left_out)[0] if there and one.left_out else {}
    return contract.Tile(
        id=one.id,
        title=said(one.title),
        definition=said(one.definition),
        columns=[column(name) for name in one.columns],
        available=there,
        reason=None if there or one.lacking is None else said(one.lacking),
        rows=[{name: row[name] for name in one.columns} for row in rows],
        left_out=[
            contract.LeftOut(name, n, said(words()[name].title)) for name, n in left_out.items()
        ],
        data_date=data_date,
        data_seq=data_seq,
    )


def column(name: str) -> contract.Column:
    """Say what a column is; its name is a word of words.yaml."""
    word = words()[name]
    return contract.Column(name, word.kind, word.unit, said(word.title))


def said(text: Text) -> Trilingual:
    """Return a text as it crosses the border."""
    return Trilingual(text.kk, text.ru, text.en)


def _rows(facts: Facts, query: str) -> list[Row]:
    cursor: duckdb.DuckDBPyConnection = facts.connection.execute(query)
    names = [one[0] for one in cursor.description or ()]
    return [_plain(names, row) for row in cursor.fetchall()]


def _plain(names: Sequence[str], row: Sequence[Any]) -> Row:
    return {name: _value(value) for name, value in zip(names, row, strict=True)}


def _value(value: Any) -> Any:
    """Exact sums and days are text, as everywhere in the API."""
    return str(value) if isinstance(value, Decimal | date) else value


encode: Final = msgspec.json.Encoder().encode
