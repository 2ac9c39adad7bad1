"""Sending files that lie in the database in parts: whole, or the range that is still wanted."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from fastapi import Header, Response
from fastapi.responses import StreamingResponse

from gateway.api.asking import HEADERS
from gateway.api.ranged import part_of
from gateway.exports import store
from gateway.exports.formats import FORMATS
from gateway.state import State

Range = Annotated[str | None, Header(alias="Range", max_length=200)]
IfRange = Annotated[str | None, Header(max_length=200)]

_TEXT: Final = {"type": "string"}
_TEXTS: Final[dict[str, Any]] = {
    "application/json": {"schema": {}, "example": [{"name": "id"}]},
    "application/x-ndjson": {"schema": _TEXT, "example": '{"id":"prc_x"}\n'},
    "text/csv": {"schema": _TEXT, "example": "id,source\r\nprc_x,kz-goszakup\r\n"},
}
_KINDS: Final = {form.media_type.partition(";")[0] for form in FORMATS.values()}
_BYTES: Final[dict[str, Any]] = {
    kind: {"schema": _TEXT | {"format": "binary"}, "example": "(bytes)"}
    for kind in _KINDS - _TEXTS.keys()
}
CONTENT: Final = {**_TEXTS, **dict(sorted(_BYTES.items()))}
"""What the files of exports are, for the OpenAPI document."""


def send_file(
    gateway: State,
    export: str,
    file: Mapping[str, Any],
    *,
    range_: str | None,
    if_range: str | None,
) -> Response:
    """Send a file of an export. Raises RangeNotSatisfiable."""
    size, etag, name = file["size"], f'"{file["sha256"]}"', file["name"]
    part = part_of(size, range_, condition=if_range, etag=etag)
    wanted = part or range(size)
    headers = {
        **HEADERS,
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Length": str(len(wanted)),
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
    }
    if part:
        headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    body = store.parts(gateway.database, export, name, wanted.start, wanted.stop - 1)
    return StreamingResponse(
        body, 206 if part else 200, headers=headers, media_type=file["media_type"]
    )
