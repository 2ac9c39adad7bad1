"""The files of evidence: each is kept under its SHA-256, written once and never changed.

What arrives is written to a folder of its own, told and cleaned there, and only then kept: in a
folder (`folder.py`) or in a bucket (`bucket.py`). What a broken upload leaves is swept after a day.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from shared.errors import PayloadTooLarge

BLOCK: Final = 1024 * 1024
"""Bytes that are held in memory at a time."""

LEFT_FOR: Final = 24 * 3600
SWEEP_EVERY: Final = 3600
_ARRIVING: Final = "arriving"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that has come, and what it is."""

    path: Path
    sha256: bytes
    size: int


class Store(Protocol):
    """Where files are kept for good: under a name there is the whole file or none."""

    async def keep(self, path: Path, sha256: bytes) -> None:
        """Take a written file in, for good."""

    async def read(self, sha256: bytes) -> AsyncIterator[bytes] | None:
        """Return the blocks of a file, or None: there is none."""

    async def has(self, sha256: bytes) -> bool:
        """Say whether a file is there."""

    async def forget(self, sha256: bytes) -> None:
        """Remove a file, if it is there."""


class Files:
    """The files: those that arrive, in a folder, and those that are kept."""

    def __init__(self, folder: Path, store: Store) -> None:
        self._beside = folder / _ARRIVING
        self._store = store

    @contextmanager
    def place(self) -> Iterator[Path]:
        """Lend a path for what arrives; whatever is left there afterwards is removed."""
        self._beside.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._beside / secrets.token_hex(13)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    async def receive(self, path: Path, stream: AsyncIterator[bytes], largest: int) -> Arrived:
        """Write a stream to a path, block by block. Raises PayloadTooLarge."""
        digest, size = hashlib.sha256(), 0
        with path.open("xb") as file:
            async for block in _blocks(stream):
                size += len(block)
                if size > largest:
                    said = f"At most {largest} bytes are read here."
                    raise PayloadTooLarge(said, headers={"Connection": "close"})
                await asyncio.to_thread(_append, file, digest, block)
        return Arrived(path, digest.digest(), size)

    async def keep(self, arrived: Arrived) -> None:
        """Keep a file that has come, for good."""
        await self._store.keep(arrived.path, arrived.sha256)

    async def read(self, sha256: bytes) -> AsyncIterator[bytes] | None:
        """Return the blocks of a file that is kept, or None: it is missing."""
        return await self._store.read(sha256)

    async def has(self, sha256: bytes) -> bool:
        """Say whether a file is kept."""
        return await self._store.has(sha256)

    async def forget(self, sha256: bytes) -> None:
        """Remove a file that no evidence names any more."""
        await self._store.forget(sha256)

    async def state_of(self, sha256: bytes) -> str:
        """Read a file again and say what it is: intact, changed or missing."""
        blocks = await self.read(sha256)
        if blocks is None:
            return "missing"
        digest = hashlib.sha256()
        async for block in blocks:
            await asyncio.to_thread(digest.update, block)
        return "intact" if digest.digest() == sha256 else "changed"

    def sweep(self) -> int:
        """Remove what broken uploads left; return how many."""
        old = time.time() - LEFT_FOR
        left = [one for one in self._beside.glob("*") if one.stat().st_mtime < old]
        for one in left:
            one.unlink(missing_ok=True)
        return len(left)


def name_of(sha256: bytes) -> str:
    """Return the name that a file is kept under."""
    name = sha256.hex()
    return f"{name[:2]}/{name}"


def digest_of(path: Path) -> bytes:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


async def read(path: Path) -> AsyncIterator[bytes]:
    """Read a file block by block."""
    with path.open("rb") as file:
        while block := await asyncio.to_thread(file.read, BLOCK):
            yield block


async def _blocks(stream: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    held = bytearray()
    async for part in stream:
        held += part
        if len(held) >= BLOCK:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _append(file: BinaryIO, digest: "hashlib._Hash", block: bytes) -> None:
    digest.update(block)
    file.write(block)
