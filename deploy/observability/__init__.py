"""How a running platform is watched: what Prometheus asks, the rules it goes by, and dashboards.

`rules/alerts.yaml` is kept by hand; everything else here that is no Python is written by
`make docs` from what is declared in this package and in `deploy.processes`.
"""

from collections.abc import Iterator
from pathlib import Path

from deploy.observability import dashboards, scraping, slo

FOLDER = Path(__file__).resolve().parent


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated file: its path and its text."""
    yield FOLDER / "prometheus.yml", scraping.configuration()
    yield FOLDER / "rules" / "slo.yaml", slo.rules()
    for name, text in dashboards.documents():
        yield FOLDER / "grafana" / name, text
