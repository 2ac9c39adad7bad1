"""What recipients are told of tips: members alone, late by chance, once, and nothing of it."""

import asyncio
from typing import Any

import asyncpg
import pytest

from cases.vault import telling
from cases.worker import all_due
from deploy.sdk.python.qadaga_client import tips
from shared.database import plain_url
from tests.cases.vault.people import SECRET, Vault, recipient
from tests.cases.vault.test_killed import say

DAY = "2026-03-01T19:00:00Z"
"""The beginning of 2 March in Astana."""


async def told(vault: Vault) -> list[dict[str, Any]]:
    return [each for each in await vault.office.told() if each["type"].startswith("tip.")]


async def look(vault: Vault, chance: float = 1.0) -> int:
    office = vault.office
    desk = office.app.state.desk
    return await telling.tell(desk.vault, desk.database, office.clock, chance=chance)


@pytest.mark.check("P2", tier=1, limit="days only, told late by chance")
async def test_the_members_who_can_open_a_tip_are_told_late_of_each_step_and_of_nothing_in_it(
    vault: Vault,
) -> None:
    asel, berik = vault.recipients["asel"], vault.recipients["berik"]
    dana = recipient("mem_dana")
    await vault.register(dana)
    receipt, body = await vault.send(excluded=[berik.key])
    [tip] = await vault.inbox(asel)
    token, _ = await vault.session(receipt)
    await say(vault, token, body, b"0" * 16)
    at_once = await look(vault, chance=0.0)
    first = await look(vault)
    received = await told(vault)
    for once in (b"1" * 16, b"2" * 16, b"2" * 16):
        await say(vault, token, body, once)
    await look(vault)
    await say(vault, token, body, b"3" * 16)
    await vault.ask("POST", "/me:withdraw", token=token)
    await vault.ask("POST", "/me:withdraw", token=token)
    left = [await look(vault), await look(vault)]

    assert (at_once, first, left) == (0, 1, [1, 0])
    expected = {
        "type": "tip.received",
        "at": DAY,
        "organisations": [],
        "members": ["mem_asel", "mem_dana"],
        "data": {"tip": tip["id"], "link": f"/v1/inbox/tips/{tip['id']}"},
    }
    assert received == [expected], "who was left out by the sender hears nothing"
    assert [(each["type"], each["members"]) for each in await told(vault)] == [
        (f"tip.{step}", ["mem_asel", "mem_dana"]) for step in ("received", "answered", "withdrawn")
    ]


async def test_each_organisation_is_told_by_a_chance_of_its_own_and_no_moment_is_kept(
    vault: Vault,
) -> None:
    serik = recipient("mem_serik", "own_b")
    await vault.register(serik)
    channels, text = await vault.channels(), {"text": SECRET}
    for _ in range(5):
        _, body = tips.seal_tip(channels, text, ["own_a", "own_b"])
        assert (await vault.ask("POST", "", body)).status_code == 201
    desk = vault.office.app.state.desk
    async with desk.vault.transaction() as connection:
        await connection.execute(_MANY)
        columns = await connection.fetch(_COLUMNS)
    early = await look(vault, chance=telling.CHANCE)
    await look(vault)
    after = await told(vault)
    orders = [
        [each["data"]["tip"] for each in after if own in each["members"]]
        for own in ("mem_asel", "mem_zhanar")
    ]

    # Of 410 at one in eighteen: 23 on average, 4.6 the deviation.
    assert 0 < early < 60
    assert {row["data_type"] for row in columns} == {"character varying"}
    periodic = {each.name for each in all_due(desk.settings, desk.database, desk.vault, desk.clock)}
    assert {"tips-told", "tips-purged"} <= periodic
    assert len(after) == 10, "what names no tip that can be opened is told to nobody"
    assert set(orders[0]) == set(orders[1])
    assert {each["at"] for each in after} == {DAY}


async def test_what_is_told_is_told_once_though_the_worker_dies_between_telling_and_forgetting(
    vault: Vault,
) -> None:
    await vault.send()
    settings = vault.office.settings
    outside = await asyncpg.connect(plain_url(settings.vault_database_url))
    feed = await asyncpg.connect(plain_url(settings.database_url))
    try:
        async with outside.transaction():
            await outside.fetch("SELECT id FROM notice FOR UPDATE")
            assert await look(vault) == 0, "two workers do not tell the same"
        async with feed.transaction():
            await feed.execute("LOCK TABLE feed_event IN EXCLUSIVE MODE")  # telling waits for it
            telling_ = asyncio.create_task(look(vault))
            async with asyncio.timeout(30):
                while not await feed.fetchval(_WAITS):
                    await asyncio.sleep(0.01)
            forgetting = await outside.fetchval(_FORGETS)
            assert await outside.fetchval("SELECT pg_terminate_backend($1)", forgetting)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await telling_
    finally:
        await outside.close()
        await feed.close()
    before = await told(vault)
    again = await look(vault)

    assert len(before) == 1, "it was told, and then the worker died"
    assert again == 1
    assert await told(vault) == before


_MANY = """
    INSERT INTO notice (tip, organisation, id, type)
    SELECT (SELECT min(id) FROM tip), 'own_' || n, 'ntc_' || n, 'tip.received'
    FROM generate_series(1, 400) AS n
"""
_WAITS = "SELECT true FROM pg_locks WHERE NOT granted AND relation = 'feed_event'::regclass"
_FORGETS = """
    SELECT pid FROM pg_locks
    WHERE relation = 'notice'::regclass AND mode = 'RowExclusiveLock' LIMIT 1
"""
_COLUMNS = """
    SELECT data_type FROM information_schema.columns
    WHERE table_schema = 'cases_vault' AND table_name = 'notice'
"""
