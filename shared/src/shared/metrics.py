"""The names of what is measured, and the counting of requests.

Label values come from closed sets only: route templates, methods, statuses, feeds, jobs. Never an
ocid, a BIN, an organisation or a raw path.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
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

db_pool_in_use = Gauge("db_pool_in_use", "Connections of the pool in use")
db_pool_wait_seconds = Histogram(
    "db_pool_wait_seconds", "Waiting for a connection of the pool", buckets=SECONDS
)
redis_up = Gauge("redis_up", "Whether the bell can be rung: 1 or 0")
bells_lost_total = Counter("bells_lost_total", "Bells not rung because Redis was away", ["feed"])
jobs_total = Counter("jobs_total", "Jobs by result", ["job", "result"])
job_duration_seconds = Histogram(
    "job_duration_seconds", "Duration of a job", ["job"], buckets=SECONDS
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
        self.buckets = [0] * (len(SECONDS) + 1)
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
            tally = self._tallies[labels] = _Tally()
        tally.buckets[bisect_left(SECONDS, seconds)] += 1
        tally.seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Show the counts to Prometheus."""
        names = ["service", "route", "method", "code"]
        total = CounterMetricFamily("http_requests", "Requests answered", labels=names)
        duration = HistogramMetricFamily(
            "http_request_duration_seconds", "From first byte in to last byte out", labels=names[:3]
        )
        for labels, tally in list(self._tallies.items()):
            total.add_metric(labels, sum(tally.buckets))
        for route, tally in _by_route(self._tallies).items():
            duration.add_metric(route, _cumulative(tally), tally.seconds)
        flying = GaugeMetricFamily("http_in_flight", "Requests being answered", labels=names[:1])
        for service, count in self.in_flight.items():
            flying.add_metric([service], count)
        yield from (total, duration, flying)


def _by_route(tallies: dict[Labels, _Tally]) -> dict[tuple[str, ...], _Tally]:
    routes: dict[tuple[str, ...], _Tally] = {}
    for labels, tally in list(tallies.items()):
        whole = routes.setdefault(labels[:3], _Tally())
        whole.buckets = [a + b for a, b in zip(whole.buckets, tally.buckets, strict=True)]
        whole.seconds += tally.seconds
    return routes


def _cumulative(tally: _Tally) -> list[tuple[str, float]]:
    bounds = [*(str(bound) for bound in SECONDS), "+Inf"]
    return list(zip(bounds, accumulate(tally.buckets), strict=True))


requests: Final = Requests()
REGISTRY.register(requests)
