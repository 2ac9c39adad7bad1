"""A folder that evidence is kept in: each file is written once, and never changed.

A file is brought to the disk and only then renamed to its name, so that under a name there is the
whole file or none.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

from cases.evidence.files import name_of, read


class Folder:
    """The folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, path: Path, sha256: bytes) -> None:
        """Take a written file of the same disk in, for good."""
        await asyncio.to_thread(self._keep, path, sha256)

    async def read(self, sha256: bytes) -> AsyncIterator[bytes] | None:
        """Return the blocks of a file, or None: there is none."""
        path = self.path_of(sha256)
        return read(path) if path.is_file() else None

    async def has(self, sha256: bytes) -> bool:
        """Say whether a file is there."""
        return await asyncio.to_thread(self.path_of(sha256).is_file)

    async def forget(self, sha256: bytes) -> None:
        """Remove a file, if it is there."""
        await asyncio.to_thread(self.path_of(sha256).unlink, missing_ok=True)

    def path_of(self, sha256: bytes) -> Path:
        """Return where a file lies."""
        return self._folder / name_of(sha256)

    def _keep(self, path: Path, sha256: bytes) -> None:
        with path.open("rb") as file:
            os.fsync(file.fileno())
        target = self.path_of(sha256)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not target.exists():
            path.chmod(0o400)
            path.rename(target)
        _sync(target.parent)
        _sync(self._folder)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
