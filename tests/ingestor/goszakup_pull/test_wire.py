"""Answers as HTTP/1.1 allows them and as no server should send them, byte by byte."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from pydantic import SecretStr

from ingestor.sources.goszakup.portal.failures import RequestError
from ingestor.sources.goszakup.portal.token import Token
from ingestor.sources.goszakup.portal.transport import Request, Transport
from ingestor.sources.goszakup.portal.wire import TooLargeError, Wire

HANG_UP = b""


class Script:
    """A server that answers each request with the next bytes of its script."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.heads: list[bytes] = []
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read a request and send what is next, until there is nothing to send."""
        self.connections += 1
        try:
            while self.answers:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                answer = self.answers.pop(0)
                writer.write(answer)
                if b"length" not in answer.lower() and b"chunked" not in answer.lower():
                    break
        except asyncio.IncompleteReadError:
            pass
        writer.close()


@asynccontextmanager
async def playing(*answers: bytes) -> AsyncIterator[Script]:
    """Play a script on a port of its own."""
    script = Script(*answers)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    script.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield script
    finally:
        server.close()


async def asked(wire: Wire, script: Script, **headers: str) -> tuple[int, bytes]:
    """Ask once; returns the status and the body."""
    request = httpx.Request("GET", f"{script.url}/v3/contract?limit=500", headers=headers)
    response = await wire.handle_async_request(request)
    return response.status_code, await response.aread()


async def test_one_connection_carries_answers_of_every_length_until_the_server_hangs_up() -> None:
    async with playing(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nin\r\n6\r\n parts\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nto the end",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nagain",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\non",
    ) as script:
        wire = Wire(ssl.create_default_context(), largest=100)
        answers = [await asked(wire, script) for _ in range(6)]
        await wire.aclose()

    assert answers == [
        (200, b"whole"),
        (200, b"in parts"),
        (404, b""),
        (200, b"to the end"),
        (200, b"again"),
        (200, b"on"),
    ]
    assert script.connections == 3
    assert script.heads[0].startswith(b"GET /v3/contract?limit=500 HTTP/1.1\r\nHost: 127.0.0.1:")


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", TimeoutError),
        (b"HTTP/1.1 200 OK\r\nServer: half", httpx.RemoteProtocolError),
        (HANG_UP, httpx.RemoteProtocolError),
        (b"220 mail.example.kz ESMTP\r\n", httpx.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\n" + b"X-More: and more\r\n" * 9_000, TooLargeError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + b" " * 99_999, TooLargeError),
    ],
)
async def test_what_is_no_whole_answer_of_allowed_size_is_a_fault_and_its_connection_is_given_up(
    answer: bytes, fault: type[Exception]
) -> None:
    async with playing(answer, b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood") as script:
        wire = Wire(ssl.create_default_context(), largest=100)
        with pytest.raises(fault):
            async with asyncio.timeout(0.3):
                await asked(wire, script)
        assert await asked(wire, script) == (200, b"good")
        await wire.aclose()

    assert script.connections == 2


async def test_a_header_with_a_line_break_is_not_sent() -> None:
    async with playing() as script:
        wire = Wire(ssl.create_default_context(), largest=100)
        with pytest.raises(httpx.LocalProtocolError):
            await asked(wire, script, Authorization="Bearer a\r\nHost: elsewhere")
        await wire.aclose()

    assert script.heads == []


async def test_a_proxy_that_the_environment_names_carries_the_requests(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    async with playing(answer, answer) as proxy, playing() as portal:
        monkeypatch.setenv("http_proxy", proxy.url)
        carried = Transport("http://ows.example.kz", Token(SecretStr("t" * 32)), timeout=5)
        assert await carried.exchange(Request("/v3/contract")) == b"{}"
        await carried.close()
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        straight = Transport(portal.url, Token(SecretStr("t" * 32)), timeout=5)
        with pytest.raises(RequestError) as hung_up:
            await straight.exchange(Request("/v3/contract"))
        await straight.close()

    assert proxy.heads[0].startswith(b"GET http://ows.example.kz/v3/contract HTTP/1.1\r\n")
    assert len(proxy.heads) == 1
    assert hung_up.value.reason in ("truncated", "connection")
