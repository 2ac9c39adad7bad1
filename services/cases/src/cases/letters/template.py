"""Templates of letters as declarations: what a letter is for, what it takes, and its parts.

    code: control_complaint
    number: 1
    confirmed: false
    routes: [pp23_control_complaint]
    title: {kk: .., ru: .., en: ..}
    takes:
      lot: {kind: text, title: {..}}
      facts: {kind: list, title: {..}}
    parts:
      - {kind: fields, rows: [lot]}
      - {kind: numbered, of: facts}
      - {kind: paragraph, text: {kk: .., ru: .., en: ..}}
    articles:
      - {cite: "106-VIII 23(3)1", words: {..}}
    text_as_of: 2026-02-04

A text may name what the letter takes in braces. `confirmed` says whether a lawyer stands by the
wording; where none does, a named person has to confirm the very version before a letter is made.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

import msgspec
import yaml

from shared.law.citations import cited
from shared.vocabulary.text import LANGUAGES, Text

Kind = Literal["text", "list", "day", "coming_day", "money", "bin", "bin_or_iin", "choice"]

PLACEHOLDER: Final = re.compile(r"\{([a-z_]+)\}")
SENDER: Final = (
    "sender_name",
    "sender_bin",
    "sender_address",
    "sender_contact",
    "signatory",
    "signatory_position",
)
"""What every letter takes of whoever sends it: an appeal names its author and is signed."""


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something a letter takes: a text, a list of texts, a day, a sum in tenge, a BIN, a choice.

    `needed_if`: with which choices it is needed, where it is not always. `attached`: a paper that
    goes with the letter and stands among its attachments. `nowhere`: nothing here holds it, and
    where whoever writes may find it.
    """

    kind: Kind
    title: Text
    needed: bool = True
    options: dict[str, Text] = {}
    needed_if: dict[str, str] = {}
    attached: bool = False
    nowhere: Text | None = None


class Paragraph(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="paragraph"
):
    """A text; left out where something it names was not given and is not needed."""

    text: Text


class Heading(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="heading"
):
    """The title of what follows."""

    text: Text


class Fields(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="fields"
):
    """Things taken, each with its title; those that were not given are left out."""

    rows: list[str]


class Numbered(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="numbered"
):
    """A list that was taken, numbered."""

    of: str


Part = Paragraph | Heading | Fields | Numbered


class Article(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A place in the law that the letter rests on, and how it is written in a letter."""

    cite: str
    words: Text


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of letter. `text_as_of`: the edition of the acts that its articles were read in."""

    code: str
    number: int
    confirmed: bool
    routes: list[str]
    title: Text
    takes: dict[str, Taken]
    parts: list[Part]
    articles: list[Article]
    text_as_of: date

    def __post_init__(self) -> None:
        """Refuse what names something that is not taken, or a place in no act we know."""
        unknown = set(self.named()) - self.takes.keys()
        if unknown:
            raise ValueError(f"{self.code}: not taken: {', '.join(sorted(unknown))}")
        attached = {name for name, taken in self.takes.items() if taken.attached}
        if lost := self.takes.keys() - set(self.named()) - attached - set(SENDER):
            raise ValueError(f"{self.code}: taken and not used: {', '.join(sorted(lost))}")
        for name, taken in self.takes.items():
            if (taken.kind == "choice") != bool(taken.options):
                raise ValueError(f"{self.code}: {name}: a choice, and it alone, has options")
            for other, option in taken.needed_if.items():
                if other not in self.takes or option not in self.takes[other].options:
                    raise ValueError(f"{self.code}: {name}: no such choice: {other} {option}")
        for article in self.articles:
            cited(article.cite)

    def named(self) -> Iterator[str]:
        """Name what the parts use of what is taken."""
        for part in self.parts:
            if isinstance(part, Fields):
                yield from part.rows
            elif isinstance(part, Numbered):
                yield part.of
            else:
                for language in LANGUAGES:
                    yield from PLACEHOLDER.findall(part.text.in_(language))

    @property
    def version(self) -> str:
        """Its number and a digest of all it says: other words are another version."""
        content = msgspec.json.encode(msgspec.structs.replace(self, confirmed=False))
        return f"{self.number}-{hashlib.sha256(content).hexdigest()[:8]}"


def read(text: str, name: str) -> Template:
    """Read a declaration; every letter takes its sender as well. Raises ValueError."""
    try:
        written = yaml.safe_load(text)
        written["takes"] = {**senders(), **written.get("takes", {})}
        return msgspec.convert(written, Template)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ValueError(f"{name}: {error}") from error


@cache
def templates() -> Mapping[str, Template]:
    """Return every template that is declared, by its code."""
    return {each.code: each for each in map(_read, _declarations())}


def for_route(route: str) -> Sequence[Template]:
    """Return the templates that serve a route."""
    return [each for each in templates().values() if route in each.routes]


@cache
def frame() -> Mapping[str, Text]:
    """Return the words that stand around every letter."""
    text = (files("cases.letters") / "frame.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text)["words"], dict[str, Text])


def senders() -> Mapping[str, Any]:
    """Return what every letter takes of its sender, as declared."""
    text = (files("cases.letters") / "frame.yaml").read_text("utf-8")
    found: Mapping[str, Any] = yaml.safe_load(text)["sender"]
    return found


def _read(declaration: Any) -> Template:
    return read(declaration.read_text("utf-8"), declaration.name)


def _declarations() -> Sequence[Any]:
    found = (one for one in files("cases.letters.templates").iterdir())
    return sorted((one for one in found if one.name.endswith(".yaml")), key=lambda one: one.name)
