"""Asking a virus scanner, where one is set up: the INSTREAM command of clamd over a socket.

The file goes over in blocks, each after its length; a length of zero ends it (clamd(8)).
"""

import asyncio
from pathlib import Path
from typing import Final

from cases.evidence.files import read
from shared.contracts.casework.evidence import FileInfected
from shared.errors import DependencyDown

CLEAN: Final = "clean"
NOT_SCANNED: Final = "not_scanned"
PATIENCE: Final = 30.0


async def scan(path: Path, socket: str | None) -> str:
    """Return whether a file was scanned.

    Raises FileInfected, and DependencyDown while the scanner that is set up does not answer: a file
    that nobody looked at is not taken for a clean one.
    """
    if socket is None:
        return NOT_SCANNED
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await _ask(path, socket)
    except (OSError, TimeoutError, asyncio.IncompleteReadError) as fault:
        raise DependencyDown("The scanner of files does not answer.") from fault
    if answer.endswith(" FOUND"):
        name = answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise FileInfected(f"The scanner names it {name[:100]}.")
    if answer != "stream: OK":
        raise DependencyDown("The scanner of files cannot tell.")
    return CLEAN


async def _ask(path: Path, socket: str) -> str:
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        writer.write(b"zINSTREAM\0")
        async for block in read(path):
            writer.write(len(block).to_bytes(4, "big") + block)
            await writer.drain()
        writer.write(bytes(4))
        await writer.drain()
        return (await reader.readuntil(b"\0"))[:-1].decode("utf-8", "replace").strip()
    finally:
        writer.close()
