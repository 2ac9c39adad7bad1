"""Feeds: nobody who follows one misses a change, meets it twice, or meets it too early."""

import asyncio

import pytest

from shared.database import Database
from shared.feed import Change, Entry, Page, publish_events, publish_state, read


async def _publish(database: Database, *changes: tuple[str, bytes | None]) -> int:
    async with database.transaction() as connection:
        return await publish_state(connection, "releases", [Change(*change) for change in changes])


async def _read(database: Database, after: int = 0, **options: int) -> Page:
    async with database.connection() as connection:
        return await read(connection, "releases", after=after, **{"limit": 100, **options})


async def test_changes_are_numbered_in_the_order_they_are_given(producer: Database) -> None:
    head = await _publish(producer, ("prc_b", b'{"n":1}'), ("prc_a", b'{"n":2}'))

    page = await _read(producer)
    assert head == page.head == 2
    assert page.entries == [
        Entry(1, "prc_b", False, b'{"n":1}'),
        Entry(2, "prc_a", False, b'{"n":2}'),
    ]
