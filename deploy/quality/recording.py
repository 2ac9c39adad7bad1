"""An invented world written down as answers of the portal, for `ingestor translate`."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from deploy.sandbox.world import World
from deploy.sandbox.world.tale import ROOTS

NO_PURCHASE: Final = "Rnu"
"""The root that is a register; it comes with the others of them."""

PAGE: Final = 100


def record(world: World, folder: Path) -> list[Path]:
    """Write everything the portal would say now, one file a list; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [_dictionary(folder, name, rows) for name, rows in world.dictionaries().items()]
    return files + [_root(folder, world, root) for root in ROOTS if root != NO_PURCHASE]


def _dictionary(folder: Path, name: str, rows: Any) -> Path:
    file = folder / f"{name}.json"
    file.write_bytes(msgspec.json.encode({"items": list(rows)}))
    return file


def _root(folder: Path, world: World, root: str) -> Path:
    """Write the pages of a root; payments have none in GraphQL, so theirs are of REST."""
    file = folder / f"{root}.jsonl"
    with file.open("wb") as out:
        for rows in _pages(_answered(world, root)):
            page = {"items": rows} if root == "TreasuryPay" else {"data": {root: rows}}
            out.write(msgspec.json.encode(page) + b"\n")
    return file


def _answered(world: World, root: str) -> Iterator[Mapping[str, Any]]:
    """Give the rows of a root; contracts without acts say so, as they do to who asks for acts."""
    accepted = {act["contractId"] for act in world.table("Acts").values()}
    for row in world.table(root).values():
        told = root != "Contract" or row["id"] in accepted
        yield row if told else {**row, "Acts": []}


def _pages(rows: Any) -> Iterator[list[Mapping[str, Any]]]:
    page: list[Mapping[str, Any]] = []
    for row in rows:
        page.append(row)
        if len(page) == PAGE:
            yield page
            page = []
    if page:
        yield page
