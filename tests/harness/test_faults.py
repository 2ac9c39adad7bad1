"""The first fault test: nothing unscored, no alert lost or doubled, whatever is killed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.harness.faults import FEWEST_HITS, run


@pytest.mark.slow
@pytest.mark.check("F2", tier=2, limit="0 unscored, 0 alerts lost or doubled")
@pytest.mark.check("F4", tier=2, limit="0 unscored, 0 alerts lost or doubled")
@pytest.mark.check("F5", tier=2, limit="0 unscored, 0 alerts lost or doubled")
@pytest.mark.check("F7", tier=2, limit="0 unscored, 0 alerts lost or doubled")
@pytest.mark.check("F9", tier=2, limit="0 unscored, 0 alerts lost or doubled")
async def test_two_thousand_releases_survive_thirty_kills_in_flight(
    tmp_path_factory: pytest.TempPathFactory, record_property: Callable[[str, object], None]
) -> None:
    seed = int(os.environ.get("SEED", "20261124"))
    folder: Path = tmp_path_factory.mktemp("faults")

    report = await run(folder, seed)

    record_property("figure", str(report))
    assert report.accepted == 2_000
    assert report.hits.total() >= FEWEST_HITS
    assert (report.unscored, report.unseen) == ([], [])
    assert (report.alerts_lost, report.alerts_doubled, report.alerts_unexpected) == ([], [], [])
