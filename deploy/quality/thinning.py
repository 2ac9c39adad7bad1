"""Releases with a share of their fields missing, as publishers leave them out."""

from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

KEPT: Final = frozenset(
    {"ocid", "id", "date", "tag", "scheme", "relatedLot", "relatedLots", "roles"}
)
"""Without them a release is not one with less in it, but another one."""


def thin(file: Path, share: float, seed: int) -> None:
    """Take a share of the single values out of every release of a file."""
    rng = Random(seed)  # noqa: S311 (the same fields go whenever it is tried)
    releases = [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]
    lines = [msgspec.json.encode(_thinned(release, share, rng)) for release in releases]
    file.write_bytes(b"\n".join(lines) + b"\n")


def _thinned(value: Any, share: float, rng: Random) -> Any:
    if isinstance(value, list):
        return [_thinned(one, share, rng) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: one if name in KEPT and not isinstance(one, dict) else _thinned(one, share, rng)
        for name, one in value.items()
        if name in KEPT or isinstance(one, dict | list) or rng.random() >= share
    }
