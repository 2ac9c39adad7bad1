"""What a backup holds, said so that damage and absence show before anything is restored.

The counts, the head of the audit and the day of the data are those of one moment: the snapshot that
the dump was made of. Sums find damage, not forgery: whoever may write where backups lie can write a
manifest too. Against that stands the head of the audit, of which others keep copies.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

FORMAT: Final = 1
NAME: Final = "manifest.json"
DATABASE, EVIDENCE, SECRETS = "database.dump", "evidence.tar", "secrets.json"

_BLOCK: Final = 1024 * 1024
_PRINT_BYTES: Final = 16


class RefusedError(Exception):
    """Nothing was done; the text says to a person why."""


class Part(msgspec.Struct, frozen=True):
    """A file of the backup as it lies there: `sealed`, it takes the private key to read."""

    name: str
    sha256: str
    size: int
    sealed: bool


class Evidence(msgspec.Struct, frozen=True):
    """The files of evidence; `missing` are those that the database names and nobody found."""

    files: int
    size: int
    missing: list[str]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """One backup. `secrets` are prints of the keys without which it cannot be read."""

    format: int = FORMAT
    made_at: datetime
    seconds: float
    postgres: int
    tables: dict[str, int]
    steps: dict[str, str]
    audit_head: str
    data_as_of: datetime | None
    evidence: Evidence
    parts: list[Part]
    secrets: dict[str, str]
    place: dict[str, Any] = {}


def write(folder: Path, manifest: Manifest) -> None:
    """Put the manifest beside what it describes."""
    path = folder / NAME
    path.touch(mode=0o600)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def read(folder: Path) -> Manifest:
    """Read a manifest. Raises RefusedError where there is none that we understand."""
    try:
        found = msgspec.json.decode((folder / NAME).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as fault:
        raise RefusedError(f"{folder} holds no backup: {fault}.") from None
    if found.format != FORMAT:
        raise RefusedError(f"{folder} is of format {found.format}; this reads {FORMAT}.")
    return found


def verify(folder: Path) -> Manifest:
    """Read a manifest and every part it names. Raises RefusedError for what is not as it was."""
    manifest = read(folder)
    for part in manifest.parts:
        if (flaw := _flaw(folder / part.name, part)) is not None:
            raise RefusedError(f"{part.name} {flaw}: nothing is restored from {folder}.")
    return manifest


def prints(keys: Mapping[str, str]) -> dict[str, str]:
    """What tells one key from another and does not tell the key: they are random, of 256 bits."""
    return {
        name: hashlib.sha256(f"qadaga backup {name} {key}".encode()).hexdigest()[: 2 * _PRINT_BYTES]
        for name, key in keys.items()
    }


def differing(manifest: Manifest, keys: Mapping[str, str]) -> list[str]:
    """The keys that are not those the backup was made under."""
    now = prints(keys)
    return sorted(name for name, kept in manifest.secrets.items() if now.get(name) != kept)


def _flaw(path: Path, part: Part) -> str | None:
    if not path.is_file():
        return "is missing"
    if path.stat().st_size != part.size:
        return f"has {path.stat().st_size} bytes instead of {part.size}"
    with path.open("rb") as file:
        same = hashlib.file_digest(file, "sha256").hexdigest() == part.sha256
    return None if same else "is not what was written"
