"""The names of what is measured, and the counting of requests.

Label values come from closed sets only: route templates, methods, statuses, feeds, jobs. Never an
ocid, a BIN, an organisation or a raw path.
"""

import asyncio
import shutil
import time
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import Final

from prometheus_client import REGISTRY, Counter, Gauge, Histogram
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets of a duration."""

REQUEST_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)
"""Those of a request: 0.3 is what is promised, and few of them, for there are many routes."""

MOST_TALLIES: Final = 800
"""Of routes by method and status; what comes beyond them is counted under one name."""

OTHER: Final = "(other)"

LAG_PAUSE: Final = 1.0

db_pool_size = Gauge("db_pool_size", "Connections the pools of this process may hold")
db_pool_in_use = Gauge("db_pool_in_use", "Connections of the pool in use")
db_pool_wait_seconds = Histogram(
    "db_pool_wait_seconds", "Waiting for a connection of the pool", buckets=SECONDS
)
redis_up = Gauge("redis_up", "Whether the bell can be rung: 1 or 0")
bells_lost_total = Counter("bells_lost_total", "Bells not rung because Redis was away", ["feed"])
jobs_total = Counter("jobs_total", "Jobs by result", ["job", "result"])
jobs_retries_total = Counter("jobs_retries_total", "Jobs begun again after they failed", ["job"])
job_duration_seconds = Histogram(
    "job_duration_seconds", "Duration of a job", ["job"], buckets=SECONDS
)
outbox_pending = Gauge("outbox_pending", "Entries not yet applied by their reader", ["outbox"])
outbox_oldest_seconds = Gauge(
    "outbox_oldest_seconds", "Age, at most, of the oldest entry not yet applied", ["outbox"]
)
dead_letters = Gauge("dead_letters", "Entries somebody has to look at", ["feed"])
feed_head = Gauge("feed_head", "Newest seq of a feed as its reader knows it", ["feed"])
feed_applied = Gauge("feed_applied", "Seq up to which a feed is applied", ["feed"])
feed_lag_seconds = Gauge("feed_lag_seconds", "How long ago a reader was last level", ["feed"])
feed_last_success_timestamp = Gauge(
    "feed_last_success_timestamp", "When a feed or source was last read to its end", ["feed"]
)
feed_newest_record_timestamp = Gauge(
    "feed_newest_record_timestamp", "Date of the newest record of a feed or source", ["feed"]
)
records_quarantined_total = Counter(
    "records_quarantined_total", "Records set aside, by reason", ["feed", "reason"]
)
authz_denied_total = Counter(
    "authz_denied_total", "Requests refused for want of a key or scope", ["route", "reason"]
)
rate_limited_total = Counter("rate_limited_total", "Requests over quota")
event_loop_lag_seconds = Histogram(
    "event_loop_lag_seconds", "How late the event loop wakes a sleeper", buckets=SECONDS
)

Labels = tuple[str, str, str, str]
"""Service, route template, method, status code."""


class _Tally:
    """Requests of one route, method and status: how many, how long in all, how long each."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(REQUEST_SECONDS) + 1)
        self.seconds = 0.0


class Requests(Collector):
    """Counts requests at a fraction of the price of the library's own histogram.

    Only the event loop counts, so no locks are taken; whoever shows the counts reads copies.
    """

    def __init__(self) -> None:
        self.in_flight: dict[str, int] = {}
        self._tallies: dict[Labels, _Tally] = {}

    def count(self, labels: Labels, seconds: float) -> None:
        """Record one answered request."""
        tally = self._tallies.get(labels)
        if tally is None:
            tally = self._begun(labels)
        tally.buckets[bisect_left(REQUEST_SECONDS, seconds)] += 1
        tally.seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Show the counts to Prometheus."""
        names = ["service", "route", "method", "code"]
        total = CounterMetricFamily("http_requests", "Requests answered", labels=names)
        duration = HistogramMetricFamily(
            "http_request_duration_seconds",
            "From first byte in to last byte out, by what the routes are about",
            labels=["service", "area"],
        )
        for labels, tally in list(self._tallies.items()):
            total.add_metric(labels, sum(tally.buckets))
        for area, tally in _by_area(self._tallies).items():
            duration.add_metric(area, _cumulative(tally), tally.seconds)
        flying = GaugeMetricFamily("http_in_flight", "Requests being answered", labels=names[:1])
        for service, count in self.in_flight.items():
            flying.add_metric([service], count)
        yield from (total, duration, flying)

    def _begun(self, labels: Labels) -> _Tally:
        if len(self._tallies) >= MOST_TALLIES:
            labels = (labels[0], OTHER, OTHER, OTHER)
        return self._tallies.setdefault(labels, _Tally())


def _by_area(tallies: dict[Labels, _Tally]) -> dict[tuple[str, str], _Tally]:
    areas: dict[tuple[str, str], _Tally] = {}
    for labels, tally in list(tallies.items()):
        whole = areas.setdefault((labels[0], area(labels[1])), _Tally())
        whole.buckets = [a + b for a, b in zip(whole.buckets, tally.buckets, strict=True)]
        whole.seconds += tally.seconds
    return areas


def area(route: str) -> str:
    """Name what a route is about: the first two steps of its path, without what is done there.

    >>> area("/v1/cases/{case_id}:merge"), area("/v1/scores:lookup"), area("/readyz")
    ('/v1/cases', '/v1/scores', '/readyz')
    """
    return "/".join(step.partition(":")[0] for step in route.split("/")[:3])


def _cumulative(tally: _Tally) -> list[tuple[str, float]]:
    bounds = [*(str(bound) for bound in REQUEST_SECONDS), "+Inf"]
    return list(zip(bounds, accumulate(tally.buckets), strict=True))


class Disks(Collector):
    """Room on the disks that hold what a process writes, looked at when somebody asks."""

    def __init__(self) -> None:
        self._paths: dict[str, Path] = {}

    def watch(self, volume: str, path: Path) -> None:
        """Show the disk under a path, which need not be there yet, under the name of a volume."""
        self._paths[volume] = path.absolute()

    def collect(self) -> Iterator[Metric]:
        """Show size and free room of each."""
        size = GaugeMetricFamily("disk_size_bytes", "Size of a disk", labels=["volume"])
        free = GaugeMetricFamily("disk_free_bytes", "Room left on a disk", labels=["volume"])
        for volume, path in list(self._paths.items()):
            room = shutil.disk_usage(next(each for each in (path, *path.parents) if each.exists()))
            size.add_metric([volume], room.total)
            free.add_metric([volume], room.free)
        yield from (size, free)


async def watch_loop() -> None:
    """Measure how late a sleeper wakes: the event loop is busy with something it should not be."""
    while True:
        due = time.monotonic() + LAG_PAUSE
        await asyncio.sleep(LAG_PAUSE)
        event_loop_lag_seconds.observe(max(0.0, time.monotonic() - due))


requests: Final = Requests()
disks: Final = Disks()
REGISTRY.register(requests)
REGISTRY.register(disks)
