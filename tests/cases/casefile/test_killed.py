"""A move whose process dies in the middle: done or not done, never between."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import asyncpg
import httpx
import pytest

from shared.database import plain_url
from tests.cases.office import AIDA, Office, problem


@pytest.mark.check("F10", tier=1, limit="0 lost, 0 doubled")
async def test_a_move_that_is_killed_between_its_state_and_its_event_has_not_been_made(
    office: Office,
) -> None:
    case = (await office.post("/cases", {"title": "A road without asphalt"})).json()
    before = await kept(office)
    outside = await asyncpg.connect(plain_url(office.settings.database_url))
    try:
        async with outside.transaction():
            await outside.execute("LOCK TABLE event IN EXCLUSIVE MODE")  # the move waits for it
            moving = asyncio.create_task(move(office, case, "k"))
            died = await waiting(outside)
            assert await outside.fetchval("SELECT pg_terminate_backend($1)", died)
            answer = await moving
    finally:
        await outside.close()

    assert answer.status_code >= 500
    assert await kept(office) == before

    again = await move(office, case, "k")
    assert (again.status_code, again.json()["state"]) == (200, "open")
    repeated = await move(office, case, "k")
    assert repeated.json() == again.json()
    assert repeated.headers["idempotency-replayed"] == "true"
    after = await kept(office)
    assert (after["events"], after["told"]) == (before["events"] + 1, before["told"] + 1)
    assert problem(await move(office, case, "another"))[0] == 412


async def move(office: Office, case: Mapping[str, Any], key: str) -> httpx.Response:
    at, seen = f"/cases/{case['id']}/moves", case["revision"]
    return await office.post(at, {"move": "open"}, AIDA, seen=seen, key=key)


async def waiting(connection: asyncpg.Connection) -> int:
    """The process of the database that waits for our lock, once there is one."""
    async with asyncio.timeout(20):
        while (found := await connection.fetchval(_WAITING)) is None:
            await asyncio.sleep(0.01)
    return int(found)


async def kept(office: Office) -> dict[str, Any]:
    """All that a move leaves behind."""
    async with office.tables() as connection:
        return dict(await connection.fetchrow(_KEPT))


_WAITING: Final = """
    SELECT pid FROM pg_locks WHERE NOT granted AND relation = 'event'::regclass LIMIT 1
"""

_KEPT: Final = """
    SELECT (SELECT count(*) FROM event) AS events,
           (SELECT count(*) FROM feed_event) AS told,
           (SELECT count(*) FROM idempotency) AS answers,
           (SELECT jsonb_agg(jsonb_build_array(id, state, revision, updated_at)) FROM casefile)
           AS cases
"""
