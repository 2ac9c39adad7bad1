"""Reading values out of a compiled release that may be any JSON: what does not fit is absent."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import msgspec

from gateway.documents import Money
from shared.vocabulary.text import LANGUAGES

LONGEST_TEXT: Final = 500
"""Characters of a title shown in a document; the release has the whole of it."""

_RELEASE: Final = msgspec.json.Decoder(float_hook=Decimal)

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
    found = value.get(name)
    if isinstance(found, bool | float) or not isinstance(found, str | int):
        return None
    return str(found).replace("\0", "").strip()[:LONGEST_TEXT] or None


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


def money(value: Json, name: str = "value") -> Money | None:
    """Return an amount with its currency; None if either is missing or the amount is no number."""
    found = part(value, name)
    amount, currency = found.get("amount"), text(found, "currency")
    if isinstance(amount, bool) or not isinstance(amount, int | Decimal) or currency is None:
        return None
    return Money(plain(Decimal(amount)), currency)


def plain(amount: Decimal) -> Decimal:
    """Write an amount without an exponent."""
    return Decimal(format(amount, "f"))


def sums(amounts: list[Money]) -> list[Money]:
    """Add up per currency, currencies in the order of the alphabet."""
    totals: dict[str, Decimal] = {}
    for each in amounts:
        totals[each.currency] = totals.get(each.currency, Decimal(0)) + each.amount
    return [Money(plain(total), currency) for currency, total in sorted(totals.items())]
