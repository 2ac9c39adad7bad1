"""Which lists are fetched by themselves, from where, and when they are due."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from ingestor.register_jobs import RegisterJobs, jobs
from ingestor.registers.fetching import is_beside_us
from ingestor.registers.mapping import known_lists
from ingestor.registers.refresh import refresh
from ingestor.registers.schedule import from_addresses, from_portal, is_due
from ingestor.settings import IngestorSettings
from tests.ingestor.office import Office
from tests.ingestor.registers.house import KEY, House


async def test_a_list_is_due_when_the_last_whole_one_is_old_and_the_last_try_is_not_fresh(
    office: Office,
) -> None:
    (wanted,) = from_addresses("vat_payers=http://localhost/x")
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    every = timedelta(days=30)

    async def due(*runs: tuple[str, float]) -> bool:
        async with office.database.transaction() as connection:
            await connection.execute("DELETE FROM run")
            for status, hours in runs:
                at = now - timedelta(hours=hours)
                await connection.execute(
                    "INSERT INTO run (source, file, origin, status, started_at, finished_at)"
                    " VALUES ('vat-payers', 'vat_payers', 'live', $1, $2, $2)",
                    status,
                    at,
                )
            return await is_due(connection, wanted, every, now)

    month = 24 * 30.0
    assert await due()
    assert not await due(("complete", month - 1))
    assert await due(("complete", month))
    assert not await due(("failed", 0.9))
    assert await due(("failed", 1))
    assert not await due(("complete", month), ("failed", 3), ("failed", 1.5))
    assert await due(("complete", month), ("failed", 3), ("failed", 2))
    assert not await due(("complete", month - 1), ("failed", 2))


async def test_the_worker_fetches_what_is_due_and_leaves_the_rest(house: House) -> None:
    settings = house.office.settings().model_copy(
        update={"register_lists": f"vat_payers={house.url}/lists/vat_payers.csv"}
    )
    lists = list(from_addresses(settings.register_lists))
    house.office.clock.moment = datetime.now(UTC)
    job = RegisterJobs("register_lists", house.desk, settings, lists)

    await asyncio.gather(job.fetch(), job.fetch())
    await job.fetch()

    rows = await house.office.rows("SELECT status FROM run")
    assert [row["status"] for row in rows] == ["complete"]


def test_with_a_token_the_portals_registers_are_followed_and_lists_where_they_are_named(
    office: Office,
) -> None:
    settings = office.settings()

    assert jobs(settings, office.desk, None) == []
    named = settings.model_copy(update={"register_lists": "false_enterprises,inactive_taxpayers"})
    assert [one.name for one in jobs(named, office.desk, None)] == ["register_lists"]
    portal: Any = object()
    assert [one.name for one in jobs(named, office.desk, portal)] == [
        "register_lists",
        "portal_registers",
    ]
    given = {one.name for one in from_portal(portal, invented=False)}
    assert given == {"unfair_participants", "participants"}


@pytest.mark.parametrize(
    ("chosen", "why"),
    [
        ("nobody_knows", "No list is named"),
        ("vat_payers", "has no address"),
        ("vat_payers=http://kgd.gov.kz/x.csv", "Only https"),
        ("vat_payers=https://u:p@kgd.gov.kz/", "password"),
        ("vat_payers=file:///etc/passwd", "Only https"),
    ],
)
def test_a_list_nobody_knows_or_an_address_that_may_not_be_asked_is_refused_at_the_start(
    office: Office, chosen: str, why: str
) -> None:
    given = {key.lower(): value for key, value in office.environment().items()}

    with pytest.raises(ValidationError, match=why):
        IngestorSettings.model_validate({**given, "register_lists": chosen})


async def test_a_private_address_is_not_asked_over_https_either(office: Office) -> None:
    (wanted,) = from_addresses("vat_payers=https://localhost/x.csv")

    run = await refresh(office.desk, wanted, KEY)

    assert run.status == "failed"
    assert "open Internet" in (run.reason or "") or "not known" in (run.reason or "")


def test_only_a_stand_in_beside_us_is_asked_over_http() -> None:
    assert is_beside_us("http://127.0.0.1:8200/lists/x.csv")
    assert is_beside_us("http://sandbox:8200/x")
    assert not is_beside_us("http://kgd.gov.kz/x")
    assert not is_beside_us("https://127.0.0.1/x")
    assert not is_beside_us("http://10.0.0.1/x")


def test_every_declared_address_may_be_asked() -> None:
    with_address = [name for name, known in known_lists().items() if known.mapping.address]

    assert len(list(from_addresses(",".join(with_address)))) == len(with_address) == 7
