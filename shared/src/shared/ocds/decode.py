"""One JSON document decoded: fast where it is clean, with a second, lenient look where it is not.

The second look keeps what can be kept (half characters, NaN, numbers beyond any range: later mended
or dropped by field) and says of the rest where it breaks. Of a repeated key the last value counts.
"""

import json
import math
from typing import Any, Final

import msgspec

from shared.ocds.notes import Note, Refused, readable, refuse

INTEGER_DIGITS: Final = 400
_decoder: Final = msgspec.json.Decoder()


def decode(raw: bytes) -> tuple[Any, list[Note]]:
    """Decode one document.

    Raises Refused: malformed, truncated, not_utf8, too_deep.
    """
    try:
        value = _decoder.decode(raw)
        if _keys(raw) == msgspec.json.encode(value).count(b'":'):
            return value, []
    except (msgspec.MsgspecError, UnicodeError):
        pass
    except RecursionError as error:
        raise Refused(refuse("too_deep", raw=raw)) from error
    return _second_look(raw)


def _keys(raw: bytes) -> int:
    """Count what looks like a key; more than the decoded value has means that one is repeated."""
    return raw.count(b'":') + raw.count(b'" :')


def _second_look(raw: bytes) -> tuple[Any, list[Note]]:
    repeated: set[str] = set()

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) != len(found):
            names = [name for name, _ in found]
            repeated.update(name for name in names if names.count(name) > 1)
        return made

    try:
        value = json.loads(
            raw.decode("utf-8"),
            strict=False,
            object_pairs_hook=pairs,
            parse_int=_integer,
            parse_constant=lambda name: -math.inf if name[0] == "-" else math.inf,
        )
    except UnicodeDecodeError as error:
        raise Refused(refuse("not_utf8", f"Byte {error.start}.", raw=raw)) from error
    except json.JSONDecodeError as error:
        raise Refused(_broken(error, raw)) from error
    except RecursionError as error:
        raise Refused(refuse("too_deep", raw=raw)) from error
    return value, [Note("", "key_repeated", readable(name[:120])) for name in sorted(repeated)]


def _integer(digits: str) -> float:
    return int(digits) if len(digits) <= INTEGER_DIGITS else math.inf


def _broken(error: json.JSONDecodeError, raw: bytes) -> Any:
    at_end = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated string")
    detail = f"{error.msg} (character {error.pos})."
    return refuse("truncated" if at_end else "malformed", detail, raw=raw)
