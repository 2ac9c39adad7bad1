"""What organisations use by the day, and where that ends.

Requests and rows are noted in memory and written down together every two seconds; what comes back
is how much all processes have seen, so rows end at most two seconds' worth after their quota.
What is dearer is charged before it is done, in one statement: exactly as many pass as may. Both
lie in the database and so outlive a Valkey that is away or flushed.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final, NamedTuple

import asyncpg
from msgspec import Struct

from gateway.tiers import LIMITED, MEANING, REQUESTS, TIERS, What
from shared.clock import Clock
from shared.database import Database, transient
from shared.errors import Problem
from shared.logs import logger
from shared.vocabulary.text import Text

WRITE_EVERY: Final = 2.0
KEPT_DAYS: Final = 400
DEVICES_KEPT_DAYS: Final = 1
"""Of a device no more is kept than its quota takes: not on which days somebody read."""

_log = logger(__name__)

_NOTE: Final = """
    INSERT INTO usage AS known (account, day, what, used)
    SELECT account, day, what, used
    FROM unnest($1::text[], $2::date[], $3::text[], $4::bigint[]) AS new (account, day, what, used)
    ORDER BY account, day, what
    ON CONFLICT (account, day, what) DO UPDATE SET used = known.used + excluded.used
    RETURNING account, day, what, used
"""

_CHARGE: Final = """
    INSERT INTO usage AS known (account, day, what, used)
    SELECT $1, $2, $3, $4 WHERE $4::bigint <= $5::bigint
    ON CONFLICT (account, day, what) DO UPDATE SET used = known.used + excluded.used
    WHERE known.used + excluded.used <= $5
    RETURNING used
"""

_FORGET_DEVICES: Final = """
    DELETE FROM usage
    WHERE day < $1 AND account NOT IN (SELECT id FROM organisation)
      AND account NOT IN (SELECT id FROM api_key)
"""

_USED: Final = "SELECT used FROM usage WHERE account = $1 AND day = $2 AND what = $3"

_READ: Final = """
    SELECT day, what, used FROM usage
    WHERE account = $1 AND day > $2 AND used > 0
    ORDER BY day DESC, what
"""


class QuotaSpent(Problem):
    """What an organisation may use of this on one day is used up; `Retry-After` tells the wait."""

    status = 429
    code = "daily_quota_spent"
    title = Text(
        kk="Тәуліктік мөлшер таусылды",
        ru="Суточный объём исчерпан",
        en="The quota of the day is used up",
    )
    example = "500000 rows of lists, and releases, a day are used up. Days are UTC."


class Used(Struct, frozen=True):
    """How much of one thing was used on a day, and how much may be; no limit: null."""

    what: str
    meaning: str
    used: int
    limit: int | None


class DayUsed(Struct, frozen=True):
    """What was used on one day (UTC)."""

    day: date
    used: list[Used]


class UsageDocument(Struct, frozen=True):
    """What the caller's organisation used, the newest day first, and what its tier may.

    Counts of requests and rows are complete up to a few seconds ago.
    """

    tier: str
    requests_per_minute: int
    resets_at: datetime
    days: list[DayUsed]


class Account(NamedTuple):
    """Whose days something is counted to, and what they may."""

    name: str
    tier: str


async def take(
    connection: asyncpg.Connection, account: Account, what: What, amount: int, day: date
) -> bool:
    """Count something to a day, if it fits there; whether it did."""
    limit = TIERS[account.tier].per_day[what]
    used = await connection.fetchval(_CHARGE, account.name, day, what, amount, limit)
    return used is not None


async def left(connection: asyncpg.Connection, account: Account, what: What, day: date) -> int:
    """Return how much of something an account may still use on a day."""
    used = await connection.fetchval(_USED, account.name, day, what)
    return TIERS[account.tier].per_day[what] - (used or 0)


class Usage:
    """Counts for one API process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._noted: Counter[tuple[str, date, str]] = Counter()
        self._known: dict[tuple[str, str], int] = {}
        self._day = date.min

    def note(self, account: str, what: str, amount: int = 1) -> None:
        """Count something that has been given, to be written down in a moment."""
        self._noted[account, self._today(), what] += amount

    def check(self, account: str, tier: str, what: What) -> None:
        """Raise QuotaSpent once the day's share of what is only noted is used up."""
        today = self._today()
        used = self._known.get((account, what), 0) + self._noted[account, today, what]
        if used >= TIERS[tier].per_day[what]:
            raise self._spent(tier, what)

    async def charge(self, account: str, tier: str, what: What, amount: int = 1) -> None:
        """Count something dear before it is done. Raises QuotaSpent if that is too much."""
        async with self._database.connection() as connection:
            await self.charge_in(connection, Account(account, tier), what, amount)

    async def charge_in(
        self, connection: asyncpg.Connection, account: Account, what: What, amount: int = 1
    ) -> None:
        """Charge it in the transaction in which it is done. Raises QuotaSpent."""
        if not await take(connection, account, what, amount, self._today()):
            raise self._spent(account.tier, what)

    async def write(self) -> None:
        """Write down every two seconds what was noted, until cancelled."""
        while True:
            await asyncio.sleep(WRITE_EVERY)
            await self.flush()

    async def flush(self) -> None:
        """Write down what was noted; what could not be written waits for the next time."""
        noted, self._noted = self._noted, Counter()
        if not noted:
            return
        accounts, days, whats = zip(*noted, strict=True)
        try:
            async with self._database.connection() as connection:
                rows = await connection.fetch(_NOTE, accounts, days, whats, list(noted.values()))
        except Exception as fault:
            self._noted.update(noted)
            if not transient(fault):
                raise
            _log.warning("usage_not_written", fault=type(fault).__name__)
            return
        today = self._today()
        self._known.update(
            {(row["account"], row["what"]): row["used"] for row in rows if row["day"] == today}
        )

    async def read(self, account: str, *, days: int) -> Sequence[asyncpg.Record]:
        """Return what an account used in the last days, up to this moment as far as we know."""
        await self.flush()
        async with self._database.connection() as connection:
            since = self._today() - timedelta(days=days)
            found: Sequence[asyncpg.Record] = await connection.fetch(_READ, account, since)
        return found

    def resets_at(self) -> datetime:
        """Return when the day ends."""
        return datetime.combine(self._today() + timedelta(1), time.min, UTC)

    def _today(self) -> date:
        today = self._clock.now().astimezone(UTC).date()
        if today != self._day:
            self._day = today
            self._known.clear()
        return today

    def _spent(self, tier: str, what: What) -> QuotaSpent:
        limit = TIERS[tier].per_day[what]
        seconds = (self.resets_at() - self._clock.now()).total_seconds()
        return QuotaSpent(
            f"{limit} {MEANING[what]} a day are used up. Days are UTC.",
            headers={
                "Retry-After": str(max(1, round(seconds))),
                "RateLimit-Policy": f'"day-{what}";q={limit};w=86400',
                "RateLimit": f'"day-{what}";r=0;t={max(1, round(seconds))}',
            },
            violated_policies=[f"day-{what}"],
        )


def document(
    rows: Sequence[Mapping[str, Any]], *, tier: str, per_minute: int, resets_at: datetime
) -> UsageDocument:
    """Return what was used as it is told: every limited thing on every day that has any."""
    by_day: dict[date, dict[str, int]] = {}
    for row in rows:
        by_day.setdefault(row["day"], {})[row["what"]] = row["used"]
    days = [DayUsed(day, _used(used, tier)) for day, used in by_day.items()]
    return UsageDocument(tier, per_minute, resets_at, days)


def _used(used: dict[str, int], tier: str) -> list[Used]:
    limits = TIERS[tier].per_day
    told = [Used(REQUESTS, MEANING[REQUESTS], used.get(REQUESTS, 0), None)]
    return told + [Used(what, MEANING[what], used.get(what, 0), limits[what]) for what in LIMITED]


async def forget_old(connection: asyncpg.Connection, *, today: date) -> None:
    """Drop days that nobody can ask for any more."""
    await connection.execute("DELETE FROM usage WHERE day < $1", today - timedelta(KEPT_DAYS))
    await connection.execute(_FORGET_DEVICES, today - timedelta(DEVICES_KEPT_DAYS))
