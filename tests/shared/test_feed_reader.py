"""Following a feed: every entry is applied once, whatever happens between read and commit."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import asyncpg
import httpx
import pytest

from shared import deadletters
from shared.database import Database
from shared.feed import Change, Entry, FeedReader, publish_events, publish_state
from tests.support.feeds import URL, feed_client

Applied = list[tuple[int, str]]


class View:
    """A consumer's table, in which every applied entry leaves a row; and ways to disturb it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.poison: set[str] = set()
        self.fault: Exception | None = None
        self.calls = 0

    async def apply(self, connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        self.calls += 1
        for entry in entries:
            await connection.execute(
                "INSERT INTO view VALUES ($1, $2, $3)", entry.seq, entry.key, entry.deleted
            )
            if entry.key in self.poison:
                await connection.execute("SELECT 1 / 0")
        if fault := self.fault:
            self.fault = None
            raise fault

    async def reset(self, connection: asyncpg.Connection) -> None:
        await connection.execute("DELETE FROM view")

    async def rows(self) -> Applied:
        async with self.database.connection() as connection:
            return [tuple(row) for row in await connection.fetch("SELECT seq, key FROM view")]

    async def letters(self) -> list[deadletters.DeadLetter]:
        async with self.database.connection() as connection:
            return await deadletters.listed(connection)


@pytest.fixture
async def view(consumer: Database) -> View:
    async with consumer.connection() as connection:
        await connection.execute("CREATE TABLE view (seq bigint, key text, deleted boolean)")
    return View(consumer)


@pytest.fixture
async def client(producer: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with feed_client(producer, "releases", "alerts") as client:
        yield client


@pytest.fixture
def reader(view: View, client: httpx.AsyncClient) -> FeedReader:
    return _reader(view, client)


def _reader(
    view: View, client: httpx.AsyncClient, feed: str = "releases", limit: int = 3
) -> FeedReader:
    return FeedReader(
        feed=feed,
        url=URL,
        client=client,
        database=view.database,
        apply=view.apply,
        reset=view.reset,
        limit=limit,
    )


async def _publish(database: Database, *keys: str, body: bytes | None = b"1") -> None:
    async with database.transaction() as connection:
        await publish_state(connection, "releases", [Change(key, body) for key in keys])


async def test_a_new_reader_reads_from_zero_until_the_feed_is_dry(
    producer: Database, view: View, reader: FeedReader
) -> None:
    await _publish(producer, "prc_a", "prc_b", "prc_c", "prc_d", "prc_e", "prc_f", "prc_g")

    assert await reader.drain() == 7
    assert [key for _, key in await view.rows()] == [f"prc_{letter}" for letter in "abcdefg"]


async def test_a_reader_goes_on_from_where_it_stood(
    producer: Database, view: View, reader: FeedReader, client: httpx.AsyncClient
) -> None:
    await _publish(producer, "prc_a")
    await reader.drain()

    await _publish(producer, "prc_b")
    read = await _reader(view, client).drain()

    assert read == 1
    assert await view.rows() == [(1, "prc_a"), (2, "prc_b")]


@pytest.mark.check("F10", tier=1, limit="0 lost, 0 doubled")
async def test_a_reader_cut_off_before_its_commit_reads_the_same_page_again(
    producer: Database, view: View, reader: FeedReader
) -> None:
    await _publish(producer, "prc_a", "prc_b")
    view.fault = ConnectionResetError("the database went away before the commit")

    with pytest.raises(ConnectionResetError):
        await reader.drain()
    after_the_fault = await view.rows()
    await reader.drain()

    assert after_the_fault == []
    assert await view.rows() == [(1, "prc_a"), (2, "prc_b")]
    assert await view.letters() == []


async def test_a_reader_whose_database_session_is_killed_reads_the_same_page_again(
    producer: Database, view: View, client: httpx.AsyncClient, cluster_admin: asyncpg.Connection
) -> None:
    await _publish(producer, "prc_a")

    async def apply(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
        await view.apply(connection, entries)
        if view.calls == 1:
            await cluster_admin.execute(
                "SELECT pg_terminate_backend($1)", connection.get_server_pid()
            )

    reader = FeedReader(
        feed="releases", url=URL, client=client, database=view.database, apply=apply, reset=None
    )
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        await reader.drain()

    assert await reader.drain() == 1
    assert await view.rows() == [(1, "prc_a")]


@pytest.mark.check("F17", tier=1, limit="one effect each")
async def test_two_processes_following_the_same_feed_apply_each_entry_once(
    producer: Database, view: View, client: httpx.AsyncClient
) -> None:
    await _publish(producer, *(f"prc_{n:02}" for n in range(40)))

    await asyncio.gather(*(_reader(view, client).drain() for _ in range(4)))

    assert await view.rows() == [(n + 1, f"prc_{n:02}") for n in range(40)]


async def test_a_deletion_arrives_as_a_tombstone(
    producer: Database, view: View, reader: FeedReader
) -> None:
    await _publish(producer, "prc_a")
    await reader.drain()

    await _publish(producer, "prc_a", body=None)
    await reader.drain()

    async with view.database.connection() as connection:
        assert await connection.fetchval("SELECT key FROM view WHERE deleted") == "prc_a"


async def test_a_wiped_producer_is_noticed_and_read_from_zero(
    producer: Database, view: View, reader: FeedReader
) -> None:
    await _publish(producer, "prc_old", "prc_kept")
    await reader.drain()
    async with producer.transaction() as connection:
        await connection.execute("TRUNCATE feed_head, feed_state")

    await _publish(producer, "prc_kept", "prc_new", "prc_newer")
    await reader.drain()

    assert await view.rows() == [(1, "prc_kept"), (2, "prc_new"), (3, "prc_newer")]


async def test_a_producer_restored_from_an_older_backup_is_read_from_zero(
    producer: Database, view: View, reader: FeedReader
) -> None:
    await _publish(producer, "prc_a", "prc_b")
    await reader.drain()
    async with producer.transaction() as connection:
        await connection.execute("UPDATE feed_head SET seq = 1")
        await connection.execute("DELETE FROM feed_state WHERE seq > 1")

    await reader.drain()

    assert await view.rows() == [(1, "prc_a")]


@pytest.mark.check("F16", tier=1, limit="1 set aside, others unaffected")
async def test_an_entry_that_cannot_be_applied_is_set_aside_and_the_others_go_on(
    producer: Database, view: View, client: httpx.AsyncClient
) -> None:
    view.poison = {"prc_c", "prc_f"}
    await _publish(producer, *(f"prc_{letter}" for letter in "abcdefg"))

    read = await _reader(view, client, limit=100).drain()

    assert read == 7
    assert [key for _, key in await view.rows()] == ["prc_a", "prc_b", "prc_d", "prc_e", "prc_g"]
    letters = await view.letters()
    assert [(letter.entry.key, letter.entry.seq, letter.attempts) for letter in letters] == [
        ("prc_c", 3, 3),
        ("prc_f", 6, 3),
    ]
    assert letters[0].reason == "DivisionByZeroError: division by zero"


async def test_a_dead_letter_is_applied_when_it_is_replayed_after_the_cause_is_mended(
    producer: Database, view: View, reader: FeedReader
) -> None:
    view.poison = {"prc_a", "prc_b"}
    await _publish(producer, "prc_a", "prc_b")
    await reader.drain()

    view.poison = {"prc_b"}
    result = await reader.replay_dead()

    assert (result.applied, result.failed) == (1, 1)
    assert await view.rows() == [(1, "prc_a")]
    assert [(letter.entry.key, letter.attempts) for letter in await view.letters()] == [
        ("prc_b", 4)
    ]


async def test_a_newer_entry_of_the_same_key_makes_a_dead_letter_void(
    producer: Database, view: View, reader: FeedReader
) -> None:
    view.poison = {"prc_a"}
    await _publish(producer, "prc_a")
    await reader.drain()

    view.poison = set()
    await _publish(producer, "prc_a", body=b"2")
    await reader.drain()

    assert await view.letters() == []
    assert await view.rows() == [(2, "prc_a")]


async def test_a_missing_table_holds_the_feed_up_instead_of_setting_everything_aside(
    producer: Database, view: View, reader: FeedReader
) -> None:
    await _publish(producer, "prc_a")
    async with view.database.connection() as connection:
        await connection.execute("ALTER TABLE view RENAME TO hidden")

    with pytest.raises(asyncpg.UndefinedTableError):
        await reader.drain()
    async with view.database.connection() as connection:
        await connection.execute("ALTER TABLE hidden RENAME TO view")

    assert await reader.drain() == 1
    assert await view.letters() == []


async def test_a_producer_that_does_not_answer_changes_nothing(
    producer: Database, view: View, reader: FeedReader
) -> None:
    await _publish(producer, "prc_a")
    away = httpx.AsyncClient(transport=httpx.AsyncHTTPTransport())

    async with away:
        lost = FeedReader(
            feed="releases",
            url="http://127.0.0.1:9",
            client=away,
            database=view.database,
            apply=view.apply,
        )
        with pytest.raises(httpx.ConnectError):
            await lost.drain()

    assert await view.rows() == []
    assert await reader.drain() == 1


async def test_no_event_is_lost_or_doubled_while_it_is_told_and_read_at_once(
    producer: Database, view: View, client: httpx.AsyncClient
) -> None:
    reader = _reader(view, client, "alerts", limit=10)

    async def tell(number: int) -> None:
        for turn in range(20):
            async with producer.transaction() as connection:
                event = Change(f"alr_{number}_{turn}", b"{}")
                await publish_events(connection, "alerts", [event])

    telling = asyncio.gather(*(tell(number) for number in range(3)))
    while not telling.done():
        await reader.drain()
    await telling
    await reader.drain()

    assert [seq for seq, _ in await view.rows()] == list(range(1, 61))
