"""One POST to one checked address: no redirects, no proxies, no more read than is kept."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Final

import h11

from gateway.push.guard import Guard, Refused, Target
from gateway.push.schedule import Reply

CONNECT_WITHIN: Final = 5.0
ANSWER_WITHIN: Final = 20.0
MOST_READ: Final = 64 * 1024
KEPT: Final = 1024
_HEADERS_UP_TO: Final = 16 * 1024
_CHUNK: Final = 8 * 1024
_TOO_MUCH: Final = "no answer in the first 64 kB"


async def post(
    guard: Guard,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    within: float = ANSWER_WITHIN,
) -> Reply:
    """Send a body and return what came back; whatever goes wrong on the way is a reply as well."""
    try:
        async with asyncio.timeout(within):
            target = guard.read(url)
            address = await guard.address(target)
            return await _exchange(target, str(address), headers, body)
    except Refused as refused:
        return Reply(None, f"not sent: {refused}")
    except TimeoutError:
        return Reply(None, f"no answer within {within:.0f} s")
    except ssl.SSLError as fault:
        return Reply(None, f"TLS: {fault.reason or type(fault).__name__}")
    except (OSError, EOFError, h11.ProtocolError) as fault:
        return Reply(None, f"{type(fault).__name__}: {fault}"[:200])


async def _exchange(target: Target, address: str, headers: Mapping[str, str], body: bytes) -> Reply:
    """Speak to the checked address; the certificate and the field Host are of the name."""
    trust = _trust() if target.secure else None
    name = target.host if target.secure else None
    async with asyncio.timeout(CONNECT_WITHIN):
        reader, writer = await asyncio.open_connection(
            address, target.port, ssl=trust, server_hostname=name
        )
    try:
        speaker = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEADERS_UP_TO)
        said = [("Host", target.authority), ("Content-Length", str(len(body)))]
        said += [("Connection", "close"), *headers.items()]
        request = h11.Request(method="POST", target=target.path, headers=said)
        parts = (request, h11.Data(body), h11.EndOfMessage())
        writer.write(b"".join(speaker.send(part) or b"" for part in parts))
        await writer.drain()
        return await _reply(speaker, reader)
    finally:
        writer.transport.abort()


async def _reply(speaker: h11.Connection, reader: asyncio.StreamReader) -> Reply:
    """Read until the end, or as much as we bear of all that comes; the first 1 kB is kept."""
    answer: h11.Response | None = None
    body, read = b"", 0
    while read < MOST_READ:
        event = speaker.next_event()
        if event is h11.NEED_DATA:
            came = await reader.read(_CHUNK)
            read += len(came)
            speaker.receive_data(came)
        elif isinstance(event, h11.Response):
            answer = event
        elif isinstance(event, h11.Data):
            body = (body + bytes(event.data))[:KEPT]
        elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
            break
    if answer is None:
        raise EOFError("closed without an answer" if read < MOST_READ else _TOO_MUCH)
    named = {name.lower(): value for name, value in answer.headers}
    after = named.get(b"retry-after")
    return Reply(answer.status_code, None, after.decode("latin-1") if after else None, body)


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
