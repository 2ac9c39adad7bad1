"""What a draft must be before any of it is run: the checks that files of the catalogue pass.

The format itself is that of `scoring.indicator`; its examples are run by `scoring.drafts.worked`.
"""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from scoring.drafts.sql import Flaw, flaws_of, readable
from scoring.indicator import Indicator, Text, catalogue
from shared.vocabulary.wording import black_listed

POINTS: Final = {"low": 5, "medium": 10, "high": 20, "critical": 35}

MOST_EXAMPLES: Final = 30
MOST_COPIES: Final = 500
_KAZAKH: Final = re.compile("[әғқңөұүһі]")
_CYRILLIC: Final = re.compile("[а-я]")
_PLACE: Final = re.compile(r" - at `\$(?P<path>[^`]*)`$")
_RESERVED: Final = re.compile(r"(new|kept|law)_\w*|flagged|judgement|affected|staged|feed|latest")


def read(document: bytes) -> Indicator | Flaw:
    """Read a document, or say where it is not one."""
    try:
        return msgspec.json.decode(document, type=Indicator)
    except msgspec.ValidationError as fault:
        return _flaw(str(fault))


def canonical(indicator: Indicator) -> bytes:
    """Return the document as it is kept: the same whatever order its keys came in."""
    plain = msgspec.to_builtins(indicator)
    del plain["version"]
    return msgspec.json.encode(plain, order="sorted")


def flaws(indicator: Indicator) -> list[Flaw]:
    """Return everything that is wrong with a draft, as far as can be seen without running it."""
    return [
        *_of_identity(indicator),
        *_of_texts(indicator),
        *_of_examples(indicator),
        *_of_parameters(indicator),
        *flaws_of(indicator),
    ]


def _of_identity(indicator: Indicator) -> Iterator[Flaw]:
    if indicator.code in catalogue():
        yield Flaw("/body/code", "code_taken", f"{indicator.code} is in the catalogue")
    if indicator.points != (points := POINTS[indicator.severity]):
        said = f"{indicator.severity} counts {points} points"
        yield Flaw("/body/points", "points_differ", said)
    if indicator.kind == "breach" and not (indicator.legal_basis and indicator.exceptions):
        said = "a breach cites its rule (legal_basis) and names the lawful exceptions"
        yield Flaw("/body/kind", "rule_not_cited", said)
    for number, code in enumerate(indicator.overlaps):
        if code not in catalogue():
            yield Flaw(f"/body/overlaps/{number}", "unknown_code", "no indicator has this code")


def _of_texts(indicator: Indicator) -> Iterator[Flaw]:
    for name, text in _texts(indicator):
        for language in ("kk", "ru", "en"):
            said = getattr(text, language)
            place = f"/body/{name}/{language}"
            if listed := black_listed(said):
                yield Flaw(place, "accuses", f"texts accuse nobody: {', '.join(listed)}")
            if not _is_in(said.casefold(), language):
                yield Flaw(place, "other_language", "does not look like this language")


def _texts(indicator: Indicator) -> Iterator[tuple[str, Text]]:
    for name in ("title", "meaning", "why", "innocent", "how_to_check", "would_clear"):
        yield name, getattr(indicator, name)
    for name in ("exceptions", "summary"):
        if text := getattr(indicator, name):
            yield name, text
    for number, basis in enumerate(indicator.legal_basis):
        yield f"legal_basis/{number}/article", basis.article


def _is_in(text: str, language: str) -> bool:
    if language == "en":
        return text.isascii()
    if language == "kk":
        return _KAZAKH.search(text) is not None
    return _CYRILLIC.search(text) is not None and _KAZAKH.search(text) is None


def _of_examples(indicator: Indicator) -> Iterator[Flaw]:
    shown = {one.status for example in indicator.examples for one in example.expected}
    needed = {"flagged", "clear", "not_computable"}
    needed |= {"not_applicable"} if indicator.subject == "process" else {"insufficient_sample"}
    if missing := sorted(needed - shown):
        yield Flaw("/body/examples", "not_shown", f"no example is {', '.join(missing)}")
    if len(indicator.examples) > MOST_EXAMPLES:
        yield Flaw("/body/examples", "too_many", f"at most {MOST_EXAMPLES} examples")
    for number, example in enumerate(indicator.examples):
        if not 0 <= example.times <= MOST_COPIES:
            yield Flaw(f"/body/examples/{number}/times", "too_many", f"at most {MOST_COPIES}")


def _of_parameters(indicator: Indicator) -> Iterator[Flaw]:
    for number, parameter in enumerate(indicator.parameters):
        name = parameter.name
        taken = name in readable() or _RESERVED.fullmatch(name)
        if parameter.type == "table" and taken:
            yield Flaw(f"/body/parameters/{number}/name", "name_taken", f"{name} is a relation")


def _flaw(message: str) -> Flaw:
    found = _PLACE.search(message)
    path = re.sub(r"[.\[\]]+", "/", found["path"]).rstrip("/") if found else ""
    return Flaw(f"/body{path}", "not_the_format", _PLACE.sub("", message)[:300])
