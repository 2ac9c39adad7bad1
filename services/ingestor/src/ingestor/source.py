"""Where data come from: the declarations of kinds of sources, read off their files."""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import PurePath
from typing import Any, Final

import yaml
from msgspec import Struct, convert

from shared.contracts.sources import BlindSpot

STANDARD_INPUT: Final = "-"
LONGEST_ID: Final = 80

_ENDINGS: Final = re.compile(r"(\.(jsonl|ndjson|json|txt|gz|gzip))+$")
_UNSAFE: Final = re.compile(r"[^a-z0-9а-яәғқңөұүһі]+")


class Words(Struct, frozen=True):
    """One text in the three languages of the platform."""

    kk: str
    ru: str
    en: str


class Lack(Struct, frozen=True):
    """Something that the platform can use and this kind of source never gives.

    `paths` are the same as fields of a compiled release, where it has such names.
    """

    field: str
    because: Words
    paths: list[str] = []


class Address(Struct, frozen=True):
    """Where a source is asked; `verified` is the day on which that was last seen to work."""

    url: str
    verified: str | None = None
    note: str | None = None


class Declaration(Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of source: what it is, on whose terms, and what it lacks.

    `limits`: what it gives only in part or at times. `refresh_days`: how often its publisher renews
    it, or how often it is worth asking. `fresh_hours`: how old what is held of it may be, where
    that is not two such rounds.
    """

    kind: str
    title: Words
    why: Words
    url: str | None
    licence: str | None
    attribution: str | None
    lacks: list[Lack]
    limits: list[Lack] = []
    refresh_days: int | None = None
    fresh_hours: int | None = None
    addresses: list[Address] = []
    blind_spots: list[BlindSpot] = []

    @property
    def promised_hours(self) -> int | None:
        """How old what is held of it may be: before each fetch a round, so one missed makes two."""
        if self.fresh_hours is None and self.refresh_days is not None:
            return 2 * 24 * self.refresh_days
        return self.fresh_hours


class Terms(Struct, frozen=True):
    """What is known of one publisher's data set beyond its kind; None where nobody says."""

    title: str | None = None
    publisher: str | None = None
    licence: str | None = None
    attribution: str | None = None
    url: str | None = None


@cache
def declarations() -> Mapping[str, Declaration]:
    """Read every declaration; the name is that of its folder under sources/."""
    folders = (f for f in files("ingestor.sources").iterdir() if (f / "source.yaml").is_file())
    return {f.name: _declaration(f) for f in folders}


def source_id_of_file(name: str) -> str:
    """Give a file's data set its stable name: "/data/Armenia 2018.jsonl.gz" is armenia-2018."""
    if name == STANDARD_INPUT:
        return "stdin"
    return slug(_ENDINGS.sub("", PurePath(name).name.lower()))


def slug(text: str) -> str:
    """Write a name so that it can be a source id; raises ValueError where nothing is left."""
    plain = unicodedata.normalize("NFKC", text).lower()
    written = _UNSAFE.sub("-", plain)[:LONGEST_ID].strip("-")
    if not written:
        raise ValueError(f"No source id can be made of {text!r}; name one with --source")
    return written


def _declaration(folder: Traversable) -> Declaration:
    """Read a declaration and, where the law has more to say, the file of blind spots beside it."""
    loaded: dict[str, Any] = yaml.safe_load((folder / "source.yaml").read_text("utf-8"))
    spots = folder / "blind_spots.yaml"
    if spots.is_file():
        loaded["blind_spots"] = yaml.safe_load(spots.read_text("utf-8"))
    return convert(loaded, Declaration)
