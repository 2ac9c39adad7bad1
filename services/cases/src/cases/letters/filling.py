"""Fills a template with what was given: a letter, or a refusal that names all that is lacking."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from cases.letters import wording
from cases.letters.letter import Letter, Piece
from cases.letters.template import (
    PLACEHOLDER,
    SENDER,
    Article,
    Fields,
    Heading,
    Kind,
    Numbered,
    Paragraph,
    Taken,
    Template,
    frame,
)
from shared.errors import FieldError, ValidationFailed
from shared.vocabulary.identifiers import Bin, Iin
from shared.vocabulary.money import ABSURD, Money
from shared.vocabulary.text import Language, Text

LONGEST: Final = 4000
MOST: Final = 100
FOR_READING: Final[Language] = "en"
"""The language in which a letter is a translation to read, which no body is sent."""

Values = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the text: to whom, on which day, and what is attached."""

    addressee: Text
    day: date
    attachments: Sequence[str] = ()


def fill(
    template: Template, language: Language, given: Mapping[str, Any], around: Around
) -> Letter:
    """Return the letter. Raises ValidationFailed with everything that is missing or not fit."""
    values = _values(template, language, given, around.day)
    to = wording.seen(around.addressee.in_(language))
    body = [*_body(template, language, values), *_close(template, language, values, around)]
    words = frame()
    return Letter(
        language=language,
        title=template.title.in_(language),
        head=[
            (words["to"].in_(language), to),
            (words["sender"].in_(language), str(values["sender_name"])),
            *_rows(template, language, values, SENDER[1:4]),
            (words["day"].in_(language), wording.day(around.day)),
            (words["number"].in_(language), ""),
        ],
        body=body,
        signature=(
            str(values["signatory_position"]),
            words["signature"].in_(language),
            str(values["signatory"]),
        ),
        foot=_said(words["made_from"], language, template=template.code, version=template.version),
    )


def _values(template: Template, language: Language, given: Mapping[str, Any], day: date) -> Values:
    flaws = [
        FieldError(f"/body/values/{name}", "unknown", "this letter does not take it")
        for name in sorted(given.keys() - template.takes.keys())
    ]
    found: dict[str, str | list[str]] = {}
    for name, taken in template.takes.items():
        try:
            found[name] = _value(taken, given.get(name), language, needed=_needed(taken, given))
            _let_come(taken, given.get(name), day)
        except ValueError as error:
            flaws.append(FieldError(f"/body/values/{name}", "not_fit", str(error)))
    if flaws:
        raise ValidationFailed("The letter cannot be filled.", errors=flaws)
    return found


def _needed(taken: Taken, given: Mapping[str, Any]) -> bool:
    chosen = [given.get(name) == option for name, option in taken.needed_if.items()]
    return taken.needed or (bool(chosen) and all(chosen))


def _value(taken: Taken, given: Any, language: Language, *, needed: bool) -> str | list[str]:
    """Return how a value is written; empty where it was not given. Raises ValueError."""
    if given in (None, "", []):
        if needed:
            where = f"; {taken.nowhere.en}" if taken.nowhere else ""
            raise ValueError(f"is missing: {taken.title.en}{where}")
        return [] if taken.kind == "list" else ""
    if taken.kind == "list":
        if not isinstance(given, list) or len(given) > MOST:
            raise ValueError(f"is a list of at most {MOST} texts")
        return [_text(each) for each in given]
    if taken.kind == "choice":
        return _chosen(taken, given).in_(language)
    return _WRITE[taken.kind](_text(given), language)


def _chosen(taken: Taken, given: Any) -> Text:
    if not isinstance(given, str) or given not in taken.options:
        raise ValueError(f"is one of: {', '.join(taken.options)}")
    return taken.options[given]


def _let_come(taken: Taken, given: Any, day: date) -> None:
    """Let a day pass that is to come. Raises ValueError for one before the letter's own."""
    if taken.kind == "coming_day" and given and date.fromisoformat(given) < day:
        raise ValueError(f"is before the day of the letter, {day}")


def _text(given: Any) -> str:
    if not isinstance(given, str):
        raise ValueError("is a text")  # noqa: TRY004 (a flaw of what was given)
    text = wording.seen(given)
    if not text or len(text) > LONGEST:
        raise ValueError(f"has 1 to {LONGEST} signs that are seen")
    return text


def _plain(text: str, language: Language) -> str:
    del language
    return text


def _day(text: str, language: Language) -> str:
    del language
    return wording.day(date.fromisoformat(text))


def _money(text: str, language: Language) -> str:
    amount = Money.of(text).amount
    if not 0 <= amount < ABSURD:
        raise ValueError("is a sum of tenge that a purchase may have")
    return wording.money(amount, language)


def _bin(text: str, language: Language) -> str:
    del language
    if (found := Bin.parse(text)) is None:
        raise ValueError("is no BIN: its control digit does not fit")
    return str(found)


def _bin_or_iin(text: str, language: Language) -> str:
    del language
    if (found := Bin.parse(text) or Iin.parse(text)) is None:
        raise ValueError("is no BIN or IIN: its control digit does not fit")
    return str(found)


_WRITE: Final[Mapping[Kind, Callable[[str, Language], str]]] = {
    "text": _plain,
    "day": _day,
    "coming_day": _day,
    "money": _money,
    "bin": _bin,
    "bin_or_iin": _bin_or_iin,
}


def _body(template: Template, language: Language, values: Values) -> Iterator[Piece]:
    for part in template.parts:
        if isinstance(part, Paragraph | Heading):
            text = _filled(part.text.in_(language), values)
            if text is not None:
                yield Piece("heading" if isinstance(part, Heading) else "paragraph", text=text)
        elif isinstance(part, Fields):
            if rows := _rows(template, language, values, part.rows):
                yield Piece("fields", rows=rows)
        elif isinstance(part, Numbered) and values[part.of]:
            title = template.takes[part.of].title.in_(language)
            yield Piece("heading", text=title)
            yield Piece("numbered", items=list(values[part.of]))


def _close(
    template: Template, language: Language, values: Values, around: Around
) -> Iterator[Piece]:
    words = frame()
    papers = [name for name, taken in template.takes.items() if taken.attached]
    attached = [f"{title}: {text}" for title, text in _rows(template, language, values, papers)]
    attached += [wording.seen(one) for one in around.attachments]
    yield Piece("paragraph", text=words["no_accusation"].in_(language))
    if template.articles:
        yield Piece("heading", text=words["articles"].in_(language))
        yield Piece("numbered", items=[_cited(one, language) for one in template.articles])
        as_of = wording.day(template.text_as_of)
        yield Piece("small", text=_said(words["as_of"], language, day=as_of))
    if attached:
        yield Piece("heading", text=words["attachments"].in_(language))
        yield Piece("numbered", items=attached)
    if language == FOR_READING:
        yield Piece("small", text=words["reading_copy"].in_(language))


def _cited(article: Article, language: Language) -> str:
    return article.words.in_(language).replace("№ ", f"№{wording.NO_BREAK}")


def _rows(
    template: Template, language: Language, values: Values, names: Sequence[str]
) -> list[tuple[str, str]]:
    return [
        (template.takes[name].title.in_(language), str(values[name]))
        for name in names
        if values[name]
    ]


def _filled(text: str, values: Values) -> str | None:
    """Return a text with its values; None where one of them was not given."""
    names = PLACEHOLDER.findall(text)
    if not all(values[name] for name in names):
        return None
    return PLACEHOLDER.sub(lambda found: str(values[found[1]]), text)


def _said(text: Text, language: Language, **said: str) -> str:
    return PLACEHOLDER.sub(lambda found: said[found[1]], text.in_(language))
