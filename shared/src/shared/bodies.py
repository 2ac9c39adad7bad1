"""JSON as we accept it: one document, one meaning, nothing that a database or a reader chokes on.

Stricter than RFC 8259 where it leaves room: no key twice, no NaN or infinity, no number that would
become one, no NUL, no half of a surrogate pair (I-JSON, RFC 7493), bounded depth and count.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from shared.errors import FieldError, MalformedBody

LARGEST_BODY: Final = 1024 * 1024
DEEPEST: Final = 32
MOST_VALUES: Final = 100_000
LARGEST_INTEGER: Final = 2**63 - 1

_MOST_FLAWS = 20
_NEVER = re.compile("[\x00\ud800-\udfff]")

Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, Field(ge=-(2**63), le=LARGEST_INTEGER)]
Path = tuple[str | int, ...]


class Body(BaseModel):
    """What every request body derives from: unknown fields are refused, numbers are finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class _Twice:
    """Stands in a parsed document where an object had a key twice."""

    def __init__(self, key: str) -> None:
        self.key = key


def parse(raw: bytes) -> Any:
    """Return the document in `raw`.

    Raises MalformedBody, pointing at each flaw where there is a place to point at.
    """
    if raw.startswith(b"\xef\xbb\xbf"):
        raise _malformed("byte_order_mark", "begins with a byte order mark: send plain UTF-8")
    try:
        document = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise _malformed("not_utf8", f"byte {error.start} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise _malformed("not_json", f"{error.msg} at character {error.pos}") from error
    except RecursionError as error:
        raise _malformed("too_deep", f"nested deeper than {DEEPEST} levels") from error
    if errors := flaws(document):
        raise MalformedBody(f"{errors[0].pointer}: {errors[0].message}.", errors=errors)
    return document


def flaws(document: Any) -> list[FieldError]:
    """Return the first flaws of a parsed document, in no particular order."""
    found: list[FieldError] = []
    for count, (path, value) in enumerate(_values(document)):
        if count == MOST_VALUES:
            return [FieldError("/body", "too_many_values", f"more than {MOST_VALUES} values")]
        if flaw := _flaw(value, len(path)):
            found.append(FieldError(pointer("body", *path), *flaw))
        if len(found) == _MOST_FLAWS:
            break
    return found


def pointer(*path: str | int) -> str:
    """Return a JSON Pointer (RFC 6901)."""
    return "".join(f"/{_token(str(part))}" for part in path)


def _token(part: str) -> str:
    return _NEVER.sub("\ufffd", part).replace("~", "~0").replace("/", "~1")


def _values(document: Any) -> Iterator[tuple[Path, Any]]:
    waiting: list[tuple[Path, Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        yield path, value
        if len(path) >= DEEPEST:
            continue
        if isinstance(value, dict):
            waiting.extend(((*path, key), inner) for key, inner in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, index), inner) for index, inner in enumerate(value))


def _flaw(value: Any, depth: int) -> tuple[str, str] | None:
    if isinstance(value, str):
        return _flaw_of_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "not_finite", "is not a finite number"
    if isinstance(value, _Twice):
        return "duplicate_key", f"has the key {_token(value.key)[:50]!r} twice"
    if isinstance(value, dict | list) and depth >= DEEPEST:
        return "too_deep", f"nested deeper than {DEEPEST} levels"
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return "integer_too_large", "is beyond 64 bits"
    return _flaw_of_text("".join(value)) if isinstance(value, dict) else None


def _flaw_of_text(text: str) -> tuple[str, str] | None:
    if text.isascii() and "\x00" not in text:
        return None
    if found := _NEVER.search(text):
        return (
            ("nul", "contains NUL") if found[0] == "\x00" else ("surrogate", "is not Unicode text")
        )
    return None


def _object(pairs: Sequence[tuple[str, Any]]) -> Any:
    document = dict(pairs)
    if len(document) == len(pairs):
        return document
    counts = Counter(key for key, _ in pairs)
    return _Twice(counts.most_common(1)[0][0])


def _integer(digits: str) -> int:
    # int() is slow on thousands of digits: what is too long to fit is not read.
    return int(digits) if len(digits) <= len(str(LARGEST_INTEGER)) + 1 else LARGEST_INTEGER + 1


def _malformed(code: str, message: str) -> MalformedBody:
    return MalformedBody(f"The body {message}.", errors=[FieldError("/body", code, message)])
