"""The folder of evidence as one archive, each file checked against its name on both ways.

A file lies under its SHA-256 and never changes, so that copying it while others arrive is safe.
"""

import hashlib
import os
import secrets
import tarfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from deploy.backup.manifest import Evidence, RefusedError

_DIGITS: Final = frozenset("0123456789abcdef")
_NAME: Final = 64
_BLOCK: Final = 1024 * 1024


def pack(folder: Path, named: Iterable[str], sink: Any) -> Evidence:
    """Write the files of the folder into `sink`; say which of the named ones are not there.

    Called after the snapshot of the database: a file is sealed before its row is written.
    """
    count = size = 0
    kept: set[str] = set()
    with tarfile.open(fileobj=sink, mode="w|", bufsize=_BLOCK) as archive:
        for path in _files(folder):
            count, size = count + 1, size + _add(archive, path)
            kept.add(path.name)
    return Evidence(count, size, sorted(set(named) - kept))


def unpack(source: Any, folder: Path) -> int:
    """Write the files of an archive into an empty folder; return how many. Raises RefusedError."""
    count = 0
    with tarfile.open(fileobj=source, mode="r|", bufsize=_BLOCK) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            if content is None or not _is_name(member.name):
                raise RefusedError(f"The archive of evidence holds {member.name!r}.")
            _keep(content, member.name, folder)
            count += 1
    return count


def is_empty(folder: Path) -> bool:
    """Whether a folder of evidence has no file."""
    return next(_files(folder), None) is None


def _files(folder: Path) -> Iterator[Path]:
    """The files under their names; what is just arriving lies beside them and is left out."""
    yield from (path for path in sorted(folder.glob("??/*")) if _is_name(path.name))


def _add(archive: tarfile.TarFile, path: Path) -> int:
    with path.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != path.name:
            raise RefusedError(f"The file of evidence {path.name} was changed: look at it first.")
        file.seek(0)
        member = tarfile.TarInfo(path.name)
        member.size, member.mode = os.fstat(file.fileno()).st_size, 0o400
        archive.addfile(member, file)
        return member.size


def _keep(content: IO[bytes], name: str, folder: Path) -> None:
    target = folder / name[:2] / name
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder / secrets.token_hex(13)
    digest = hashlib.sha256()
    with draft.open("xb") as file:
        while block := content.read(_BLOCK):
            digest.update(block)
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if digest.hexdigest() != name:
        draft.unlink()
        raise RefusedError(f"The file of evidence {name} is not what its name says.")
    draft.chmod(0o400)
    draft.rename(target)


def _is_name(name: str) -> bool:
    return len(name) == _NAME and _DIGITS.issuperset(name)
