"""What the worker of cases shows: days that are missed or near, tips by day, embargoes that broke.

Of tips only the sum up to yesterday is shown: who looks at it all day learns nothing of when one
came. An embargo is broken where an event about a case that was embargoed at that moment went to
everybody; that is looked up in the log of what was done, and not asked of the code that tells.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import asyncpg
from prometheus_client import REGISTRY
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from cases.law.counting import local_day
from cases.vault.house import day_of
from shared.clock import Clock
from shared.database import Database
from shared.queue import Periodic

EVERY: Final = 60.0
MOST_EVENTS: Final = 10_000

DUE: Final = ("overdue", "due_in_3_days", "window_closes_in_3_days")

_DEADLINES: Final = """
    SELECT count(*) FILTER (WHERE waiting AND due_on < $1 AND term_confirmed) AS overdue,
           count(*) FILTER (WHERE waiting AND due_on BETWEEN $1 AND $1 + 3) AS due_in_3_days,
           count(*) FILTER (WHERE NOT waiting AND window_closes_on BETWEEN $1 AND $1 + 3)
               AS window_closes_in_3_days
    FROM (SELECT due_on, window_closes_on, term_confirmed,
                 state IN ('filed', 'registered', 'in_consideration') AS waiting
          FROM complaint WHERE state IN ('filed', 'registered', 'in_consideration',
                                         'draft', 'in_approval', 'ready')) AS going_on
"""
_TIPS: Final = "SELECT count(*) FROM tip WHERE received_on < $1"
_PUBLIC: Final = """
    WITH page AS (
        SELECT seq, body FROM feed_event WHERE feed = 'case_events' AND seq > $1
        ORDER BY seq LIMIT $2
    ), told AS (
        SELECT publication.case_id, (said.body ->> 'at')::timestamptz AS at
        FROM (SELECT convert_from(body, 'UTF8')::jsonb AS body FROM page
              WHERE position('"public":true'::bytea IN body) > 0) AS said
        JOIN publication ON publication.id = said.body #>> '{data,publication}'
    )
    SELECT (SELECT max(seq) FROM page) AS last, count(*) FILTER (WHERE coalesce(
        (SELECT (changes #>> '{embargoed,1}')::bool FROM event WHERE object = 'case'
         AND object_id = told.case_id AND changes ? 'embargoed' AND event.at <= told.at
         ORDER BY id DESC LIMIT 1),
        (SELECT (changes #>> '{embargoed,0}')::bool FROM event WHERE object = 'case'
         AND object_id = told.case_id AND changes ? 'embargoed' ORDER BY id LIMIT 1),
        (SELECT embargoed FROM casefile WHERE casefile.id = told.case_id))) AS broken
    FROM told
"""


@dataclass(slots=True)
class Measured:
    """What was counted so far; the events are gone through once."""

    deadlines: Mapping[str, int] = field(default_factory=dict)
    tips: int = 0
    looked_to: int = 0
    broken: int = 0

    async def look(self, connection: asyncpg.Connection, clock: Clock) -> None:
        """Count what is due, and look through what was told since the last time."""
        self.deadlines = dict(await connection.fetchrow(_DEADLINES, local_day(clock.now())))
        while True:
            row = await connection.fetchrow(_PUBLIC, self.looked_to, MOST_EVENTS)
            if row["last"] is None:
                return
            self.looked_to, self.broken = row["last"], self.broken + row["broken"]

    async def count_tips(self, vault: asyncpg.Connection, clock: Clock) -> None:
        """Count the tips of days that are over."""
        self.tips = await vault.fetchval(_TIPS, day_of(clock.now()))


class Shown(Collector):
    """Shows it to Prometheus; before anything was counted, nothing."""

    def __init__(self) -> None:
        self.measured: Measured | None = None

    def describe(self) -> Iterator[Metric]:
        """Name no figure before it is asked for."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted."""
        if (measured := self.measured) is None:
            return
        yield CounterMetricFamily("tips", "Tips received up to yesterday", measured.tips)
        yield CounterMetricFamily(
            "embargo_violations",
            "Events told to everybody of a case under embargo: never any",
            measured.broken,
        )
        due = GaugeMetricFamily("complaint_deadlines", "Complaints by what is due", labels=["due"])
        for word in DUE:
            due.add_metric([word], measured.deadlines.get(word, 0))
        yield due


shown: Final = Shown()
REGISTRY.register(shown)


def due(database: Database, vault: Database, clock: Clock) -> list[Periodic]:
    """Return what the worker does for it."""
    measured = Measured()

    async def look() -> None:
        async with database.connection() as connection:
            await measured.look(connection, clock)
        async with vault.connection() as connection:
            await measured.count_tips(connection, clock)
        shown.measured = measured

    return [Periodic("measure", EVERY, look)]
