"""JSON in the one spelling that is signed: RFC 8785 (keys in order, no blanks, numbers as ES6)."""

import json
import math
from decimal import Decimal
from typing import Any, Final

_PLAIN_BELOW: Final = 1e21
_PLAIN_FROM: Final = 1e-6


def canonical(value: Any) -> bytes:
    """Return a JSON value in its canonical form. Raises ValueError for what JSON has not."""
    return _text(value).encode()


def _text(value: Any) -> str:
    if isinstance(value, dict):
        pairs = sorted(value.items(), key=lambda pair: pair[0].encode("utf-16-be"))
        return "{" + ",".join(f"{_text(name)}:{_text(one)}" for name, one in pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError("JSON has no such number")
    if value == 0:
        return "0"
    if _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        plain = format(Decimal(repr(value)), "f")
        return plain.rstrip("0").removesuffix(".") if "." in plain else plain
    figure, _, power = f"{Decimal(repr(value)).normalize():e}".partition("e")
    return f"{figure}e{int(power):+d}"
