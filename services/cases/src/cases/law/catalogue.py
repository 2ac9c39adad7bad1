"""The legal routes that are declared, found by discovery, and the words they are declared in.

    routes(day)                    # every route that was law on that day, by code
    route("pp25_supplier", day)
    vocabulary().standings["supplier"].title

`confirmations` are words of lawyers that came after the declaration was written; each names the
version it was given for, so that a changed declaration waits for a new one.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import msgspec
import yaml

from cases.law.declaration import Confirmed, Name, Route, confirm
from shared.law.entries import Period, Table
from shared.law.lines import Document
from shared.law.reading import LawFileError, read
from shared.vocabulary.text import Text

_FOLDER: Final = files("cases.law")


class Standing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who somebody is to a purchase; whoever is this is `also` that."""

    title: Text
    also: list[str] = []


class Vocabulary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The words of the declarations with their names in three languages."""

    standings: dict[str, Standing]
    stages: dict[str, Text]
    objects: dict[str, Text]
    methods: dict[str, Text]
    events: dict[str, Text]
    kinds: dict[str, Text]
    caution: Text
    unconfirmed: Text

    def is_also(self, standing: str) -> frozenset[str]:
        """Return the standing with all that it includes. Raises KeyError for an unknown one."""
        found = {standing}
        for one in self.standings[standing].also:
            found |= self.is_also(one)
        return frozenset(found)

    def title(self, kind: str, word: str) -> Text:
        """Return a word's name: `kind` is standings, stages, objects, methods, events or kinds."""
        found: Text | Standing = getattr(self, kind)[word]
        return found.title if isinstance(found, Standing) else found


class Declared(msgspec.Struct, frozen=True):
    """A route as of a day: its code, the days on which it reads so, and its version."""

    code: str
    route: Route
    valid_from: date
    valid_to: date | None
    version: str

    def covers(self, day: date) -> bool:
        """Tell whether it is law on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Confirmation(msgspec.Struct, frozen=True):
    """A lawyer's word for one version of a route."""

    code: str
    version: str
    by: str
    on: date


def routes(day: date, confirmations: Iterable[Confirmation] = ()) -> dict[str, Declared]:
    """Return the routes that are law on a day by their codes, in the order of their codes."""
    given = {(one.code, one.version): Confirmed(one.by, one.on) for one in confirmations}
    found = (one for each in _declared().values() for one in each if one.covers(day))
    return {one.code: _confirmed(one, given) for one in found}


def route(code: str, day: date, confirmations: Iterable[Confirmation] = ()) -> Declared:
    """Return one route as of a day. Raises KeyError where there is none of that code then."""
    return routes(day, confirmations)[code]


@cache
def declarations() -> Mapping[str, Table[Route]]:
    """Return the files of the routes by code.

    Raises LawFileError with file and line for a mistake in one of them.
    """
    found: dict[str, Table[Route]] = {}
    for one in sorted((_FOLDER / "routes").iterdir(), key=lambda each: each.name):
        if one.name.endswith(".yaml"):
            table = read_route(one.read_text("utf-8"), one.name)
            found[next(iter(table.entries))] = table
    _refuse_unknown_routes(found)
    return found


def read_route(text: str, name: str) -> Table[Route]:
    """Read one declaration. Raises LawFileError for what the format or vocabulary does not have."""
    table = read(text, name=name, of=Route)
    if len(table.entries) != 1 or f"{next(iter(table.entries))}.yaml" != name:
        raise LawFileError(f"{name}:1: a file is one route, and is named after it")
    document = Document.parse(text, name, LawFileError)
    for place, (_, period) in enumerate(table.periods()):
        unknown = sorted(_unknown(period.value))
        if unknown:
            path = "$.entries[0].value" if place == 0 else f"$.entries[0].periods[{place}]"
            document.refuse(path, f"not in vocabulary.yaml: {', '.join(unknown)}")
    return table


@cache
def vocabulary() -> Vocabulary:
    """Return the words in which routes are declared."""
    written = yaml.safe_load(_file("vocabulary.yaml").read_text("utf-8"))
    return msgspec.convert(written, Vocabulary)


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of a route's declaration: what stands under `value`."""
    (found,), parts = msgspec.json.schema_components([Route], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A legal route",
        **found,
        "$defs": parts,
    }


def _file(name: str) -> Traversable:
    return _FOLDER / name


@cache
def _declared() -> Mapping[str, tuple[Declared, ...]]:
    """Return every route through time, with the versions of its wordings."""
    return {
        code: tuple(_version(code, period) for _, period in table.periods())
        for code, table in declarations().items()
    }


def _version(code: str, period: Period[Route]) -> Declared:
    seen = msgspec.json.encode([code, period.valid_from, period.value], order="sorted")
    version = hashlib.sha256(seen).hexdigest()[:12]
    return Declared(code, period.value, period.valid_from, period.valid_to, version)


def _confirmed(one: Declared, given: Mapping[tuple[str, str], Confirmed]) -> Declared:
    word = given.get((one.code, one.version))
    return one if word is None else msgspec.structs.replace(one, route=confirm(one.route, word))


def _unknown(one: Route) -> Iterator[Name]:
    words = vocabulary()
    events = {term.after for _, term in one.terms()} | {one.window.closes, one.window.opens}
    refused = one.refusals
    named: tuple[tuple[Iterable[str | None], Iterable[str]], ...] = (
        ([*one.standing, *(name for each in refused for name in each.standings)], words.standings),
        ([*one.stages, *(name for each in refused for name in each.stages)], words.stages),
        ([*one.objects, *(name for each in refused for name in each.objects)], words.objects),
        (one.methods, [*words.methods, "any"]),
        ([name for each in refused for name in each.methods], words.methods),
        (events, words.events),
        ([one.addressee.kind], words.kinds),
    )
    for names, known in named:
        yield from (name for name in names if name is not None and name not in known)


def _refuse_unknown_routes(found: Mapping[str, Table[Route]]) -> None:
    for code, table in found.items():
        for _, period in table.periods():
            one = period.value
            named = {*one.requires, *one.following.refusal, *one.following.silence}
            if unknown := sorted(named - found.keys()):
                raise LawFileError(f"{code}.yaml: no such route: {', '.join(unknown)}")
