"""Asking another service for a page of its feed, as the bytes it sent.

Scoring hands the lines to DuckDB as they are; everybody else has them taken apart by `reader`.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import httpx

TIMEOUT: Final = httpx.Timeout(30, connect=3)
"""A page is one index scan and at most 16 MiB; what takes longer is a service that hangs."""


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page unparsed: NDJSON lines, how many, the last number in them and in the feed."""

    lines: bytes
    head: int
    epoch: UUID
    count: int
    last_seq: int


class FeedClient:
    """Reads the feeds of one service.

    `url` is the address of the service; `client` signs its requests with a token that has the scope
    feeds:read (`shared.security.InternalAuth`).
    """

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url.rstrip("/")
        self._client = client

    async def fetch(self, feed: str, after: int, limit: int) -> RawPage:
        """Ask for the entries after a number.

        Raises httpx.TransportError when the service cannot be reached, httpx.HTTPStatusError when
        it refuses.
        """
        response = await self._client.get(
            f"{self._url}/internal/feeds/{feed}",
            params={"after": after, "limit": limit},
            timeout=TIMEOUT,
        )
        response.raise_for_status()
        headers = response.headers
        return RawPage(
            lines=response.content,
            head=int(headers["Feed-Head"]),
            epoch=UUID(headers["Feed-Epoch"]),
            count=int(headers["Feed-Count"]),
            last_seq=int(headers["Feed-Last"]),
        )
