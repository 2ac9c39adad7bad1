"""What the worker shows of intake: totals by source and fate, the quarantine, age of the news."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import asyncpg
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from ingestor.quarantine import count_by_code

RESULTS: Final = ("accepted", "unchanged", "mended", "quarantined")

BY_SOURCE: Final = """
    SELECT source, sum(accepted)::bigint AS accepted, sum(unchanged)::bigint AS unchanged,
           sum(mended)::bigint AS mended, sum(quarantined)::bigint AS quarantined,
           max(finished_at) FILTER (WHERE status = 'complete') AS complete_at,
           max(started_at) AS started_at
    FROM run GROUP BY source
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Intake at one moment. Sources are few: whoever runs the platform names them."""

    releases: Mapping[tuple[str, str], int] = field(default_factory=dict)
    quarantine: Mapping[str, int] = field(default_factory=dict)
    complete_at: Mapping[str, datetime] = field(default_factory=dict)
    started_at: Mapping[str, datetime] = field(default_factory=dict)


async def snapshot(connection: asyncpg.Connection) -> Snapshot:
    """Count intake as it stands."""
    rows = await connection.fetch(BY_SOURCE)
    return Snapshot(
        releases={(row["source"], fate): row[fate] for row in rows for fate in RESULTS},
        quarantine=await count_by_code(connection),
        complete_at={row["source"]: row["complete_at"] for row in rows if row["complete_at"]},
        started_at={row["source"]: row["started_at"] for row in rows},
    )


class Intake(Collector):
    """Shows the newest snapshot to Prometheus."""

    def __init__(self) -> None:
        self.snapshot = Snapshot()

    def collect(self) -> Iterator[Metric]:
        """Yield totals, the quarantine by code, and when each source was last taken in."""
        now = self.snapshot
        releases = CounterMetricFamily(
            "releases", "Releases received, by fate", labels=["source", "result"]
        )
        for labels, count in now.releases.items():
            releases.add_metric(labels, count)
        quarantine = GaugeMetricFamily("quarantine", "Things in quarantine", labels=["code"])
        for code, count in now.quarantine.items():
            quarantine.add_metric([code], count)
        yield from (releases, quarantine)
        yield _moments("run_complete_timestamp", "When a run was last complete", now.complete_at)
        yield _moments("run_started_timestamp", "When a run last began", now.started_at)


def _moments(name: str, help_text: str, moments: Mapping[str, datetime]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=["source"])
    for source, moment in moments.items():
        family.add_metric([source], moment.timestamp())
    return family


intake: Final = Intake()
REGISTRY.register(intake)
