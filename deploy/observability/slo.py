"""What is promised over thirty days, and the rules that tell how fast what is left is used up.

A promise allows a share of failures. How many times too fast they come is looked at over a long and
a short time together (Site Reliability Workbook, chapter 5): somebody is woken where two hundredths
of a month's allowance went in an hour or five in six, and finds a ticket where a tenth went in a
day, or in three.
"""

from dataclasses import dataclass
from typing import Any, Final

import yaml

WINDOWS: Final = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
PAGE: Final = ((14.4, "1h", "5m"), (6.0, "6h", "30m"))
TICKET: Final = ((3.0, "1d", "2h"), (1.0, "3d", "6h"))
RUNBOOKS: Final = "docs/runbooks"
HEAD: Final = "# Written by `make docs` from deploy/observability/slo.py.\n"


@dataclass(frozen=True, slots=True)
class Promise:
    """A share of things that go well. `bad` and `all` are rates over WINDOW."""

    alert: str
    page: str
    objective: float
    bad: str
    all: str
    summary: str

    @property
    def record(self) -> str:
        """Name the recorded share of failures."""
        return f"qadaga:{self.page.replace('-', '_')}:bad_share"

    def share(self, window: str) -> str:
        """Return the share of failures; without any event there is none."""
        return f"({self.bad}) / ({self.all})".replace("WINDOW", window)


def _late(metric: str, within: str, labels: str = "") -> tuple[str, str]:
    """Return rates of what took longer than `within` (a bucket of the metric), and of all."""
    inside = f'{labels}{"," if labels else ""}le="{within}"'
    every = f"sum(rate({metric}_count{{{labels}}}[WINDOW]))"
    return f"{every} - sum(rate({metric}_bucket{{{inside}}}[WINDOW]))", every


_HELD_OPEN: Final = 'service="gateway",area!~"/v1/(feed|evidence|trials|exports|dumps)"'
"""Requests that are answered when something happens, or take as long as their files are large."""

PROMISES: Final = (
    Promise(
        "GatewayErrors",
        "gateway-errors",
        0.995,
        'sum(rate(http_requests_total{service="gateway",code=~"5.."}[WINDOW]))',
        'sum(rate(http_requests_total{service="gateway"}[WINDOW]))',
        "More requests of partners fail than 0.5 % of a month allow",
    ),
    Promise(
        "GatewaySlow",
        "gateway-slow",
        0.99,
        *_late("http_request_duration_seconds", "0.3", _HELD_OPEN),
        "More requests take longer than 300 ms than 1 % of a month allow",
    ),
    Promise(
        "ResultsLate",
        "results-late",
        0.99,
        *_late("portal_results_seconds", "3600.0"),
        "More results are stored later than an hour after their publication than 1 % allow",
    ),
    Promise(
        "ScoresLate",
        "scores-late",
        0.99,
        *_late("score_age_seconds", "300.0"),
        "More releases are judged later than five minutes after their arrival than 1 % allow",
    ),
    Promise(
        "WebhooksLate",
        "webhooks-late",
        0.99,
        *_late("webhook_first_try_seconds", "60.0"),
        "More webhooks are first tried later than a minute after they were due than 1 % allow",
    ),
)


def rules() -> str:
    """Return the rules as Prometheus reads them."""
    recorded = [
        {"record": f"{each.record}{window}", "expr": each.share(window)}
        for each in PROMISES
        for window in WINDOWS
    ]
    alerts = [
        _alert(each, severity, pairs)
        for each in PROMISES
        for severity, pairs in (("page", PAGE), ("ticket", TICKET))
    ]
    groups = [
        {"name": "shares of failures", "rules": recorded},
        {"name": "promises", "rules": alerts},
    ]
    return HEAD + yaml.safe_dump({"groups": groups}, sort_keys=False, width=1000)


def _alert(
    promise: Promise, severity: str, pairs: tuple[tuple[float, str, str], ...]
) -> dict[str, Any]:
    allowed = 1 - promise.objective
    burning = [
        " and ".join(
            f"{promise.record}{window} > {round(factor * allowed, 6)}" for window in (long, short)
        )
        for factor, long, short in pairs
    ]
    return {
        "alert": promise.alert,
        "expr": " or ".join(f"({each})" for each in burning),
        "labels": {"severity": severity},
        "annotations": {
            "summary": promise.summary,
            "runbook_url": f"{RUNBOOKS}/{promise.page}.md",
        },
    }
