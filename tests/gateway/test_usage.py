"""What is used by the day: counted for an organisation, ended by its tier, told to it alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gateway.tiers import TIERS
from gateway.usage import KEPT_DAYS, QuotaSpent, Usage, forget_old
from shared.clock import FixedClock
from shared.database import Database
from tests.gateway.builders import process, release
from tests.gateway.house import House, opened_house, problem
from tests.support.postgres import opened

EVENING = datetime(2026, 3, 2, 23, 59, 30, tzinfo=UTC)


async def own(house: House) -> str:
    """The id of the organisation whose key the house has."""
    async with house.database.connection() as connection:
        found: str = await connection.fetchval("SELECT id FROM organisation")
    return found


async def used(house: House, what: str, amount: int) -> None:
    async with house.database.connection() as connection:
        await connection.execute(
            "INSERT INTO usage VALUES ($1, $2, $3, $4)"
            " ON CONFLICT (account, day, what) DO UPDATE SET used = excluded.used",
            await own(house),
            datetime.now(UTC).date(),
            what,
            amount,
        )


async def in_tier(house: House, tier: str) -> str:
    """Put the house's organisation into a tier; returns a key made afterwards."""
    key = await house.new_key()
    async with house.database.connection() as connection:
        await connection.execute("UPDATE organisation SET tier = $1", tier)
    return key


@pytest.mark.check("R5", tier=1, limit="the rows of the day")
async def test_lists_end_when_the_rows_of_the_day_are_used_up_and_single_documents_do_not(
    house: House,
) -> None:
    await house.fill("releases", release("o-1"), release("o-2"))
    key = {"Authorization": f"Bearer {await in_tier(house, 'trial')}"}
    await used(house, "rows", 19_999)

    first = await house.client.get("/v1/processes", headers=key)
    await house.state.usage.flush()
    second = await house.client.get("/v1/processes", headers=key)
    one = await house.client.get(f"/v1/processes/{process('o-1')}", headers=key)

    assert len(first.json()["data"]) == 2  # 20,001 of 20,000: the last page is not cut
    assert problem(second) == (429, "daily_quota_spent")
    policies = second.headers["ratelimit-policy"]
    assert policies == '"day-rows";q=20000;w=86400, "key-min";q=60;w=60'
    assert 1 <= int(second.headers["retry-after"]) <= 86_400
    assert second.json()["violated_policies"] == ["day-rows"]
    assert one.status_code == 200


async def test_of_many_dear_calls_at_once_on_two_processes_exactly_the_rest_of_the_day_passes(
    house: House, database_url: str, valkey_url: str
) -> None:
    account = await own(house)
    await used(house, "past_scores", 93)
    async with opened_house(house.database, database_url, valkey_url) as second:
        asked = [
            each.state.usage.charge(account, "trial", "past_scores")
            for _ in range(10)
            for each in (house, second)
        ]
        answers = await asyncio.gather(*asked, return_exceptions=True)

    assert [answer for answer in answers if answer is None] == [None] * 7
    assert sum(isinstance(answer, QuotaSpent) for answer in answers) == 13


async def test_an_organisation_reads_what_it_used_and_nothing_of_others(house: House) -> None:
    await house.fill("releases", release("o-1"), release("o-2"))
    await house.get("/v1/processes")
    async with house.database.connection() as connection:
        await connection.execute(
            "INSERT INTO usage VALUES ('another', $1, 'rows', 77)", datetime.now(UTC).date()
        )

    told = (await house.get("/v1/usage")).json()

    assert told["tier"] == "standard"
    assert told["requests_per_minute"] == 100_000  # this key's own
    assert datetime.fromisoformat(told["resets_at"]) > datetime.now(UTC)
    (today,) = told["days"]
    counted = {each["what"]: (each["used"], each["limit"]) for each in today["used"]}
    assert counted == {
        "requests": (2, None),
        "rows": (2, 500_000),
        "past_scores": (0, 5_000),
        "trials": (0, 200),
        "exports": (0, 50),
        "dossiers": (0, 500),
    }
    assert problem(await house.get("/v1/usage?days=0")) == (422, "validation_failed")


@pytest.mark.parametrize(("tier", "per_minute"), [("trial", 60), ("standard", 600)])
async def test_the_minute_of_a_key_is_its_tiers_unless_the_key_has_its_own(
    house: House, tier: str, per_minute: int
) -> None:
    key = {"Authorization": f"Bearer {await in_tier(house, tier)}"}

    answer = await house.client.get("/v1/usage", headers=key)

    assert answer.json()["requests_per_minute"] == per_minute
    assert answer.headers["ratelimit-policy"] == f'"key-min";q={per_minute};w=60'


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with opened(database_url) as made:
        yield made


async def test_a_new_day_begins_at_midnight_utc_and_what_was_noted_before_stays_in_the_old_one(
    database: Database,
) -> None:
    clock = FixedClock(EVENING)
    usage = Usage(database, clock)
    usage.note("a", "rows", TIERS["trial"].per_day["rows"])
    with pytest.raises(QuotaSpent) as refused:
        usage.check("a", "trial", "rows")
    clock.advance(timedelta(minutes=1))

    usage.check("a", "trial", "rows")
    usage.note("a", "rows", 5)
    rows = await usage.read("a", days=2)

    assert refused.value.headers["Retry-After"] == "30"
    assert [(row["day"], row["used"]) for row in rows] == [
        (date(2026, 3, 3), 5),
        (date(2026, 3, 2), 20_000),
    ]


async def test_days_are_forgotten_once_nobody_can_ask_for_them(database: Database) -> None:
    today = date(2026, 3, 2)
    rows: list[tuple[Any, ...]] = [
        ("a", today - timedelta(days), "rows", 1) for days in (0, KEPT_DAYS, KEPT_DAYS + 1)
    ]
    async with database.connection() as connection:
        await connection.execute(
            "INSERT INTO organisation (id, name, created_at) VALUES ('a', 'a', now())"
        )
        await connection.executemany("INSERT INTO usage VALUES ($1, $2, $3, $4)", rows)
        await forget_old(connection, today=today)
        left = await connection.fetchval("SELECT count(*) FROM usage")

    assert left == 2


async def test_of_a_device_only_the_day_before_is_kept(house: House) -> None:
    today = date(2026, 3, 2)
    async with house.database.connection() as connection:
        owner = await connection.fetchval("SELECT id FROM organisation LIMIT 1")
        rows = [
            (account, today - timedelta(days), "requests", 1)
            for account in (owner, "dev_1")
            for days in (0, 1, 2)
        ]
        await connection.executemany("INSERT INTO usage VALUES ($1, $2, $3, $4)", rows)
        await forget_old(connection, today=today)
        left = await connection.fetch("SELECT account, count(*) FROM usage GROUP BY account")

    assert dict(left)["dev_1"] == 2
    assert dict(left)[owner] >= 3
