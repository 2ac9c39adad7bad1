"""Everything of one organisation as one archive: rows of tables, files, and what they are.

Each service declares which of its tables it takes rows from, and why not from the others; a test
misses a table that is in neither. The archive is a ZIP: NDJSON for each table, files beside them,
and last `manifest.json` with the size, SHA-256 and number of rows of each.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import AsyncIterable, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

import asyncpg

MANIFEST: Final = "manifest.json"
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Taken:
    """Rows of a table: those of which `where` holds for the organisation, `$1`.

    `without` are columns that nobody gets; `json` are bytes that hold JSON; `files` are bytes that
    become files of their own, each named by the row's `id` and this suffix.
    """

    where: str
    without: tuple[str, ...] = ()
    json: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of the archive."""

    name: str
    size: int
    sha256: str
    rows: int | None = None


class Archive:
    """An archive that is being written, never more than a block of it in memory."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        self.entries: list[Entry] = []
        self._zip = file

    async def rows(
        self, connection: asyncpg.Connection, table: str, taken: Taken, organisation: str
    ) -> None:
        """Write the rows of a table, and the files that stand in it. Inside a transaction."""
        hidden = [*taken.without, *taken.json, *taken.files]
        read = "".join(f", convert_from({one}, 'UTF8') AS {one}" for one in taken.json)
        query = (
            f"SELECT to_jsonb(t) - $2::text[] AS row{read} FROM {table} AS t WHERE {taken.where}"
        )
        with self._entry(f"{table}.ndjson") as entry:
            entry.rows = 0
            async for found in connection.cursor(query, organisation, hidden, prefetch=_AT_ONCE):
                row = {name: json.loads(found[name] or "null") for name in taken.json}
                entry.write(_line(json.loads(found["row"]) | row))
                entry.rows += 1
        for column, suffix in taken.files.items():
            query = f"SELECT id, {column} FROM {table} AS t WHERE {taken.where}"
            async for id_, content in connection.cursor(query, organisation, prefetch=1):
                if content is not None:
                    with self._entry(f"files/{table}/{id_}{suffix}") as entry:
                        entry.write(content)

    async def blocks(self, name: str, blocks: AsyncIterable[bytes]) -> None:
        """Write a file, block by block."""
        with self._entry(name) as entry:
            async for block in blocks:
                entry.write(block)

    @contextmanager
    def _entry(self, name: str) -> Iterator["_Writing"]:
        with self._zip.open(name, "w", force_zip64=True) as file:
            entry = _Writing(file)
            yield entry
        digest = entry.digest.hexdigest()
        self.entries.append(Entry(name, entry.size, digest, entry.rows))


class _Writing:
    """One file of the archive."""

    def __init__(self, file: IO[bytes]) -> None:
        self.digest, self.size = hashlib.sha256(), 0
        self.rows: int | None = None
        self._file = file

    def write(self, block: bytes) -> None:
        """Append."""
        self._file.write(block)
        self.digest.update(block)
        self.size += len(block)


def _line(row: Any) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


@asynccontextmanager
async def writing(path: Path, head: Mapping[str, Any]) -> AsyncIterator[Archive]:
    """Write an archive for its owner's eyes; under its name it is whole, with its manifest.

    Raises FileExistsError.
    """
    if path.exists():
        raise FileExistsError(f"{path} is there already")
    draft = path.with_name(f"{path.name}.partial")
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with (
            os.fdopen(number, "wb") as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped,
        ):
            archive = Archive(zipped)
            yield archive
            told = {**head, "files": [asdict(entry) for entry in archive.entries]}
            zipped.writestr(MANIFEST, json.dumps(told, ensure_ascii=False, indent=1, default=str))
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def head(organisation: str, service: str, now: datetime, left: Mapping[str, str]) -> dict[str, Any]:
    """What stands first in the manifest: whose, of when, and what is not in it and why."""
    return {"organisation": organisation, "service": service, "made_at": now, "not_in_it": left}
