"""Reading the impact: the figures, their parts, and the list behind each of them.

One statement adds up what was folded from the event log (cases.outcomes.tallying). What two
organisations report counts for the one that was first, and in the own work of each.

Which purchases somebody works on is told to nobody else: what others look at, their cases and their
complaints are counted only in the large, and only when a whole day has passed since. A case is
about a purchase or two, and others may not read it; a complaint tells the same, and nobody may read
it but the body it is addressed to. Outcomes are what an organisation tells everybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, Final

import asyncpg

HERE: Final = timezone(timedelta(hours=5))
"""Days are those of Kazakhstan."""

FIRST: Final = date(1900, 1, 1)
LAST: Final = date(9000, 1, 1)
"""Days before and after are taken for these: nothing happened there."""

_LOCAL: Final = "at AT TIME ZONE INTERVAL '5 hours'"

PARTS: Final = {
    "year": (f"date_trunc('year', {_LOCAL})", "to_char(part, 'YYYY')"),
    "month": (f"date_trunc('month', {_LOCAL})", "to_char(part, 'YYYY-MM')"),
    "region": ("left(region, 2)", "part"),
    "organisation": ("organisation", "part"),
    "campaign": ("campaign", "part"),
    "indicator": ("unnest(indicators)", "part"),
}
"""What a part is, as an expression over what is counted, and how it is named."""

_WHOLE: Final = ("NULL::text", "part")

ADDS_UP: Final = frozenset({"year", "month", "region"})
"""Parts of which each counted thing lies in one: the whole is their sum."""

# What two organisations report is counted once in the whole; yet each has it among its own.
OF_EACH_PART: Final = frozenset({"organisation", "campaign"})


IN_THE_LARGE: Final = frozenset({None, *ADDS_UP})
"""Parts in which what others work on is counted."""

REGION: Final = 2
"""Digits of a region as a whole: no smaller place tells of what others work on."""

OF_WORK: Final = frozenset({"process", "case", "complaint"})
"""What tells which purchase an organisation works on; outcomes are told to everybody."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is counted, by whom it is asked and when; empty means everything."""

    caller: str | None
    now: datetime
    since: date | None = None
    until: date | None = None
    region: Sequence[str] = ()
    organisation: Sequence[str] = ()
    campaign: Sequence[str] = ()
    indicator: Sequence[str] = ()

    def values(self, by: str | None = None) -> list[Any]:
        """Return the parameters of a statement, the first nine."""
        return [
            midnight(self.since),
            midnight(self.until, after=1),
            [f"{one}%" for one in self.region] or None,
            list(self.organisation) or None,
            list(self.campaign) or None,
            list(self.indicator) or None,
            by in OF_EACH_PART,
            self.caller,
            self._others_until(by),
        ]

    def _others_until(self, by: str | None) -> datetime | None:
        """Return until when what others work on is counted; None: not at all."""
        small = any(len(one) > REGION for one in self.region)
        if small or self.organisation or self.campaign or self.indicator or by not in IN_THE_LARGE:
            return None
        return midnight(self.now.astimezone(HERE).date(), after=-1)


async def totals(connection: asyncpg.Connection, question: Question) -> list[asyncpg.Record]:
    """Count every figure: figure, claim, number, amount."""
    rows: list[asyncpg.Record] = await connection.fetch(_sum(_WHOLE), *question.values())
    return rows


async def parts(
    connection: asyncpg.Connection, question: Question, by: str
) -> list[asyncpg.Record]:
    """Count every figure in each part."""
    rows: list[asyncpg.Record] = await connection.fetch(_sum(PARTS[by]), *question.values(by))
    return rows


async def counted(
    connection: asyncpg.Connection,
    question: Question,
    figure: str,
    secret: str,
    *,
    after: Sequence[Any] | None = None,
    limit: int | None = None,
) -> list[asyncpg.Record]:
    """List what a figure counts, newest first; `place` orders what is of one moment.

    With a `secret`, so that the mark of a page does not tell of what it is.
    """
    at, place = (datetime.fromisoformat(after[0]), after[1]) if after else (None, None)
    rows: list[asyncpg.Record] = await connection.fetch(
        _LIST, *question.values(), figure, at, place, limit, secret
    )
    return rows


def _sum(part: tuple[str, str]) -> str:
    of_row, of_group = part
    return _SUM.format(part=of_row, name=of_group)


def midnight(day: date | None, *, after: int = 0) -> datetime | None:
    """Return when a day begins, or one so many days later."""
    if day is None:
        return None
    known = min(max(day, FIRST), LAST)
    return datetime(known.year, known.month, known.day, tzinfo=HERE) + timedelta(days=after)


_WORK: Final = ", ".join(f"'{name}'" for name in sorted(OF_WORK))

# A purchase that the caller looks at too, or a case that was theirs, is theirs: it counts as such,
# whoever was first.
_FITS: Final = f"""
    FROM counted
    WHERE ($1::timestamptz IS NULL OR at >= $1) AND ($2::timestamptz IS NULL OR at < $2)
        AND ($3::text[] IS NULL OR region LIKE ANY($3))
        AND ($4::text[] IS NULL OR organisation = ANY($4))
        AND ($5::text[] IS NULL OR campaign = ANY($5))
        AND ($6::text[] IS NULL OR indicators && $6)
        AND (organisation IS NOT DISTINCT FROM $8::text OR NOT quiet)
        AND CASE WHEN object NOT IN ({_WORK})
                THEN whole OR $4 IS NOT NULL OR $5 IS NOT NULL OR $7
            WHEN organisation IS NOT DISTINCT FROM $8 THEN true
            ELSE whole AND at < $9::timestamptz AND NOT EXISTS (
                SELECT FROM counted AS mine WHERE mine.key = counted.key
                    AND mine.figure = counted.figure AND mine.object = counted.object
                    AND mine.organisation = $8) END
"""

_SUM: Final = f"""
    SELECT figure, claim, {{name}} AS part, number, amount FROM (
        SELECT figure, claim, {{part}} AS part, count(*) AS number,
            coalesce(sum(amount), 0) AS amount
        {_FITS} GROUP BY figure, claim, 3
    ) AS added ORDER BY added.part, figure, claim
"""

_LIST: Final = f"""
    SELECT * FROM (SELECT *, md5(concat($14::text, object_id, $14)) AS place {_FITS}
        AND figure = $10) AS found
    WHERE $11::timestamptz IS NULL OR (at, place) < ($11, $12::text)
    ORDER BY at DESC, place DESC LIMIT $13
"""
