"""A small HTTP server of the tests' own: real sockets, and every way an answer can go bad."""

import asyncio
import gzip
import json
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Call:
    """One request as it arrived; `at` is by the timer the test gave."""

    at: float
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def root(self) -> str:
        """The GraphQL root that is asked for; empty for REST."""
        text = str(self.json.get("query", ""))
        return text.partition("){")[2].partition("(")[0]

    @property
    def json(self) -> dict[str, Any]:
        """The GraphQL request."""
        return json.loads(self.body) if self.body else {}

    @property
    def filter(self) -> dict[str, Any]:
        """What the rows are filtered by."""
        return self.json.get("variables", {}).get("filter") or {}


@dataclass(slots=True)
class Answer:
    """What is sent. `cut` hangs up after so many bytes of the body, `drip` sends five a second."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    cut: int | None = None
    hang: float = 0.0
    drip: bool = False
    endless: bool = False

    @classmethod
    def of(cls, document: Any, status: int = 200, **headers: str) -> "Answer":
        """Write a document as JSON."""
        body = json.dumps(document, ensure_ascii=False).encode()
        return cls(status, body, {"Content-Type": "application/json", **headers})


Handler = Callable[[Call], Awaitable[Answer]]

HTML = Answer(200, b"<html><body>Bad gateway</body></html>", {"Content-Type": "text/html"})


def bomb() -> Answer:
    """200 MB of blanks in 200 kB, as gzip."""
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    return Answer(200, gzip.compress(b'{"data":"' + b" " * 200_000_000, 9), headers)


class Wire:
    """Serves one handler on a port of its own."""

    def __init__(self, handler: Handler, *, tls: ssl.SSLContext | None = None) -> None:
        self._handler = handler
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.now: Callable[[], float] = asyncio.get_event_loop().time
        self.url = ""

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{port}"

    async def stop(self) -> None:
        """Stop listening."""
        assert self._server
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            while (call := await self._read(reader)) is not None:
                answer = await self._handler(call)
                if not await self._write(writer, answer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> Call | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except asyncio.IncompleteReadError:
            return None
        method, target, _ = head[0].split(" ")
        headers = {
            name.lower(): value.strip()
            for name, _, value in (line.partition(":") for line in head[1:] if line)
        }
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        path, _, query = target.partition("?")
        pairs = (one.partition("=") for one in query.split("&") if one)
        asked = {name: value for name, _, value in pairs}
        return Call(self.now(), method, path, asked, headers, body)

    async def _write(self, writer: asyncio.StreamWriter, answer: Answer) -> bool:
        """Send an answer; tells whether the connection is still of use."""
        if answer.hang:
            await asyncio.sleep(answer.hang)
        lines = [f"HTTP/1.1 {answer.status} Answer", f"Content-Length: {len(answer.body)}"]
        if answer.endless:
            lines.pop()
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        if answer.drip:
            for byte in answer.body:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.2)
        while answer.endless:
            writer.write(b" " * 1024 * 1024)
            await writer.drain()
        writer.write(answer.body if answer.cut is None else answer.body[: answer.cut])
        await writer.drain()
        return answer.cut is None
