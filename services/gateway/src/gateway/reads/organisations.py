"""The profile of a buyer or a supplier: figures over the processes it took part in."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import msgspec

from gateway.documents import (
    Counted,
    HiddenPurchases,
    Money,
    NamedAs,
    Organisation,
    OrganisationLinks,
    ScoreSummary,
)
from gateway.reads import figures
from gateway.view.reading import plain
from gateway.view.rows import LONG_AGO
from shared.contracts.sources import Source

ROLES: Final = {"buyer": ["buyer"], "supplier": ["supplier", "tenderer"]}
"""A supplier is also who bid and did not win."""

MOST_NAMES: Final = 20

_IDENTITY: Final = """
    SELECT count(DISTINCT process_id) AS processes, max(bin) AS bin, bool_and(weak) AS weak,
           count(DISTINCT process_id) FILTER (WHERE role = 'supplier') AS won
    FROM part WHERE party_id = $1 AND role = ANY($2::text[])
"""

_NAMES: Final = f"""
    SELECT name, count(DISTINCT process_id) AS processes FROM part
    WHERE party_id = $1 AND role = ANY($2::text[]) AND name IS NOT NULL
    GROUP BY name ORDER BY processes DESC, name LIMIT {MOST_NAMES}
"""

_AWARDED: Final = """
    SELECT currency, sum(amount) AS amount FROM part
    WHERE party_id = $1 AND role = $2 AND currency <> '' GROUP BY currency ORDER BY currency
"""

_PROCESSES: Final = """
    SELECT process.method, process.band, process.flagged, process.published
    FROM process WHERE process.id IN (
        SELECT process_id FROM part WHERE party_id = $1 AND role = ANY($2::text[])
    )
"""

_COUNTED: Final = f"""
    WITH mine AS MATERIALIZED ({_PROCESSES})
    SELECT 'methods' AS figure, method AS key, count(*) AS processes FROM mine GROUP BY method
    UNION ALL
    SELECT 'bands', band, count(*) FROM mine GROUP BY band
    UNION ALL
    SELECT 'flagged', code, count(*) FROM mine, unnest(flagged) AS code GROUP BY code
    ORDER BY figure, processes DESC, key
"""

_SPAN: Final = f"""
    SELECT min(published) AS first, max(published) AS last FROM ({_PROCESSES}) AS mine
    WHERE published > $3
"""

_SOURCES: Final = """
    SELECT source.body FROM source WHERE source.id IN (
        SELECT process.source FROM process JOIN part ON part.process_id = process.id
        WHERE party_id = $1 AND role = 'buyer'
    ) ORDER BY source.id
"""

_source = msgspec.json.Decoder(Source).decode
_summary = msgspec.json.Decoder(ScoreSummary).decode


async def profile(
    connection: asyncpg.Connection, organisation: str, role: str
) -> Organisation | None:
    """Return what open data say of an organisation in a role; None if it never had that role."""
    mine = (organisation, ROLES[role])
    identity = await connection.fetchrow(_IDENTITY, *mine)
    if not identity["processes"]:
        return None
    counted = await connection.fetch(_COUNTED, *mine)
    span = await connection.fetchrow(_SPAN, *mine, LONG_AGO)
    summary = await connection.fetchval(
        "SELECT summary FROM score WHERE subject_type = $2 AND subject_id = $1", organisation, role
    )
    return Organisation(
        id=organisation,
        role=role,
        bin=identity["bin"],
        weak=identity["weak"],
        names=[NamedAs(*row) for row in await connection.fetch(_NAMES, *mine)],
        processes=identity["processes"],
        won=identity["won"] if role == "supplier" else None,
        awarded=await _awarded(connection, organisation, role),
        methods=_figure(counted, "methods"),
        bands=_figure(counted, "bands"),
        flagged=_figure(counted, "flagged"),
        first_published=span["first"],
        last_published=span["last"],
        score=_summary(summary) if summary else None,
        blind_spots=await _hidden(connection, organisation) if role == "buyer" else [],
        figures=await figures.figures(connection, role, organisation),
        links=_links(organisation, role),
    )


async def _hidden(connection: asyncpg.Connection, buyer: str) -> list[HiddenPurchases]:
    """Return what the law keeps off the sources in which a buyer's purchases are published."""
    sources = [_source(row["body"]) for row in await connection.fetch(_SOURCES, buyer)]
    return [
        HiddenPurchases(**msgspec.structs.asdict(spot), source=source.id)
        for source in sources
        for spot in source.blind_spots
    ]


async def _awarded(connection: asyncpg.Connection, organisation: str, role: str) -> list[Money]:
    rows = await connection.fetch(_AWARDED, organisation, role)
    return [Money(plain(row["amount"]), row["currency"]) for row in rows]


def _figure(rows: Sequence[Any], figure: str) -> list[Counted]:
    return [Counted(row["key"], row["processes"]) for row in rows if row["figure"] == figure]


def _links(organisation: str, role: str) -> OrganisationLinks:
    score = f"/v1/scores/{role}/{organisation}"
    return OrganisationLinks(
        self=f"/v1/{role}s/{organisation}",
        processes=f"/v1/processes?{role}={organisation}",
        score=score,
        explanation=f"{score}/explanation",
    )
