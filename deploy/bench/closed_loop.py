"""A closed loop of HTTP requests over keep-alive connections, in a process of its own.

Each connection sends its next request when the answer to the last one is whole. Prints one line of
JSON: requests, seconds, the statuses met, and the median and 99th percentile in milliseconds.

    python -m deploy.bench.closed_loop PORT SECONDS CONNECTIONS AUTHORIZATION < paths

A path may be followed by a tab and one more header.
"""

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import cast

import uvloop

LENGTH = b"content-length: "


class Connection(asyncio.Protocol):
    """One caller."""

    def __init__(self, requests: Iterator[bytes], until: float) -> None:
        self.done = asyncio.get_running_loop().create_future()
        self.statuses: Counter[str] = Counter()
        self.waits: list[float] = []
        self._requests = requests
        self._until = until
        self._buffer = b""
        self._began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask the first question."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Ask the next question once the answer is whole."""
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = head.lower().partition(LENGTH)[2].partition(b"\r\n")[0]
        if len(body) < int(length or 0):
            return
        self._buffer = b""
        now = time.perf_counter()
        self.waits.append(now - self._began)
        self.statuses[head[9:12].decode()] += 1
        if now < self._until:
            self._ask()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """End; a connection that broke says so."""
        if exc is not None and not self.done.done():
            self.done.set_exception(exc)
        elif not self.done.done():
            self.done.set_result(None)

    def _ask(self) -> None:
        self._began = time.perf_counter()
        self._transport.write(next(self._requests))


def _requests(paths: list[str], authorization: str) -> Iterator[bytes]:
    return itertools.cycle(
        (
            f"GET {path} HTTP/1.1\r\nHost: bench\r\nAuthorization: {authorization}\r\n"
            + (f"{header}\r\n\r\n" if header else "\r\n")
        ).encode()
        for path, _, header in (each.partition("\t") for each in paths)
    )


async def _run(port: int, seconds: float, connections: int, requests: Iterator[bytes]) -> None:
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    made = [
        (
            await loop.create_connection(
                lambda: Connection(requests, began + seconds), "127.0.0.1", port
            )
        )[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(each.done for each in made))
    spent = time.perf_counter() - began
    waits = sorted(wait for each in made for wait in each.waits)
    print(
        json.dumps(
            {
                "requests": len(waits),
                "seconds": spent,
                "statuses": sum((each.statuses for each in made), Counter()),
                "median_ms": waits[len(waits) // 2] * 1e3,
                "p99_ms": waits[len(waits) * 99 // 100] * 1e3,
            }
        )
    )


def main() -> None:
    """Read the paths, run the loop, print the figures."""
    port, seconds, connections, authorization = sys.argv[1:5]
    requests = _requests(sys.stdin.read().splitlines(), authorization)
    uvloop.run(_run(int(port), float(seconds), int(connections), requests))


if __name__ == "__main__":
    main()
