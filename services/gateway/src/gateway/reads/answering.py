"""What every list and every organisation id in a question have in common."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from gateway.memory import Answer
from gateway.texts import NOTICE
from shared.errors import FieldError, ValidationFailed
from shared.vocabulary.identifiers import Bin, party_id

encode: Final = msgspec.json.Encoder().encode
_ORGANISATION: Final = re.compile(r"org_[a-z2-7]{26}")


def joined(document: bytes, score: bytes | None) -> bytes:
    """Put the score in short at the end of a stored document."""
    return b"%b,%b%b}" % (document[:-1], b'"score":', score or b"null")


def listing(
    documents: Sequence[bytes],
    *,
    next_cursor: str | None,
    as_of: datetime,
    seq: int,
    notice: bool = False,
) -> bytes:
    """Put stored documents into the envelope of a list.

    `as_of` and `seq` tell how far the view had come; the notice stands by every list of scores.
    """
    rest: dict[str, Any] = {
        "page": {"next_cursor": next_cursor, "has_more": next_cursor is not None},
        "as_of": as_of,
        "seq": seq,
    }
    if notice:
        rest["notice"] = NOTICE
    return b'{"data":[%b],%b' % (b",".join(documents), encode(rest)[1:])


def answer(body: bytes, *revisions: str | None) -> Answer:
    """Return a document with the version of everything it shows."""
    return Answer(body, b'"%b"' % "-".join(each or "0" for each in revisions).encode())


def organisation_id(text: str, *, pointer: str) -> str:
    """Return the public id of an organisation given by id or BIN.

    Raises ValidationFailed for anything else.
    """
    if _ORGANISATION.fullmatch(text):
        return text
    number = Bin.parse(text)
    if number is not None and text == number:
        return party_id("", number, "").id
    message = "is neither an id (org_…) nor a BIN of twelve digits with its control digit"
    raise ValidationFailed(
        "This names no organisation.", errors=[FieldError(pointer, "organisation", message)]
    )
