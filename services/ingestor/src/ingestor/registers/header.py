"""The header of a list: which cell of a row is which column, and whether all that is needed is."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from ingestor.registers.judge import normal, places
from ingestor.registers.mapping import Mapping
from ingestor.registers.rows import Row, Unusable

WIDEST: Final = 200  # columns; a row with more of them is no row of a list


def rows_under(table: Iterable[Sequence[Any]], mapping: Mapping) -> Iterator[Row]:
    """Name the cells of every row below the header; raises Unusable where a column is missing."""
    names: list[str] = []
    for number, cells in enumerate(table, start=1):
        if number <= mapping.skip_rows:
            continue
        if mapping.headed and not names:
            names = [normal(cell) if cell is not None else "" for cell in cells[:WIDEST]]
            check(names, mapping)
            continue
        yield Row(number, named(names, cells[:WIDEST]))


def named(names: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """Return cells by place, and by header where there is one."""
    by_place = {f"#{place}": cell for place, cell in enumerate(cells, start=1)}
    return by_place | {name: c for name, c in zip(names, cells, strict=False) if name}


def check(names: Sequence[str], mapping: Mapping) -> None:
    """Raise Unusable where a column that an entry rests on is not in the header."""
    needed: list[list[str | None]] = [
        [*mapping.party, *mapping.other_numbers],
        [mapping.valid_from],
        [mapping.valid_to],
    ]
    needed += [[one.at] for one in mapping.attributes.values() if one.needed]
    for alternatives in needed:
        keys = [key for at in alternatives if at for key in places(at)]
        if keys and not any(key in names or key.startswith("#") for key in keys):
            found = ", ".join(name for name in names if name)[:300]
            raise Unusable(f"No column {' or '.join(keys)}; the header is: {found}")
