"""Where in which act a rule stands: "106-VIII 16(3)28" is article 16, paragraph 3, subparagraph 28.

The acts are data, in acts.yaml beside this. A place in the law is written `article(paragraph)sub`;
one in rules `paragraph(sub)`, in an annex to them `A16` or, in an annex to the bidding documents,
`KD13`, with the point behind it (`A38 2.3`). Places in acts of which we hold no text are free text.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec

from shared.vocabulary.text import Text

Kind = Literal["law", "rules", "outside"]

_NUMBER: Final = r"\d+(?:-\d+)*"
_PLACE: Final = re.compile(
    rf"(?P<annex>A|KD)?(?P<number>{_NUMBER})(?:\((?P<paragraph>{_NUMBER})\))?"
    rf"(?P<sub>{_NUMBER})?(?: (?P<point>{_NUMBER}(?:\.{_NUMBER})*))?"
)


@dataclass(frozen=True, slots=True)
class Act:
    """A law, an order with rules, or an act outside of the collection of texts (`outside`)."""

    key: str
    kind: Kind
    title: Text
    adopted: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """A place in an act. `annex` is A (to the rules) or KD (to the bidding documents)."""

    act: str
    place: str
    annex: str | None = None
    number: str | None = None
    paragraph: str | None = None
    sub: str | None = None
    point: str | None = None

    def __str__(self) -> str:
        return f"{self.act} {self.place}"

    def words(self) -> str:
        """Say it in English: "Law 106-VIII, article 16, paragraph 3, subparagraph 28"."""
        act = acts()[self.act]
        if self.number is None:
            return f"{act.title.en}, {self.place}" if self.place else act.title.en
        return ", ".join([act.title.en, *self._parts(act.kind)])

    def _parts(self, kind: Kind) -> list[str]:
        if self.annex is not None:
            whose = "annex" if self.annex == "A" else "bidding documents, annex"
            return [f"{whose} {self.number}", *([f"point {self.point}"] if self.point else [])]
        names = (
            ("article", "paragraph", "subparagraph")
            if kind == "law"
            else ("paragraph", "subparagraph", "")
        )
        numbers = (self.number, self.paragraph, self.sub)
        return [f"{name} {number}" for name, number in zip(names, numbers, strict=True) if number]


def cited(written: str) -> Citation:
    """Read a citation as the data files write it.

    Raises ValueError for an act that acts.yaml does not know and for a place that cannot be read.

    >>> cited("106-VIII 16(3)28").words()
    'Law 106-VIII on public procurement, article 16, paragraph 3, subparagraph 28'
    """
    key, _, place = written.partition(" ")
    act = acts().get(key)
    if act is None:
        raise ValueError(f"{written!r} cites an act that acts.yaml does not know")
    if act.kind == "outside":
        return Citation(key, place)
    found = _PLACE.fullmatch(place)
    if found is None:
        raise ValueError(f"{written!r} does not name a place as article(paragraph)sub does")
    return Citation(key, place, **found.groupdict())


@cache
def acts() -> Mapping[str, Act]:
    """Return the acts that may be cited, by key."""
    document = (files("shared.law") / "acts.yaml").read_bytes()
    return {act.key: act for act in msgspec.yaml.decode(document, type=list[Act])}
