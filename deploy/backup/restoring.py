"""Filling an empty platform from a backup: looked through first, then all of it or nothing."""

import asyncio
import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg

from deploy.backup import files, record
from deploy.backup.manifest import (
    DATABASE,
    EVIDENCE,
    SECRETS,
    Manifest,
    Part,
    RefusedError,
    differing,
    verify,
)
from deploy.backup.sealing import CHUNK, Source
from deploy.backup.shelves import Shelf


@dataclass(frozen=True, slots=True)
class Into:
    """The platform that is filled: provisioned, and otherwise empty."""

    admin_url: str
    evidence: Shelf
    facts: Path
    keys: Mapping[str, str] = field(repr=False)
    private_key: bytes | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """What was filled in, and the keys that live again whatever became of them since."""

    manifest: Manifest
    files: int
    living_keys: list[dict[str, Any]]


async def restore(folder: Path, into: Into) -> Restored:
    """Fill an empty platform; roles must be there (`shared.provision`).

    Raises RefusedError before anything is touched where the backup is not whole, was made under
    other keys, or the platform is not empty.
    """
    manifest = await asyncio.to_thread(check, folder, into)
    await record.make_room(into.admin_url)
    await asyncio.to_thread(_fill, folder, manifest, into)
    await _compare(manifest, into.admin_url)
    count = await asyncio.to_thread(_unpack, folder, manifest, into)
    await record.begin_anew(into.admin_url)
    return Restored(manifest, count, await record.living_keys(into.admin_url))


def check(folder: Path, into: Into) -> Manifest:
    """Look through a backup and at where it is to go. Raises RefusedError."""
    manifest = verify(folder)
    if others := differing(manifest, into.keys):
        raise RefusedError(
            f"The backup was made under other keys ({', '.join(others)}): give the secrets that "
            "were kept with it, or nothing that is sealed in it can be read."
        )
    if not files.is_empty(into.evidence):
        raise RefusedError(f"{into.evidence} has evidence already.")
    if into.facts.exists():
        raise RefusedError(f"{into.facts} is there: facts of other data.")
    return manifest


def read_secrets(path: Path, private_key: bytes | None) -> dict[str, Any]:
    """The secrets that were kept with a backup; `path` is their folder. Raises RefusedError."""
    plain, sealed = path / SECRETS, path / f"{SECRETS}.sealed"
    try:
        if plain.exists():
            text = plain.read_bytes()
        else:
            with sealed.open("rb") as file:
                source = Source(file, private_key, sealed=True)
                text = b"".join(iter(source.read, b""))
        found = json.loads(text)
    except (OSError, ValueError) as fault:
        raise RefusedError(f"{path} holds no secrets: {fault}.") from None
    if not isinstance(found, dict):
        raise RefusedError(f"{path} holds no secrets.")
    return found


def _fill(folder: Path, manifest: Manifest, into: Into) -> None:
    part = _part(manifest, DATABASE)
    process = record.filling(into.admin_url)
    try:
        with (folder / part.name).open("rb") as file:
            source = Source(file, into.private_key, sealed=part.sealed)
            _pour(source, process)
    except RefusedError:
        process.kill()  # the one transaction is rolled back
        process.wait()
        raise
    record.ended(process)


def _pour(source: Source, process: subprocess.Popen[bytes]) -> None:
    assert process.stdin is not None
    try:
        with process.stdin:
            while block := source.read(CHUNK):
                process.stdin.write(block)
    except BrokenPipeError:
        pass  # it ended early: its own words say why


def _unpack(folder: Path, manifest: Manifest, into: Into) -> int:
    part = _part(manifest, EVIDENCE)
    with (folder / part.name).open("rb") as file:
        count = files.unpack(Source(file, into.private_key, sealed=part.sealed), into.evidence)
    if count != manifest.evidence.files:
        raise RefusedError(f"{count} files of evidence instead of {manifest.evidence.files}.")
    return count


async def _compare(manifest: Manifest, url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        now = await record.counts(connection)
    finally:
        await connection.close()
    if now != manifest.tables:
        names = sorted(
            name for name in now | manifest.tables if now.get(name) != manifest.tables.get(name)
        )
        raise RefusedError(f"Not what was counted when the backup was made: {', '.join(names)}.")


def _part(manifest: Manifest, name: str) -> Part:
    found = next((part for part in manifest.parts if part.name == name), None)
    if found is None:
        raise RefusedError(f"The backup has no {name}.")
    return found
