"""The way to a service's own tables: one pool, one login role, one schema.

Plain asyncpg is for volume and latency; the SQLAlchemy engine beside it is for management tables
declared with SQLModel (shared.tables), and is imported only by who asks for it: a third of the
start of every process. Both outlive a PostgreSQL that is killed and comes back: whoever asks for a
connection waits a few seconds before a refusal.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

import asyncpg

from shared import metrics

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

STATEMENT_TIMEOUT: Final = 30.0
"""Seconds the server gives one statement. Longer work is cut into batches."""

COMMAND_TIMEOUT: Final = 35.0
"""Seconds the client waits: later than the server, for a server that no longer answers."""

IDLE_TRANSACTION_TIMEOUT: Final = 60.0
"""Seconds until a forgotten transaction is ended, and with it the locks it holds."""

CONNECT_TIMEOUT: Final = 3.0
PATIENCE: Final = 4.0
"""Seconds a caller waits for a server that restarts: after kill -9 it is ready in about one."""

GIVE_BACK_TIMEOUT: Final = 1.0
"""Seconds a connection has to end what was broken off, before it is cut: a server that hangs
would hold up whoever has stopped waiting for it."""

DOUBT_AFTER, DOUBT_FOR = 1.5, 2.0
"""Seconds a connection is in use before it is asked whether the server takes any, and for how long.

A server that hangs keeps its connections open and answers on none; COMMAND_TIMEOUT leaves time for
what takes long, and is far too long for who waits for an answer."""

CLOCKS_APART: Final = 60.0
"""Seconds by which our clock may differ from the server's."""

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 0.5

# Our own statements or rights are wrong (28, 42), or the data are (21, 22, 23): those do not
# pass by waiting. All other classes of PostgreSQL's appendix A tell of the server's state.
_LASTING_CLASSES: Final = frozenset(
    {"21", "22", "23", "26", "28", "2B", "3D", "3F", "42", "44", "P0"}
)


class WrongClockError(ConnectionError):
    """Our clock is not the server's: whoever goes by it would end, begin and publish wrongly."""


def transient(fault: BaseException) -> bool:
    """Whether a fault lies in the connection or the server's state, so that trying again may help.

    False for faults of the data or of our own statements.
    """
    if isinstance(fault, asyncpg.PostgresError):
        return (fault.sqlstate or "")[:2] not in _LASTING_CLASSES
    if isinstance(fault, asyncpg.InterfaceError):
        return not isinstance(fault, asyncpg.DataError | ValueError)
    return isinstance(fault, OSError | TimeoutError | MemoryError | asyncpg.InternalClientError)


def plain_url(url: str) -> str:
    """The address as asyncpg reads it, whichever driver's name it carries."""
    scheme, separator, rest = url.partition("://")
    if scheme.partition("+")[0] not in ("postgresql", "postgres") or not separator:
        raise ValueError("a database address begins with postgresql://")
    return f"postgresql://{rest}"


class Database:
    """Connections of one process to its service's schema.

    `application` shows in pg_stat_activity. Open it when the process starts, close it at the end.
    `growing` is for who fills tables from nothing: every statement is planned for what they hold
    by then. A plan that was kept from their first minute reads them whole ever after.
    """

    def __init__(
        self, url: str, *, application: str, pool_size: int = 8, growing: bool = False
    ) -> None:
        self._url = plain_url(url)
        self._application = application
        self._plans = "force_custom_plan" if growing else "auto"
        self._pool_size = pool_size
        self._pool: asyncpg.Pool | None = None
        self._ahead: float | None = None

    async def open(self, *, patience: float = PATIENCE) -> None:
        """Connect once, so that a wrong address or password is told at the start.

        Raises what asyncpg raises when the server cannot be reached within `patience` seconds.
        """
        self._pool = await asyncpg.create_pool(
            self._url, min_size=0, max_size=self._pool_size, **self._settings()
        )
        metrics.db_pool_size.inc(self._pool_size)
        try:
            connection = await self._acquire(patience)
            await self.same_time(connection)
            await self._pool.release(connection)
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Close all connections; those still in use after two seconds are cut."""
        pool, self._pool = self._pool, None
        if pool is not None:
            metrics.db_pool_size.dec(self._pool_size)
            try:
                await asyncio.wait_for(pool.close(), 2)
            except TimeoutError:
                pool.terminate()
        if "engine" in self.__dict__:
            await self.engine.dispose()
            del self.engine

    @property
    def pool(self) -> asyncpg.Pool:
        """The pool itself. `connection()` is safer: it waits while the server restarts."""
        if self._pool is None:
            raise RuntimeError("the database is not open")
        return self._pool

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection; each statement is its own transaction."""
        pool = self.pool
        began = time.perf_counter()
        connection = await self._acquire(PATIENCE)
        metrics.db_pool_wait_seconds.observe(time.perf_counter() - began)
        metrics.db_pool_in_use.inc()
        doubt = _Doubt(self._url, connection)
        try:
            await self.same_time(connection)
            yield connection
        finally:
            doubt.end()
            metrics.db_pool_in_use.dec()
            await _give_back(pool, connection)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection inside a transaction that commits when the block ends well."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    async def same_time(self, connection: asyncpg.Connection) -> None:
        """Raise WrongClockError where our clock is wrong; the server is asked only after a jump."""
        ahead = time.time() - time.monotonic()
        if self._ahead is not None and abs(ahead - self._ahead) < CLOCKS_APART:
            return
        asked = "SELECT extract(epoch FROM clock_timestamp())::float8"
        theirs = await connection.fetchval(asked, timeout=2)
        if abs(theirs - time.time()) >= CLOCKS_APART:
            raise WrongClockError("our clock and that of the database are apart")
        self._ahead = ahead

    async def ping(self) -> None:
        """Answer when the database does; raise what is wrong otherwise. For readiness."""
        async with self.connection() as connection:
            await connection.fetchval("SELECT 1", timeout=2)

    @cached_property
    def engine(self) -> "AsyncEngine":
        """The SQLAlchemy engine, for SQLModel sessions."""
        from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 (dear)

        async def connect() -> asyncpg.Connection:
            return await _patiently(
                partial(asyncpg.connect, self._url, **self._settings()), PATIENCE
            )

        return create_async_engine(
            "postgresql+asyncpg://",
            async_creator=connect,
            pool_size=min(4, self._pool_size),
            pool_pre_ping=True,
        )

    async def _acquire(self, patience: float) -> asyncpg.Connection:
        return await _patiently(self.pool.acquire, patience)

    def _settings(self) -> dict[str, Any]:
        return {
            "timeout": CONNECT_TIMEOUT,
            "command_timeout": COMMAND_TIMEOUT,
            "server_settings": {
                "application_name": self._application,
                "statement_timeout": f"{STATEMENT_TIMEOUT:.0f}s",
                "idle_in_transaction_session_timeout": f"{IDLE_TRANSACTION_TIMEOUT:.0f}s",
                "timezone": "UTC",
                "plan_cache_mode": self._plans,
            },
        }


class _Doubt:
    """Cuts a connection that is long in use if the server lets nobody in meanwhile.

    Nearly all are given back long before, so that until then it is a timer and no task.
    """

    __slots__ = ("_connection", "_task", "_timer", "_url")

    def __init__(self, url: str, connection: asyncpg.Connection) -> None:
        self._url, self._connection = url, connection
        self._task: asyncio.Task[None] | None = None
        self._timer = asyncio.get_running_loop().call_later(DOUBT_AFTER, self._begin)

    def end(self) -> None:
        """Doubt no more: the connection is given back."""
        self._timer.cancel()
        if self._task is not None:
            self._task.cancel()

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._cut_if_hanging())

    async def _cut_if_hanging(self) -> None:
        try:
            async with asyncio.timeout(DOUBT_FOR):
                await (await asyncpg.connect(self._url)).close()
        except TimeoutError:
            self._connection.terminate()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return  # it answers, or is gone, which the connection notices itself


async def _give_back(pool: asyncpg.Pool, connection: asyncpg.Connection) -> None:
    """Return a connection; one that was cut is dropped: what was done over it stays done."""
    try:
        await pool.release(connection, timeout=GIVE_BACK_TIMEOUT)
    except Exception as fault:
        if not transient(fault):
            raise


async def _patiently(connect: Callable[[], Awaitable[Any]], patience: float) -> Any:
    """Connect, trying again while the server is away, hangs or starts up, and no longer."""
    until, pause = time.monotonic() + patience, FIRST_PAUSE
    while True:
        try:
            async with asyncio.timeout(until - time.monotonic()):
                return await connect()
        except Exception as fault:
            if not transient(fault) or time.monotonic() + pause > until:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
