"""Sums of money in a public text, and those of them that nothing in its case says.

A sum is a number with its currency, or one told in millions and more. It is known where an outcome
of the case, an alert on one of its purchases, or a figure that stands with its source has it, as
exactly as the text tells it: 4.5 million is any sum from 4.45 to 4.55 million. What is not known
need not be wrong, and what is known need not be meant: a person compares each with its document.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple

from cases.publication.reading import readable
from shared.vocabulary.money import TENGE


class Stated(NamedTuple):
    """A sum as a text states it, where, and between which amounts it may lie: any of these."""

    place: str
    text: str
    spans: tuple[tuple[Decimal, Decimal], ...]


def unknown_sums(
    texts: Mapping[str, Mapping[str, str]],
    figures: Sequence[Mapping[str, Any]],
    known: Collection[Decimal],
) -> list[Stated]:
    """Return the sums of a publication that neither its case knows nor a sourced figure has."""
    every = [*known, *_of_figures(figures)]
    return [
        one
        for language, told in texts.items()
        for part, said in told.items()
        for one in stated(said, f"/texts/{language}/{part}")
        if not any(low <= each <= high for low, high in one.spans for each in every)
    ]


def stated(text: str, place: str) -> Iterator[Stated]:
    """Return the sums that a text states.

    >>> [one.text for one in stated("Сумма 4,5 млн тенге за 12 км.", "/texts/ru/body")]
    ['4,5 млн тенге']
    """
    for found in _SUM.finditer(readable(text)):
        scale, is_money = found["scale"], found["before"] or found["after"]
        if is_money or (scale and _scale(scale) >= MILLION):
            times = _scale(scale) if scale else Decimal(1)
            spans = tuple(_span(number, times) for number in _readings(found["number"]))
            yield Stated(place, found[0].strip(), spans)


def _of_figures(figures: Sequence[Mapping[str, Any]]) -> Iterator[Decimal]:
    for figure in figures:
        if figure["unit"] == TENGE and figure["source"]:
            yield Decimal(figure["value"])


def _readings(number: str) -> Iterator[str]:
    """Return how a number can be read, with a point before its decimals: 4,500 is both."""
    bare = re.sub(r"[\s'’]", "", number)
    marks = re.findall(r"[.,]", bare)
    decimals = len(re.split(r"[.,]", bare)[-1]) if marks else 0
    whole = re.sub(r"[.,]", "", bare)
    if not marks or marks.count(marks[-1]) > 1 or decimals == THOUSANDS:
        yield whole
    if marks and marks.count(marks[-1]) == 1:
        yield f"{whole[:-decimals]}.{whole[-decimals:]}"


def _span(number: str, times: Decimal) -> tuple[Decimal, Decimal]:
    """Return between which amounts lies what is told so far and no further."""
    value = Decimal(number)
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    half = Decimal(10) ** exponent / 2
    return (value - half) * times, (value + half) * times


def _scale(word: str) -> Decimal:
    return next(value for start, value in _SCALES.items() if word.casefold().startswith(start))


MILLION: Final = Decimal(10) ** 6
THOUSANDS: Final = 3
"""Digits in a group of a number: after one mark, they may be thousands or decimals."""

_SCALES: Final = {
    **dict.fromkeys(("тыс", "мың", "thousand"), Decimal(10) ** 3),
    **dict.fromkeys(("млн", "миллион", "million", "mln"), MILLION),
    **dict.fromkeys(("млрд", "миллиард", "billion", "bln", "bn"), Decimal(10) ** 9),
    **dict.fromkeys(("трлн", "триллион", "trillion"), Decimal(10) ** 12),
}
_CURRENCY: Final = r"(?:тенге|теңге|tenge|тг|KZT|₸)"
_SUM: Final = re.compile(
    rf"(?P<before>{_CURRENCY}\s?)?(?<![\d.,])(?P<number>\d+(?:[ '’.,]\d+)*)"
    rf"(?:\s?(?P<scale>(?:{'|'.join(_SCALES)})\w*)\.?)?(?P<after>[\s-]?{_CURRENCY}\w*)?",
    re.IGNORECASE,
)
