"""How a list is read: which column holds what, declared in a file beside the source it is from."""

from collections.abc import Mapping as Named
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import yaml
from msgspec import Struct, ValidationError, convert, field

from ingestor.source import Words, slug

Kind = Literal["text", "code", "date", "number", "yes_no", "region", "person"]
Extent = Literal["complete", "incremental", "answers"]

OWN: Final = "register_file"
"""The kind of source that is somebody's own list."""


class Attribute(Struct, frozen=True, forbid_unknown_fields=True):
    """One column that is kept. `at` names it: its header, or "#3" for the third; "a|b": either.

    `person` holds the number of a natural person and is kept as a keyed pseudonym; `region` an
    address or a KATO code, of which the region is kept. What is not declared is dropped.
    A row is set aside where what is `needed` is not said, and where an `exact` one says what cannot
    be read: a norm of a place that nobody knows must not become a norm of the whole country.
    """

    at: str
    kind: Kind = "text"
    needed: bool = False
    exact: bool = False


class Mapping(Struct, frozen=True, forbid_unknown_fields=True):
    """How one list is read, and what its silence means.

    `extent`: a *complete* list names everybody, so who is missing from it has left the register;
    an *incremental* one adds to what is there; *answers* are what a service said about one party
    each, also that it is not listed. `known_since`: a complete list that keeps past entries tells
    of every day from then on; without it, a list tells of the day it was retrieved. `holds_days`:
    lists no further apart than that are the register's answer for the days between them.
    `end_included`: the stated end is the last day in force, not the first day out of it.

    Where it is fetched from on a schedule, if it is: the `address` of a file, or the root of the
    procurement `portal` that gives it, with its `rest` path should GraphQL not; every
    `refresh_days`, else as often as its source is worth asking. `source` names the data set where
    its kind of source has several.
    """

    register: str
    title: Words
    party: list[str] = []
    other_numbers: list[str] = []
    valid_from: str | None = None
    valid_to: str | None = None
    months: int | None = None
    end_included: bool = False
    no_date: list[date] = []
    retrieved: str | None = None
    listed: str | None = None
    entry: list[str] = []
    attributes: Named[str, Attribute] = field(default_factory=dict)
    extent: Extent = "complete"
    known_since: date | None = None
    holds_days: int = 0
    most_lost: float = 0.2
    unreadable_allowed: int = 0
    shape: str | None = None
    skip_rows: int = 0
    headed: bool = True
    sheets: list[str] = []
    encoding: str | None = None
    delimiter: str | None = None
    source: str | None = None
    address: str | None = None
    portal: str | None = None
    rest: str | None = None
    refresh_days: int | None = None


class Known(NamedTuple):
    """A declared list and the kind of source it is from."""

    kind: str
    mapping: Mapping

    @property
    def source(self) -> str:
        """Name the data set: as declared, else by its kind; one's own list by its register."""
        own = self.mapping.register if self.kind == OWN else self.kind
        return self.mapping.source or own.replace("_", "-")


@cache
def known_lists() -> Named[str, Known]:
    """Read every declared list by the name of its file: sources/*/lists/*.yaml."""
    found: dict[str, Known] = {}
    for folder in files("ingestor.sources").iterdir():
        if (folder / "lists").is_dir():
            for one in (folder / "lists").iterdir():
                mapping = parsed(one.read_text("utf-8"))
                found[one.name.removesuffix(".yaml")] = Known(folder.name, mapping)
    return found


def read_mapping(path: Path) -> Mapping:
    """Read somebody's own mapping; raises ValueError, telling what is wrong with it."""
    try:
        return parsed(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, ValidationError) as fault:
        raise ValueError(f"The mapping {path.name} cannot be used: {fault}") from fault


def parsed(text: str) -> Mapping:
    """Read a mapping; raises msgspec.ValidationError or yaml.YAMLError."""
    loaded: Any = yaml.safe_load(text)
    mapping = convert(loaded, Mapping)
    if slug(mapping.register).replace("-", "_") != mapping.register:
        raise ValidationError("register: lower-case letters, digits and _ only")
    if not mapping.party and not mapping.entry:
        raise ValidationError("Either `party` or `entry` says what an entry is about")
    return mapping
