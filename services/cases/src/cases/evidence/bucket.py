"""A bucket that evidence is kept in: any store that speaks S3, asked through obstore.

A store shows an object when all of it has come and not before: an upload that breaks off leaves
parts which nobody can read, and which the bucket's own rule for aborted uploads removes.
"""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from cases.evidence.files import BLOCK, name_of
from shared.errors import DependencyDown

AT_ONCE: Final = 2
"""Parts of 5 MiB that are under way at a time, and so in memory."""

CONNECTED_IN: Final = timedelta(seconds=3)
SILENT_FOR: Final = timedelta(seconds=20)
"""How long a store may say nothing; a large file to a slow reader may take longer in all."""

LONGEST: Final = timedelta(minutes=15)
TRIED_AGAIN: Final = 2


class Bucket:
    """The bucket, or the part of one under a prefix."""

    def __init__(self, store: S3Store) -> None:
        self._store = store

    async def keep(self, path: Path, sha256: bytes) -> None:
        """Send a written file, for good, unless it is there. Raises DependencyDown."""
        name = name_of(sha256)
        try:
            if not await self._has(name):
                await obstore.put_async(self._store, name, path, max_concurrency=AT_ONCE)
        except (BaseError, OSError) as fault:
            raise _down() from fault

    async def read(self, sha256: bytes) -> AsyncIterator[bytes] | None:
        """Return the blocks of a file, or None: there is none. Raises DependencyDown."""
        try:
            found = await obstore.get_async(self._store, name_of(sha256))
        except FileNotFoundError:
            return None
        except BaseError as fault:
            raise _down() from fault
        return _blocks(found)

    async def has(self, sha256: bytes) -> bool:
        """Say whether a file is there. Raises DependencyDown."""
        try:
            return await self._has(name_of(sha256))
        except BaseError as fault:
            raise _down() from fault

    async def forget(self, sha256: bytes) -> None:
        """Remove a file, if it is there. Raises DependencyDown."""
        try:
            await obstore.delete_async(self._store, name_of(sha256))
        except FileNotFoundError:
            return
        except BaseError as fault:
            raise _down() from fault

    async def _has(self, name: str) -> bool:
        try:
            await obstore.head_async(self._store, name)
        except FileNotFoundError:
            return False
        return True


@cache
def bucket(
    address: str, endpoint: str | None, region: str, access_key: str, secret_key: str
) -> Bucket:
    """Return the bucket at `s3://bucket/prefix`; its connections are kept for the next one."""
    return Bucket(opened(address, endpoint, region, access_key, secret_key))


def opened(
    address: str, endpoint: str | None, region: str, access_key: str, secret_key: str
) -> S3Store:
    """Open the store of a bucket; nothing is asked of it yet."""
    name, _, prefix = address.removeprefix("s3://").partition("/")
    where: dict[str, Any] = {} if endpoint is None else {"endpoint": endpoint}
    return S3Store(
        name,
        prefix=prefix or None,
        region=region,
        access_key_id=access_key,
        secret_access_key=secret_key,
        **where,
        client_options={
            "allow_http": endpoint is not None and endpoint.startswith("http://"),
            "connect_timeout": CONNECTED_IN,
            "read_timeout": SILENT_FOR,
            "timeout": LONGEST,
        },
        retry_config={"max_retries": TRIED_AGAIN, "retry_timeout": SILENT_FOR},
    )


async def _blocks(found: "obstore.GetResult") -> AsyncIterator[bytes]:
    async for block in found.stream(min_chunk_size=BLOCK):
        yield bytes(block)


def _down() -> DependencyDown:
    return DependencyDown("The store of evidence does not answer.")
