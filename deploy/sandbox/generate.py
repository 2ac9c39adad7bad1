"""Purchases by the thousand: the same seed and count give the same bytes, everywhere and always."""

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Literal

import msgspec

from deploy.sandbox.calendar import span
from deploy.sandbox.faults import spoil
from deploy.sandbox.parties import make_world
from deploy.sandbox.purchase import imagine, write

TODAY = date(2026, 1, 15)
"""The world's day unless another is given, so that a seed means the same next year."""

OCID_PREFIX = "ocds-sandbx"


def releases(
    seed: int,
    count: int,
    *,
    dirty: float = 0.0,
    size: Literal["bench", "demo"] = "bench",
    today: date = TODAY,
) -> Iterator[bytes]:
    """Yield `count` compiled releases, one JSON line each, without the line end.

    `dirty` is the share of lines with a fault; the other lines do not depend on it. "bench" lines
    are about 5 kB of finished purchases over three years; "demo" purchases were announced in the
    ten weeks before `today`, many still open.
    """
    rng = Random(f"{seed} {count} {size}")  # noqa: S311 (reproducible on purpose, no secret)
    spoiler = Random(f"{seed} {count} faults")  # noqa: S311 (as above)
    world = make_world(rng, count)
    days = span(size, today)
    for number in range(1, count + 1):
        purchase = imagine(rng, world, f"{OCID_PREFIX}-{seed}-{number:07}", number, days)
        line = msgspec.json.encode(write(rng, purchase))
        yield spoil(spoiler, line) if spoiler.random() < dirty else line
