"""What is published, as declarations: tiles, and the parts that profiles and networks consist of.

A file under `tiles/` is one tile, one under `profiles/` one part of every profile; a new one edits
nothing else. What a column is called, and its unit, stands in words.yaml: the same word means the
same everywhere.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Annotated, Literal

import msgspec

from scoring.indicator import Text

Slug = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z-]*$")]


class Word(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column: dimension, figure or reason to be left out; its unit is a count if not said."""

    title: Text
    kind: Literal["dimension", "figure", "left_out"] = "figure"
    unit: str = "count"


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One tile: its columns in order, the query that fills them, and who is left out of all rows.

    `left_out` is a query with one row of counts, named as words of the kind left_out. `needs` is a
    query that says whether what is counted is there at all, and `lacking` what is not if it is not.
    `rows` bounds the table.
    """

    id: Slug
    title: Text
    definition: Text
    columns: list[str]
    query: str
    left_out: str | None = None
    needs: str | None = None
    lacking: Text | None = None


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One part of every profile; the query gives `subject` and the part as a struct, `doc`."""

    id: Annotated[str, msgspec.Meta(pattern="^[a-z_]+$")]
    title: Text
    definition: Text
    query: str


@cache
def tiles() -> Mapping[str, Declaration]:
    """Return every tile by its id, in the order of the ids."""
    found = [msgspec.yaml.decode(text, type=Declaration) for text in _texts("tiles")]
    return MappingProxyType({one.id: one for one in sorted(found, key=lambda one: one.id)})


@cache
def parts(folder: Literal["profiles", "networks"]) -> Mapping[str, Part]:
    """Return the parts of profiles or networks by their ids."""
    found = [msgspec.yaml.decode(text, type=Part) for text in _texts(folder)]
    return MappingProxyType({one.id: one for one in sorted(found, key=lambda one: one.id)})


@cache
def words() -> Mapping[str, Word]:
    """Return what columns are called, and reasons to be left out."""
    text = (files("scoring.statistics") / "words.yaml").read_bytes()
    return MappingProxyType(msgspec.yaml.decode(text, type=dict[str, Word]))


@cache
def statements(name: str) -> tuple[str, ...]:
    """Return the statements of an SQL file of this folder, without its comments."""
    text = (files("scoring.statistics") / f"{name}.sql").read_text(encoding="utf-8")
    bare = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return tuple(one.strip() for one in bare.split(";\n") if one.strip())


def _texts(folder: str) -> list[bytes]:
    entries: list[Traversable] = list((files("scoring.statistics") / folder).iterdir())
    return [one.read_bytes() for one in entries if one.name.endswith(".yaml")]
