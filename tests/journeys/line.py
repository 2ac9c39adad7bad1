"""A bad line between a client and the platform: it breaks after so many bytes of an answer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass
class Line:
    """Each connection breaks after the next of `breaks` bytes; when there are none left, never."""

    there: str
    breaks: list[int]
    here: str = ""

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to its end."""
        there = urlsplit(self.there)
        behind, onward = await asyncio.open_connection(there.hostname, there.port)
        asking = asyncio.create_task(self._ask(reader, onward))
        try:
            await self._answer(behind, writer, self.breaks.pop(0) if self.breaks else None)
        finally:
            asking.cancel()
            onward.transport.abort()
            writer.transport.abort()

    async def _ask(self, reader: asyncio.StreamReader, onward: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65536):
            onward.write(piece)
        onward.close()

    async def _answer(
        self, behind: asyncio.StreamReader, writer: asyncio.StreamWriter, left: int | None
    ) -> None:
        with suppress(ConnectionError):
            while piece := await behind.read(65536):
                whole = left is None or left > len(piece)
                writer.write(piece if whole else piece[:left])
                await writer.drain()
                if not whole:
                    return
                left = None if left is None else left - len(piece)


@asynccontextmanager
async def bad_line(there: str, breaks: list[int]) -> AsyncIterator[Line]:
    """Lend a line to an address; `here` is where it begins."""
    line = Line(there, breaks)
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.here = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
