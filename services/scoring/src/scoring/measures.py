"""What scoring measures beside what all services do."""

from collections.abc import Collection
from typing import Final

from prometheus_client import Gauge, Histogram

from scoring.store import Tally
from shared.metrics import SECONDS

judged_seconds: Final = Histogram(
    "engine_cycle_seconds",
    "Duration of the engine's steps: load, judge, write, compare, statistics",
    ["step"],
    buckets=SECONDS,
)
score_age_seconds: Final = Histogram(
    "score_age_seconds",
    "From the arrival of the oldest release of a page until the page is judged",
    buckets=(1, 2, 5, 10, 30, 60, 300, 900, 3600, 21600),
)
findings_total: Final = Gauge(
    "findings_total", "Subjects by indicator and present result", ["indicator", "status"]
)
hit_rate: Final = Gauge(
    "indicator_hit_rate", "Share of flags among the computed results", ["indicator"]
)
held_back: Final = Gauge(
    "indicator_held_back", "1 while the flags of an indicator count no points", ["indicator"]
)


def show_tally(tally: Tally, held: Collection[str] = ()) -> None:
    """Show how many subjects have which result of each indicator, and which are held back."""
    sums: dict[tuple[str, str], int] = {}
    for (_, code, status), n in tally.items():
        sums[code, status] = sums.get((code, status), 0) + n
    for (code, status), n in sums.items():
        findings_total.labels(code, status).set(n)
    for code in {code for code, _ in sums}:
        flagged = sums.get((code, "flagged"), 0)
        computed = flagged + sums.get((code, "clear"), 0)
        hit_rate.labels(code).set(flagged / computed if computed else 0.0)
        held_back.labels(code).set(code in held)
