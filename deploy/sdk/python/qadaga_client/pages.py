"""A list that is walked page after page as one asks for more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")


class Pages(Generic[Row]):
    """The rows of a list; iterating asks for the next page when this one is used up."""

    def __init__(self, ask: Callable[[str | None], dict[str, Any]]) -> None:
        self._ask = ask

    def __iter__(self) -> Iterator[Row]:
        """Walk over all rows."""
        for page in self.pages():
            yield from page["data"]

    def pages(self) -> Iterator[dict[str, Any]]:
        """Walk over the pages as they come, with `as_of`, `seq` and `notice`."""
        cursor: str | None = None
        while True:
            page = self._ask(cursor)
            yield page
            cursor = page["page"]["next_cursor"]
            if not page["page"]["has_more"]:
                return
