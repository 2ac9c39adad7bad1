"""What share of an organisation's money lies in purchases of high risk, drawn to that of its like.

The score of an organisation is this share and its own flags, never the worst of its purchases: one
bad purchase among a thousand says little of a buyer. Of somebody with few purchases the share says
little either, so it is drawn to the average of like organisations, as if they had bought for as
much more as the median of them did (indicators.md 6.3, point 8).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import asyncpg

from scoring.facts import Facts
from scoring.purchases import Key
from scoring.score import UNITS, share_points
from shared.contracts.scores import Portfolio

MOVED: Final = 0.1
"""Share by which the typical sum of like organisations must move to be taken anew: else the scores
of all would be written anew for nothing."""

MOVED_AVERAGE: Final = 0.01

Group = tuple[str, str]
"""Subject type and currency: sums of two currencies are never compared."""


class Peers(NamedTuple):
    """Like organisations: how many, the median of their sums, and the average share at risk."""

    organisations: int
    typical: float
    average: float


@dataclass(frozen=True, slots=True)
class Holding:
    """What an organisation bought or sold in its main currency, and how much of it is at risk.

    `left_out` of its `purchases` have no sum in that currency, or too little was known for a band.
    """

    purchases: int
    left_out: int
    currency: str | None
    value: Decimal
    at_risk: Decimal


async def write_bands(connection: asyncpg.Connection, file: Path) -> str:
    """Write which purchases are of high risk, and of which nothing can be said, into a file.

    Returns a mark that differs when these purchases do.
    """
    await connection.copy_from_query(_BANDS, output=file, format="csv")
    return await mark(connection)


async def mark(connection: asyncpg.Connection) -> str:
    """Return the mark of the purchases that are of high risk now."""
    return str(await connection.fetchval(_MARK))


def holdings(facts: Facts, bands: Path) -> dict[Key, Holding]:
    """Add up what every organisation bought or sold, by the bands of the purchases."""
    facts.connection.execute(_BANDED, [str(bands)])
    rows = facts.connection.execute(_HOLDINGS).fetchall()
    facts.connection.execute("DROP TABLE temp.main.banded")
    return {(role, party): Holding(*rest) for role, party, *rest in rows}


def peers(found: Mapping[Key, Holding]) -> dict[Group, Peers]:
    """Compare organisations of one kind and currency: the median of sums, the average share."""
    groups: dict[Group, list[Holding]] = defaultdict(list)
    for (role, _), one in found.items():
        if one.currency is not None:
            groups[role, one.currency].append(one)
    return {group: _peers(some) for group, some in groups.items()}


def steady(old: Mapping[Group, Peers], new: Mapping[Group, Peers]) -> dict[Group, Peers]:
    """Keep what was known of each group unless it has moved."""
    return {
        group: before if (before := old.get(group)) and not _moved(before, now) else now
        for group, now in new.items()
    }


def portfolios(found: Mapping[Key, Holding], groups: Mapping[Group, Peers]) -> dict[Key, Portfolio]:
    """Say of every organisation what share of its money is at risk, drawn to that of its like."""
    return {key: _portfolio(one, groups, key[0]) for key, one in found.items()}


async def adopt(
    connection: asyncpg.Connection, found: Mapping[Key, Holding]
) -> Mapping[Group, Peers]:
    """Return by which groups to draw: those that are kept, and in the place of moved ones new."""
    rows = await connection.fetch(f"SELECT {_COLUMNS} FROM peer")
    old = {(row[0], row[1]): Peers(*row[2:]) for row in rows}
    groups = steady(old, peers(found))
    if groups != old:
        await connection.execute("DELETE FROM peer")
        await connection.copy_records_to_table(
            "peer",
            records=[(*group, *one) for group, one in sorted(groups.items())],
            columns=_COLUMNS.split(", "),
        )
    return groups


def drawn(at_risk: float, value: float, peers: Peers) -> float:
    """Draw a share to the average of like organisations.

    >>> drawn(100.0, 100.0, Peers(30, 300.0, 0.1))
    0.325
    """
    whole = value + peers.typical
    return round((at_risk + peers.typical * peers.average) / whole, 4) if whole else 0.0


def _peers(some: Iterable[Holding]) -> Peers:
    some = list(some)
    value, at_risk = sum(one.value for one in some), sum(one.at_risk for one in some)
    average = float(at_risk / value) if value else 0.0
    return Peers(len(some), float(median(one.value for one in some)), round(average, 4))


def _moved(before: Peers, now: Peers) -> bool:
    wide = abs(now.typical - before.typical) > MOVED * before.typical
    return wide or abs(now.average - before.average) > MOVED_AVERAGE


def _portfolio(one: Holding, groups: Mapping[Group, Peers], role: str) -> Portfolio:
    if one.currency is None:
        return Portfolio(one.purchases, one.left_out)
    like = groups[role, one.currency]
    share = drawn(float(one.at_risk), float(one.value), like)
    return Portfolio(
        purchases=one.purchases,
        left_out=one.left_out,
        currency=one.currency,
        value=one.value,
        at_risk=one.at_risk,
        peers=like.organisations,
        typical=like.typical,
        average=like.average,
        share=share,
        points=share_points(share) / UNITS,
    )


_COLUMNS: Final = "subject_type, currency, organisations, typical, average"

_BANDS: Final = """
    SELECT subject_id, band IS NOT NULL FROM score
    WHERE subject_type = 'process' AND (band IS NULL OR band IN ('high', 'critical'))
"""

_MARK: Final = """
    SELECT concat(count(*), ' ', sum(hashtextextended(subject_id, 0)::numeric)) FROM score
    WHERE subject_type = 'process' AND band IN ('high', 'critical')
"""

_BANDED: Final = """
    CREATE OR REPLACE TEMP TABLE banded AS
    SELECT subject.pid, told.risky
    FROM read_csv($1, auto_detect = false, header = false, delim = ',',
        columns = {'id': 'VARCHAR', 'risky': 'BOOLEAN'}) AS told
    JOIN subject ON subject.key = told.id
"""

_HOLDINGS: Final = """
    WITH dealt AS (
        SELECT 'buyer' AS role, coalesce(buyer, entity) AS party, pid, value AS amount, currency
        FROM process
        UNION ALL
        SELECT 'supplier', supplier.party, pid,
            CASE WHEN award.suppliers = 1 THEN award.amount END, award.currency
        FROM award_supplier AS supplier JOIN award USING (pid, award_no)
        WHERE supplier.status = 'active'),
    told AS (
        SELECT dealt.role, party.id, dealt.pid, dealt.currency,
            CASE WHEN dealt.currency IS NOT NULL AND dealt.amount > 0
                    AND coalesce(banded.risky, banded.pid IS NULL)
                THEN TRY_CAST(dealt.amount AS DECIMAL(18, 2)) END AS amount,
            banded.risky
        FROM dealt JOIN party USING (party) LEFT JOIN banded USING (pid)
        WHERE NOT party.weak),
    main AS (
        SELECT role, id, currency FROM told WHERE amount IS NOT NULL
        GROUP BY role, id, currency
        QUALIFY row_number() OVER (PARTITION BY role, id ORDER BY count(*) DESC, currency) = 1)
    SELECT told.role, told.id, count(DISTINCT told.pid),
        count(DISTINCT told.pid) - count(DISTINCT CASE
            WHEN told.amount IS NOT NULL AND told.currency = main.currency THEN told.pid END),
        main.currency,
        coalesce(sum(CASE WHEN told.currency = main.currency THEN told.amount END), 0),
        coalesce(sum(CASE WHEN told.currency = main.currency AND told.risky
            THEN told.amount END), 0)
    FROM told LEFT JOIN main ON main.role = told.role AND main.id = told.id
    GROUP BY told.role, told.id, main.currency
"""
