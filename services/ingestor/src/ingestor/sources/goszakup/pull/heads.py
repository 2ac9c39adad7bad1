"""Which processes a change touches, and everything that is held about a process."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

import asyncpg

from ingestor.sources.goszakup.pull.records import Record
from ingestor.sources.goszakup.pull.store import Kept, Tie

# A contract of a notice belongs to the notice, one without to its root contract.
OF_CONTRACTS: Final = """
    SELECT DISTINCT notice, family FROM portal_record
    WHERE root = 'Contract' AND (family = ANY($1) OR id = ANY($1))
"""

OF_PLANS: Final = """
    SELECT DISTINCT root, notice, family FROM portal_record
    WHERE root IN ('Lots', 'Contract') AND plans && $1 AND gone_at IS NULL
"""

NAMED_PLANS: Final = """
    SELECT DISTINCT plan FROM portal_record, unnest(plans) AS plan
    WHERE root IN ('Lots', 'Contract') AND plans && $1 AND gone_at IS NULL AND plan = ANY($1)
"""

# In an order of its own: what is told of a process must not depend on where its rows lie.
KEPT: Final = "root, id, notice, family, plans, hash, raw_hash, asked_due IS NOT NULL"

OF_HEADS: Final = f"""
    SELECT {KEPT} FROM portal_record WHERE notice = ANY($1) AND gone_at IS NULL
    UNION ALL
    SELECT {KEPT} FROM portal_record
    WHERE root = 'Contract' AND notice IS NULL AND family = ANY($2) AND gone_at IS NULL
    ORDER BY root, id DESC
"""

OF_FAMILIES: Final = f"""
    SELECT {KEPT} FROM portal_record
    WHERE root = ANY($1) AND family = ANY($2) AND gone_at IS NULL
    ORDER BY root, id DESC
"""

SUBJECTS: Final = (
    f"SELECT {KEPT} FROM portal_record WHERE root = 'Subjects' AND id = ANY($1) ORDER BY id DESC"
)


class Head(NamedTuple):
    """What a process is known by: its notice, its root contract, or its plan's root record."""

    kind: Literal["notice", "contract", "plan"]
    id: int


async def touched(connection: asyncpg.Connection, changed: Iterable[Record | Tie]) -> set[Head]:
    """Name the processes that these records belong to.

    A plan point is told of in every purchase that takes it up. A lot or contract changes only its
    own, and whether the points it names are still free.
    """
    heads: set[Head] = set()
    contracts: set[int] = set()
    points: set[int] = set()
    for one in changed:
        heads |= {Head("plan", plan) for plan in one.plans}
        if one.root == "Plans":
            points |= set(one.plans)
        if one.notice is not None:
            heads.add(Head("notice", one.notice))
        elif one.root == "Contract" and one.family is not None:
            heads.add(Head("contract", one.family))
        elif one.root in ("Acts", "TreasuryPay") and one.family is not None:
            contracts.add(one.family)
    heads |= await of_contracts(connection, contracts)
    return heads | await _of_plans(connection, points)


async def of_contracts(connection: asyncpg.Connection, contracts: Iterable[int]) -> set[Head]:
    """Name the processes of contracts, given by their own ids or their roots'."""
    rows = await connection.fetch(OF_CONTRACTS, list(contracts)) if contracts else []
    return {_head(row["notice"], row["family"]) for row in rows}


async def _of_plans(connection: asyncpg.Connection, plans: Iterable[int]) -> set[Head]:
    """Name the purchases that take plan points up."""
    rows = await connection.fetch(OF_PLANS, list(plans)) if plans else []
    return {_head(row["notice"], row["family"]) for row in rows}


async def named_plans(connection: asyncpg.Connection, plans: Iterable[int]) -> set[int]:
    """Tell which plan points a purchase has taken up."""
    return {row[0] for row in await connection.fetch(NAMED_PLANS, list(plans))}


async def held(connection: asyncpg.Connection, heads: Iterable[Head]) -> dict[Head, list[Kept]]:
    """Return everything that is held about processes, plan points and participants aside."""
    found: dict[Head, list[Kept]] = {head: [] for head in heads}
    notices = [head.id for head in found if head.kind == "notice"]
    roots = [head.id for head in found if head.kind == "contract"]
    rows = [Kept(*row) for row in await connection.fetch(OF_HEADS, notices, roots)]
    owner: dict[int, Head] = {}
    for one in rows:
        head = _head(one.notice, one.family)
        found[head].append(one)
        if one.root == "Contract":
            owner[one.id] = head
            owner[one.family or one.id] = head
    for one in await families(connection, ("Acts", "TreasuryPay"), owner):
        if one.family is not None:
            found[owner[one.family]].append(one)
    return found


async def families(
    connection: asyncpg.Connection, roots: Sequence[str], wanted: Iterable[int]
) -> list[Kept]:
    """Return the records of some roots that belong to these families."""
    rows = await connection.fetch(OF_FAMILIES, list(roots), list(wanted)) if wanted else []
    return [Kept(*row) for row in rows]


async def subjects(connection: asyncpg.Connection, numbers: Iterable[int]) -> list[Kept]:
    """Return participants by their numbers on the portal."""
    rows = await connection.fetch(SUBJECTS, list(numbers)) if numbers else []
    return [Kept(*row) for row in rows]


def _head(notice: int | None, family: int | None) -> Head:
    return Head("contract", family or 0) if notice is None else Head("notice", notice)
