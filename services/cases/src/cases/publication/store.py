"""Publications in the database: found with their case, and written. In the caller's transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import asyncpg
import msgspec

from cases.casefile import store as cases
from cases.publication.harms import NAMED
from shared.contracts.casework.publication import PartyReply
from shared.errors import NotFound
from shared.security import Caller
from shared.vocabulary.identifiers import party_id
from shared.vocabulary.money import TENGE

Row = Mapping[str, Any]
JSON_COLUMNS: Final = frozenset({"texts", "figures", "answers"})


async def own_case(
    connection: asyncpg.Connection,
    case: str,
    caller: Caller,
    now: datetime,
    *,
    writing: bool = False,
) -> Row:
    """Return a case of the caller's organisation, locked if they are to write.

    Raises NotFound for any other case, whatever of it they may see.
    """
    seen = await cases.found(connection, case, caller, now, lock=writing)
    if seen.access != "own":
        raise NotFound("There is no publication under this case.")
    if writing:
        cases.may_write(seen, caller)
    return seen.row


async def of_case(connection: asyncpg.Connection, case: str) -> Row | None:
    """Return the publication of a case; None where there is none."""
    return opened(await connection.fetchrow("SELECT * FROM publication WHERE case_id = $1", case))


async def parties_of(connection: asyncpg.Connection, case: str) -> Sequence[Row]:
    """Return those whom a publication of the case names."""
    found = await cases.parties_of(connection, case)
    return [row for row in found if row["role"] == NAMED]


async def involved(connection: asyncpg.Connection, case: str) -> Sequence[Row]:
    """Return the parties of a case, and other organisations that are known to have a part in it.

    So are those a complaint of the case is addressed to, and the buyers and suppliers of its
    purchases whom any case of its organisation knows by name.
    """
    rows = await connection.fetch(_KNOWN, case)
    there = await connection.fetch(_OF_PURCHASES, case)
    bought_or_sold = {row["party"] for row in there}
    known = [
        row for row in rows if row["addressed"] or party_id("", row["bin"], "").id in bought_or_sold
    ]
    return [*await cases.parties_of(connection, case), *known]


async def notices_of(connection: asyncpg.Connection, publication: Row) -> Sequence[Row]:
    """Return the notices of the text as it stands, each with its replies."""
    rows = await connection.fetch(_NOTICES, publication["id"], publication["round"])
    return [with_replies(row) for row in rows]


async def known_sums(connection: asyncpg.Connection, case: str) -> list[Decimal]:
    """Return the sums that a case knows: of its outcomes, and of the alerts on its purchases."""
    rows = await connection.fetch(_KNOWN_SUMS, case, TENGE)
    return [row["amount"] for row in rows]


async def insert(connection: asyncpg.Connection, values: Mapping[str, Any]) -> None:
    """Write a new publication."""
    await cases.insert(connection, "publication", _plain(values))


async def change(
    connection: asyncpg.Connection, id_: str, values: Mapping[str, Any], now: datetime
) -> None:
    """Change columns of a publication: its next revision."""
    sets = "".join(f", {name} = ${number}" for number, name in enumerate(values, 3))
    statement = f"UPDATE publication SET revision = revision + 1, updated_at = $2{sets}"
    await connection.execute(f"{statement} WHERE id = $1", id_, now, *_plain(values).values())


def opened(row: Row | None) -> Row | None:
    """Return a row with its documents read."""
    if row is None:
        return None
    return {
        name: msgspec.json.decode(value) if name in JSON_COLUMNS and value is not None else value
        for name, value in row.items()
    }


def with_replies(row: Row) -> Row:
    """Return a notice with its replies read."""
    replies = msgspec.json.decode(row["replies"], type=list[PartyReply])
    return {**dict(row), "replies": replies}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: msgspec.json.encode(value).decode()
        if name in JSON_COLUMNS and value is not None
        else value
        for name, value in values.items()
    }


_KNOWN: Final = """
    SELECT substr(addressee, 5) AS bin, spoken #>> '{}' AS name, NULL AS role, true AS addressed
    FROM complaint
        CROSS JOIN jsonb_path_query(addressee_name, '$.** ? (@.type() == "string")') AS spoken
    WHERE casefile = $1 AND starts_with(addressee, 'bin:')
    UNION SELECT party.bin, party.name, NULL, false
    FROM casefile AS this JOIN casefile AS other USING (organisation)
        JOIN case_party AS party ON party.case_id = other.id
    WHERE this.id = $1 AND party.bin IS NOT NULL AND party.name IS NOT NULL
"""

_OF_PURCHASES: Final = """
    SELECT unnest(array_append(alert.suppliers, alert.buyer)) AS party
    FROM case_link AS link JOIN alert ON link.target = CASE link.kind
        WHEN 'alert' THEN alert.id ELSE alert.process_id END
    WHERE link.case_id = $1 AND link.kind IN ('alert', 'process') AND link.ended_at IS NULL
"""

_KNOWN_SUMS: Final = """
    SELECT amount FROM outcome
    WHERE case_id = $1 AND amount IS NOT NULL AND state NOT IN ('refuted', 'none')
    UNION SELECT alert.amount
    FROM case_link AS link JOIN alert ON link.target = CASE link.kind
        WHEN 'alert' THEN alert.id ELSE alert.process_id END
    WHERE link.case_id = $1 AND link.kind IN ('alert', 'process') AND link.ended_at IS NULL
        AND alert.amount IS NOT NULL AND alert.currency = $2
"""

REPLIES: Final = """(SELECT coalesce(jsonb_agg(jsonb_build_object('id', reply.id, 'at', reply.at,
        'text', reply.text, 'corrects', reply.corrects) ORDER BY reply.position), '[]')
    FROM publication_reply AS reply WHERE reply.notice_id = notice.id) AS replies"""

_NOTICES: Final = f"""
    SELECT notice.*, {REPLIES} FROM publication_notice AS notice
    WHERE publication_id = $1 AND round = $2 ORDER BY made_at, bin
"""
