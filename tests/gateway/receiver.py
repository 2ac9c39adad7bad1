"""A subscriber's server: keeps what it was sent, and answers as a test wants."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

Answer = tuple[int, dict[str, str], bytes] | None
OK: Answer = (204, {}, b"")


@dataclass
class Message:
    """One request: its path, headers in lower case, and body."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass
class Receiver:
    """`answer` says what a message gets: status, headers, body; None: no answer, ever."""

    port: int = 0
    answer: Callable[[Message], Answer] = lambda _: OK
    got: list[Message] = field(default_factory=list)
    hanging: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            named = [line.partition(": ") for line in head[1:] if line]
            headers = {name.lower(): value for name, _, value in named}
            body = await reader.readexactly(int(headers["content-length"]))
            message = Message(head[0].split(" ")[1], headers, body)
            self.got.append(message)
            await self._answer(message, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, message: Message, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        answer = self.answer(message)
        if answer is None:
            self.hanging += 1
            await reader.read()
            return
        status, headers, body = answer
        said = {"Content-Length": str(len(body)), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in said.items())
        writer.write(f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode() + body)
        await writer.drain()


@asynccontextmanager
async def opened_receiver() -> AsyncIterator[Receiver]:
    """A receiver that listens on this machine."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
