"""An invented purchase from the portal's answers to the windows of its alert."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
import pytest

from cases.triage.windows import windows, windows_reason
from deploy.quality.judging import translate
from deploy.quality.recording import record
from deploy.sandbox.world import World
from scoring.alerts import ACTIONABLE, stage
from scoring.facts import Facts
from scoring.normal import envelope
from scoring.purchases import Purchase, purchases

pytestmark = pytest.mark.thorough

NOON = datetime(2026, 3, 3, 7, tzinfo=UTC)
"""A Tuesday in the invented world, twelve o'clock there."""


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Purchase]:
    """What scoring knows of every purchase of a small world at that noon."""
    folder = tmp_path_factory.mktemp("world")
    world = World(7, 200, date(2025, 9, 1))
    world.advance(NOON)
    releases, batch = folder / "releases.jsonl", folder / "batch.ndjson"
    translate(record(world, folder / "answers"), releases)
    lines = [msgspec.json.decode(line) for line in releases.read_bytes().splitlines()]
    fed = [envelope(one) | {"seq": seq} for seq, one in enumerate(lines, 1)]
    batch.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in fed))
    facts = Facts.open(":memory:", threads=1)
    loaded = facts.load(batch, last_seq=len(fed), epoch="e")
    found = list(purchases(facts, loaded.changed).values())
    facts.close()
    return found


def alert(purchase: Purchase) -> dict[str, Any]:
    """What an alert of it brings to triage."""
    return {
        "stage": stage(purchase.progress, NOON),
        "method": purchase.method(),
        "results_at": purchase.results_at,
    }


def day(purchase: Purchase) -> date | None:
    return purchase.results_at and purchase.results_at.date()


def test_two_working_days_after_the_results_the_window_of_article_25_is_open(
    known: Sequence[Purchase],
) -> None:
    # Results on Friday 27 February: Monday 2, Tuesday 3, and the window ends with Wednesday 4.
    competitions = [
        one
        for one in known
        if day(one) == date(2026, 2, 27) and one.method_code == 2 and one.progress.active_awards
    ]

    assert competitions
    for one in competitions:
        [window] = [each for each in windows(alert(one), NOON) if each.route == "pp25_supplier"]
        assert window.closes_at == datetime(2026, 3, 4, 19, tzinfo=UTC)
        assert window.standing == ["potential_supplier"]
        assert window.who[0]["ru"] == "потенциальный поставщик"


def test_a_day_after_its_end_it_is_closed_and_quotations_never_have_it(
    known: Sequence[Purchase],
) -> None:
    over = [one for one in known if day(one) == date(2026, 2, 25) and one.method_code == 2]
    quotations = [one for one in known if day(one) == date(2026, 2, 27) and one.method_code == 3]

    assert over
    assert quotations
    for one in (*over, *quotations):
        assert "pp25_supplier" not in {each.route for each in windows(alert(one), NOON)}


def test_the_method_of_a_contract_without_a_notice_is_that_of_its_first_day(
    known: Sequence[Purchase],
) -> None:
    direct = [one for one in known if one.method_code == 23 and one.progress.running]
    alerts = [alert(one) for one in direct]

    assert direct
    assert {one["method"] for one in alerts} == {"direct"}
    assert {one["stage"] for one in alerts} <= ACTIONABLE.keys()
    assert {windows_reason(one, windows(one, NOON)) for one in alerts} == {None}
