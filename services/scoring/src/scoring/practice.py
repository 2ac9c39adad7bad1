"""What people found of what an indicator flagged: kept as the feed of cases tells it, and counted.

A purchase counts once for an indicator, however many looked at it, so that the counted ones are
independent of each other. What was established last of the strongest kind is what it counts as: an
outcome that a second person confirmed or refuted, then a case closed as unfounded, then a dismissal
that says something of the sign, then any other. Verdicts on earlier versions of an indicator count
too, for the feed names none.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import sqrt
from statistics import NormalDist
from typing import Final, NamedTuple

import asyncpg
import msgspec

from shared.contracts.catalogue import Bounds, InPractice
from shared.contracts.feedback import Feedback
from shared.feed import Entry

DISMISSED: Final = "dismissed"
CONFIRMED: Final = "confirmed"
UNTOLD: Final = "untold"

STRENGTH: Final[Mapping[str, int]] = {
    CONFIRMED: 3,
    "refuted": 3,
    "unfounded": 2,
    "data_error": 1,
    "legal_exception": 1,
    "known_pattern": 1,
}
"""Verdicts, and reasons of dismissals, that say whether a sign was right, and how much they weigh.

Other dismissals (too little at stake, a duplicate, too few data) say nothing of it.
"""

FEWEST: Final = 10
"""Purchases that were decided, from which a share of them means anything."""

CONFIDENCE: Final = 0.95
DIGITS: Final = 4


class Found(NamedTuple):
    """Of how many purchases one thing was found, and when the last of it was."""

    indicator: str
    verdict: str
    reason: str | None
    purchases: int
    last: date


async def apply(connection: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    """Keep some verdicts, each under its key in the feed: what is told again changes nothing."""
    told = [
        (code, entry.key, one.verdict, one.reason, one.process, one.alert, one.at)
        for entry in entries
        if not entry.deleted
        for one in (msgspec.json.decode(entry.body, type=Feedback),)
        for code in one.indicators
    ]
    if told:
        await connection.execute(_KEEP, *map(list, zip(*told, strict=True)))


async def forget(connection: asyncpg.Connection) -> None:
    """Forget all verdicts: the feed is told anew."""
    await connection.execute("DELETE FROM feedback")


async def read(connection: asyncpg.Connection) -> dict[str, InPractice]:
    """Count what was found, by indicator."""
    rows = await connection.fetch(_FOUND, list(STRENGTH), list(STRENGTH.values()), DISMISSED)
    found: dict[str, list[Found]] = {}
    for row in rows:
        found.setdefault(row["indicator"], []).append(Found(*row))
    return {code: in_practice(some) for code, some in found.items()}


def in_practice(found: Sequence[Found]) -> InPractice:
    """Say of one indicator how many of its flags held, and within what bounds that is known."""
    verdicts = _sums((one.verdict, one.purchases) for one in found)
    reasons = _sums(
        (one.reason or UNTOLD, one.purchases) for one in found if one.verdict == DISMISSED
    )
    decided = sum(one.purchases for one in found if _word(one) in STRENGTH)
    confirmed = verdicts[CONFIRMED]
    enough = decided >= FEWEST
    return InPractice(
        handled=verdicts.total(),
        dismissed=dict(reasons),
        unfounded=verdicts["unfounded"],
        refuted=verdicts["refuted"],
        confirmed=confirmed,
        decided=decided,
        insufficient=not enough,
        precision=round(confirmed / decided, DIGITS) if enough else None,
        interval=wilson(confirmed, decided) if enough else None,
        as_of=max(one.last for one in found),
    )


def wilson(hits: int, tried: int) -> Bounds:
    """Return the bounds of a share of independent trials (Wilson's score interval, 1927).

    >>> wilson(7, 10)
    Bounds(lower=0.3968, upper=0.8922)
    """
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    share, weight = hits / tried, z * z / tried
    middle = share + weight / 2
    half = z * sqrt((share * (1 - share) + weight / 4) / tried)
    lower, upper = (middle - half) / (1 + weight), (middle + half) / (1 + weight)
    return Bounds(max(0.0, round(lower, DIGITS)), min(1.0, round(upper, DIGITS)))


def _word(found: Found) -> str | None:
    return found.reason if found.verdict == DISMISSED else found.verdict


def _sums(counts: Iterable[tuple[str, int]]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for name, n in counts:
        sums[name] += n
    return sums


_KEEP: Final = """
    INSERT INTO feedback (indicator, key, verdict, reason, process, alert, at)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                         $7::timestamptz[])
    ON CONFLICT DO NOTHING
"""

_FOUND: Final = """
    WITH counted AS (
        SELECT DISTINCT ON (indicator, coalesce(process, alert, key))
            indicator, verdict, reason, at
        FROM feedback LEFT JOIN unnest($1::text[], $2::int[]) AS known (word, strength)
            ON word = CASE verdict WHEN $3 THEN reason ELSE verdict END
        ORDER BY indicator, coalesce(process, alert, key), coalesce(strength, 0) DESC, at DESC, key
    )
    SELECT indicator, verdict, reason, count(*) AS purchases,
           (max(at) AT TIME ZONE 'UTC')::date AS last
    FROM counted GROUP BY indicator, verdict, reason ORDER BY indicator, verdict, reason
"""
