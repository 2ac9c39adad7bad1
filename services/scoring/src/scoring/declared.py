"""The tables of facts as facts.sql declares them: what a row is, and what stands in each column.

For the page that authors of indicators read, for examples, and for telling files of one make.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

INTERNAL: Final = "internal:"
"""How the comment of a table begins that is not for queries."""

_TYPE: Final = re.compile(r"CREATE TYPE (\w+) AS ENUM\s*\(([^)]*)\)")
_TABLE: Final = re.compile(r"CREATE TABLE (\w+) \(")
_COLUMN: Final = re.compile(
    r"  (?P<name>\w+) (?P<type>\w+)(?P<required> NOT NULL)?(?: CHECK \(.*?\)\))?(?P<end>,|\);)"
    r"(?:\s*-- (?P<meaning>.*))?"
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column; a type that is not one of DuckDB's is one of `enums`."""

    name: str
    type: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table, its columns in order."""

    name: str
    meaning: str
    columns: Mapping[str, Column]

    @property
    def internal(self) -> bool:
        """Whether it is the engine's own, and no query may read it."""
        return self.meaning.startswith(INTERNAL)


@cache
def schema() -> str:
    """Return the statements that make the tables."""
    return (files("scoring") / "facts.sql").read_text(encoding="utf-8")


@cache
def make() -> str:
    """Name the make of the tables in short; words about them do not count."""
    bare = (line.split("--")[0].rstrip() for line in schema().splitlines())
    return hashlib.sha256("\n".join(bare).encode()).hexdigest()[:16]


@cache
def enums() -> Mapping[str, tuple[str, ...]]:
    """Return the words of every type that is made here."""
    found = {
        name: tuple(word.strip().strip("'") for word in words.split(","))
        for name, words in _TYPE.findall(schema())
    }
    return MappingProxyType(found)


@cache
def tables() -> Mapping[str, Table]:
    """Return every table by its name, in the order of the file."""
    found: dict[str, Table] = {}
    above: list[str] = []
    lines = iter(schema().splitlines())
    for line in lines:
        if line.startswith("--"):
            above.append(line.removeprefix("--").strip())
            continue
        if begun := _TABLE.match(line):
            columns = MappingProxyType({column.name: column for column in _columns(lines)})
            found[begun[1]] = Table(begun[1], " ".join(above), columns)
        above = []
    return MappingProxyType(found)


def _columns(lines: Iterator[str]) -> Iterator[Column]:
    for line in lines:
        read = _COLUMN.fullmatch(line)
        if read is None:
            raise ValueError(f"facts.sql: {line!r} is no column")
        yield Column(
            read["name"], read["type"], read["required"] is not None, read["meaning"] or ""
        )
        if read["end"] == ");":
            return
