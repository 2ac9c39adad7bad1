"""JSON read and written so that what is not touched comes out as it went in.

Numbers keep their digits (`1.10` stays `1.10`), keys their order; texts are written without
escapes that JSON does not ask for.
"""

import json
from typing import Any, Self

from scoring.lines import NotJsonError, refuse_constant, refuse_odd


class Written(float):
    """A number that remembers how it was written."""

    text: str

    def __new__(cls, text: str) -> Self:
        """Keep the digits beside the value."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def read(line: bytes) -> Any:
    """Read one line; raises NotJsonError."""
    try:
        value = json.loads(
            line.decode("utf-8"),
            parse_float=Written,
            parse_int=Written,
            parse_constant=refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise NotJsonError(str(error) or "nested too deeply") from error
    refuse_odd(line, value)
    return value


def write(value: Any) -> str:
    """Write a value on one line without blanks."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(key)}:{write(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(write, value)) + "]"
    if isinstance(value, str):
        return _text(value)
    return value.text if isinstance(value, Written) else json.dumps(value)


def is_number(value: Any) -> bool:
    """Tell a number from a truth value, which is one in Python."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def take(members: dict[str, Any], key: str) -> Any:
    """Remove a member as Cardinal's maps do: the last member takes its place in the order."""
    entries = list(members.items())
    place = list(members).index(key)
    value, last = members[key], entries.pop()
    if place < len(entries):
        entries[place] = last
    members.clear()
    members.update(entries)
    return value


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
