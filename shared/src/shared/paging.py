"""Lists in pages: the mark of where a page ended, signed, and bound to the question it answers.

Keyset paging: a page begins after the last row of the one before, so nothing is skipped or shown
twice while rows come in.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from shared.errors import CursorInvalid

USUAL_PAGE: Final = 50
LARGEST_PAGE: Final = 200

_LONGEST_CURSOR = 2048
_MAC_BYTES = 16

Value = str | int | float | bool | None
"""What a sort key is made of; a Decimal or a moment travels as its text."""

Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE, description="Rows of a page.")]
After = Annotated[
    str | None,
    Query(
        alias="cursor",
        max_length=_LONGEST_CURSOR,
        description="`page.next_cursor` of the page before.",
    ),
]


class PageInfo(BaseModel):
    """Whether more rows follow, and the cursor to ask for them with."""

    next_cursor: str | None
    has_more: bool


class Page(BaseModel, Generic[Row]):
    """One page of a list."""

    data: list[Row]
    page: PageInfo


class Cursor:
    """Makes and reads the opaque marks of one service, signed with its key.

    `question` is whatever the list was asked for (its name, filters, sort order). It is part of
    the signature: a cursor answers only the question it was given for.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < hashlib.sha256().digest_size:
            raise ValueError("a cursor key has at least 32 bytes")
        self._key = key

    def encode(self, values: Sequence[Value], *, question: Mapping[str, object]) -> str:
        """Return the mark of the row whose sort key is `values`."""
        payload = json.dumps(list(values), separators=(",", ":"), allow_nan=False).encode()
        return base64.urlsafe_b64encode(self._mac(payload, question) + payload).decode().rstrip("=")

    def decode(self, token: str, *, question: Mapping[str, object]) -> list[Value]:
        """Return the sort key in a mark.

        Raises CursorInvalid for one that we did not make, or made for another question.
        """
        sealed = _unpadded(token)
        mac, payload = sealed[:_MAC_BYTES], sealed[_MAC_BYTES:]
        if not hmac.compare_digest(mac, self._mac(payload, question)):
            raise CursorInvalid("This cursor was not given for this list with these filters.")
        values: list[Value] = json.loads(payload)
        return values

    def _mac(self, payload: bytes, question: Mapping[str, object]) -> bytes:
        asked = json.dumps(question, sort_keys=True, separators=(",", ":"), default=str).encode()
        sealed = len(asked).to_bytes(8, "big") + asked + payload
        return hmac.digest(self._key, sealed, "sha256")[:_MAC_BYTES]


def _unpadded(token: str) -> bytes:
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid("This is not a cursor of ours.") from error
    if base64.urlsafe_b64encode(sealed).decode().rstrip("=") != token:
        raise CursorInvalid("This is not a cursor of ours.")
    return sealed


def cut(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], bool]:
    """Return a page of `limit` rows and whether more follow, from a query for `limit + 1`."""
    return rows[:limit], len(rows) > limit


def page_bytes(documents: Sequence[bytes], next_cursor: str | None) -> bytes:
    """Put JSON documents that are ready to serve into the envelope of a page."""
    page = json.dumps({"next_cursor": next_cursor, "has_more": next_cursor is not None})
    return b'{"data":[' + b",".join(documents) + b'],"page":' + page.encode() + b"}"
