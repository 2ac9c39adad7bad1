"""The event log: each stream can be counted, and tells nothing of the others."""

import pytest

from shared import events
from shared.database import Database
from shared.feed import Change


async def _append(database: Database, stream: str, *identifiers: str) -> int:
    async with database.transaction() as connection:
        return await events.append(connection, stream, [Change(id_, b"{}") for id_ in identifiers])


async def test_streams_are_numbered_each_by_itself(producer: Database) -> None:
    partner = events.organisation("org_7")
    await _append(producer, events.PUBLIC, "evt_1", "evt_2")
    await _append(producer, partner, "evt_1")
    await _append(producer, events.PUBLIC, "evt_3")
    await _append(producer, partner, "evt_4")

    async with producer.connection() as connection:
        public = await events.read(connection, events.PUBLIC, after=1, limit=10)
        own = await events.read(connection, partner, after=0, limit=10)
        heads = [await events.head(connection, name) for name in (events.PUBLIC, partner)]

    assert [(event.seq, event.key) for event in public.entries] == [(2, "evt_2"), (3, "evt_3")]
    assert [(event.seq, event.key) for event in own.entries] == [(1, "evt_1"), (2, "evt_4")]
    assert heads == [3, 2]


async def test_an_event_appended_again_after_a_crash_is_there_once(producer: Database) -> None:
    await _append(producer, events.PUBLIC, "evt_1")

    assert await _append(producer, events.PUBLIC, "evt_1", "evt_2") == 2


@pytest.mark.parametrize("name", ["", "private", "org:", "org:a b", "public\n"])
async def test_a_name_that_is_no_stream_is_refused(producer: Database, name: str) -> None:
    async with producer.connection() as connection:
        with pytest.raises(ValueError, match="not a stream"):
            await events.read(connection, name, after=0, limit=1)
