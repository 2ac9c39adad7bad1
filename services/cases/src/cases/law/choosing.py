"""The route chooser: who may do what now, until when, to whom; and why not the rest.

    choice = choose(Asked(standing="participant", stage="results", method="competition",
                          events=[Event("results_posted", moment)], region="751110000", now=now))
    choice.routes[0].window.ends_at, choice.refused[0].reasons

What suspends the signing of a contract comes first, then the declared rank. Every refused route
says all of its reasons. Nothing here promises that a check will start.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Final, Literal

import msgspec
import yaml

from cases.law.authorities import Authority, competent
from cases.law.catalogue import Confirmation, Declared, routes, vocabulary
from cases.law.counting import local_day
from cases.law.deadlines import Deadline, Event, deadline, window
from cases.law.declaration import Channel, Effect, Next, Route, Silence
from shared.errors import FieldError, ValidationFailed
from shared.vocabulary.dates import in_words
from shared.vocabulary.text import LANGUAGES, Text

Regime = Literal["public", "quasi_state"]
Ground = Literal[
    "regime", "standing", "method", "stage", "object", "requires", "window_closed",
    "window_not_open",
]  # fmt: skip

_FIELDS: Final[tuple[tuple[Ground, str, str], ...]] = (
    ("standing", "standing", "standings"),
    ("method", "methods", "methods"),
    ("stage", "stages", "stages"),
    ("object", "objects", "objects"),
)
"""What is asked for, where a route declares it, and what the vocabulary calls it."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A situation, in the words of vocabulary.yaml.

    `object` None: not told, refuses nothing. `region`: a KATO code. `taken`: routes already taken;
    whoever took one concerns what was or was not answered.
    """

    standing: str
    stage: str
    method: str
    now: datetime
    object: str | None = None
    regime: Regime = "public"
    events: list[Event] = []
    region: str | None = None
    taken: list[str] = []


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A route that is open. `answer`: its term if it were received now.

    `renders`: whether a letter may be made; only of a route that a lawyer has confirmed.
    """

    code: str
    version: str
    title: Text
    summary: Text
    window: Deadline
    answer: Deadline
    answer_unknown: Text | None
    addressee: Text
    addressee_kind: str
    channels: list[Channel]
    authorities: list[Authority]
    effect: Effect
    silence: Silence
    following: Next
    cautions: list[Text]
    cite: list[str]
    confidence: str
    confirmed: bool
    template: str | None
    renders: bool


class Reason(msgspec.Struct, frozen=True):
    """Why a route is not open, in words, with the passage or the day."""

    code: Ground
    words: Text
    cite: list[str] = []
    on: date | None = None


class Refused(msgspec.Struct, frozen=True):
    """A route that is not open, with every reason."""

    code: str
    version: str
    title: Text
    reasons: list[Reason]
    window: Deadline | None


class Choice(msgspec.Struct, frozen=True):
    """What is open, the best first, and what is not."""

    on: date
    routes: list[Offer]
    refused: list[Refused]


def choose(
    asked: Asked, confirmations: Iterable[Confirmation] = (), *, part: str = "/query"
) -> Choice:
    """Rank the routes for a situation, told in that part of a request.

    Raises ValidationFailed for a word that the vocabulary does not have.
    """
    _check(asked, part)
    day = local_day(asked.now)
    offers: list[tuple[tuple[bool, int], Offer]] = []
    refused: list[Refused] = []
    for one in routes(day, confirmations).values():
        seen = window(one, asked.events, now=asked.now)
        if reasons := [*_reasons(one, asked, seen)]:
            told = seen if seen.due_on else None
            refused.append(Refused(one.code, one.version, one.route.title, reasons, told))
        else:
            order = (one.route.effect.suspends is None, one.route.rank)
            offers.append((order, _offer(one, asked, seen, day)))
    ranked = [offer for _, offer in sorted(offers, key=lambda each: each[0])]
    return Choice(day, ranked, refused)


def _offer(one: Declared, asked: Asked, seen: Deadline, day: date) -> Offer:
    route = one.route
    filed = [*asked.events, Event("received", asked.now)]
    confirmed = route.is_confirmed()
    cautions = [vocabulary().caution, *route.cautions]
    return Offer(
        code=one.code,
        version=one.version,
        title=route.title,
        summary=route.summary,
        window=seen,
        answer=deadline(one, filed, now=asked.now),
        answer_unknown=route.answer_unknown,
        addressee=route.addressee.text,
        addressee_kind=route.addressee.kind,
        channels=route.addressee.channels,
        authorities=competent(route.addressee.kind, region=asked.region, day=day),
        effect=route.effect,
        silence=route.silence,
        following=route.following,
        cautions=cautions if confirmed else [*cautions, vocabulary().unconfirmed],
        cite=route.cite,
        confidence=route.confidence,
        confirmed=confirmed,
        template=route.template,
        renders=confirmed and route.template is not None,
    )


def _reasons(one: Declared, asked: Asked, seen: Deadline) -> Iterator[Reason]:
    route = one.route
    if asked.regime not in route.regimes:
        yield Reason("regime", _patterns()["regime"], route.cite)
    for code, ours, plural in _FIELDS:
        word, allowed = getattr(asked, code), getattr(route, ours)
        if not _fits(asked, code, word, allowed):
            yield _because(route, code, word, allowed, plural)
    if route.requires and not set(route.requires) & set(asked.taken):
        first = [routes(local_day(asked.now))[each].route.title for each in route.requires]
        yield Reason("requires", _written("requires", known=_listed(first)), route.cite)
    yield from _by_window(one, asked, seen)


def _by_window(one: Declared, asked: Asked, seen: Deadline) -> Iterator[Reason]:
    if seen.state == "closed" and seen.due_on:
        yield _of_window(one, "window_closed", seen.due_on)
    elif seen.starts_on and seen.starts_on > local_day(asked.now):
        yield _of_window(one, "window_not_open", seen.starts_on)


def _of_window(one: Declared, code: Ground, day: date) -> Reason:
    """Say that the window is not open, and whether somebody stands by that."""
    words = _written(code, date=in_words(day))
    declared = one.route.window
    if not declared.confirmed:
        words = _joined([words, vocabulary().unconfirmed], " ")
    return Reason(code, words, declared.cite, day)


def _fits(asked: Asked, code: Ground, word: str | None, allowed: Sequence[str]) -> bool:
    if code == "standing":
        # Whoever took a route is concerned by its answer, or by there being none.
        own = vocabulary().is_also(asked.standing) | ({"affected_person"} if asked.taken else set())
        return not own.isdisjoint(allowed)
    return word is None or "any" in allowed or word in allowed


def _because(route: Route, code: Ground, word: str, allowed: Sequence[str], plural: str) -> Reason:
    """Give the declaration's own words for it, or those that any route has."""
    own = next((each for each in route.refusals if word in getattr(each, plural)), None)
    if own is not None:
        return Reason(code, own.why, own.cite)
    known = _listed([vocabulary().title(plural, each) for each in allowed])
    asking = vocabulary().title(plural, word)
    return Reason(code, _written(code, known=known, asked=asking), route.cite)


def _listed(texts: Sequence[Text]) -> Text:
    return _joined(texts, ", ")


def _joined(texts: Sequence[Text], by: str) -> Text:
    return Text(**{each: by.join(text.in_(each) for text in texts) for each in LANGUAGES})


def _written(code: Ground, **values: Text) -> Text:
    pattern = _patterns()[code]
    return Text(
        **{
            each: pattern.in_(each).format(
                **{name: value.in_(each) for name, value in values.items()}
            )
            for each in LANGUAGES
        }
    )


def _check(asked: Asked, part: str) -> None:
    words = vocabulary()
    told: tuple[tuple[str, Iterable[str], Mapping[str, object]], ...] = (
        ("standing", [asked.standing], words.standings),
        ("stage", [asked.stage], words.stages),
        ("method", [asked.method], words.methods),
        ("object", [asked.object] if asked.object else [], words.objects),
        ("events", [one.kind for one in asked.events], words.events),
    )
    flaws = [
        FieldError(f"{part}/{field}", "unknown_word", f"known: {', '.join(known)}")
        for field, given, known in told
        for each in given
        if each not in known
    ]
    if flaws:
        raise ValidationFailed("The vocabulary of routes does not have that word.", errors=flaws)


@cache
def _patterns() -> dict[str, Text]:
    written = yaml.safe_load((files("cases.law") / "reasons.yaml").read_text("utf-8"))
    return msgspec.convert(written, dict[str, Text])
