"""Reading values out of a compiled release that may be any JSON: what does not fit is absent."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from gateway.documents import Money
from shared.vocabulary.text import LANGUAGES

LONGEST_TEXT: Final = 500
"""Characters of a title shown in a document; the release has the whole of it."""

LONGEST_LIST: Final = 200
"""Rows of a list in one document."""

LONGEST_INNER_LIST: Final = 50
"""Rows of a list that stands in a row of another."""

MOST_CODES: Final = 40

_RELEASE: Final = msgspec.json.Decoder(float_hook=Decimal)

_NUMBERS: Final = (int, Decimal)  # as JSON is decoded here; a yes or no is neither

Json = dict[str, Any]


def decode(release: bytes | msgspec.Raw) -> Json:
    """Read a release, its numbers exact. Raises msgspec.DecodeError if it is no JSON object."""
    value = _RELEASE.decode(release)
    if not isinstance(value, dict):
        raise msgspec.ValidationError("a release is a JSON object")
    return value


def part(value: Json, name: str) -> Json:
    """Return an object inside an object; empty if there is none."""
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def rows(value: Json, name: str) -> list[Json]:
    """Return the objects of a list; empty if there is none."""
    found = value.get(name)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def text(value: Json, name: str) -> str | None:
    """Return a text, at most 500 characters of it, without NUL; None if there is none."""
    return said(value.get(name))


def said(value: Any) -> str | None:
    """Return a value that is a text or a whole number as a text; None for any other."""
    if type(value) is str:
        return value.replace("\0", "").strip()[:LONGEST_TEXT] or None
    return str(value) if type(value) is int else None


def wording(value: Json, name: str) -> str | None:
    """Return a text in whatever language it is given: plain, or as `title_kk`, `_ru`, `_en`."""
    names = (name, *(f"{name}_{language}" for language in LANGUAGES))
    return next(filter(None, (text(value, each) for each in names)), None)


def moment(value: Json, name: str) -> datetime | None:
    """Return a moment in UTC; None if it has no zone or is no date."""
    found = value.get(name)
    try:
        parsed = datetime.fromisoformat(found) if isinstance(found, str) else None
        return parsed.astimezone(UTC) if parsed is not None and parsed.tzinfo else None
    except (ValueError, OverflowError):
        return None


def exact(value: Json, name: str) -> Decimal | None:
    """Return a number, exact; None if there is none."""
    found: Any = value.get(name)
    return plain(Decimal(found)) if type(found) in _NUMBERS else None


def whole(value: Json, name: str) -> int | None:
    """Return a whole number; None if there is none."""
    found = value.get(name)
    return found if type(found) is int else None


def flag(value: Json, name: str) -> bool | None:
    """Return a yes or no; None if there is neither."""
    found = value.get(name)
    return found if isinstance(found, bool) else None


def words(value: Json, name: str) -> list[str]:
    """Return the texts of a list, or the one that stands alone."""
    found = value.get(name)
    several = found[:LONGEST_LIST] if isinstance(found, list) else [found]
    return [word for each in several if (word := said(each))]


def codes(value: Json, name: str = "x_goszakup") -> dict[str, str]:
    """Return the publisher's own codes under its own names; those within one as "name.inner"."""
    told: dict[str, str] = {}
    for key, each in part(value, name).items():
        inner = each if isinstance(each, dict) else {"": each}
        for below in inner:
            if code := _code(inner, below):
                told[(f"{key}.{below}" if below else key).replace("\0", "")[:LONGEST_TEXT]] = code
    return dict(list(told.items())[:MOST_CODES])


def _code(value: Json, name: str) -> str | None:
    yes = flag(value, name)
    return str(yes).lower() if yes is not None else " ".join(words(value, name)) or None


def money(value: Json, name: str = "value") -> Money | None:
    """Return an amount with its currency; None if either is missing or the amount is no number."""
    found = part(value, name)
    return money_of(found, "amount", text(found, "currency"))


def money_of(value: Json, name: str, currency: str | None) -> Money | None:
    """Return a bare amount as money of a currency; None if either is missing."""
    amount = exact(value, name)
    return Money(amount, currency) if amount is not None and currency is not None else None


def plain(amount: Decimal) -> Decimal:
    """Write an amount without an exponent."""
    return Decimal(format(amount, "f"))


def sums(amounts: list[Money]) -> list[Money]:
    """Add up per currency, currencies in the order of the alphabet."""
    totals: dict[str, Decimal] = {}
    for each in amounts:
        totals[each.currency] = totals.get(each.currency, Decimal(0)) + each.amount
    return [Money(plain(total), currency) for currency, total in sorted(totals.items())]
