"""A legal route as it is declared: who may use it, against what, how long, and what then follows.

A file under `routes/` is one route: a table of dated entries (shared.law.reading) with one entry
whose value is a `Route`. What no lawyer has confirmed says `confirmed: false`, part by part: such a
term is computed and shown, but raises no overdue, and such a route renders no letter. A lawyer's
word is `confirmed: {by: the name, day: 2026-01-31}`, for the wording that stands there.

Standings, stages, objects, methods, authorities' kinds and events are words of vocabulary.yaml.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

import msgspec

from shared.law.citations import cited
from shared.law.entries import Confidence
from shared.vocabulary.text import Language, Text

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*$")]
Unit = Literal["working_day", "calendar_day", "month"]
Channel = Literal["portal", "e_otinish", "written", "hotline", "court", "email"]
Named = Annotated[list[Name], msgspec.Meta(min_length=1)]


class Confirmed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who has read a declaration against the law and stands for it, and since when."""

    by: Annotated[str, msgspec.Meta(min_length=3)]
    day: date


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What rests on a passage of its own, is sure or not, and is confirmed by somebody or not."""

    cite: list[str] = []
    confidence: Confidence = "secondary"
    confirmed: Confirmed | bool = False
    note: Text | None = None

    def __post_init__(self) -> None:
        """Refuse a confirmation without a name, and a passage that cannot be read."""
        if self.confirmed is True:
            raise ValueError("a confirmation says by whom and on which day")
        for place in self.cite:
            cited(place)


class Term(Part, frozen=True, kw_only=True):
    """So many days or months after an event (`after: window` is the end of the window).

    `event_counts`: the event's own day is the first. `registered`: what arrives on a day off is
    registered on the next working day, and the term runs from there.
    """

    after: Name
    number: Annotated[int, msgspec.Meta(ge=1)]
    unit: Unit
    event_counts: bool = False
    registered: bool = False


class Window(Part, frozen=True, kw_only=True):
    """When a route may be taken.

    `after`: within a term after the event `opens`. `until`: up to the event `closes`. `open`: at
    any time. `unknown`: the law has a term that is not known here.
    """

    kind: Literal["after", "until", "open", "unknown"]
    opens: Name | None = None
    closes: Name | None = None
    number: Annotated[int, msgspec.Meta(ge=1)] | None = None
    unit: Unit | None = None

    def __post_init__(self) -> None:
        """Refuse a window that does not say what its kind asks for."""
        super().__post_init__()
        counted = (self.opens, self.number, self.unit)
        if (self.kind == "after") is not all(counted):
            raise ValueError("a window `after` an event, and no other, has opens, number and unit")
        if (self.kind == "until") is not (self.closes is not None):
            raise ValueError("a window `until` an event, and no other, has closes")

    def term(self) -> Term | None:
        """Return the term after which it closes, where there is one."""
        if self.opens is None or self.number is None or self.unit is None:
            return None
        return Term(
            after=self.opens,
            number=self.number,
            unit=self.unit,
            cite=self.cite,
            confidence=self.confidence,
            confirmed=self.confirmed,
        )


class Extension(Part, frozen=True, kw_only=True):
    """By how much the term may be extended at most, counted from its end."""

    number: Annotated[int, msgspec.Meta(ge=1)]
    unit: Unit


class Further(Term, frozen=True, kw_only=True):
    """A term beside the answer: a flawed complaint is returned, results are revised.

    `ends`: the event that ends it. `granted`: it runs only once the complaint is found granted.
    """

    code: Name
    title: Text
    ends: Name | msgspec.UnsetType = msgspec.UNSET
    granted: bool | msgspec.UnsetType = msgspec.UNSET


class Effect(Part, frozen=True, kw_only=True):
    """What taking the route brings about. `suspends`: what may not go on in the meantime."""

    text: Text
    suspends: Literal["signing"] | None = None


class Silence(Part, frozen=True, kw_only=True):
    """What it means that no answer came in time."""

    meaning: Literal["deemed_refusal", "nothing"]
    text: Text


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a route is not for these methods, standings, stages or objects, in its own words."""

    why: Text
    cite: Annotated[list[str], msgspec.Meta(min_length=1)]
    methods: list[Name] = []
    standings: list[Name] = []
    stages: list[Name] = []
    objects: list[Name] = []

    def __post_init__(self) -> None:
        """Refuse a passage that cannot be read."""
        for place in self.cite:
            cited(place)


class Addressee(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To which kind of body it goes, and how."""

    kind: Name
    text: Text
    channels: Annotated[list[Channel], msgspec.Meta(min_length=1)]


class Reminder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many working days before the end of the window or of the answer's term."""

    of: Literal["window", "answer"]
    days: Annotated[int, msgspec.Meta(ge=0, le=20)]


class Next(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The routes that are open after this one, by how it ended."""

    refusal: list[Name] = []
    silence: list[Name] = []


class Route(Part, frozen=True, kw_only=True):
    """One legal route.

    `methods: [any]` is every method of its regimes. `rank` orders what is open at once, the
    smaller first. `requires`: one of these routes has to have been taken before. `template` None:
    nothing is written by the platform.
    """

    title: Text
    summary: Text
    regimes: list[Literal["public", "quasi_state"]]
    standing: Named
    stages: Named
    objects: Named
    methods: Named
    rank: Annotated[int, msgspec.Meta(ge=1, le=100)]
    window: Window
    addressee: Addressee
    effect: Effect
    silence: Silence
    answer: Term | None = None
    answer_unknown: Text | None = None
    forward: Term | None = None
    extension: Extension | None = None
    further: list[Further] = []
    refusals: list[Refusal] = []
    requires: list[Name] = []
    cautions: list[Text] = []
    reminders: list[Reminder] = []
    following: Next = msgspec.field(default_factory=Next, name="next")
    template: Name | None = None
    languages: list[Language] = msgspec.field(default_factory=lambda: ["kk", "ru"])

    def __post_init__(self) -> None:
        """Refuse a route that neither has a term of answer nor says why it has none."""
        super().__post_init__()
        if (self.answer is None) is (self.answer_unknown is None):
            raise ValueError("a route has either a term of answer, or says why it has none")

    def terms(self) -> Iterator[tuple[str, Term]]:
        """Give its terms by their names."""
        named = (
            ("window", self.window.term()),
            ("answer", self.answer),
            ("forward", self.forward),
        )
        yield from ((name, term) for name, term in named if term is not None)
        yield from ((one.code, one) for one in self.further)

    def is_confirmed(self) -> bool:
        """Tell whether the route, its window and its term of answer are all confirmed."""
        parts = [self, self.window, *([self.answer] if self.answer else [])]
        return all(part.confirmed for part in parts)


def confirm(route: Route, word: Confirmed) -> Route:
    """Return the route with every part confirmed by that person."""
    given = {"confirmed": word}
    replace = msgspec.structs.replace
    return replace(
        route,
        **given,
        window=replace(route.window, **given),
        answer=route.answer and replace(route.answer, **given),
        forward=route.forward and replace(route.forward, **given),
        extension=route.extension and replace(route.extension, **given),
        further=[replace(one, **given) for one in route.further],
        effect=replace(route.effect, **given),
        silence=replace(route.silence, **given),
    )
