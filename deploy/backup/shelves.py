"""Where evidence lies: a folder, or a bucket, told by the environment as the services are told.

A file lies under its SHA-256 and never changes, so that copying it while others arrive is safe.
"""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, Final, Protocol

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore

from cases.evidence.bucket import opened
from cases.evidence.files import name_of
from cases.evidence.storing import words_of
from cases.settings import Settings
from deploy.backup.manifest import RefusedError

_DIGITS: Final = frozenset("0123456789abcdef")
_NAME: Final = 64
BLOCK: Final = 1024 * 1024
_IN_MEMORY: Final = 8 * BLOCK


class Shelf(Protocol):
    """A place of files, each under its name."""

    def names(self) -> Iterator[str]:
        """The files; what is just arriving is none of them."""

    def open(self, name: str) -> IO[bytes]:
        """A file from its beginning, which can be read twice. Raises FileNotFoundError."""

    def keep(self, name: str, content: IO[bytes]) -> None:
        """Take a file in. Raises RefusedError where it is not what its name says."""


class Folder:
    """A folder on this machine."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def names(self) -> Iterator[str]:
        """The files under their names; what is just arriving lies beside them and is left out."""
        yield from (path.name for path in sorted(self.path.glob("??/*")) if is_name(path.name))

    def open(self, name: str) -> IO[bytes]:
        """A file from its beginning."""
        return (self.path / name_of(bytes.fromhex(name))).open("rb")

    def keep(self, name: str, content: IO[bytes]) -> None:
        """Bring a file to the disk, and only then to its name."""
        target = self.path / name_of(bytes.fromhex(name))
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self.path / secrets.token_hex(13)
        with draft.open("xb") as file:
            same = _copied(content, file) == name
            file.flush()
            os.fsync(file.fileno())
        if not same:
            draft.unlink()
            raise _other(name)
        draft.chmod(0o400)
        draft.rename(target)


class Bucket:
    """A bucket, or the part of one under a prefix."""

    def __init__(self, store: ObjectStore, title: str) -> None:
        self._store, self._title = store, title

    def __str__(self) -> str:
        return self._title

    def names(self) -> Iterator[str]:
        """The files under their names."""
        try:
            for page in obstore.list(self._store):
                paths = (one["path"].rpartition("/") for one in page)
                yield from (name for at, _, name in paths if is_name(name) and at == name[:2])
        except BaseError as fault:
            raise self._down(fault) from None

    def open(self, name: str) -> IO[bytes]:
        """A copy of a file on this machine, which nobody can open by a name."""
        file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (lent to the caller)
        try:
            for block in obstore.get(self._store, _path(name)).stream(min_chunk_size=BLOCK):
                file.write(block)
        except BaseError as fault:
            file.close()
            raise self._down(fault) from None
        except FileNotFoundError:
            file.close()
            raise
        file.seek(0)
        return file

    def keep(self, name: str, content: IO[bytes]) -> None:
        """Send a file that was found to be what its name says."""
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
            if _copied(content, file) != name:
                raise _other(name)
            file.seek(0)
            try:
                obstore.put(self._store, _path(name), file)
            except BaseError as fault:
                raise self._down(fault) from None

    def _down(self, fault: BaseError) -> RefusedError:
        return RefusedError(f"{self} does not answer: {type(fault).__name__}.")


def shelf_of(told: Mapping[str, str]) -> Shelf:
    """Where cases keeps its evidence, of what it is told. Raises RefusedError."""
    try:
        settings = Settings.model_validate({k.lower(): v for k, v in told.items() if v})
    except ValueError as fault:
        raise RefusedError(str(fault)) from None
    if settings.evidence_store is None:
        return Folder(settings.evidence_path)
    return Bucket(opened(*words_of(settings)), settings.evidence_store)


def is_name(name: str) -> bool:
    """Whether a name is a SHA-256."""
    return len(name) == _NAME and _DIGITS.issuperset(name)


def _path(name: str) -> str:
    return name_of(bytes.fromhex(name))


def _copied(content: IO[bytes], into: Any) -> str:
    digest = hashlib.sha256()
    while block := content.read(BLOCK):
        digest.update(block)
        into.write(block)
    return digest.hexdigest()


def _other(name: str) -> RefusedError:
    return RefusedError(f"The file of evidence {name} is not what its name says.")
