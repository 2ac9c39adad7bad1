"""Which version of a thing a caller has seen: ETag, If-None-Match, If-Match (RFC 9110, 13).

The tag is strong: it names the revision of a row, and whatever else the bytes depend on (language,
fields). An unchanged thing is not sent again; a change must name the version it was made on.
"""

import re
from typing import Annotated, Final

from fastapi import Header, Response

from shared.errors import PreconditionRequired, VersionConflict

_LONGEST = 1024
_TAG = re.compile(r'\s*((?:W/)?"[\x21\x23-\x7e\x80-\xff]*")\s*(?:,|$)')
_ANY: Final = "*"

IfMatch = Annotated[
    str | None,
    Header(max_length=_LONGEST, description="The ETag of the version that is to be changed."),
]
IfNoneMatch = Annotated[
    str | None,
    Header(max_length=_LONGEST, description="ETags you have: 304 if one is still the present."),
]


def etag(revision: int, *variants: str) -> str:
    """Return the strong tag of a revision; `variants` are what else the bytes depend on."""
    return '"' + "-".join([str(revision), *variants]) + '"'


def is_known(if_none_match: str | None, tag: str) -> bool:
    """Return whether the caller has this version already, so that 304 is the answer."""
    if if_none_match is None or if_none_match == tag:
        return if_none_match is not None
    named = _tags(if_none_match)
    return _ANY in named or tag in {each.removeprefix("W/") for each in named}


def require_match(if_match: str | None, tag: str) -> None:
    """Let a change pass that was made on the version `tag`.

    Raises PreconditionRequired when no version is named, VersionConflict when it is another one.
    """
    if if_match is None:
        raise PreconditionRequired("Send If-Match with the ETag you were given.")
    named = _tags(if_match)
    if tag not in named and _ANY not in named:
        raise VersionConflict(f"The present version is {tag}.", headers={"ETag": tag})


def not_modified(tag: str) -> Response:
    """Return the answer to a caller who has the present version."""
    return Response(status_code=304, headers={"ETag": tag})


def _tags(header: str) -> list[str]:
    """Return the tags a header lists; one that cannot be read names none."""
    return [_ANY] if header.strip() == _ANY else _TAG.findall(header)
