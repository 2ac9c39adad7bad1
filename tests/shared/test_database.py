"""The database: a server that is killed and comes back costs a wait, not an error."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from deploy.servers import Postgres
from shared.database import Database, WrongClockError, plain_url, transient
from shared.faults import is_connection_fault
from shared.tables import table_base
from tests.support.postgres import opened
from tests.support.servers import Running, running

LOTS = table_base("ingestor")


class Lot(LOTS, table=True):  # type: ignore[valid-type, misc, call-arg]  # a base made at run time
    key: str = Field(primary_key=True)
    value: int


@pytest.fixture(scope="module")
def own_server() -> Iterator[Running]:
    """A server of this file's own, which its tests may kill."""
    with running(Postgres, durable=True) as server:
        yield server


@pytest.fixture
async def database(own_server: Running) -> AsyncIterator[Database]:
    assert isinstance(own_server.server, Postgres)
    async with opened(own_server.server.admin_url()) as database:
        yield database


async def _value(database: Database) -> int:
    async with database.connection() as connection:
        value: int = await connection.fetchval("SELECT 1")
        return value


@pytest.mark.parametrize("wrong", [400 * 86400.0, -3600.0])
@pytest.mark.check("F15", tier=1, limit="0 connections lent")
async def test_who_has_a_wrong_clock_is_lent_no_connection_until_it_is_right_again(
    own_server: Running, database: Database, monkeypatch: pytest.MonkeyPatch, wrong: float
) -> None:
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + wrong)
    with pytest.raises(WrongClockError) as jumped:
        await _value(database)
    assert isinstance(own_server.server, Postgres)
    beginner = Database(own_server.server.admin_url(), application="test")
    with pytest.raises(WrongClockError):
        await beginner.open()
    monkeypatch.setattr(time, "time", right)

    assert transient(jumped.value)
    assert is_connection_fault(jumped.value)
    assert await _value(database) == 1


@pytest.mark.check("F7", tier=1, limit="used again")
async def test_a_server_killed_and_restarted_is_used_again_by_whoever_asks(
    own_server: Running, database: Database
) -> None:
    await asyncio.gather(*(_value(database) for _ in range(4)))

    own_server.kill()
    await asyncio.sleep(0.2)
    asking = asyncio.gather(*(_value(database) for _ in range(4)))
    await asyncio.sleep(0.2)
    await asyncio.to_thread(own_server.start)

    assert await asyncio.wait_for(asking, 10) == [1, 1, 1, 1]


@pytest.mark.check("F7", tier=1, limit="nothing left behind")
async def test_a_session_killed_in_the_middle_is_a_passing_fault_and_leaves_nothing(
    own_server: Running, database: Database
) -> None:
    async with database.connection() as connection:
        await connection.execute("CREATE TABLE IF NOT EXISTS lot (key text)")

    async def insert_while_the_server_dies() -> None:
        async with database.transaction() as connection:
            await connection.execute("INSERT INTO lot VALUES ('a')")
            own_server.kill()
            while True:  # a session outlives its killed server until it looks up from its work
                await connection.execute("INSERT INTO lot VALUES ('b')")
                await asyncio.sleep(0.01)

    async with asyncio.timeout(30):
        with pytest.raises(Exception) as fault:  # noqa: PT011 (its class is what the test asks about)
            await insert_while_the_server_dies()
    await asyncio.to_thread(own_server.start)

    assert transient(fault.value)
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM lot") == 0


async def test_an_engine_waits_for_a_restart_too(own_server: Running, database: Database) -> None:
    async def value() -> int:
        async with AsyncSession(database.engine) as session:
            return (await session.exec(select(1))).one()

    await value()

    own_server.kill()
    asking = asyncio.create_task(value())
    await asyncio.sleep(0.2)
    await asyncio.to_thread(own_server.start)

    assert await asyncio.wait_for(asking, 10) == 1


async def test_a_server_that_stays_away_is_told_within_the_patience() -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/nothing", application="test")

    async with asyncio.timeout(2):
        with pytest.raises(OSError, match="9"):
            await database.open(patience=0.3)


async def test_a_wrong_password_is_told_at_once(database: Database, own_server: Running) -> None:
    assert isinstance(own_server.server, Postgres)
    wrong = Database(
        own_server.server.admin_url().replace("test-only", "wrong"), application="test"
    )

    async with asyncio.timeout(2):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await wrong.open()


async def test_a_session_says_whose_it_is_and_ends_what_takes_too_long(database: Database) -> None:
    async with database.connection() as connection:
        shown = [
            await connection.fetchval(f"SHOW {name}")
            for name in ("application_name", "statement_timeout", "timezone")
        ]

    assert shown == ["test", "30s", "UTC"]


@pytest.mark.parametrize(("growing", "way"), [(True, "Index"), (False, "Seq Scan")])
async def test_who_fills_a_table_from_nothing_does_not_keep_the_plan_for_an_empty_one(
    own_server: Running, growing: bool, way: str
) -> None:
    assert isinstance(own_server.server, Postgres)
    url = own_server.server.admin_url()
    database = Database(url, application="test", pool_size=1, growing=growing)
    await database.open()
    try:
        async with database.connection() as connection:
            await connection.execute("CREATE TEMP TABLE lot (key text PRIMARY KEY, process text)")
            await connection.execute("CREATE INDEX ON lot (process)")
            await connection.execute("INSERT INTO lot VALUES ('first', 'first')")
            await connection.execute("ANALYZE lot")
            asked = "PREPARE asked (text) AS SELECT max(key) FROM lot WHERE process = $1"
            await connection.execute(asked)
            for _ in range(6):
                await connection.execute("EXECUTE asked ('p7')")
            filled = "SELECT n::text, 'p' || n FROM generate_series(1, 20_000) AS n"
            await connection.execute(f"INSERT INTO lot {filled}")
            plan = await connection.fetch("EXPLAIN EXECUTE asked ('p7')")
    finally:
        await database.close()
    assert way in "\n".join(row[0] for row in plan)


async def test_a_block_that_fails_leaves_nothing_behind(producer: Database) -> None:
    async with producer.connection() as connection:
        await connection.execute("CREATE TABLE lot (key text PRIMARY KEY, value integer)")

    async def insert_and_fail() -> None:
        async with producer.transaction() as connection:
            await connection.execute("INSERT INTO lot VALUES ('a', 1)")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await insert_and_fail()

    async with producer.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM lot") == 0


async def test_a_declared_table_is_read_through_the_engine(producer: Database) -> None:
    async with producer.transaction() as connection:
        await connection.execute("CREATE TABLE lot (key text PRIMARY KEY, value integer)")
        await connection.execute("INSERT INTO lot VALUES ('a', 1), ('b', 2)")

    async with AsyncSession(producer.engine) as session:
        lots = (await session.exec(select(Lot).where(col(Lot.value) > 1))).all()

    assert [lot.key for lot in lots] == ["b"]
    assert Lot.metadata.tables.keys() == {"ingestor.lot"}


@pytest.mark.parametrize(
    "url",
    ["postgresql://a:b@c/d", "postgres://a:b@c/d", "postgresql+asyncpg://a:b@c/d"],
)
def test_an_address_may_carry_any_drivers_name(url: str) -> None:
    assert plain_url(url) == "postgresql://a:b@c/d"


@pytest.mark.parametrize("url", ["", "mysql://a", "postgresql", "file:///etc/passwd"])
def test_an_address_of_something_else_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="begins with postgresql") as fault:
        plain_url(url)

    assert not url or url == "postgresql" or url not in str(fault.value)


@pytest.mark.parametrize(
    ("fault", "passes"),
    [
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (asyncpg.CannotConnectNowError(), True),
        (asyncpg.AdminShutdownError(), True),
        (asyncpg.DeadlockDetectedError(), True),
        (asyncpg.DiskFullError(), True),
        (asyncpg.QueryCanceledError(), True),
        (asyncpg.InterfaceError("connection is closed"), True),
        (asyncpg.DataError("invalid input for query argument"), False),
        (asyncpg.UniqueViolationError(), False),
        (asyncpg.UndefinedTableError(), False),
        (asyncpg.UntranslatableCharacterError(), False),
        (KeyError("ocid"), False),
    ],
)
def test_faults_of_the_server_pass_and_faults_of_the_data_stay(
    fault: Exception, *, passes: bool
) -> None:
    assert transient(fault) is passes
