"""When a score becomes an alert, decided by value; then the same through the engine."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from scoring.alerts import (
    Circumstances,
    Progress,
    Standing,
    alert_id,
    held_band,
    raises,
    stage,
)
from shared.contracts.alerts import Alert
from tests.scoring.office import Office
from tests.scoring.releases import award, purchase_id, release, suspicious, tender

START = datetime(2026, 3, 1, tzinfo=UTC)
LIVE = Circumstances("data", "live", START + timedelta(hours=1), "award_unsigned", START)
CALM = Standing("low", "low", frozenset())
HIGH = Standing("high", "high", frozenset())


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (None, HIGH, True),
        (CALM, HIGH, True),
        (HIGH, Standing("critical", "critical", frozenset()), True),
        (HIGH, HIGH, False),
        (Standing("critical", "critical", frozenset()), HIGH, False),
        (CALM, Standing("medium", "medium", frozenset()), False),
        (Standing("medium", "high", frozenset()), HIGH, False),
        (None, Standing("medium", "medium", frozenset({"K01"})), True),
        (Standing("low", "low", frozenset({"K01"})), Standing("low", "low", frozenset()), False),
    ],
)
def test_an_alert_is_a_rise_into_a_band_or_a_new_breach(
    before: Standing | None, now: Standing, expected: bool
) -> None:
    assert raises(before, now, LIVE) is expected


def test_a_day_that_has_come_is_news_as_data_are_and_its_alert_has_a_name_of_its_own() -> None:
    by_clock = Circumstances("clock", "live", START, "contract_running", START)

    assert raises(CALM, HIGH, by_clock) is True
    by_data = alert_id("prc_1", "high", "epoch", 7)
    assert alert_id("prc_1", "high", "epoch", 7, START.date()) != by_data


@pytest.mark.parametrize(
    "change",
    [
        {"cause": "method"},
        {"cause": "population"},
        {"cause": "context"},
        {"origin": "backfill"},
        {"news_of": START - timedelta(seconds=1)},
        {"news_of": None},
        {"stage": "finished"},
        {"stage": "ended"},
        {"stage": "evaluation"},
    ],
)
def test_no_alert_without_news_in_time(change: dict[str, object]) -> None:
    values = {name: getattr(LIVE, name) for name in LIVE.__dataclass_fields__}

    assert raises(CALM, HIGH, Circumstances(**(values | change))) is False


@pytest.mark.parametrize(
    ("before", "band", "expected", "held"),
    [
        (None, "high", 55.0, "high"),
        ("high", "medium", 45.0, "high"),
        ("high", "medium", 44.9, "medium"),
        ("critical", "high", 70.0, "critical"),
        ("critical", "high", 69.9, "high"),
        ("high", None, 52.0, "high"),
        ("high", None, 12.0, None),
        ("low", "critical", 80.0, "critical"),
        (None, None, 0.0, None),
    ],
)
def test_a_band_is_entered_at_once_and_left_with_a_margin(
    before: str | None, band: str | None, expected: float, held: str | None
) -> None:
    assert held_band(before, band, expected) == held


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (Progress("active", START + timedelta(days=1), 0, 0, 0), "tender_open"),
        (Progress("active", START - timedelta(days=1), 0, 0, 0), "evaluation"),
        (Progress("planned", None, 0, 0, 0), "tender_open"),
        (Progress("complete", START - timedelta(days=1), 1, 0, 0), "award_unsigned"),
        (Progress("complete", None, 1, 1, 1), "contract_running"),
        (Progress("complete", None, 1, 1, 0), "finished"),
        (Progress("cancelled", START + timedelta(days=1), 1, 0, 0), "ended"),
        (Progress(None, None, 0, 0, 0), "unknown"),
    ],
)
def test_the_stage_says_what_can_still_be_done(progress: Progress, expected: str) -> None:
    assert stage(progress, START) == expected


def test_an_alert_has_one_name_however_often_it_is_worked_out() -> None:
    name = alert_id("prc_1", "high", "epoch", 7)

    assert name == alert_id("prc_1", "high", "epoch", 7)
    assert name.startswith("alr_")
    assert (
        len({name, alert_id("prc_1", "critical", "epoch", 7), alert_id("prc_1", "high", "e", 8)})
        == 3
    )


async def test_new_data_on_an_unsigned_award_raise_one_alert(alerting: Office) -> None:
    await alerting.publish(suspicious("ocds-1"), release("ocds-2"))

    await alerting.work()
    await alerting.publish(suspicious("ocds-1", title="a comma was mended"))
    await alerting.work()

    rows = await alerting.alerts()
    assert [row["subject_id"] for row in rows] == [purchase_id("ocds-1")]
    alert = msgspec.json.decode(rows[0]["document"], type=Alert)
    assert (alert.band, alert.previous_band, alert.data_seq) == ("high", None, 1)
    assert alert.score > 50
    assert alert.indicators[0] == "R018"
    assert alert.windows == []
    assert alert.windows_reason is not None
    assert alert.windows_reason.endswith(f"/v1/triage/{alert.id}")
    assert rows[0]["stage"] == "award_unsigned"


@pytest.mark.parametrize(
    ("origin", "changes"),
    [
        ("backfill", {}),
        ("live", {"date": "2026-02-27T08:00:00Z"}),
        ("live", {"contracts": [{"id": "c", "status": "terminated"}]}),
        ("live", {"tender": tender(numberOfTenderers=1, status="cancelled")}),
    ],
)
async def test_what_nobody_can_act_on_raises_no_alert(
    alerting: Office, origin: str, changes: dict[str, object]
) -> None:
    await alerting.publish(suspicious("ocds-1", **changes), origin=origin)

    await alerting.work()

    assert await alerting.alerts() == []


async def test_a_running_contract_still_raises_an_alert(alerting: Office) -> None:
    contracts = [{"id": "c", "status": "active", "dateSigned": "2026-02-27T08:00:00Z"}]

    await alerting.publish(suspicious("ocds-1", contracts=contracts))
    await alerting.work()

    assert [row["stage"] for row in await alerting.alerts()] == ["contract_running"]


async def test_a_dearer_indicator_raises_scores_and_no_alerts(alerting: Office) -> None:
    await alerting.publish(release("ocds-1", tender=tender(numberOfTenderers=1)))
    await alerting.work()
    dearer = msgspec.structs.replace(alerting.catalogue["R018"], points=40, version="dearer")

    alerting.catalogue = {**alerting.catalogue, "R018": dearer}
    await alerting.restart()
    await alerting.work()

    score = await alerting.score("ocds-1")
    assert score
    assert (score["band"], score["cause"]) == ("high", "method")
    assert await alerting.alerts() == []


async def test_new_data_that_meet_a_new_method_are_told_apart_from_it(alerting: Office) -> None:
    await alerting.publish(release("ocds-1", tender=tender(numberOfTenderers=1)))
    await alerting.work()
    dearer = msgspec.structs.replace(alerting.catalogue["R018"], points=40, version="dearer")
    alerting.catalogue = {**alerting.catalogue, "R018": dearer}

    await alerting.restart()
    await alerting.publish(
        release("ocds-1", tender=tender(numberOfTenderers=1), awards=[award("supplier-1", 1000.0)])
    )
    await alerting.work()

    past = await alerting.rows(
        "SELECT cause FROM score_past WHERE subject_type = 'process' ORDER BY valid_from, id"
    )
    assert "method" in [row["cause"] for row in past]
    assert await alerting.alerts() == []


async def test_a_breach_newly_found_raises_an_alert_below_the_high_band(alerting: Office) -> None:
    breach = msgspec.structs.replace(alerting.catalogue["R003"], kind="breach", version="breach")
    alerting.catalogue = {**alerting.catalogue, "R003": breach}
    await alerting.restart()
    period = {"startDate": "2026-02-20T09:00:00Z", "endDate": "2026-02-22T09:00:00Z"}
    await alerting.publish(release("ocds-1"))
    await alerting.work()

    await alerting.publish(release("ocds-1", tender=tender(tenderPeriod=period)))
    await alerting.work()

    rows = await alerting.alerts()
    assert [(row["band"], row["indicators"]) for row in rows] == [("low", ["R003"])]


async def test_a_score_that_wavers_at_the_edge_of_a_band_alerts_once(alerting: Office) -> None:
    wavering = suspicious("ocds-1")
    quiet = wavering | {"tender": wavering["tender"] | {"numberOfTenderers": 3}}
    await alerting.publish(wavering)
    await alerting.judge()

    for found in (quiet, wavering, quiet, wavering):
        await alerting.publish(found)
        await alerting.judge()

    assert len(await alerting.alerts()) == 1
