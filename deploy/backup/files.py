"""The files of evidence as one archive, each checked against its name on both ways."""

import hashlib
import os
import tarfile
from collections.abc import Iterable
from typing import IO, Any

from deploy.backup.manifest import Evidence, RefusedError
from deploy.backup.shelves import BLOCK, Shelf, is_name


def pack(shelf: Shelf, named: Iterable[str], sink: Any) -> Evidence:
    """Write the files of a shelf into `sink`; say which of the named ones are not there.

    Called after the snapshot of the database: a file is sealed before its row is written. One that
    is deleted meanwhile, with its organisation, is not there.
    """
    count = size = 0
    kept: set[str] = set()
    with tarfile.open(fileobj=sink, mode="w|", bufsize=BLOCK) as archive:
        for name in shelf.names():
            try:
                file = shelf.open(name)
            except FileNotFoundError:
                continue
            with file:
                count, size = count + 1, size + _add(archive, name, file)
            kept.add(name)
    return Evidence(count, size, sorted(set(named) - kept))


def unpack(source: Any, shelf: Shelf) -> int:
    """Put the files of an archive on an empty shelf; return how many. Raises RefusedError."""
    count = 0
    with tarfile.open(fileobj=source, mode="r|", bufsize=BLOCK) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is None or not is_name(member.name):
                raise RefusedError(f"The archive of evidence holds {member.name!r}.")
            shelf.keep(member.name, content)
            count += 1
    return count


def is_empty(shelf: Shelf) -> bool:
    """Whether a shelf has no file."""
    return next(shelf.names(), None) is None


def _add(archive: tarfile.TarFile, name: str, file: IO[bytes]) -> int:
    digest = hashlib.sha256()
    while block := file.read(BLOCK):
        digest.update(block)
    if digest.hexdigest() != name:
        raise RefusedError(f"The file of evidence {name} was changed: look at it first.")
    member = tarfile.TarInfo(name)
    member.size, member.mode = file.seek(0, os.SEEK_END), 0o400
    file.seek(0)
    archive.addfile(member, file)
    return member.size
