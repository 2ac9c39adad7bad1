"""A document fetched: bounded in time and size, from the very address that was judged.

The name is resolved once, judged, and that address is connected to; so is each redirect. Names and
certificates are still checked against the host that was asked.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import BinaryIO, Final, NamedTuple
from urllib.parse import urljoin

import httpx

from ingestor.sources.ocds_url.addresses import Refused, Target, chosen, target

REDIRECTS: Final = 3
LARGEST: Final = 2 * 1024**3  # bytes as sent; unpacked it may be more, which reading bounds
SECONDS: Final = 900.0  # for the whole document
SILENCE: Final = 30.0  # seconds without a byte


class Fetched(NamedTuple):
    """Where a document came from in the end, and since when its server says that it stands so."""

    url: str
    modified: datetime | None


Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
Choose = Callable[[str, Sequence[str]], str]


async def resolved(host: str, port: int) -> list[str]:
    """Ask the system what addresses a name has."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as fault:
        raise Refused(f"{host} is not known") from fault
    return list(dict.fromkeys(str(one[4][0]) for one in found))


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Fetches documents. `choose` judges addresses; another one is for a stand-in beside us."""

    resolve: Resolve = resolved
    choose: Choose = chosen
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    largest: int = LARGEST
    seconds: float = SECONDS

    async def fetch(self, url: str, into: BinaryIO) -> str:
        """Write a document into a file and return the address it came from; raises Refused."""
        return (await self.fetched(url, into)).url

    async def fetched(self, url: str, into: BinaryIO) -> Fetched:
        """Write a document into a file and return what is known of it; raises Refused."""
        timeout = httpx.Timeout(SILENCE)
        try:
            async with (
                asyncio.timeout(self.seconds),
                httpx.AsyncClient(verify=self.context, trust_env=False, timeout=timeout) as client,
            ):
                return await self._followed(client, url, into)
        except TimeoutError as fault:
            raise Refused(f"It did not arrive within {self.seconds:g} s") from fault
        except httpx.HTTPError as fault:
            raise Refused(f"It cannot be fetched: {type(fault).__name__}") from fault

    async def _followed(self, client: httpx.AsyncClient, url: str, into: BinaryIO) -> Fetched:
        for _ in range(REDIRECTS + 1):
            response = await self._asked(client, target(url), into)
            if not response.is_redirect:
                return Fetched(url, modified(response))
            url = urljoin(url, str(response.headers.get("Location", "")))
        raise Refused(f"It points on more than {REDIRECTS} times")

    async def _asked(self, client: httpx.AsyncClient, at: Target, into: BinaryIO) -> httpx.Response:
        """Write the document, unless the answer points on to another one."""
        address = self.choose(at.host, await self.resolve(at.host, at.port))
        literal = f"[{address}]" if ":" in address else address
        headers = {"Host": at.authority(), "Accept-Encoding": "identity"}
        async with client.stream(
            "GET",
            f"https://{literal}:{at.port}{at.path}",
            headers=headers,
            extensions={"sni_hostname": at.host},
        ) as response:
            if not response.is_redirect:
                await written(response, into, at.host, self.largest)
        return response


async def written(response: httpx.Response, into: BinaryIO, host: str, largest: int) -> None:
    """Write a body as sent: the reader unpacks gzip itself, and bounds it; raises Refused."""
    if response.status_code != httpx.codes.OK:
        raise Refused(f"{host} answers {response.status_code}")
    size = 0
    async for chunk in response.aiter_raw():
        size += len(chunk)
        if size > largest:
            raise Refused(f"It is larger than {largest} bytes")
        await asyncio.to_thread(into.write, chunk)
    into.flush()


def modified(response: httpx.Response) -> datetime | None:
    """Read since when a document stands as it is, where its server says so."""
    try:
        told = parsedate_to_datetime(response.headers.get("Last-Modified", ""))
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)
