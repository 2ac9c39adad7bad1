"""A list fetched into a file from the address of its publisher.

An address is asked as any other: https, the open Internet, bounded in size and time. One that the
operator names over http is of a stand-in beside us, asked without redirects.
"""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple, Protocol
from urllib.parse import urlsplit

import httpx

from ingestor.sources.ocds_url.addresses import Refused
from ingestor.sources.ocds_url.fetch import Fetcher, modified, written
from shared.trust import authorities

LARGEST: Final = 512 * 1024**2  # bytes of a list as sent
SECONDS: Final = 600.0  # for a whole list
SILENCE: Final = 30.0  # seconds without a byte


class Got(NamedTuple):
    """A list in a file. `as_of`: when it stood so. `cut` tells what broke it off, if anything."""

    path: Path
    as_of: datetime
    cut: str | None = None


class Origin(Protocol):
    """Where one list comes from."""

    async def fetch(self, folder: Path, now: datetime) -> Got:
        """Fetch the list; raises Refused where nothing of it comes."""
        ...


class Address(NamedTuple):
    """The address of a file."""

    url: str
    fetcher: Fetcher | None = None

    async def fetch(self, folder: Path, now: datetime) -> Got:
        """Fetch the file; it stood so when its server says it was made, if that is told."""
        path = folder / "list"
        with path.open("wb") as file:
            if is_beside_us(self.url):
                told = await _beside_us(self.url, file)
            else:
                fetcher = self.fetcher or Fetcher(largest=LARGEST, seconds=SECONDS)
                told = (await fetcher.fetched(self.url, file)).modified
        return Got(path, min(told, now) if told else now)


def is_beside_us(url: str) -> bool:
    """Tell an address of a stand-in: http, and a machine without a public name."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "http" and ("." not in host or host == "127.0.0.1")


async def _beside_us(url: str, file: BinaryIO) -> datetime | None:
    host = urlsplit(url).hostname or ""
    timeout = httpx.Timeout(SILENCE)
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(verify=authorities(), trust_env=False, timeout=timeout) as client,
            client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response,
        ):
            await written(response, file, host, LARGEST)
            return modified(response)
    except TimeoutError as fault:
        raise Refused(f"It did not arrive within {SECONDS:g} s") from fault
    except httpx.HTTPError as fault:
        raise Refused(f"It cannot be fetched: {type(fault).__name__}") from fault
