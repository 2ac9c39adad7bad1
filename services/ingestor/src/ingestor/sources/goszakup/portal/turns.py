"""Turns at the portal, one after the other: of one process, or of all that ask with one token.

The rate is agreed for a token. Processes that share one take their turns in PostgreSQL, by its
clock: a turn is reserved in one statement, so two never get the same, and a process that is killed
leaves nothing behind but the turn it had. The token itself is not written down, only its hash.
"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Final, NamedTuple, Protocol

import asyncpg

from ingestor.patience import done
from ingestor.sources.goszakup.portal.timer import Timer
from shared.database import Database

LATELY: Final = 15.0  # seconds for which whoever asked in the foreground is thought to go on
LONGEST: Final = timedelta(hours=1)  # that turns are put off, whatever the portal or a clock says

RESERVE: Final = """
    INSERT INTO portal_pace AS pace (token, next_at, followed_at)
    VALUES ($1, clock_timestamp() + $2::interval, CASE WHEN NOT $3 THEN clock_timestamp() END)
    ON CONFLICT (token) DO UPDATE SET
        next_at = greatest(least(pace.next_at, clock_timestamp() + $4::interval), clock_timestamp())
            + $2::interval,
        followed_at = CASE WHEN $3 THEN pace.followed_at ELSE clock_timestamp() END
    RETURNING next_at - $2::interval - clock_timestamp(),
        followed_at > clock_timestamp() - $5::interval
"""

HOLD: Final = """
    INSERT INTO portal_pace AS pace (token, next_at) VALUES ($1, clock_timestamp() + $2::interval)
    ON CONFLICT (token) DO UPDATE SET
        next_at = greatest(pace.next_at, clock_timestamp() + $2::interval)
"""


class Turn(NamedTuple):
    """A turn: in how many seconds, and whether somebody follows what happens now."""

    wait: float
    followed: bool


class Ledger(Protocol):
    """Hands out turns. `aside` is a turn of what can wait, such as loading history."""

    async def reserve(self, interval: float, *, aside: bool) -> Turn:
        """Take the next turn; the one after it comes no sooner than `interval` later."""
        ...

    async def hold(self, seconds: float) -> None:
        """Put off every turn that is not taken yet."""
        ...


class OwnLedger:
    """The turns of one process alone."""

    def __init__(self, timer: Timer) -> None:
        self._timer = timer
        self._next = timer.now()
        self._followed_at: float | None = None

    async def reserve(self, interval: float, *, aside: bool) -> Turn:
        """Take the next turn."""
        now = self._timer.now()
        turn = max(self._next, now)
        self._next = turn + interval
        if not aside:
            self._followed_at = now
        followed = self._followed_at is not None and now - self._followed_at < LATELY
        return Turn(turn - now, followed)

    async def hold(self, seconds: float) -> None:
        """Put off every turn that is not taken yet."""
        self._next = max(self._next, self._timer.now() + seconds)


class SharedLedger:
    """The turns of all processes that ask with one token; `token` tells the present one."""

    def __init__(self, database: Database, token: Callable[[], str]) -> None:
        self._database = database
        self._token = token

    async def reserve(self, interval: float, *, aside: bool) -> Turn:
        """Take the next turn, patient with a PostgreSQL that restarts."""
        values = (timedelta(seconds=interval), aside, LONGEST, timedelta(seconds=LATELY))

        async def taken(connection: asyncpg.Connection) -> asyncpg.Record:
            return await connection.fetchrow(RESERVE, self._key(), *values)

        wait, followed = await done(self._database, taken, "turn at the portal")
        return Turn(max(0.0, wait.total_seconds()), bool(followed))

    async def hold(self, seconds: float) -> None:
        """Put off every turn that is not taken yet, by an hour at most."""
        put_off = min(timedelta(seconds=seconds), LONGEST)

        async def held(connection: asyncpg.Connection) -> None:
            await connection.execute(HOLD, self._key(), put_off)

        await done(self._database, held, "pause of the portal")

    def _key(self) -> bytes:
        return sha256(self._token().encode()).digest()
