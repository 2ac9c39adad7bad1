"""A poor line between two processes: it is slow, or cuts off answers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlsplit

PIECE, SMALL_PIECE = 65536, 4096


@dataclass
class Line:
    """`rate`: bytes a second that all answers share; `cut`: the share of answers that break off.

    An answer that breaks off ends somewhere in its first piece, and its connection with it.
    """

    there: str
    rate: float | None = None
    cut: float = 0.0
    rng: Random = field(default_factory=Random)
    here: str = ""
    carried: int = 0
    answers: int = 0
    cuts: int = 0
    _free_at: float = 0.0

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to its end."""
        there, asked = urlsplit(self.there), asyncio.Event()
        try:
            behind, onward = await asyncio.open_connection(there.hostname, there.port)
        except OSError:
            writer.transport.abort()
            return
        asking = asyncio.create_task(self._ask(reader, onward, asked))
        try:
            await self._answer(behind, writer, asked)
        finally:
            asking.cancel()
            onward.transport.abort()
            writer.transport.abort()

    async def _ask(
        self, reader: asyncio.StreamReader, onward: asyncio.StreamWriter, asked: asyncio.Event
    ) -> None:
        with suppress(ConnectionError):
            while piece := await reader.read(PIECE):
                asked.set()
                onward.write(piece)
                await onward.drain()
        onward.close()

    async def _answer(
        self, behind: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: asyncio.Event
    ) -> None:
        with suppress(ConnectionError):
            while piece := await behind.read(SMALL_PIECE if self.rate else PIECE):
                self.answers += asked.is_set()
                if asked.is_set() and self.rng.random() < self.cut:
                    self.cuts += 1
                    writer.write(piece[: self.rng.randrange(len(piece))])
                    return
                asked.clear()
                await self._turn(len(piece))
                writer.write(piece)
                await writer.drain()

    async def _turn(self, size: int) -> None:
        """Wait until the line is free for so many bytes."""
        self.carried += size
        if self.rate:
            now = asyncio.get_running_loop().time()
            self._free_at = max(now, self._free_at) + size / self.rate
            await asyncio.sleep(self._free_at - now)


@asynccontextmanager
async def poor_line(
    there: str, *, rate: float | None = None, cut: float = 0.0, rng: Random | None = None
) -> AsyncIterator[Line]:
    """Lend a line to an address; `here` is where it begins."""
    line = Line(there, rate, cut, rng or Random())
    server = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.here = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        server.close()
