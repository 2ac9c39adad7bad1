"""Feeds: nobody who follows one misses a change, meets it twice, or meets it too early."""

import asyncio

import pytest

from shared.database import Database
from shared.feed import Change, Entry, Page, publish_events, publish_state, read

BODY = b'{"n":1}'


async def _publish(database: Database, *changes: tuple[str, bytes | None]) -> int:
    async with database.transaction() as connection:
        return await publish_state(connection, "releases", [Change(*change) for change in changes])


async def _tell(database: Database, *keys: str) -> int:
    async with database.transaction() as connection:
        return await publish_events(connection, "alerts", [Change(key, BODY) for key in keys])


async def _read(
    database: Database, feed: str = "releases", *, after: int = 0, limit: int = 100, **more: int
) -> Page:
    async with database.connection() as connection:
        return await read(connection, feed, after=after, limit=limit, **more)


def _places(page: Page) -> list[tuple[int, str]]:
    return [(entry.seq, entry.key) for entry in page.entries]


async def test_changes_are_numbered_in_the_order_they_are_given(producer: Database) -> None:
    head = await _publish(producer, ("prc_b", b'{"n":1}'), ("prc_a", b'{"n":2}'))

    page = await _read(producer)
    assert head == page.head == 2
    assert page.entries == [
        Entry(1, "prc_b", False, b'{"n":1}'),
        Entry(2, "prc_a", False, b'{"n":2}'),
    ]


async def test_a_changed_row_moves_to_the_end_and_its_old_place_is_empty(
    producer: Database,
) -> None:
    await _publish(producer, ("prc_a", b"1"), ("prc_b", b"2"), ("prc_c", b"3"))

    await _publish(producer, ("prc_a", b"4"))

    assert _places(await _read(producer)) == [(2, "prc_b"), (3, "prc_c"), (4, "prc_a")]


async def test_a_body_that_did_not_change_is_not_published_again(producer: Database) -> None:
    await _publish(producer, ("prc_a", b"1"), ("prc_b", b"2"))

    head = await _publish(producer, ("prc_a", b"1"), ("prc_b", b"3"))

    assert head == 3
    assert _places(await _read(producer)) == [(1, "prc_a"), (3, "prc_b")]


async def test_of_two_changes_of_one_key_in_a_batch_the_last_counts(producer: Database) -> None:
    await _publish(producer, ("prc_a", b"1"), ("prc_b", b"2"), ("prc_a", b"3"))

    assert {entry.key: entry.body for entry in (await _read(producer)).entries} == {
        "prc_a": b"3",
        "prc_b": b"2",
    }


async def test_a_deletion_leaves_a_tombstone_which_a_new_body_replaces(producer: Database) -> None:
    await _publish(producer, ("prc_a", b"1"), ("prc_b", b"2"))

    await _publish(producer, ("prc_a", None))
    deleted = await _read(producer, after=2)
    await _publish(producer, ("prc_a", b"1"))
    back = await _read(producer, after=2)

    assert deleted.entries == [Entry(3, "prc_a", True, b"null")]
    assert back.entries == [Entry(4, "prc_a", False, b"1")]


async def test_deleting_what_is_not_there_publishes_nothing(producer: Database) -> None:
    await _publish(producer, ("prc_a", b"1"), ("prc_a", None))

    head = await _publish(producer, ("prc_never_seen", None))

    assert head == 0
    assert (await _read(producer)).entries == []


async def test_reading_from_zero_gives_the_present_state_however_often_it_changed(
    producer: Database,
) -> None:
    for version in range(5):
        await _publish(producer, *((f"prc_{n}", b"%d" % version) for n in range(3)))

    page = await _read(producer)

    assert [(entry.key, entry.body) for entry in page.entries] == [
        ("prc_0", b"4"),
        ("prc_1", b"4"),
        ("prc_2", b"4"),
    ]
    assert page.head == 15


async def test_a_publication_that_is_rolled_back_leaves_no_gap(producer: Database) -> None:
    await _publish(producer, ("prc_a", b"1"))
    async with producer.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await publish_state(connection, "releases", [Change("prc_b", b"2")])
        await transaction.rollback()

    head = await _publish(producer, ("prc_c", b"3"))

    assert head == 2
    assert _places(await _read(producer)) == [(1, "prc_a"), (2, "prc_c")]


async def test_a_slower_transaction_is_not_overtaken(producer: Database) -> None:
    first_has_published = asyncio.Event()
    first_may_commit = asyncio.Event()

    async def slow() -> None:
        async with producer.transaction() as connection:
            await publish_state(connection, "releases", [Change("prc_slow", b"1")])
            first_has_published.set()
            await first_may_commit.wait()

    slow_task = asyncio.create_task(slow())
    await first_has_published.wait()
    fast_task = asyncio.create_task(_publish(producer, ("prc_fast", b"2")))
    await asyncio.sleep(0.2)
    seen_meanwhile = await _read(producer)
    first_may_commit.set()
    await asyncio.gather(slow_task, fast_task)

    assert seen_meanwhile.entries == []
    assert _places(await _read(producer)) == [(1, "prc_slow"), (2, "prc_fast")]


async def test_a_reader_beside_four_busy_producers_skips_no_row(producer: Database) -> None:
    seen: list[tuple[int, str]] = []

    async def produce(number: int) -> None:
        for turn in range(25):
            keys = [f"alr_{number}_{turn}_{n}" for n in range(turn % 4)]
            await _tell(producer, *keys)

    async def follow() -> None:
        while len(seen) < 4 * 36:
            page = await _read(producer, "alerts", after=seen[-1][0] if seen else 0, limit=7)
            seen.extend(_places(page))

    async with asyncio.timeout(20):
        await asyncio.gather(follow(), *(produce(number) for number in range(4)))

    assert [seq for seq, _ in seen] == list(range(1, 4 * 36 + 1))
    assert len({key for _, key in seen}) == 4 * 36


@pytest.mark.check("F17", tier=1, limit="one effect each")
async def test_events_are_contiguous_and_an_event_told_twice_is_kept_once(
    producer: Database,
) -> None:
    await _tell(producer, "alr_a", "alr_b", "alr_a")

    head = await _tell(producer, "alr_b", "alr_c")

    assert head == 3
    assert _places(await _read(producer, "alerts")) == [(1, "alr_a"), (2, "alr_b"), (3, "alr_c")]


@pytest.mark.check("F17", tier=1, limit="one effect each")
async def test_two_producers_of_the_same_event_at_once_keep_it_once(producer: Database) -> None:
    await asyncio.gather(*(_tell(producer, "alr_a", "alr_b") for _ in range(4)))

    assert _places(await _read(producer, "alerts")) == [(1, "alr_a"), (2, "alr_b")]


async def test_an_event_cannot_be_deleted(producer: Database) -> None:
    async with producer.transaction() as connection:
        with pytest.raises(ValueError, match="alr_a"):
            await publish_events(connection, "alerts", [Change("alr_a", None)])


async def test_a_feed_of_events_refuses_to_become_one_of_states(producer: Database) -> None:
    await _tell(producer, "alr_a")

    async with producer.transaction() as connection:
        with pytest.raises(ValueError, match="event"):
            await publish_state(connection, "alerts", [Change("alr_a", BODY)])


async def test_publishing_outside_a_transaction_is_refused(producer: Database) -> None:
    async with producer.connection() as connection:
        with pytest.raises(RuntimeError, match="transaction"):
            await publish_state(connection, "releases", [Change("prc_a", BODY)])


async def test_a_page_ends_at_its_limit_of_entries(producer: Database) -> None:
    await _tell(producer, "alr_a", "alr_b", "alr_c")

    page = await _read(producer, "alerts", after=1, limit=1)

    assert _places(page) == [(2, "alr_b")]
    assert page.head == 3


async def test_a_page_ends_before_its_bodies_exceed_the_limit_of_bytes(
    producer: Database,
) -> None:
    await _publish(producer, *((f"prc_{n}", b'"%s"' % (b"x" * 98)) for n in range(5)))

    assert len((await _read(producer, max_bytes=250)).entries) == 2


async def test_a_body_larger_than_a_page_travels_alone(producer: Database) -> None:
    large = b'"%s"' % (b"x" * 1000)
    await _publish(producer, ("prc_a", b"1"), ("prc_large", large), ("prc_b", b"2"))

    assert _places(await _read(producer, after=1, max_bytes=100)) == [(2, "prc_large")]


async def test_a_feed_never_published_is_empty_and_has_no_epoch_of_its_own(
    producer: Database,
) -> None:
    before = await _read(producer)
    await _publish(producer, ("prc_a", b"1"))
    after = await _read(producer)

    assert (before.entries, before.head) == ([], 0)
    assert before.epoch != after.epoch


async def test_line_breaks_between_tokens_do_not_end_an_entry(producer: Database) -> None:
    await _publish(producer, ("prc_a", b'{\n"n":\r\n1}'))

    assert b"\n" not in (await _read(producer)).entries[0].body
