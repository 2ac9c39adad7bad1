"""Pages of the public search, newest first, until there are no more or enough has been read.

The search has no number that grows, so pages shift while one reads: a record met twice is passed on
once, and reading goes on until a page brings nothing that was not met before.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx
from msgspec import DecodeError, json

PAGE: Final = 100
PATIENCE: Final = (2.0, 10.0, 30.0)  # seconds
HEADERS: Final = {"language": "ru", "Accept": "application/json"}

NOTICES: Final = "/eprocsearch/api/external/{token}/filter"
CARDS: Final = "/eprocsearch/api/external/contract-cards/filter"
NOTICE_FILTER: Final = {"advertStatus": "PUBLISHED", "lotStatus": "PUBLISHED"}


class BrokenOff(Exception):  # noqa: N818 - "raise BrokenOff(reason)" is what it says
    """Raised where the search gives no usable page; what came before it has been passed on."""


@dataclass(frozen=True, slots=True)
class Search:
    """The public search. `rest` is how long it is left alone between pages, in seconds."""

    client: httpx.AsyncClient
    token: str = "4dv3rts"  # noqa: S105 (a part of the path that everybody sees)
    rest: float = 1.0
    patience: tuple[float, ...] = PATIENCE

    def notices(self, most: int) -> AsyncIterator[Mapping[str, Any]]:
        """Yield notices, the last changed first."""
        return self._all(NOTICES.format(token=self.token), NOTICE_FILTER, most)

    def cards(self, most: int) -> AsyncIterator[Mapping[str, Any]]:
        """Yield contract cards, the last changed first."""
        return self._all(CARDS, {}, most)

    async def _all(
        self, path: str, chosen: Mapping[str, Any], most: int
    ) -> AsyncIterator[Mapping[str, Any]]:
        met: set[str] = set()
        page = 0
        while len(met) < most:
            records = records_of(await self._page(path, chosen, page))
            fresh = [one for one in records if str(one.get("id")) not in met]
            if not fresh:
                return
            for one in fresh[: most - len(met)]:
                met.add(str(one.get("id")))
                yield one
            page += 1
            await asyncio.sleep(self.rest)

    async def _page(self, path: str, chosen: Mapping[str, Any], page: int) -> Any:
        asked: dict[str, str | int] = {"size": PAGE, "page": page, "sort": "lastModifiedDate,desc"}
        for pause in (*self.patience, None):
            try:
                answer = await self.client.post(path, params=asked, json=chosen, headers=HEADERS)
                if answer.status_code == httpx.codes.OK:
                    return json.decode(answer.content)
                why = f"HTTP {answer.status_code}"
            except (httpx.HTTPError, DecodeError) as fault:
                why = type(fault).__name__
            if pause is None:
                break
            await asyncio.sleep(pause)
        raise BrokenOff(f"Page {page} of {path.rsplit('/', 2)[-2]} does not come: {why}")


def records_of(page: Any) -> list[Mapping[str, Any]]:
    """Return the records of a page: a bare array, or a page with `content`."""
    found = page.get("content") if isinstance(page, dict) else page
    if not isinstance(found, list):
        raise BrokenOff("The search answers something that is no page")
    return [one for one in found if isinstance(one, dict)]
