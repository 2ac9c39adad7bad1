"""What is read of a request before anybody else sees it: address and body, within limits."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import parse_qsl, unquote_to_bytes

from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope

from shared import bodies
from shared.errors import (
    AddressTooLong,
    FieldError,
    PayloadTooLarge,
    TooSlow,
    UnknownParameter,
    UnsupportedMediaType,
    ValidationFailed,
)

LONGEST_ADDRESS: Final = 8192
MOST_PARAMETERS: Final = 100
BODY_PATIENCE: Final = 30.0
"""Seconds in which a body has to arrive."""

LINGER_BYTES: Final = 32 * 1024 * 1024
LINGER_SECONDS: Final = 2.0
"""How much of a refused body, and how long, is dropped unread before the connection is closed."""

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a service takes in; `forms_at` are the paths that take a form and nothing else.

    What comes to a path of `files_at` is a file of `file` bytes at most: it is handed on as it
    comes, unread.
    """

    body: int = bodies.LARGEST_BODY
    media_types: frozenset[str] = frozenset({JSON})
    forms_at: frozenset[str] = frozenset()
    files_at: re.Pattern[str] | None = None
    file: int = 0


def parameters(scope: Scope) -> list[str]:
    """Return the names of the query parameters, as often as they are given.

    Raises AddressTooLong, ValidationFailed for an address that is no text, UnknownParameter for
    more parameters than anything has.
    """
    query, path = scope["query_string"], scope["raw_path"]
    if len(query) + len(path) > LONGEST_ADDRESS:
        raise AddressTooLong(f"At most {LONGEST_ADDRESS} characters are read.")
    if errors := [*_flaws_of_text("/path", path), *_flaws_of_text("/query", query)]:
        raise ValidationFailed("The address is not plain Unicode text.", errors=errors)
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    if len(pairs) > MOST_PARAMETERS:
        raise UnknownParameter(f"At most {MOST_PARAMETERS} parameters are read.")
    return [name for name, _ in pairs]


def _flaws_of_text(place: str, raw: bytes) -> list[FieldError]:
    if b"%" not in raw:
        return []
    text = unquote_to_bytes(raw)
    if b"\x00" in text:
        return [FieldError(place, "nul", "contains NUL")]
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        return [FieldError(place, "not_utf8", "is not UTF-8")]
    return []


class CheckedBody:
    """Reads the whole body when the application first asks for it, and checks it then.

    Not earlier: a caller without a valid key is turned away before any of it is looked at.
    """

    __slots__ = ("_done", "_headers", "_limits", "_receive", "_received", "_streams")

    def __init__(self, scope: Scope, receive: Receive, limits: Limits) -> None:
        self._headers = dict(scope["headers"])
        self._receive = receive
        self._limits = limits
        if scope["path"] in limits.forms_at:
            self._limits = replace(limits, media_types=frozenset({FORM}))
        files_at = limits.files_at
        self._streams = files_at is not None and bool(files_at.fullmatch(scope["path"]))
        if self._streams:
            limits = replace(limits, body=limits.file)
        self._received = 0
        self._done = False
        declared = self._headers.get(b"content-length", b"0")
        if not declared.isdigit() or int(declared[:20]) > limits.body:
            raise _too_large(limits.body)

    async def __call__(self) -> Message:
        """Return the body in one message, and whatever follows it as it comes.

        Raises PayloadTooLarge, TooSlow, UnsupportedMediaType, MalformedBody; ClientDisconnect
        when the caller leaves.
        """
        if self._done:
            return await self._receive()
        if self._streams:
            return await self._next_part()
        self._done = True
        body = await _read_in_time(self._receive, self._limits.body)
        if body and _media_type(self._headers, self._limits) == JSON:
            bodies.parse(body)
        return {"type": "http.request", "body": body, "more_body": False}

    async def _next_part(self) -> Message:
        try:
            async with asyncio.timeout(BODY_PATIENCE):
                message = await self._receive()
        except TimeoutError as error:
            said = f"Nothing came for {BODY_PATIENCE:.0f} seconds."
            raise TooSlow(said, headers={"Connection": "close"}) from error
        self._received += len(message.get("body", b""))
        if self._received > self._limits.file:
            raise _too_large(self._limits.file)
        self._done = not message.get("more_body", False)
        return message


async def _read_in_time(receive: Receive, largest: int) -> bytes:
    try:
        async with asyncio.timeout(BODY_PATIENCE):
            return await _read(receive, largest)
    except TimeoutError as error:
        said = f"The body did not arrive within {BODY_PATIENCE:.0f} seconds."
        raise TooSlow(said, headers={"Connection": "close"}) from error


async def _read(receive: Receive, largest: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > largest:
            raise _too_large(largest)
        if not message.get("more_body", False):
            return b"".join(parts)


def _too_large(largest: int) -> PayloadTooLarge:
    return PayloadTooLarge(
        f"At most {largest} bytes are read here.", headers={"Connection": "close"}
    )


async def linger(receive: Receive) -> None:
    """Drop what a caller still sends after the refusal, for a while.

    Closing at once would reset the connection, and many clients, busy sending, would never read
    the refusal that is already on its way to them.
    """
    dropped = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while dropped < LINGER_BYTES:
                message = await receive()
                dropped += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


def _media_type(headers: Mapping[bytes, bytes], limits: Limits) -> str:
    """Return the kind of a body, every kind of JSON being JSON.

    Raises UnsupportedMediaType for one that this service does not read.
    """
    kind, _, parameters = headers.get(b"content-type", b"").decode("latin-1").lower().partition(";")
    kind = JSON if kind.strip().endswith("+json") else kind.strip()
    encoded = headers.get(b"content-encoding", b"identity").lower() != b"identity"
    charset = parameters.replace('"', "").replace(" ", "").partition("charset=")[2]
    if kind not in limits.media_types or encoded or charset not in ("", "utf-8", "utf8"):
        kinds = ", ".join(sorted(limits.media_types))
        raise UnsupportedMediaType(f"Send Content-Type: {kinds}, in UTF-8 and not compressed.")
    return kind
