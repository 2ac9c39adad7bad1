"""HTTP/1.1 to one server over few lasting connections, as httpx asks of a transport.

A back-fill makes a request for every purchase. The general transport of httpx spends two
milliseconds on each, more than reading the answer takes; this one knows no proxies and no HTTP/2,
and hands over an answer once it is there as a whole, and not larger than is allowed.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from typing import Final, cast

import httptools
import httpx

HEAD: Final = 64 * 1024  # bytes of status line and headers
IDLE: Final = 60.0  # seconds after which a connection is not trusted any more
INFORMATION: Final = range(100, 200)  # statuses of answers before the answer


class TooLargeError(httpx.TransportError):
    """The answer is larger than is allowed; the rest of it was not read."""


class Wire(httpx.AsyncBaseTransport):
    """Asks one server. `largest` is the most bytes of an answer, as they travel."""

    def __init__(self, context: ssl.SSLContext, *, largest: int) -> None:
        self._context = context
        self._largest = largest
        self._idle: list[_Line] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return a whole answer; raises httpx.TransportError."""
        line = self._waiting() or await self._connected(request)
        try:
            answer = await line.exchange(_written(request))
        except BaseException:
            line.close()
            raise
        if line.lasting:
            self._idle.append(line)
        else:
            line.close()
        return answer

    async def aclose(self) -> None:
        """Close the connections."""
        while self._idle:
            self._idle.pop().close()
        await asyncio.sleep(0)  # in which they are closed

    def _waiting(self) -> "_Line | None":
        """Return a connection that can still be used: of several the one used last."""
        now = asyncio.get_running_loop().time()
        while self._idle:
            line = self._idle.pop()
            if line.open and now - line.used_at < IDLE:
                return line
            line.close()
        return None

    async def _connected(self, request: httpx.Request) -> "_Line":
        url, limits = request.url, request.extensions.get("timeout", {})
        secure = url.scheme == "https"
        port = url.port or (443 if secure else 80)
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(limits.get("connect")):
                _, line = await loop.create_connection(
                    lambda: _Line(self._largest),
                    url.host,
                    port,
                    ssl=self._context if secure else None,
                )
        except TimeoutError as fault:
            raise httpx.ConnectTimeout("No connection in time", request=request) from fault
        except OSError as fault:
            raise httpx.ConnectError(str(fault), request=request) from fault
        return line


def _written(request: httpx.Request) -> bytes:
    """Write a request; raises httpx.LocalProtocolError where it would be another one on the way."""
    head = [b"%s %s HTTP/1.1" % (request.method.encode("ascii"), request.url.raw_path)]
    head += [b"%s: %s" % pair for pair in request.headers.raw]
    if any(b"\r" in line or b"\n" in line for line in head):
        raise httpx.LocalProtocolError("A header holds a line break", request=request)
    return b"\r\n".join([*head, b"", request.content])


class _Whole(httpx.AsyncByteStream):
    """A body that is there already."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part


class _Line(asyncio.Protocol):
    """One connection: it carries one exchange after the other."""

    def __init__(self, largest: int) -> None:
        self._most = largest + HEAD
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[httpx.Response] | None = None
        self.lasting = False
        self.used_at = 0.0

    @property
    def open(self) -> bool:
        """Whether a request can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    async def exchange(self, request: bytes) -> httpx.Response:
        """Send a request and return the whole answer; raises httpx.TransportError."""
        if self._transport is None:
            raise httpx.ConnectError("The server hung up at once")
        loop = asyncio.get_running_loop()
        self._begin()
        self._answer = loop.create_future()
        self._transport.write(request)
        try:
            return await self._answer
        finally:
            self._answer = None
            self.used_at = loop.time()

    def close(self) -> None:
        """Hang up, whatever is still under way."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the connection."""
        self._transport = cast("asyncio.Transport", transport)  # that of uvloop only looks like one

    def data_received(self, data: bytes) -> None:
        """Read on; what nobody asked for ends the connection."""
        if self._answer is None or self._answer.done():
            self.close()
            return
        self._received += len(data)
        if self._received > self._most:
            self._fail(TooLargeError(f"More than {self._most} bytes"))
            return
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as fault:
            self._fail(httpx.RemoteProtocolError(f"No answer in HTTP: {fault}"))
        if self._received > HEAD and not self._headed:
            self._fail(TooLargeError(f"A head of more than {HEAD} bytes"))

    def connection_lost(self, fault: Exception | None) -> None:
        """End what is under way: an answer that names no length ends here, any other one is cut."""
        self._transport = None
        if self._answer is None:
            return
        if fault is not None:
            self._fail(httpx.ReadError(str(fault)))
        elif self._headed and not self._measured:
            self._end(lasting=False)
        else:
            self._fail(httpx.RemoteProtocolError("The server hung up before the end"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note a header."""
        self._headers.append((name, value))
        self._measured |= name.lower() in (b"content-length", b"transfer-encoding")

    def on_headers_complete(self) -> None:
        """Note that the head is whole."""
        self._headed = True

    def on_body(self, part: bytes) -> None:
        """Note a part of the body."""
        self._parts.append(part)

    def on_message_complete(self) -> None:
        """Hand the answer over; one that only says that there will be one is not the answer."""
        if self._parser.get_status_code() in INFORMATION:
            self._headers.clear()
            self._headed = self._measured = False
        else:
            self._end(lasting=self._parser.should_keep_alive())

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: list[tuple[bytes, bytes]] = []
        self._parts: list[bytes] = []
        self._received = 0
        self._headed = self._measured = self.lasting = False

    def _end(self, *, lasting: bool) -> None:
        if self._answer is None or self._answer.done():
            return
        self.lasting = lasting
        status = self._parser.get_status_code()
        self._answer.set_result(
            httpx.Response(status, headers=self._headers, stream=_Whole(self._parts))
        )

    def _fail(self, fault: httpx.TransportError) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(fault)
        self.close()
