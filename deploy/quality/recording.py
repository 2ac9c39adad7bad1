"""An invented world written down as answers of the portal, for `ingestor translate`.

It is written tale by tale, so that each is told once for it, however large the world; all that
belongs to a purchase stands in one tale, and so any part of the tales can be translated alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from operator import itemgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from deploy.sandbox.world import World
from deploy.sandbox.world.world import KEYS, ROOTS, Row

NO_PURCHASE: Final = "Rnu"
"""The root that is a register; it comes with the others of them."""

WRITTEN: Final = tuple(root for root in ROOTS if root != NO_PURCHASE)

PAGE: Final = 100


def record(world: World, folder: Path, tales: Iterable[int] | None = None) -> list[Path]:
    """Write what the portal would say now, of all tales or of some; returns the files, one a list.

    Who was there before the world began is written in any case.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = [_dictionary(folder, name, rows) for name, rows in world.dictionaries().items()]
    with _Lists(folder) as lists:
        lists.add("Subjects", world.settled())
        for number in world.tales if tales is None else tales:
            for root, rows in _answered(world.rows_of_tale(number)).items():
                lists.add(root, rows)
    return files + lists.files()


def _dictionary(folder: Path, name: str, rows: Any) -> Path:
    file = folder / f"{name}.json"
    file.write_bytes(msgspec.json.encode({"items": list(rows)}))
    return file


def _answered(rows: Mapping[str, Sequence[Row]]) -> Mapping[str, Sequence[Row]]:
    """The rows as the portal has them, the oldest of a root first.

    Contracts without acts say so, as they do to who asks for acts.
    """
    told = {root: sorted(rows[root], key=itemgetter(KEYS.get(root, "id"))) for root in WRITTEN}
    accepted = {act["contractId"] for act in told["Acts"]}
    contracts = [row if row["id"] in accepted else {**row, "Acts": []} for row in told["Contract"]]
    return {**told, "Contract": contracts}


class _Lists:
    """The files of all roots, each row in a page of its list."""

    def __init__(self, folder: Path) -> None:
        self._open = ExitStack()
        self._waiting: dict[str, list[Row]] = {root: [] for root in WRITTEN}
        self._out = {
            root: self._open.enter_context((folder / f"{root}.jsonl").open("wb"))
            for root in WRITTEN
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._open:
            for root, rows in self._waiting.items():
                self._write(root, rows)

    def files(self) -> list[Path]:
        """The lists that have rows."""
        return [path for out in self._out.values() if (path := Path(out.name)).stat().st_size]

    def add(self, root: str, rows: Iterable[Row]) -> None:
        """Put rows at the end of a list."""
        waiting = self._waiting[root]
        waiting.extend(rows)
        while len(waiting) >= PAGE:
            self._write(root, waiting[:PAGE])
            del waiting[:PAGE]

    def _write(self, root: str, rows: Sequence[Row]) -> None:
        """Write a page; payments have none in GraphQL, so theirs are of REST."""
        page = {"items": rows} if root == "TreasuryPay" else {"data": {root: rows}}
        if rows:
            self._out[root].write(msgspec.json.encode(page) + b"\n")
