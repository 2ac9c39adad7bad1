"""What may not be in a public text, found without a person: each finding says what and where.

The text is read as an eye reads it: letters of other alphabets that look alike, marks above letters
and full-width signs make no difference; signs that are not seen are refused at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from cases.publication.named import unnotified
from cases.publication.personal import Harm, personal, persons
from cases.publication.reading import readable
from shared.vocabulary.identifiers import is_person_number
from shared.vocabulary.wording import accusing

NAMED: Final = "named_party"
"""The part in a case of those that a publication names, and that are told of it first."""


def harms(
    texts: Mapping[str, Mapping[str, str]],
    figures: Sequence[Mapping[str, Any]],
    parties: Sequence[Mapping[str, Any]],
) -> list[Harm]:
    """Return all that keeps a publication back, by its text, its figures, the parties there are."""
    named = [party for party in parties if party["role"] == NAMED]
    others = [party for party in parties if party["role"] != NAMED]
    found = [one for place, text in _texts(texts, figures) for one in in_text(text, place)]
    found += [
        Harm("unsourced_figure", f"/figures/{number}", figure["label"]["en"])
        for number, figure in enumerate(figures)
        if not figure["source"]
    ]
    found += [one for party in named for one in _in_party(party)]
    if not named:
        found.append(Harm("nobody_notified", "/parties", "no named party"))
    told = [*_texts(texts, figures), *_sources(figures)]
    return found + [one for place, text in told for one in unnotified(text, place, named, others)]


def in_text(text: str, place: str) -> Iterator[Harm]:
    """Return what of one text may not be public: accusing words, and whatever tells of persons."""
    for word in accusing(readable(text)):
        yield Harm("accusing_word", place, word)
    yield from personal(text, place)
    for name in persons(text):
        yield Harm("person_named", place, name)


def _texts(
    texts: Mapping[str, Mapping[str, str]], figures: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[str, str]]:
    for language, text in texts.items():
        for part, said in text.items():
            yield f"/texts/{language}/{part}", said
    for number, figure in enumerate(figures):
        for language, said in figure["label"].items():
            yield f"/figures/{number}/label/{language}", said
        yield f"/figures/{number}/unit", figure["unit"]


def _sources(figures: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for number, figure in enumerate(figures):
        if figure["source"]:
            yield f"/figures/{number}/source", figure["source"]


def _in_party(party: Mapping[str, Any]) -> Iterator[Harm]:
    place = f"/parties/{party['id']}"
    if party["bin"] is None or is_person_number(party["bin"]):
        yield Harm("person_as_party", place, "no organisation with a BIN")
    yield from personal(party["name"] or "", place)
    for name in persons(party["name"] or ""):
        yield Harm("person_as_party", place, name)
