"""The kinds of violations that are declared, found by discovery.

A file under `violations/` is one kind: what the law asks, who has a part in it, at which stages it
is seen, what would show it, which indicators point to it, which routes and letters there are.
Routes are those of cases.law.routes, stages and standings words of their vocabulary.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

import msgspec
import yaml

from cases.law.catalogue import declarations, vocabulary
from cases.law.declaration import Confirmed
from cases.letters.template import templates
from shared.law.citations import cited
from shared.law.reading import LawFileError
from shared.vocabulary.text import Text

Several = Annotated[list[Text], msgspec.Meta(min_length=1)]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A rule of law: where it stands, what it says in our words, and on which days it is law."""

    cite: str
    words: Text
    valid_from: date
    valid_to: date | None = None

    def __post_init__(self) -> None:
        """Refuse a passage that cannot be read."""
        cited(self.cite)

    def covers(self, day: date) -> bool:
        """Tell whether it is law on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An example without names: retold of what happened, or composed to show the way."""

    origin: Literal["retold", "composed"]
    text: Text


class Violation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind of violation. `confirmed`: who has read it against the law and stands by it."""

    code: str
    title: Text
    meaning: Text
    innocent: Text
    stakeholders: Several
    stages: Annotated[list[str], msgspec.Meta(min_length=1)]
    basis: Annotated[list[Rule], msgspec.Meta(min_length=1)]
    evidence: Several
    indicators: list[str]
    routes: Annotated[list[str], msgspec.Meta(min_length=1)]
    templates: list[str]
    example: Example
    confirmed: Confirmed | Literal[False] = False


@cache
def violations() -> Mapping[str, Violation]:
    """Return every kind of violation by its code, in the order of the codes.

    Raises LawFileError for a word, a route or a letter that there is not.
    """
    folder = files("cases.navigator") / "violations"
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".yaml"))
    found = (read_violation((folder / name).read_text("utf-8"), name) for name in names)
    return {each.code: each for each in found}


@cache
def signs() -> frozenset[str]:
    """Return what a case can be about: kinds of violations, and indicators that point to one."""
    return frozenset(violations()).union(*(each.indicators for each in violations().values()))


def read_violation(text: str, name: str) -> Violation:
    """Read one kind of violation. Raises LawFileError."""
    try:
        one = msgspec.convert(yaml.safe_load(text), Violation)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise LawFileError(f"{name}: {error}") from error
    if f"{one.code}.yaml" != name:
        raise LawFileError(f"{name}: a file is named after its code")
    known = (
        (one.stages, vocabulary().stages),
        (one.routes, declarations()),
        (one.templates, templates()),
    )
    unknown = [word for words, names in known for word in words if word not in names]
    if unknown:
        raise LawFileError(f"{name}: there is no {', '.join(unknown)}")
    return one
