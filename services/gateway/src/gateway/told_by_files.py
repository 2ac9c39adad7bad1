"""What files tell the worker: when the last backup ended well, and until when a certificate holds.

Both are looked at when somebody asks. What is not there is not shown, so that it is missed.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography import x509
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

BACKUP: Final = "backup_"
"""How the names begin that a report of a backup may tell."""


class Files(Collector):
    """Shows what the files say that it was told of."""

    def __init__(self) -> None:
        self.backup_report: Path | None = None
        self.certificate: Path | None = None

    def describe(self) -> Iterator[Metric]:
        """Name no figure before it is asked for."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """Read them."""
        if (report := _text(self.backup_report)) is not None:
            for family in text_string_to_metric_families(report):
                for sample in family.samples:
                    if sample.name.startswith(BACKUP) and not sample.labels:
                        yield GaugeMetricFamily(sample.name, "Of the last backup", sample.value)
        if (shown := _text(self.certificate)) is not None:
            first = x509.load_pem_x509_certificate(shown.encode())
            yield GaugeMetricFamily(
                "certificate_not_after_timestamp_seconds",
                "Until when the certificate of the front holds",
                first.not_valid_after_utc.timestamp(),
            )


def _text(path: Path | None) -> str | None:
    try:
        return None if path is None else path.read_text("ascii")
    except FileNotFoundError:
        return None


files: Final = Files()
REGISTRY.register(files)
