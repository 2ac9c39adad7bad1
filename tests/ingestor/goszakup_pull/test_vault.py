"""What the portal's records say lies in the vault until its date; what still moves is kept on."""

from datetime import timedelta

import asyncpg
import pytest

from ingestor.raw.cipher import UnreadableError
from ingestor.raw.payloads import purge
from ingestor.sources.goszakup.pull.reassemble import reassemble
from tests.ingestor.goszakup_pull.house import connected, filled, followed, last_run, said
from tests.ingestor.goszakup_pull.purchases import contract, fill, oracle
from tests.ingestor.goszakup_pull.standin import Standin
from tests.ingestor.office import Office

YEAR = timedelta(days=365)  # the retention of these tests

FORBIDDEN = (
    "SELECT content FROM ingestor_raw.portal_record",
    "INSERT INTO ingestor_raw.portal_record SELECT * FROM ingestor_raw.portal_record",
    "UPDATE ingestor_raw.portal_record SET expires_on = '2999-01-01'",
    "DELETE FROM ingestor_raw.portal_record",
    "TRUNCATE ingestor_raw.portal_record",
)


async def in_the_vault(office: Office) -> dict[tuple[str, int], str]:
    """The records of which the vault has the words, with the last day of each."""
    async with office.vault.connection() as connection:
        rows = await connection.fetch(
            "SELECT root, id, max(expires_on) AS until FROM portal_record GROUP BY root, id"
        )
    return {(row["root"], row["id"]): f"{row['until']}" for row in rows}


async def purged(office: Office) -> int:
    async with office.vault.connection() as connection:
        return await purge(connection, office.clock.now().date())


async def test_the_ingestor_s_own_role_adds_records_and_cannot_read_change_or_delete_them(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    await filled(office, standin)

    held = await office.rows("SELECT * FROM portal_record")
    assert {(row["root"], row["id"]) for row in held} == (await in_the_vault(office)).keys()
    assert {"body", "content"}.isdisjoint(held[0].keys())
    async with office.database.connection() as connection:
        for statement in FORBIDDEN:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_the_key_opens_nothing_that_the_ingestor_s_own_role_can_read(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    await filled(office, standin)

    tables = await office.rows(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'ingestor'"
    )
    sealed = 0
    for (table,) in tables:
        for row in await office.rows(f"SELECT * FROM {table}"):
            digests = [value for value in row.values() if isinstance(value, bytes)]
            for value in digests:
                for digest in digests:
                    with pytest.raises((UnreadableError, ValueError)):
                        office.desk.cipher.open(value, digest)
                    sealed += 1
    assert sealed > 100


async def test_after_their_date_records_are_gone_and_what_was_published_stays(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    await filled(office, standin)
    told, held = await said(office), await in_the_vault(office)
    office.clock.advance(YEAR - timedelta(days=1))
    early = await purged(office)
    office.clock.advance(timedelta(days=1))
    late = await purged(office)

    assert (early, len(set(held.values()))) == (0, 1)
    assert late >= len(held) > 20
    assert await in_the_vault(office) == {}
    assert await said(office) == told == oracle(standin)


async def test_a_purchase_that_moves_after_its_date_is_asked_for_anew_and_told_whole(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    await filled(office, standin)
    await followed(office, standin)
    office.clock.advance(YEAR)
    await purged(office)
    moved = f"{office.clock.now() - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    for number in (0, 1):  # 0 by its contract alone; 1 by a new price besides
        standin.put("Contract", contract(number, lastUpdateDate=moved, indexDate=moved))
    standin.put("Contract", contract(1, lastUpdateDate=moved, contractSumWnds=777.0))
    await followed(office, standin)
    run = await last_run(office)

    assert (run.status, run.reason) == ("complete", None)
    assert await said(office) == oracle(standin)
    published = {ocid: body["release"] for (_, ocid), body in (await office.published()).items()}
    assert published["ocds-kz0000-17000001"]["contracts"][0]["value"]["amount"] == 777
    assert await office.rows("SELECT * FROM portal_lapsed") == []
    brought = {number for root, number in await in_the_vault(office) if root == "TrdBuy"}
    assert brought == {17_000_000, 17_000_001}


async def test_what_a_moving_purchase_is_made_of_is_kept_as_long_as_its_newest_part(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    await filled(office, standin)
    await followed(office, standin)
    before = await in_the_vault(office)
    office.clock.advance(timedelta(days=200))
    moved = f"{office.clock.now() - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    standin.put("Contract", contract(1, lastUpdateDate=moved, contractSumWnds=777.0))
    await followed(office, standin)
    after = await in_the_vault(office)
    office.clock.advance(timedelta(days=200))
    await purged(office)

    renewed = {place for place, until in after.items() if until != before.get(place)}
    own = {
        (row["root"], row["id"])
        for row in await office.rows("SELECT root, id FROM portal_record WHERE notice = 17000001")
    }
    assert ("TrdBuy", 17_000_001) in own
    assert own <= renewed
    assert own <= (await in_the_vault(office)).keys()
    assert ("TrdBuy", 17_000_002) not in await in_the_vault(office)


async def test_translating_anew_leaves_what_has_lapsed_as_it_was_published(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    await filled(office, standin)
    feed = await office.feed()
    office.clock.advance(YEAR)
    await purged(office)
    async with connected(office, standin) as connector:
        assert await reassemble(connector)

    assert await office.feed() == feed
    [waiting] = await office.rows("SELECT count(*) FROM portal_lapsed WHERE root = 'TrdBuy'")
    assert waiting[0] == 4
