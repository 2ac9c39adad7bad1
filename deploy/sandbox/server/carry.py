"""How answers are carried over the wire, whole or broken."""

import asyncio
import socket
import struct
import zlib
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Final, NamedTuple

import msgspec

from deploy.sandbox.server.faults import Fault

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON: Final = {"content-type": "application/json; charset=UTF-8"}
HTML: Final = b"<html><body><h1>502 Bad Gateway</h1><hr>nginx</body></html>"
STEP: Final = 1024 * 1024
GZIP: Final = 31  # zlib's number for it
LARGEST_BOMB: Final = 200 * STEP
LINGER_NOT: Final = struct.pack("ii", 1, 0)
"""Closing a socket with this option resets the connection."""


class Reply(NamedTuple):
    """What is sent."""

    status: int
    body: bytes
    headers: Mapping[str, str] = JSON


def reply(document: Any, status: int = 200, **headers: str) -> Reply:
    """A document as JSON."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, msgspec.json.encode(document), {**JSON, **named})


def refusal(status: int, name: str, message: str, kind: str, **headers: str) -> Reply:
    """An error in the form of the portal's framework."""
    body = {"name": name, "message": message, "code": 0, "status": status}
    return reply({**body, "type": f"yii\\web\\{kind}"}, status, **headers)


async def deliver(send: Send, answer: Reply) -> None:
    """Send an answer."""
    headers = {**answer.headers, "content-length": str(len(answer.body))}
    await _start(send, answer.status, headers)
    await send({"type": "http.response.body", "body": answer.body})


async def _start(send: Send, status: int, headers: Mapping[str, str]) -> None:
    named = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": named})


async def badly(send: Send, answer: Reply, fault: Fault) -> None:
    """Send an answer so that it does not arrive as it is."""
    half = len(answer.body) // 2
    if fault.kind == "truncated":
        await deliver(send, answer._replace(body=answer.body[:half]))
        return
    await _start(send, answer.status, {**answer.headers, "content-length": str(len(answer.body))})
    if fault.kind == "cut_off":
        await _more(send, answer.body[:half])
        _transport(send).close()
        return
    for place in range(len(answer.body)):
        await _more(send, answer.body[place : place + 1])
        await asyncio.sleep(fault.seconds)
    await send({"type": "http.response.body", "body": b""})


async def _more(send: Send, part: bytes) -> None:
    await send({"type": "http.response.body", "body": part, "more_body": True})


async def huge(send: Send, fault: Fault) -> None:
    """Send blanks without end in sight."""
    await _start(send, 200, {**JSON, "content-length": str(fault.size)})
    for _ in range(fault.size // STEP):
        await _more(send, b" " * STEP)
    await send({"type": "http.response.body", "body": b" " * (fault.size % STEP)})


async def bomb(send: Send, fault: Fault) -> None:
    """Send blanks packed a thousandfold."""
    packed = packed_blanks(min(fault.size, LARGEST_BOMB) // STEP)
    await deliver(send, Reply(200, packed, {**JSON, "content-encoding": "gzip"}))


@lru_cache(maxsize=4)
def packed_blanks(steps: int) -> bytes:
    """So many megabytes of blanks as gzip."""
    packer = zlib.compressobj(1, zlib.DEFLATED, GZIP)
    return b"".join([packer.compress(b" " * STEP) for _ in range(steps)]) + packer.flush()


def reset(send: Send) -> None:
    """Break the connection off without a word."""
    transport = _transport(send)
    plug = transport.get_extra_info("socket")
    plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
    transport.abort()


def _transport(send: Send) -> asyncio.Transport:
    """The connection behind an answer: uvicorn's `send` belongs to the cycle that holds it."""
    transport: asyncio.Transport = send.__self__.transport  # type: ignore[attr-defined]
    return transport
