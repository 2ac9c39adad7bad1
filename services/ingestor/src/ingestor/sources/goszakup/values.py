"""Single values as the portal writes them: text or number in turn, naive local times, sentinels."""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from typing import Any, Final

Value = str | int | float | bool | None
"""A scalar in any of the types in which the portal's interfaces give it."""
Values = list[Value] | Value
"""A list of scalars; the REST interface writes some of them as one bare scalar."""

ALMATY: Final = timezone(timedelta(hours=5))  # the portal's clock; Kazakhstan is on one zone
NO_END: Final = datetime.fromisoformat("1999-01-01T00:00:00")  # stands for "no date"
YEARS: Final = range(1990, 2200)
NUMBER_LENGTH: Final = 12  # digits of a BIN or IIN


def text(value: Any) -> str | None:
    """Read a text; blank is none, a number is its digits."""
    if value is None:
        return None
    kind = type(value)
    if kind is str:
        return value.strip() or None
    if kind is int:
        return str(value)
    if kind is not float:
        return None
    return str(int(value)) if math.isfinite(value) and value == int(value) else str(value)


def key(value: Any) -> str | None:
    """Read an id; 0 stands for none."""
    if value is None:
        return None
    if type(value) is int:
        return str(value) if value else None
    written = value.strip() if type(value) is str else text(value)
    return written if written and written.strip("0") else None


def number(value: Any) -> int | float | None:
    """Read a quantity or an amount, also out of a text; what is not finite is none."""
    if value is None or type(value) is int:
        return value
    if isinstance(value, str):
        try:
            value = float(value.replace("\u00a0", "").replace(" ", "").replace(",", "."))
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value) if value == int(value) else value


def flag(value: Any) -> bool | None:
    """Read a yes or no, written as 1 or 0."""
    if isinstance(value, bool):
        return value
    read = number(value)
    return None if read is None else read != 0


def several(value: Any) -> list[Any]:
    """Read a list of which one bare scalar may be all that is left."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if one is not None and one != ""]


def keys(value: Any) -> list[str]:
    """Read a list of ids or codes, without the zeros that stand for none."""
    return [found for one in several(value) if (found := key(one)) is not None]


def business_number(value: Any) -> str | None:
    """Read a BIN or IIN; one that came as a number regains its leading zeros."""
    written = key(value)
    if written is not None and not isinstance(value, str):
        return written.zfill(NUMBER_LENGTH)
    return written


def moment(value: Any) -> str | None:
    """Read a time of the portal's clock (UTC+5) as OCDS writes it; the sentinel 1999 is none."""
    return _moment(value) if isinstance(value, str) else None


def latest(values: Iterable[Any]) -> str | None:
    """Return the newest of the portal's times, as `moment` writes them."""
    newest: str | None = None
    for value in values:
        found = moment(value) if value else None
        if found and (newest is None or instant(found) > instant(newest)):
            newest = found
    return newest


@lru_cache(maxsize=65536)
def instant(written: str) -> datetime:
    """Return the moment that `moment` wrote."""
    return datetime.fromisoformat(written)


@lru_cache(maxsize=65536)
def _moment(value: str) -> str | None:
    try:
        read = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    if read.year not in YEARS or read.replace(tzinfo=None) == NO_END:
        return None
    written = (read if read.tzinfo else read.replace(tzinfo=ALMATY)).isoformat()
    return _without_zeros(written) if read.microsecond else written


def _without_zeros(written: str) -> str:
    time, zone = written[:-6], written[-6:]
    return time.rstrip("0") + zone
