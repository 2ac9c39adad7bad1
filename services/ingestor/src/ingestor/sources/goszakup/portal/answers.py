"""An answer of the portal is believed only when it is whole and of the documented shape."""

import re
from typing import Any, Final

import msgspec
from msgspec import Struct

from ingestor.sources.goszakup.portal.failures import Reason, RequestError, UnknownFieldError

UNKNOWN_FIELD: Final = re.compile(r'Cannot query field "(\w+)" on type "(\w+)"')
LONGEST_DETAIL: Final = 200

Row = dict[str, Any]


class PageInfo(Struct, rename="camel"):
    """What GraphQL says about a page."""

    total_count: int | None = None
    has_next_page: bool = False
    last_id: int | str | None = None


class _Extensions(Struct, rename="camel"):
    page_info: PageInfo | None = None


class _GraphQL(Struct):
    data: dict[str, list[Any] | None] | None = None
    errors: list[Any] | None = None
    extensions: _Extensions | None = None


class _Rest(Struct):
    items: list[Any]
    total: int | None = None
    next_page: str | None = ""


class Page(Struct):
    """One whole page. `total` is the portal's own count of all pages, where it gives one.

    `onward` is what asks for the next page: an id for GraphQL, an address for REST; None at the
    end.
    """

    rows: list[Any]
    total: int | None
    onward: int | str | None
    raw: bytes


_graphql: Final = msgspec.json.Decoder(_GraphQL)
_rest: Final = msgspec.json.Decoder(_Rest)
_anything: Final = msgspec.json.Decoder()


def graphql_page(raw: bytes, root: str) -> Page:
    """Read a page of one root; raises RequestError for anything less."""
    answer = _decoded(_graphql, raw)
    if answer.errors:
        raise _errors(answer.errors)
    rows = (answer.data or {}).get(root)
    if rows is None:
        raise RequestError("not_json", f"The answer says nothing of {root}")
    info = (answer.extensions.page_info if answer.extensions else None) or PageInfo()
    onward = info.last_id if info.has_next_page else None
    return Page(rows, info.total_count, onward, raw)


def rest_page(raw: bytes) -> Page:
    """Read a page of a REST list; raises RequestError for anything less."""
    answer = _decoded(_rest, raw)
    return Page(answer.items, answer.total, answer.next_page or None, raw)


def document(raw: bytes) -> Any:
    """Read any JSON answer; raises RequestError."""
    return _decoded(_anything, raw)


def _decoded(decoder: msgspec.json.Decoder[Any], raw: bytes) -> Any:
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        start = raw.lstrip()[:1]
        cut = start in (b"{", b"[") and not isinstance(fault, msgspec.ValidationError)
        reason: Reason = "truncated" if cut else "not_json"
        raise RequestError(reason, f"No whole answer of the documented shape: {fault}") from fault


def _errors(errors: list[Any]) -> RequestError:
    first = errors[0]
    message = str(first.get("message") if isinstance(first, dict) else first)
    if moved := UNKNOWN_FIELD.search(message):
        return UnknownFieldError(*moved.groups())
    return RequestError("graphql_errors", f"The portal answers: {message[:LONGEST_DETAIL]}")
