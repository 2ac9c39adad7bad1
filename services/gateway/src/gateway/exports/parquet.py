"""Lists as Parquet: typed columns, lists as lists, written by DuckDB.

Rows are first put down as packed lines in the writer's folder, for the file ends with what is only
known then. What is not of its column's type is left empty there, as it is in no other format: a
reader of Parquet counts on the types.
"""

import gzip
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import duckdb
import msgspec

from gateway.exports.fields import EACH, FIELDS, Field, Type, value, values
from gateway.exports.formats import About

PIECE: Final = 1024 * 1024
GROUP: Final = 8_192
"""Rows of a row group: so many are held while the file is written."""

LARGEST_ROW: Final = 2 * 1024 * 1024
"""Bytes of a row while it waits: DuckDB holds buffers of twice as many."""

LONGEST: Final = 16_384
"""Signs of a text, so that all texts of a row fit into one."""

MEMORY: Final = "128MB"
_LEVEL: Final = 1
_TYPES: Final[Mapping[Type, str]] = {
    "text": "VARCHAR",
    "decimal": "DECIMAL(38, 6)",
    "number": "DOUBLE",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "moment": "TIMESTAMPTZ",
    "list": "VARCHAR[]",
}
_COPY: Final = """
    COPY (SELECT {selected} FROM read_json({rows}, format = 'newline_delimited',
          compression = 'gzip', columns = {{{columns}}}, maximum_object_size = {largest}))
    TO {made} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {group})
"""


class Parquet:
    """Writes a Parquet file into its folder, and gives the file at its end."""

    def __init__(self, about: About) -> None:
        self._fields = FIELDS[about.what]
        self._folder = about.folder
        self._rows = gzip.open(about.folder / "rows", "wb", compresslevel=_LEVEL)  # noqa: SIM115 (until the end)
        self._made = about.folder / "made.parquet"

    def head(self) -> bytes:
        """Begin with nothing."""
        return b""

    def page(self, documents: Sequence[bytes]) -> bytes:
        """Put rows down."""
        read = (msgspec.json.decode(document) for document in documents)
        self._rows.write(b"".join(_row(self._fields, one) + b"\n" for one in read))
        return b""

    def end(self) -> Iterator[bytes]:
        """Make the file and give it."""
        self._rows.close()
        settings: dict[str, Any] = {
            "threads": 1,
            "memory_limit": MEMORY,
            "temp_directory": str(self._folder),
        }
        with duckdb.connect(config=settings) as connection:
            connection.execute(self._copy())
        with self._made.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    def _copy(self) -> str:
        texts = {True: "VARCHAR[]", False: "VARCHAR"}
        return _COPY.format(
            selected=", ".join(_selected(field) for field in self._fields),
            columns=", ".join(f"{f.name}: '{texts[f.type == 'list']}'" for f in self._fields),
            rows=_quoted(self._folder / "rows"),
            made=_quoted(self._made),
            group=GROUP,
            largest=LARGEST_ROW,
        )


def _row(fields: Sequence[Field], document: Any) -> bytes:
    """Put a row down; lists that are longer than any purchase has are left out."""
    row = {field.name: _said(field, document) for field in fields}
    written = msgspec.json.encode(row)
    if len(written) < LARGEST_ROW:
        return written
    return msgspec.json.encode({n: one for n, one in row.items() if not isinstance(one, list)})


def _said(field: Field, document: Any) -> Any:
    if EACH in field.path:
        return [str(each)[:LONGEST] for each in values(document, field.path)]
    found = value(document, field.path)
    return None if found is None else _text(found)


def _text(found: Any) -> str:
    return str(found).lower() if isinstance(found, bool) else str(found)[:LONGEST]


def _selected(field: Field) -> str:
    return f"TRY_CAST({field.name} AS {_TYPES[field.type]}) AS {field.name}"


def _quoted(path: Any) -> str:
    return "'" + str(path).replace("'", "''") + "'"
