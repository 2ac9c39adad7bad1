"""The dashboards, as Grafana reads them: rows of panels, each a question and its queries.

No query names a partner, a purchase or a person; which ones they are is told by the tables that the
runbooks name.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

WIDTH, HEIGHT, ACROSS = 8, 8, 3
SCHEMA: Final = 39
SOURCE: Final = {"type": "prometheus", "uid": "prometheus"}


@dataclass(frozen=True, slots=True)
class Panel:
    """A question; each query with the text of its legend."""

    title: str
    unit: str
    queries: Sequence[tuple[str, str]]
    kind: str = "timeseries"


def one(title: str, unit: str, expr: str, legend: str = "", **more: str) -> Panel:
    """Return a panel of one query."""
    return Panel(title, unit, [(expr, legend)], **more)


_FAST: Final = 'service="gateway",area!~"/v1/(feed|evidence|trials|exports|dumps)"'

_DURATIONS: Final = f"rate(http_request_duration_seconds_bucket{{{_FAST}}}[5m])"

DASHBOARDS: Final[dict[str, tuple[str, Sequence[Panel]]]] = {
    "platform-red.json": (
        "Platform RED",
        (
            one(
                "Requests a second",
                "reqps",
                "sum by (service) (rate(http_requests_total[5m]))",
                "{{service}}",
            ),
            one(
                "Share that failed (5xx)",
                "percentunit",
                'sum by (service) (rate(http_requests_total{code=~"5.."}[5m]))'
                " / sum by (service) (rate(http_requests_total[5m]))",
                "{{service}}",
            ),
            Panel(
                "Gateway, how long",
                "s",
                [
                    (
                        f"histogram_quantile({share}, sum by (le) ({_DURATIONS}))",
                        f"p{share * 100:.0f}",
                    )
                    for share in (0.5, 0.95, 0.99)
                ],
            ),
            one(
                "Slowest areas, p95",
                "s",
                "topk(10, histogram_quantile(0.95, sum by (area, le)"
                ' (rate(http_request_duration_seconds_bucket{service="gateway"}[15m]))))',
                "{{area}}",
            ),
            one(
                "Busiest routes",
                "reqps",
                "topk(10, sum by (route, method)"
                ' (rate(http_requests_total{service="gateway"}[15m])))',
                "{{method}} {{route}}",
            ),
            one(
                "Answers by status",
                "reqps",
                'sum by (code) (rate(http_requests_total{service="gateway"}[5m]))',
                "{{code}}",
            ),
            one("Being answered", "short", "sum by (service) (http_in_flight)", "{{service}}"),
            Panel(
                "Connections of the database",
                "percentunit",
                [("max by (process) (db_pool_in_use / db_pool_size)", "{{process}} in use")],
            ),
            one(
                "Waiting for a connection, p99",
                "s",
                "histogram_quantile(0.99, sum by (process, le)"
                " (rate(db_pool_wait_seconds_bucket[5m])))",
                "{{process}}",
            ),
            one(
                "Event loop late, p99",
                "s",
                "histogram_quantile(0.99, sum by (process, le)"
                " (rate(event_loop_lag_seconds_bucket[5m])))",
                "{{process}}",
            ),
            one("CPU", "short", "rate(process_cpu_seconds_total[5m])", "{{process}}"),
            one("Memory", "bytes", "process_resident_memory_bytes", "{{process}}"),
        ),
    ),
    "queues-and-freshness.json": (
        "Queues and freshness",
        (
            one(
                "Oldest that waits",
                "s",
                "max by (process, outbox) (outbox_oldest_seconds)",
                "{{outbox}} for {{process}}",
            ),
            one(
                "How much waits",
                "short",
                "max by (process, outbox) (outbox_pending)",
                "{{outbox}} for {{process}}",
            ),
            one("Dead letters", "short", "max by (process, feed) (dead_letters)", "{{feed}}"),
            one(
                "Since the portal was read whole",
                "s",
                "time() - max by (source) (run_complete_timestamp)",
                "{{source}}",
            ),
            one(
                "Newest release of a source",
                "s",
                "time() - max by (source) (data_newest_release_timestamp)",
                "{{source}}",
            ),
            one(
                "Results until stored, p95",
                "s",
                "histogram_quantile(0.95, sum by (le) (rate(portal_results_seconds_bucket[6h])))",
                "p95",
            ),
            one(
                "Releases until judged, p99",
                "s",
                "histogram_quantile(0.99, sum by (le) (rate(score_age_seconds_bucket[30m])))",
                "p99",
            ),
            one(
                "Releases by what became of them",
                "short",
                "sum by (source, result) (increase(releases_total[1h]))",
                "{{source}} {{result}}",
            ),
            one("Quarantine", "short", "sum by (code) (quarantine)", "{{code}}"),
            one(
                "Jobs that fail",
                "short",
                'sum by (process, job) (increase(jobs_total{result="failed"}[15m])) > 0',
                "{{process}} {{job}}",
            ),
            one(
                "Jobs begun again",
                "short",
                "sum by (process, job) (increase(jobs_retries_total[15m])) > 0",
                "{{process}} {{job}}",
            ),
            one(
                "Indicators that flag most",
                "percentunit",
                "topk(10, max by (indicator) (indicator_hit_rate))",
                "{{indicator}}",
            ),
            Panel(
                "The portal",
                "reqps",
                [
                    ("sum(rate(portal_requests_total[5m]))", "requests"),
                    ("sum by (reason) (rate(portal_failures_total[5m]))", "failed: {{reason}}"),
                    ("max(portal_rate)", "most allowed"),
                ],
            ),
            one(
                "Room on disks",
                "percentunit",
                "min by (volume) (disk_free_bytes / disk_size_bytes)",
                "{{volume}}",
            ),
            one("Size of the database", "bytes", "max(database_bytes)", "all services"),
        ),
    ),
    "webhooks-by-partner.json": (
        "Webhooks by partner",
        (
            one(
                "Endpoints by how they fare",
                "short",
                "max by (fares) (webhook_endpoints)",
                "{{fares}}",
            ),
            one(
                "Tries by what came of them",
                "reqps",
                "sum by (state) (rate(webhook_attempts_total[5m]))",
                "{{state}}",
            ),
            Panel(
                "Oldest delivery",
                "s",
                [
                    ("max(webhook_oldest_untried_seconds)", "never tried: ours"),
                    ("max(webhook_oldest_undelivered_seconds)", "still tried: theirs"),
                ],
            ),
            Panel(
                "Still to be delivered",
                "short",
                [("max(webhook_pending)", "all"), ("max(webhook_untried)", "never tried")],
            ),
            one(
                "First try after it was due, p99",
                "s",
                "histogram_quantile(0.99, sum by (le)"
                " (rate(webhook_first_try_seconds_bucket[30m])))",
                "p99",
            ),
            one(
                "Letters and messages still to be sent",
                "short",
                "max by (channel) (delivery_backlog)",
                "{{channel}}",
            ),
            one(
                "Letters and messages by what came of them",
                "reqps",
                "sum by (channel, state) (rate(subscription_attempts_total[15m]))",
                "{{channel}} {{state}}",
            ),
        ),
    ),
    "security-and-audit.json": (
        "Security and audit",
        (
            one("Entries of the audit", "short", "max(audit_head_index)", "head"),
            one(
                "Acts refused for want of the audit",
                "short",
                "sum(increase(audit_append_failures_total[1h]))",
                "an hour",
                kind="stat",
            ),
            one(
                "Broken embargoes",
                "short",
                "max(embargo_violations_total)",
                "ever",
                kind="stat",
            ),
            one(
                "Requests without a valid key",
                "reqps",
                "sum by (reason) (rate(authz_denied_total[5m]))",
                "{{reason}}",
            ),
            one("Requests over quota", "reqps", "sum(rate(rate_limited_total[5m]))", "refused"),
            one(
                "Limits not counted",
                "short",
                "max by (process) (gateway_quotas_open)",
                "1 while Valkey is away",
            ),
            one("The bell is heard", "short", "min by (process) (redis_up)", "{{process}}"),
            one("Tips, up to yesterday", "short", "max(tips_total)", "all", kind="stat"),
            one(
                "Days of complaints",
                "short",
                "max by (due) (complaint_deadlines)",
                "{{due}}",
            ),
            one(
                "Days until the certificate ends",
                "d",
                "(min(certificate_not_after_timestamp_seconds) - time()) / 86400",
                "days",
                kind="stat",
            ),
            one(
                "Days until the portal's token ends",
                "d",
                "min(portal_token_days_left)",
                "days",
                kind="stat",
            ),
            one(
                "Since the last backup",
                "s",
                "time() - max(backup_last_success_timestamp_seconds)",
                "age",
                kind="stat",
            ),
        ),
    ),
}


def documents() -> Iterator[tuple[str, str]]:
    """Every dashboard: the name of its file and its text."""
    for name, (title, panels) in DASHBOARDS.items():
        document = {
            "uid": name.removesuffix(".json"),
            "title": title,
            "tags": ["qadaga"],
            "timezone": "utc",
            "refresh": "30s",
            "schemaVersion": SCHEMA,
            "time": {"from": "now-6h", "to": "now"},
            "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
        }
        yield name, json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    return {
        "id": number + 1,
        "title": panel.title,
        "type": panel.kind,
        "datasource": SOURCE,
        "gridPos": {
            "h": HEIGHT,
            "w": WIDTH,
            "x": WIDTH * (number % ACROSS),
            "y": HEIGHT * (number // ACROSS),
        },
        "fieldConfig": {"defaults": {"unit": panel.unit}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "expr": expr, "legendFormat": legend}
            for place, (expr, legend) in enumerate(panel.queries)
        ],
    }
