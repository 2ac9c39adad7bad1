"""What a reader gets to see of a world: a root's rows as they are now, and what changed."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from deploy.sandbox.world.tale import Row


class Change(NamedTuple):
    """A row that appeared or changed ("U", with its state now) or vanished ("D", no row)."""

    at: datetime
    root: str
    id: int
    action: Literal["U", "D"]
    row: Row | None


class Table(Mapping[int, Row]):
    """The rows of one root as they are now, by id; the newest row has the highest id."""

    def __init__(self, ids: Callable[[], range], find: Callable[[int], Row | None]) -> None:
        self._ids, self._find = ids, find

    def __getitem__(self, key: int) -> Row:
        row = self._find(key) if key in self._ids() else None
        if row is None:
            raise KeyError(key)
        return row

    def __iter__(self) -> Iterator[int]:
        """Go through the ids, lowest first."""
        return (key for key in self._ids() if self._find(key) is not None)

    def __reversed__(self) -> Iterator[int]:
        """Go through the ids, newest first."""
        return (key for key in reversed(self._ids()) if self._find(key) is not None)

    def __len__(self) -> int:
        """How many ids were given away; rows that vanished since are counted too."""
        return len(self._ids())

    def below(self, after: int | None, limit: int) -> list[Row]:
        """A page as the portal gives it: rows with id < `after` (None: newest), newest first."""
        ids = self._ids()
        stop = ids.stop if after is None else min(max(after, ids.start), ids.stop)
        page: list[Row] = []
        for key in reversed(range(ids.start, stop)):
            row = self._find(key)
            if row is not None:
                page.append(row)
                if len(page) == limit:
                    break
        return page
