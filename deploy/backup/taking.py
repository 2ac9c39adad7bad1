"""Taking a backup of a platform that goes on working."""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from deploy.backup import files, record
from deploy.backup.manifest import DATABASE, EVIDENCE, SECRETS, Evidence, Manifest, Part, prints
from deploy.backup.manifest import write as write_manifest
from deploy.backup.sealing import CHUNK, Sink
from deploy.backup.shelves import Shelf
from deploy.local.place import write_json

PARTIAL: Final = ".partial"
LAST: Final = "backup.prom"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is backed up and where to; `secrets_to` is another place, or nowhere.

    `place` is what a data folder remembers of itself and the database does not know.
    """

    admin_url: str
    evidence: Shelf
    into: Path
    secrets: Mapping[str, Any] = field(repr=False)
    keys: Mapping[str, str] = field(repr=False)
    secrets_to: Path | None = None
    public_key: bytes | None = None
    place: Mapping[str, Any] = field(default_factory=dict)


async def take(wanted: Wanted, now: datetime) -> tuple[Path, Manifest]:
    """Write one backup into a folder of its own; under its name it is whole.

    Raises RefusedError, OSError and what PostgreSQL says: then a folder `….partial` may be left.
    """
    began = time.monotonic()
    name = f"qadaga-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    wanted.into.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = wanted.into / f"{name}{PARTIAL}"
    draft.mkdir(mode=0o700)
    async with record.snapshot(wanted.admin_url) as (connection, snapshot):
        seen = await record.look(connection)
        database = await asyncio.to_thread(_dump, wanted, snapshot, draft)
    archive, evidence = await asyncio.to_thread(_pack, wanted, seen.files, draft)
    manifest = Manifest(
        made_at=now,
        seconds=round(time.monotonic() - began, 3),
        postgres=seen.postgres,
        tables=seen.tables,
        steps=seen.steps,
        audit_head=seen.audit_head,
        data_as_of=seen.data_as_of,
        evidence=evidence,
        parts=[database, archive],
        secrets=prints(wanted.keys),
        place=dict(wanted.place),
    )
    write_manifest(draft, manifest)
    if wanted.secrets_to is not None:
        _keep_secrets(wanted, wanted.secrets_to / name)
    return draft.rename(wanted.into / name), manifest


def tell_metrics(folder: Path, manifest: Manifest) -> None:
    """Note the last success where a collector of text files (node_exporter's) finds it."""
    size = sum(part.size for part in manifest.parts)
    values = {
        "backup_last_success_timestamp_seconds": int(manifest.made_at.timestamp()),
        "backup_last_duration_seconds": manifest.seconds,
        "backup_last_size_bytes": size,
        "backup_evidence_missing": len(manifest.evidence.missing),
    }
    text = "".join(f"# TYPE {name} gauge\n{name} {value}\n" for name, value in values.items())
    draft = folder / f"{LAST}.new"
    draft.write_text(text, "ascii")
    draft.replace(folder / LAST)


def _dump(wanted: Wanted, snapshot: str, folder: Path) -> Part:
    sink = Sink(folder / DATABASE, wanted.public_key)
    process = record.dumping(wanted.admin_url, snapshot)
    assert process.stdout is not None
    with process.stdout:
        while block := process.stdout.read(CHUNK):
            sink.write(block)
    record.ended(process)
    return sink.close()


def _pack(wanted: Wanted, named: list[str], folder: Path) -> tuple[Part, Evidence]:
    sink = Sink(folder / EVIDENCE, wanted.public_key)
    found = files.pack(wanted.evidence, named, sink)
    return sink.close(), found


def _keep_secrets(wanted: Wanted, folder: Path) -> None:
    """Write the secrets, sealed as the rest is; they open everything and lie elsewhere."""
    folder.mkdir(parents=True, mode=0o700)
    if wanted.public_key is None:
        write_json(folder / SECRETS, dict(wanted.secrets))
        return
    sink = Sink(folder / f"{SECRETS}.sealed", wanted.public_key)
    sink.write(json.dumps(dict(wanted.secrets)).encode())
    sink.close()
