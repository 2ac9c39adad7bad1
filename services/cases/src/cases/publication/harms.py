"""What may not be in a public text, found without a person: each finding says what and where.

The text is read as an eye reads it: letters of other alphabets that look alike, marks above letters
and full-width signs make no difference; signs that are not seen are refused at once.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from shared.vocabulary.identifiers import is_person_number, personal_number
from shared.vocabulary.wording import black_listed


class Harm(NamedTuple):
    """Something that keeps a text from being published; `found` is not what it hides."""

    check: str
    place: str
    found: str


def harms(
    texts: Mapping[str, Mapping[str, str]],
    figures: Sequence[Mapping[str, Any]],
    parties: Sequence[Mapping[str, Any]],
) -> list[Harm]:
    """Return everything that keeps a publication back, by its text, its figures, its parties."""
    found = [one for place, text in _texts(texts, figures) for one in in_text(text, place)]
    found += [
        Harm("unsourced_figure", f"/figures/{number}", figure["label"]["en"])
        for number, figure in enumerate(figures)
        if not figure["source"]
    ]
    return found + [one for party in parties for one in _in_party(party)]


def in_text(text: str, place: str) -> Iterator[Harm]:
    """Return what of one text may not be public: accusing words, and whatever tells of persons."""
    plain = readable(text)
    for word in black_listed(plain):
        yield Harm("accusing_word", place, word)
    yield from personal(text, place)
    for name in _PERSON.findall(plain):
        yield Harm("person_named", place, _hidden(name))


def personal(text: str, place: str) -> Iterator[Harm]:
    """Return the numbers and addresses by which a natural person is reached or known."""
    plain = readable(text)
    for number in _TWELVE.findall(plain):
        if personal_number(_digits(number)) is not None:
            yield Harm("iin", place, _hidden(_digits(number)))
    for number in _TELEPHONE.findall(plain):
        yield Harm("telephone", place, _hidden(_digits(number)))
    for _ in _MAIL.findall(plain):
        yield Harm("mail_address", place, "@")


def readable(text: str) -> str:
    """Return a text as an eye reads it: compatible signs folded, marks and unseen ones left out."""
    composed = unicodedata.normalize("NFKC", text)
    kept = (sign for sign in composed if unicodedata.category(sign) not in _UNREAD)
    return "".join(_digit(sign) for sign in kept)


def unseen(text: str) -> bool:
    """Say whether a text has signs that are not seen, or that turn it round; lines may end."""
    return any(sign != "\n" and unicodedata.category(sign) in _UNSEEN for sign in text)


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


def _in_party(party: Mapping[str, Any]) -> Iterator[Harm]:
    place = f"/parties/{party['id']}"
    if party["bin"] is None or is_person_number(party["bin"]):
        yield Harm("person_as_party", place, "no organisation with a BIN")
    yield from personal(party["name"] or "", place)
    for name in _PERSON.findall(readable(party["name"] or "")):
        yield Harm("person_as_party", place, _hidden(name))


def _digit(sign: str) -> str:
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def _hidden(text: str) -> str:
    """Show where to look without telling it again."""
    return f"…{text[-2:]}"


_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_UNREAD: Final = frozenset({"Cf", "Mn", "Me"})

_TWELVE: Final = re.compile(r"(?<!\d)\d(?:[ .\-]?\d){11}(?!\d)")
_TELEPHONE: Final = re.compile(
    r"(?<!\d)(?:\+?7|8)[ \-.()]*[67]\d{2}(?:[ \-.()]*\d){7}(?!\d)|\+\d(?:[ \-.()]*\d){8,13}(?!\d)"
)
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.\w")

_CAPITAL: Final = "A-ZА-ЯЁӘҒҚҢӨҰҮҺІ"
_LETTER: Final = "a-zа-яёәғқңөұүһі"
_PERSON: Final = re.compile(
    rf"[{_CAPITAL}][{_LETTER}]{{2,}}(?:ұлы|қызы|ович|евич|овна|евна|[ои]вич)\b"
    rf"|\b[{_CAPITAL}]\. ?(?:[{_CAPITAL}]\. ?)?[{_CAPITAL}][{_LETTER}]{{2,}}"
    rf"|\b[{_CAPITAL}][{_LETTER}]{{2,}} [{_CAPITAL}]\. ?[{_CAPITAL}]\."
)
"""A patronymic, or a surname with initials."""
