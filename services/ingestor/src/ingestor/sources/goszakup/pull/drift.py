"""Whether the portal's schema has moved: records with fields nobody knows, or of another type."""

from collections import Counter as Count
from collections.abc import Mapping
from typing import Final

from prometheus_client import Counter, Gauge

from ingestor.sources.goszakup.payload import Report
from shared.logs import logger

ALARM: Final = 0.01  # share of a root's records with one and the same oddity

drift_total = Counter(
    "portal_schema_drift_total", "Oddities in records of the portal", ["root", "kind"]
)
drift_gauge = Gauge(
    "portal_schema_drift_alarm",
    "1 where more than a hundredth of a root's records are odd",
    ["root"],
)

log = logger(__name__)


class Drift:
    """Oddities of one run, by root and field."""

    def __init__(self) -> None:
        self._records: Count[str] = Count()
        self._odd: dict[str, Count[str]] = {}

    def note(self, root: str, records: int, report: Report) -> None:
        """Count what reading the records of a page came upon."""
        self._records[root] += records
        odd = self._odd.setdefault(root, Count())
        for kind, found in (("unknown", report.unknown), ("mistyped", report.mistyped)):
            odd.update(found)
            if found:
                drift_total.labels(root, kind).inc(found.total())

    def alarms(self) -> Mapping[str, list[str]]:
        """Name, by root, the fields that moved in more than a hundredth of its records."""
        moved = {
            root: sorted(f for f, count in odd.items() if count > ALARM * self._records[root])
            for root, odd in self._odd.items()
        }
        return {root: fields for root, fields in moved.items() if fields}

    def tell(self) -> str | None:
        """Raise the alarm, or take it back; returns what to say of the run."""
        alarms = self.alarms()
        for root in self._records:
            drift_gauge.labels(root).set(root in alarms)
        if not alarms:
            return None
        log.warning("schema_drift", fields=alarms)
        fields = ", ".join(field for root in alarms.values() for field in root)
        return f"The portal's schema has moved: {fields}"
