"""How we see that a process can work, without help of its libraries."""

import asyncio
from contextlib import suppress
from pathlib import Path

PATIENCE = 2.0
"""Seconds for one answer; a probe that takes longer counts as no answer."""


async def exchange(port: int, request: bytes) -> bytes:
    """Send a few bytes to a port of this machine; the beginning of the answer, or nothing."""
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request)
                return await reader.read(256)
            finally:
                writer.close()
                with suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return b""


async def http_ready(port: int, path: str) -> bool:
    """Whether a GET is answered with 200."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    return b" 200 " in (await exchange(port, request.encode())).partition(b"\r\n")[0]


async def valkey_ready(port: int, password: str) -> bool:
    """Whether Valkey has read its file and answers."""
    return b"+PONG" in await exchange(port, f"AUTH {password}\r\nPING\r\n".encode())


async def postgres_ready(data: Path) -> bool:
    """Whether PostgreSQL has recovered and takes connections: it says so in its own pid file."""
    with suppress(OSError, IndexError):
        return (data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
    return False
