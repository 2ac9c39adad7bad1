"""One more indicator back-tested over two million purchases, as an author of a draft has it done.

The task goes to a confined process of its own, with the limits of the service: its start, the
copy's opening, the judging, hit rates by group and a sample with its evidence are all counted.
Three indicators that look at purchases differently stand for drafts; the slowest counts.
"""

import asyncio
import time
from pathlib import Path
from typing import Final

from deploy.bench.columns2m import two_million
from scoring.drafts import keeper
from scoring.drafts.confined import Task
from scoring.drafts.worker import limits_of
from scoring.indicator import Indicator, catalogue
from scoring.settings import Settings

GOAL: Final = 5.0
"""Seconds, on two processors."""

DRAFTS: Final = ("R018", "R036", "KZ-03")
"""One looks at the purchase alone, one at its bids, one at days that the law counts."""


def run() -> None:
    """Print what each took, and the time of the slowest."""
    path = two_million()
    drafts = catalogue(frozenset(DRAFTS))
    seconds = [asyncio.run(_back_test(path, drafts[code])) for code in DRAFTS]
    print(f"bench backtest2m ratio={max(seconds):.3f} goal={GOAL}")


async def _back_test(path: str, indicator: Indicator) -> float:
    settings = Settings.model_construct()
    task = Task(
        kind="back_test",
        indicator=indicator,
        limits=limits_of(settings),
        profile="kz",
        path=str(Path(path).resolve()),
    )
    began = time.perf_counter()
    answer = await keeper.run(task)
    seconds = time.perf_counter() - began
    if answer.result is None:
        raise RuntimeError(f"{indicator.code}: {answer.reason or answer.flaws}")
    cost, subjects = answer.result["cost"], answer.result["subjects"]
    print(
        f"  {indicator.code:<8} {seconds:6.2f} s  {cost['cpu_seconds']:6.2f} CPU-s  "
        f"{cost['peak_memory_mb']:6.0f} MB  {subjects} purchases, {answer.result['hits']} hits"
    )
    return seconds
