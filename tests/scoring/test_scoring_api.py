"""Scoring's HTTP interface: its feeds, the scores of past days, and who may ask."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import httpx
import msgspec
import pytest

from scoring.api import moment
from scoring.app import application
from scoring.settings import Settings
from shared.clock import FixedClock
from shared.contracts.catalogue import Indicator
from shared.contracts.scores import ScoreDocument
from shared.security import InternalAuth, service_caller
from tests.scoring.office import Office
from tests.scoring.releases import NOW, purchase_id, release, suspicious
from tests.support.feeds import KEY


@pytest.fixture
async def scoring_api(
    scoring_office: Office, platform_database_urls: dict[str, str]
) -> AsyncIterator[httpx.AsyncClient]:
    """The API beside the office's engine, asked with a token for scores and feeds."""
    settings = Settings(database_url=platform_database_urls["scoring"], internal_key=KEY)
    clock = scoring_office.clock
    app = application(settings, clock)
    caller = service_caller("scores:read", "feeds:read")
    auth = InternalAuth(caller, issuer="gateway", audience="scoring", key=KEY, clock=clock)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, auth=auth, base_url="http://scoring") as client,
    ):
        yield client


async def test_the_score_of_a_past_day_is_the_one_that_was_valid_at_its_end(
    scoring_office: Office, scoring_api: httpx.AsyncClient
) -> None:
    path = f"/internal/scores/process/{purchase_id('ocds-1')}"
    await scoring_office.publish(release("ocds-1"))
    await scoring_office.judge()
    scoring_office.clock.advance(timedelta(days=2))
    await scoring_office.publish(suspicious("ocds-1"))
    await scoring_office.judge()
    scoring_office.clock.advance(timedelta(days=2))
    await scoring_office.withdraw("ocds-1")
    await scoring_office.judge()

    answers = {
        day: await scoring_api.get(path, params={"at": f"2026-03-0{day}"}) for day in (1, 2, 3, 4)
    }
    before = await scoring_api.get(path, params={"at": "2026-02-28"})
    exact = await scoring_api.get(path, params={"at": "2026-03-03T08:59:59Z"})
    gone = await scoring_api.get(path)

    bands = {day: answer.json()["band"] for day, answer in answers.items()}
    assert bands == {1: "low", 2: "low", 3: "high", 4: "high"}
    assert exact.json()["band"] == "low"
    assert (before.status_code, gone.status_code) == (404, 404)


async def test_the_present_score_is_the_public_document(
    scoring_office: Office, scoring_api: httpx.AsyncClient
) -> None:
    await scoring_office.publish(suspicious("ocds-1"))
    await scoring_office.judge()

    answer = await scoring_api.get(f"/internal/scores/process/{purchase_id('ocds-1')}")

    document = msgspec.json.decode(answer.content, type=ScoreDocument, strict=True)
    assert document.subject.ocid == "ocds-1"
    assert sum(line.counted for line in document.indicators) == document.points.lower


async def test_the_feeds_tell_the_gateway_scores_and_the_catalogue(
    scoring_office: Office, scoring_api: httpx.AsyncClient
) -> None:
    await scoring_office.publish(release("ocds-1"))
    await scoring_office.judge()

    scores = await scoring_api.get("/internal/feeds/scores")
    catalogue = await scoring_api.get("/internal/feeds/catalogue")

    keys = [msgspec.json.decode(line)["key"] for line in scores.content.splitlines()]
    assert keys == [f"process/{purchase_id('ocds-1')}"]
    faces = [
        msgspec.convert(msgspec.json.decode(line)["body"], Indicator)
        for line in catalogue.content.splitlines()
    ]
    assert [face.code for face in faces] == sorted(scoring_office.catalogue)
    assert all(face.title.kk and face.fields for face in faces)


async def test_a_retired_indicator_leaves_the_catalogue(
    scoring_office: Office, scoring_api: httpx.AsyncClient
) -> None:
    some = {code: one for code, one in scoring_office.catalogue.items() if code != "R003"}
    scoring_office.catalogue = some

    await scoring_office.restart()

    catalogue = await scoring_api.get("/internal/feeds/catalogue")
    deleted = {
        entry["key"]
        for entry in map(msgspec.json.decode, catalogue.content.splitlines())
        if entry["deleted"]
    }
    assert deleted == {"R003"}


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/internal/scores/process/prc_nobody", 404),
        ("/internal/scores/process/prc_nobody?at=yesterday", 422),
        ("/internal/scores/process/prc_nobody?at=9999-12-31", 404),
        ("/internal/scores/process/prc_nobody?day=2026-03-01", 400),
        (f"/internal/scores/process/{'x' * 101}", 422),
        ("/internal/scores/%00/x", 422),
        ("/internal/feeds/releases", 404),
    ],
)
async def test_a_question_that_makes_no_sense_is_refused_clearly(
    scoring_api: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await scoring_api.get(path)

    assert (answer.status_code, answer.json()["status"]) == (status, status)


async def test_nobody_asks_without_a_token_of_the_right_scope(
    scoring_api: httpx.AsyncClient,
) -> None:
    clock = FixedClock(NOW)
    other = InternalAuth(
        service_caller("tips:read"), issuer="gateway", audience="scoring", key=KEY, clock=clock
    )

    for path in ("/internal/scores/process/prc_1", "/internal/indicator-schema"):
        assert (await scoring_api.get(path, auth=None)).status_code == 401
        assert (await scoring_api.get(path, auth=other)).status_code == 403


async def test_the_format_of_an_indicator_file_is_served(scoring_api: httpx.AsyncClient) -> None:
    answer = await scoring_api.get("/internal/indicator-schema")

    assert "title" in str(answer.json())
    assert answer.json()["$schema"].endswith("2020-12/schema")


async def test_a_silent_engine_is_told_a_minute_after_the_start(
    scoring_office: Office, scoring_api: httpx.AsyncClient
) -> None:
    early = await scoring_api.get("/readyz")
    scoring_office.clock.advance(timedelta(minutes=2))
    async with scoring_office.scoring.connection() as connection:
        await connection.execute(
            "UPDATE engine SET heartbeat_at = $1, feed_head = 7, scored_seq = 3",
            scoring_office.clock.now() - timedelta(seconds=30),
        )
    await _second_passed()
    late = await scoring_api.get("/readyz")

    assert early.status_code == 200
    assert late.status_code == 503
    assert "4 releases behind" in late.json()["checks"]["engine"]


async def _second_passed() -> None:
    """An answer of the checks serves for a second."""
    await asyncio.sleep(1.05)


def test_a_bare_day_means_its_end_and_a_time_without_zone_is_utc() -> None:
    assert moment(date(2026, 3, 1)) == datetime(2026, 3, 1, 23, 59, 59, 999999, UTC)
    assert moment(datetime.fromisoformat("2026-03-01T12:00:00")) == datetime(
        2026, 3, 1, 12, tzinfo=UTC
    )
    assert moment(None) is None
