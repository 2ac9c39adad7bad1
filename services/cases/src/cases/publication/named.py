"""Which organisations a public text names, and which of them no notice goes to.

An organisation is named by its BIN, by a name that the case knows it by, or by a name beside
its legal form. The last may be spelled as its language spells it: then its BIN follows, or it
is the name of a party as an ear hears it in any of the three.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from cases.publication.personal import TWELVE, Harm
from cases.publication.reading import digits, readable
from shared.vocabulary.identifiers import Bin

Party = Mapping[str, Any]


def unnotified(
    text: str, place: str, notified: Sequence[Party], others: Sequence[Party]
) -> Iterator[Harm]:
    """Return the organisations that a text names and that are not among its named parties."""
    plain = readable(text)
    told = {party["bin"] for party in notified if party["bin"]}
    found = [each for each in _bins(plain) if each not in told]
    found += [
        party["name"]
        for party in others
        if party["bin"] not in told and party["name"] and _is_named(plain, party["name"])
    ]
    names = [party["name"] for party in notified if party["name"]]
    found += [each for each in _with_form(plain) if not _is_known(each, names)]
    for each in dict.fromkeys(found):
        yield Harm(UNNOTIFIED, place, each)


def _bins(text: str) -> Iterator[str]:
    """Return the BINs in a text, and whatever it calls one."""
    for found in TWELVE.finditer(text):
        number = digits(found[0])
        if Bin.parse(number) is not None or _CALLED_BIN.search(text[: found.start()][-NEAR:]):
            yield number


def _is_named(text: str, name: str) -> bool:
    """Say whether the words of a name follow one another in a text, whatever their endings."""
    words, wanted = _words(text), [word for word in _words(name) if word not in FORMS]
    if sum(map(len, wanted)) < SHORTEST_NAME:
        return False
    return any(
        all(_is_word(*pair) for pair in zip(words[start:], wanted, strict=False))
        for start in range(len(words) - len(wanted) + 1)
    )


def _is_word(said: str, word: str) -> bool:
    return said.startswith(word if len(word) <= SHORTEST_NAME else word[:-ENDING])


def _with_form(text: str) -> Iterator[str]:
    """Return the names that stand beside a legal form, if no BIN follows them."""
    for form in _WITH_FORM:
        for found in form.finditer(text):
            number = TWELVE.search(text[found.end() : found.end() + NEAR])
            if number is None and found["name"] not in _NO_NAMES:
                yield found["name"]


def _is_known(name: str, parties: Collection[str]) -> bool:
    said = _heard(name)
    return any(
        said == _heard(" ".join(word for word in _words(party) if word not in FORMS))
        or (len(said) >= SHORTEST_NAME and said in _heard(party))
        for party in parties
    )


def _heard(name: str) -> str:
    """Return a name as it sounds: «Сарыарқа» is Saryarka."""
    plain = name.casefold().translate(_SOUNDS)
    return re.sub(r"(.)\1+", r"\1", re.sub(r"[^a-z0-9]", "", plain))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


UNNOTIFIED: Final = "party_not_notified"
SHORTEST_NAME: Final = 4
ENDING: Final = 2
"""Letters at the end of a word that its case may change."""

NEAR: Final = 30
"""Letters within which the BIN of an organisation follows its name."""

_FORMS: Final = (
    "тоо жшс ао ақ пао оао зао нао ип жк кх шқ пк гу мм кгу кмм ргу рмм гкп мкк мкқк гккп ркп рмк "
    "ргп llp jsc llc ltd"
)
FORMS: Final = frozenset(_FORMS.split())
_SHORT: Final = "|".join(each.upper() for each in FORMS if len(each) == len("ао"))
_LONG: Final = "|".join(each for each in FORMS if len(each) > len("ао"))
_SPELLED: Final = (
    r"ответственностью|акционерн\w+ обществ\w+|компани\w+|фирм\w+|предприяти\w+|серіктестігі\w*"
    r"|қоғамы\w*|partnership|company|corporation|firm"
)
_FORM: Final = rf"(?:(?i:{_LONG}|{_SPELLED})|{_SHORT}|TOO|AO)"
_NAME: Final = '[«"“„]{1,2}(?P<%s>[^«»"“”„\n]{2,150})[»"”“]{1,2}'
_CAPITALS: Final = r"(?P<%s>[A-ZА-ЯЁӘҒҚҢӨҰҮҺІ]\w+(?: [A-ZА-ЯЁӘҒҚҢӨҰҮҺІ]\w+){0,3})"
_WITH_FORM: Final = (
    re.compile(rf"\b{_FORM}\s+{_NAME % 'name'}"),
    re.compile(rf"{_NAME % 'name'}\s+{_FORM}\b"),
    re.compile(rf"\b(?:(?i:{_LONG})|{_SHORT}|TOO|AO)\s+{_CAPITALS % 'name'}"),
    re.compile(rf"\b{_CAPITALS % 'name'},?\s+(?i:llp|jsc|llc|ltd|жшс)\b"),
)
_NO_NAMES: Final = frozenset({"The", "This", "That", "An", "Each", "Another", "Бұл", "Осы", "Сол"})
"""What stands before a legal form and is no name."""

_CALLED_BIN: Final = re.compile(r"\b(?:БИН|БСН|BIN)\W{0,4}$", re.IGNORECASE)

_LETTERS: Final = "абвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюяәy"
_READ: Final = (
    "a b v g g d e e zh z i i k k l m n n o o p r s t u u u f h h ts ch sh sh _ i i _ e iu ia a i"
)
_SOUNDS: Final = str.maketrans(dict(zip(_LETTERS, _READ.split(), strict=True)))
