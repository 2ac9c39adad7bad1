"""The folder of files: each lies under its SHA-256, is written once and never changed.

A file is written beside the folder, brought to the disk and only then renamed to its name, so that
under a name there is the whole file or none. What a broken upload leaves is swept after a day.
"""

import asyncio
import hashlib
import os
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from shared.errors import PayloadTooLarge

BLOCK: Final = 1024 * 1024
"""Bytes that are held in memory at a time."""

LEFT_FOR: Final = 24 * 3600
SWEEP_EVERY: Final = 3600
_ARRIVING: Final = "arriving"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A file that lies beside the folder, and what it is."""

    path: Path
    sha256: bytes
    size: int


class Files:
    """The folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def place(self) -> Iterator[Path]:
        """Lend a path beside the folder; whatever is left there afterwards is removed."""
        beside = self._folder / _ARRIVING
        beside.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = beside / secrets.token_hex(13)
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

    def keep(self, path: Path, sha256: bytes) -> None:
        """Take a written file into the folder, for good."""
        with path.open("rb") as file:
            os.fsync(file.fileno())
        target = self.path_of(sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not target.exists():
            path.chmod(0o400)
            path.rename(target)
        _sync_folder(target.parent)
        _sync_folder(self._folder)

    def path_of(self, sha256: bytes) -> Path:
        """Return where a file lies."""
        name = sha256.hex()
        return self._folder / name[:2] / name

    def state_of(self, sha256: bytes) -> str:
        """Read a file again and say what it is: intact, changed or missing."""
        try:
            return "intact" if digest_of(self.path_of(sha256)) == sha256 else "changed"
        except FileNotFoundError:
            return "missing"

    def sweep(self) -> int:
        """Remove what broken uploads left; return how many."""
        old = time.time() - LEFT_FOR
        beside = self._folder / _ARRIVING
        left = [one for one in beside.glob("*") if one.stat().st_mtime < old]
        for one in left:
            one.unlink(missing_ok=True)
        return len(left)


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


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
