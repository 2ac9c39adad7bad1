"""Signs of life that the worker shows: the audit, the webhooks by their endpoints, files waiting.

Endpoints are counted by how they fare, and never named: whose they are stands in the tables.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import asyncpg
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.push.outbox import FAILING
from shared.metrics import outbox_oldest_seconds, outbox_pending

FARES: Final = ("well", "failing", "spared", "disabled")

# Tried once and still pending is failing; what was never tried waits for us, not for its endpoint,
# unless that has not taken others of its own.
_DELIVERIES: Final = f"""
    WITH {FAILING}
    SELECT count(*) AS pending, count(*) FILTER (WHERE tries = 0) AS untried,
           extract(epoch FROM $1 - min(delivery.created_at))::float8 AS oldest,
           extract(epoch FROM $1 - min(due_at) FILTER (WHERE tries = 0
               AND endpoint_id NOT IN (SELECT endpoint_id FROM failing)))::float8 AS oldest_untried
    FROM delivery JOIN endpoint ON endpoint.id = endpoint_id
    WHERE state = 'pending' AND enabled AND deleted_at IS NULL
"""
_ENDPOINTS: Final = """
    SELECT CASE WHEN NOT enabled THEN 'disabled' WHEN spared_until > $1 THEN 'spared'
                WHEN EXISTS (SELECT FROM delivery WHERE endpoint_id = endpoint.id
                             AND state = 'pending' AND tries > 0) THEN 'failing'
                ELSE 'well' END AS fares, count(*) AS number
    FROM endpoint WHERE deleted_at IS NULL GROUP BY 1
"""
_FILES: Final = """
    SELECT count(*) AS waiting,
           coalesce(extract(epoch FROM $1 - min(created_at)), 0)::float8 AS oldest
    FROM export WHERE state = 'waiting'
"""


@dataclass(frozen=True, slots=True)
class Signs:
    """What was counted at one moment."""

    audit_head: int = 0
    database_bytes: int = 0
    deliveries: Mapping[str, Any] = field(default_factory=dict)
    endpoints: Mapping[str, int] = field(default_factory=dict)


async def look(connection: asyncpg.Connection, now: datetime) -> Signs:
    """Count them."""
    files = await connection.fetchrow(_FILES, now)
    outbox_pending.labels("exports").set(files["waiting"])
    outbox_oldest_seconds.labels("exports").set(max(0.0, files["oldest"]))
    return Signs(
        audit_head=await connection.fetchval("SELECT seq FROM audit_head WHERE id = 1"),
        database_bytes=await connection.fetchval("SELECT pg_database_size(current_database())"),
        deliveries=dict(await connection.fetchrow(_DELIVERIES, now)),
        endpoints={r["fares"]: r["number"] for r in await connection.fetch(_ENDPOINTS, now)},
    )


class Shown(Collector):
    """Shows the newest signs to Prometheus; before there are any, none."""

    def __init__(self) -> None:
        self.signs: Signs | None = None

    def describe(self) -> Iterator[Metric]:
        """Name no figure before it is asked for."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Yield what was counted."""
        if (signs := self.signs) is None:
            return
        told = signs.deliveries
        for name, help_text, value in (
            ("audit_head_index", "Number of the last entry of the audit", signs.audit_head),
            ("database_bytes", "Size of the database of all services", signs.database_bytes),
            ("webhook_pending", "Deliveries still to be made", told["pending"]),
            ("webhook_untried", "Deliveries never tried yet", told["untried"]),
            (
                "webhook_oldest_undelivered_seconds",
                "Age of the oldest delivery still to be made, also to who does not answer",
                told["oldest"],
            ),
            (
                "webhook_oldest_untried_seconds",
                "How long the delivery that waits longest for its first try has waited",
                told["oldest_untried"],
            ),
            (
                "webhook_endpoints_disabled",
                "Endpoints to which nothing is sent any more",
                signs.endpoints.get("disabled", 0),
            ),
        ):
            yield GaugeMetricFamily(name, help_text, max(0.0, value or 0.0))
        fares = GaugeMetricFamily(
            "webhook_endpoints", "Endpoints by how they fare", labels=["fares"]
        )
        for word in FARES:
            fares.add_metric([word], signs.endpoints.get(word, 0))
        yield fares


shown: Final = Shown()
REGISTRY.register(shown)
