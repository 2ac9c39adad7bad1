"""One indicator as a declaration: what it says, why, by which law, how computed, what it gives.

A file under `indicators/<family>/` is one indicator. The catalogue is whatever files lie there;
adding one edits nothing else. The JSON Schema of the format is derived from the types below, so
the document that a partner posts as a draft is checked by the same words.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal

import msgspec

Words = Annotated[str, msgspec.Meta(min_length=2)]
Name = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]*$")]
Status = Literal["flagged", "clear", "not_applicable", "not_computable", "insufficient_sample"]

Life = Literal["experimental", "tested", "stable", "retired"]
"""Experimental alerts nobody; tested has examples; stable has measured precision as well, and
counts as tested without it (scoring.publication)."""

STATUSES: tuple[Status, ...] = (
    "not_applicable",
    "not_computable",
    "insufficient_sample",
    "flagged",
    "clear",
)
"""In the order in which every query decides: NULL never falls through to clear."""


class Text(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same words in Kazakh, Russian and English; none may be missing."""

    kk: Words
    ru: Words
    en: Words


class Parameter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A number or list that the query reads from the one-row relation `parameters`.

    A parameter of type `table` is a relation of its own name with the columns `key` and `value`.
    `profiles` overrides the default by profile name. A plain text stands for itself in every
    language, as the name of a publication does.
    """

    name: Name
    type: Literal["integer", "number", "text_list", "table"]
    unit: Text | str
    default: Any
    origin: Text | str
    profiles: dict[str, Any] = {}


NATIONAL: Final = ("registers.", "law.", "plans", "planning")
"""Beginnings of the names of fields that are not the standard's, beside its extensions `x_`."""


class LegalBasis(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An article and the dates between which it is in force (`valid_to` absent: still is)."""

    article: Text
    valid_from: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    valid_to: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")] | None = None
    source: str = ""


class CrossReference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The same or a kindred indicator in another catalogue."""

    catalogue: str
    code: str


class Expected(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the indicator says of one subject of an example."""

    subject: str
    status: Status
    kind: str | None = None
    value: float | None = None
    missing: list[str] | None = None
    evidence: list[str] | None = None
    certain: bool | None = None
    again_on: date | None = None


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A three-line story, a few small releases or facts, and what follows from them.

    `facts` are rows by table, in which only what the story needs is named; docs/facts.md has the
    columns. For rules that need a crowd, `repeat` is copied `times` times, with the number of the
    copy put into every `{n}` (and a tenth of it into every `{m}`, for groups of ten); so is a row
    of facts with either in it. It is judged `as_of` a day, else of that of its newest release.
    """

    story: str
    expected: list[Expected]
    releases: list[dict[str, Any]] = []
    facts: dict[str, list[dict[str, Any]]] = {}
    profile: str = "kz"
    parameters: dict[str, Any] = {}
    repeat: list[dict[str, Any]] = []
    times: int = 30
    as_of: date | None = None


class Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an indicator is; the reference for each key is docs/indicators and CONTRIBUTING.

    `fields` are the OCDS fields without which the indicator cannot be computed, as paths without
    array positions. `scope` says how a change spreads: `process` results depend on the process
    and on the stored population only; `all` results need every process and follow in bulk.
    `exceptions` are those the law itself names; `overlaps` names indicators that see the same
    fact, of which one counts. `certain` marks a fact that a register or record settles alone:
    every flag, or with `by_record` those for which the query says so in a column `certain`.
    `most_hits` is the share of flags among what it judges above which it is held back (absent: that
    of scoring.held). `value_at_risk`: its value is the money at risk, in the currency of the
    purchase. A query that goes by the clock reads `judging_day` and gives `again_on`, the next day
    on which its result may change although no data does. `reviewed` lists the languages whose texts
    a native reader has passed.
    """

    code: Annotated[str, msgspec.Meta(pattern="^[A-Z][A-Z0-9-]{2,9}$")]
    title: Text
    meaning: Text
    why: Text
    innocent: Text
    how_to_check: Text
    would_clear: Text
    subject: Literal["process", "buyer", "supplier", "organisation"]
    kind: Literal["breach", "signal"]
    family: Name
    stage: Literal["planning", "tender", "award", "contract", "implementation"]
    severity: Literal["low", "medium", "high", "critical"]
    points: Annotated[int, msgspec.Meta(ge=1, le=40)]
    scope: Literal["process", "all"]
    fields: list[str]
    query: str
    examples: list[Example]
    extreme: float | None = None
    parameters: list[Parameter] = []
    legal_basis: list[LegalBasis] = []
    cross_references: list[CrossReference] = []
    assumptions: list[Text] = []
    exceptions: Text | None = None
    summary: Text | None = None
    overlaps: list[str] = []
    life: Life = "tested"
    certain: bool | Literal["by_record"] = False
    value_at_risk: bool = False
    most_hits: Annotated[float, msgspec.Meta(gt=0, le=1)] | None = None
    reviewed: list[Literal["kk", "ru", "en"]] = []
    population: str | None = None
    evidence: str | None = None
    involved: str | None = None
    version: str = ""

    @property
    def national(self) -> bool:
        """Whether it needs a field that only the country's own sources and registers tell."""
        return any(".x_" in one or one.startswith(NATIONAL) for one in self.fields)


def parse(document: bytes) -> Indicator:
    """Read one indicator file (YAML); its version is the hash of the document but for its life.

    The life follows from what was measured of a version, and so is no part of it. Raises
    msgspec.ValidationError naming the key that is wrong or missing.
    """
    indicator = msgspec.yaml.decode(document, type=Indicator)
    version = hashlib.sha256(_LIFE.sub(b"", document)).hexdigest()[:12]
    return msgspec.structs.replace(indicator, version=version)


@cache
def catalogue(codes: frozenset[str] | None = None) -> Mapping[str, Indicator]:
    """Every indicator file of the package by code, in the order of the codes; or those named.

    Reading all takes half a second, which a run of a few need not pay. A code that no file bears
    is passed over. Raises ValueError where two files bear the same code.
    """
    wanted = _written() if codes is None else _written().keys() & codes
    return MappingProxyType({code: _parsed(code) for code in sorted(wanted)})


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of an indicator file, for editors and for drafts by API."""
    schema = msgspec.json.schema(Indicator)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


@cache
def _written() -> Mapping[str, bytes]:
    """Return the files by the codes that they bear."""
    found: dict[str, bytes] = {}
    for file in _documents(files("scoring") / "indicators"):
        document = file.read_bytes()
        named = _CODE.search(document)
        code = named[1].decode() if named else file.name
        if code in found:
            raise ValueError(f"{file.name}: the code {code} is taken")
        found[code] = document
    return found


@cache
def _parsed(code: str) -> Indicator:
    return parse(_written()[code])


def _documents(folder: Traversable) -> list[Traversable]:
    found: list[Traversable] = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            found.extend(_documents(entry))
        elif entry.name.endswith(".yaml"):
            found.append(entry)
    return found


_CODE: Final = re.compile(rb"^code: ([A-Z0-9-]+)$", re.MULTILINE)
_LIFE: Final = re.compile(rb"^life: .*\n", re.MULTILINE)
