"""Backup and restore of what `make up` runs: the data folder knows where everything is."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from deploy.backup import restoring, taking
from deploy.backup.manifest import Manifest, RefusedError, verify
from deploy.backup.shelves import shelf_of
from deploy.local.keys import Keys, keys_of
from deploy.local.place import Place, read_json, write_json
from deploy.local.platform import Platform, addresses, choose_servers
from deploy.local.ports import assign, front_port
from deploy.servers import Postgres

SECRETS: Final = "secrets.json"
REMEMBERED: Final = ("made", "demo", "portal", "sandbox")
"""What a data folder knows of itself that the next run needs and the database does not hold."""

REPLACEABLE: Final = frozenset({"postgres", "valkey", "roles", "internal", "sandbox"})
"""Passwords, and keys that nothing lasting is made with. All others must be the same again."""

LIST: Final = "keys-to-look-through.json"
READY_WITHIN: Final = 60.0


async def take(
    place: Place,
    into: Path,
    now: datetime,
    *,
    secrets_to: Path | None = None,
    public_key: bytes | None = None,
) -> tuple[Path, Manifest]:
    """Back up the running platform of a data folder. Raises RefusedError."""
    ports = place.recall("ports")
    if not ports:
        raise RefusedError(f"There is no platform in {place.path}.")
    keys = keys_of(place)
    told = Platform(place, keys, ports).environment("cases")
    wanted = taking.Wanted(
        admin_url=addresses(place, keys, ports).admin_url,
        evidence=shelf_of(told),
        into=into,
        secrets=asdict(keys),
        keys=_needed(keys),
        secrets_to=secrets_to,
        public_key=public_key,
        place={name: place.recall(name) for name in REMEMBERED if place.recall(name) is not None},
    )
    made, manifest = await taking.take(wanted, now)
    taking.tell_metrics(place.path, manifest)
    return made, manifest


async def restore(
    place: Place,
    folder: Path,
    *,
    secrets_from: Path | None = None,
    private_key: bytes | None = None,
) -> restoring.Restored:
    """Fill a data folder that nothing was ever run in. Raises RefusedError."""
    await asyncio.to_thread(verify, folder)
    place.make()
    with place.held():
        keys = _keys(place, secrets_from, private_key)
        ports = assign(place, front_port("8000"))
        choose_servers(place)
        platform = Platform(place, keys, ports)
        found = addresses(place, keys, ports)
        into = restoring.Into(
            admin_url=found.admin_url,
            evidence=shelf_of(platform.environment("cases")),
            facts=place.path / "facts" / "facts.duckdb",
            keys=_needed(keys),
            private_key=private_key,
        )
        await asyncio.to_thread(restoring.check, folder, into)
        async with _answering(found.postgres):
            told = platform.administration()
            await platform.run("-m", "shared.provision", program="python", told=told)
            restored = await restoring.restore(folder, into)
        for name, value in restored.manifest.place.items():
            place.remember(name, value)
        place.forget("prepared")  # the next start brings the tables to this release
        write_json(place.path / LIST, [_plain(key) for key in restored.living_keys])
        return restored


def _keys(place: Place, secrets_from: Path | None, private_key: bytes | None) -> Keys:
    """The keys of the folder: those that were kept with the backup, where it has none yet."""
    if secrets_from is not None:
        kept = restoring.read_secrets(secrets_from, private_key)
        if read_json(place.path / SECRETS, kept) != kept:
            raise RefusedError(f"{place.path} has secrets of its own already.")
        write_json(place.path / SECRETS, kept)
    return keys_of(place)


def _needed(keys: Keys) -> Mapping[str, str]:
    return {name: key for name, key in asdict(keys).items() if name not in REPLACEABLE}


@asynccontextmanager
async def _answering(postgres: Postgres | None) -> AsyncIterator[None]:
    """Run our own PostgreSQL for as long as it is filled; one that is named runs already."""
    if postgres is None:
        yield
        return
    await asyncio.to_thread(postgres.prepare)
    process = await asyncio.create_subprocess_exec(
        *postgres.command(),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        **postgres.spawn(),
    )
    try:
        async with asyncio.timeout(READY_WITHIN):
            while not await asyncio.to_thread(postgres.ready):
                if process.returncode is not None:
                    raise RefusedError(f"PostgreSQL does not start on {postgres.data}.")
                await asyncio.sleep(0.05)
        yield
    finally:
        process.send_signal(postgres.stop_signal)
        await process.wait()


def _plain(key: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if value is not None else None for name, value in key.items()}
