"""What the worker shows of the data: fields, checks and indicators by source, and how fresh it is.

Of each source the newest year with purchases is shown. Counting goes over the whole view, so it is
done every few minutes and not when somebody asks.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

import asyncpg
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.coverage import PeriodCoverage, SourceCoverage
from gateway.reads import coverage, freshness
from gateway.reads.freshness import Freshness
from shared.clock import Clock

VERDICTS: Final = ("ok", "doubtful", "unknown")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The data at one moment."""

    coverage: Sequence[SourceCoverage] = ()
    freshness: Freshness | None = None


async def snapshot(connection: asyncpg.Connection, clock: Clock) -> Snapshot:
    """Count the data as they stand."""
    now = clock.now()
    return Snapshot(
        await coverage.read(
            connection, "year", None, language="en", today=now.astimezone(UTC).date()
        ),
        await freshness.read(
            connection, await freshness.count(connection), now=now, as_of=now, seq=0
        ),
    )


class Data(Collector):
    """Shows the newest snapshot to Prometheus."""

    def __init__(self) -> None:
        self.snapshot = Snapshot()

    def describe(self) -> Iterator[Metric]:
        """Name no figure before it is asked for."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Yield what there is of each source's newest year, and the age of all."""
        newest = {
            each.source: period
            for each in self.snapshot.coverage
            if (period := _newest(each.periods)) is not None
        }
        yield from _coverage(newest)
        if self.snapshot.freshness is not None:
            yield from _freshness(self.snapshot.freshness)


def _newest(periods: Sequence[PeriodCoverage]) -> PeriodCoverage | None:
    dated = [each for each in periods if each.period is not None and each.processes]
    return max(dated, key=lambda each: each.period or "", default=None)


def _coverage(newest: dict[str, PeriodCoverage]) -> Iterator[Metric]:
    fields = _gauge("data_field_share", "Share of purchases with a field", "source", "field")
    checks = _gauge("data_checked", "Purchases by check", "source", "check", "verdict")
    bears = _gauge("data_indicators", "Indicators by whether they are computable", "source", "word")
    for source, period in newest.items():
        for one in period.fields:
            fields.add_metric([source, one.field], one.share)
        for check in period.checks:
            for verdict in VERDICTS:
                checks.add_metric([source, check.code, verdict], getattr(check, verdict))
        for word, count in Counter(each.computable for each in period.indicators).items():
            bears.add_metric([source, word], count)
    yield from (fields, checks, bears)


def _freshness(found: Freshness) -> Iterator[Metric]:
    released = _gauge("data_newest_release_timestamp", "Date of the newest release", "source")
    held = _gauge("data_processes", "Purchases by where they are held", "source", "held")
    for one in found.sources:
        if one.newest_release is not None:
            released.add_metric([one.id], one.newest_release.timestamp())
        held.add_metric([one.id, "ingestor"], one.processes)
        held.add_metric([one.id, "view"], one.processes_here)
    lag = _gauge("data_feed_lag_seconds", "Since when a feed is not level", "feed")
    for feed in found.feeds:
        if feed.lag_seconds is not None:
            lag.add_metric([feed.name], feed.lag_seconds)
    yield from (released, held, lag)


def _gauge(name: str, help_text: str, *labels: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, help_text, labels=labels)


data: Final = Data()
REGISTRY.register(data)
