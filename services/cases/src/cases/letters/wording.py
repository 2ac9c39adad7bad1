"""How days, sums and texts are written in a letter, in three languages."""

import unicodedata
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from shared.vocabulary.money import MINOR_UNITS
from shared.vocabulary.text import Language

TENGE: Final = {"kk": "теңге", "ru": "тенге", "en": "KZT"}
NO_BREAK: Final = "\u00a0"

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
"""Kinds of signs that are not seen and may turn a text round or break a file."""


def day(value: date) -> str:
    """Write a day as forms do: 05.03.2026."""
    return value.strftime("%d.%m.%Y")


def money(value: Decimal, language: Language) -> str:
    """Write a sum of tenge: 1 234 567,50 теңге in Kazakh and Russian, KZT 1,234,567.50 else."""
    amount = value.quantize(MINOR_UNITS, ROUND_HALF_UP)
    plain = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    if language == "en":
        return f"{TENGE['en']}{NO_BREAK}{plain}"
    spaced = plain.replace(",", NO_BREAK).replace(".", ",")
    return f"{spaced}{NO_BREAK}{TENGE[language]}"


def seen(text: str) -> str:
    """Return a text without signs that are not seen, each line by itself, composed (NFC)."""
    lines = unicodedata.normalize("NFC", text).splitlines()
    kept = (
        "".join(" " if sign == "\t" else sign for sign in line if sign == "\t" or _is_seen(sign))
        for line in lines
    )
    return "\n".join(line.strip() for line in kept).strip()


def _is_seen(sign: str) -> bool:
    return unicodedata.category(sign) not in _UNSEEN
