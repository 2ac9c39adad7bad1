"""Reading compiled releases as OCDS packages, in the order in which they last changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from gateway.reads.answering import encode
from gateway.reads.statement import EVERYWHERE, Places, Statement
from shared.contracts.sources import Source

LARGEST_PACKAGE: Final = 8 * 1024 * 1024
"""Bytes of releases in one package, unless a single one is larger."""

_source = msgspec.json.Decoder(Source).decode


@dataclass(frozen=True, kw_only=True)
class Question:
    """Which releases are asked for; empty means all."""

    process: tuple[str, ...] = ()
    ocid: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    buyer: tuple[str, ...] = ()
    places: Places = EVERYWHERE


# The size of a release is known without unpacking it; only what is sent is unpacked.
_FIND: Final = """
    SELECT id, seq, source, release, more FROM (
        SELECT *, sum(size) OVER (ORDER BY seq, id) - size AS bytes_before,
               lead(id) OVER (ORDER BY seq, id) IS NOT NULL AS more
        FROM (
            SELECT id, seq, source, release, octet_length(release) AS size FROM process
            {where} ORDER BY seq, id LIMIT {one_more}
        ) AS candidate
    ) AS sized
    WHERE bytes_before = 0 OR bytes_before + size <= {bytes}
    ORDER BY seq, id LIMIT {limit}
"""


async def find(
    connection: asyncpg.Connection, question: Question, *, after: tuple[int, str], limit: int
) -> tuple[list[asyncpg.Record], list[int | str] | None]:
    """Return a page of releases and the place after which the next page begins."""
    asked = Statement()
    asked.where("(seq, id) > ({}, {})", *after)
    asked.where_any("id = ANY({}::text[])", question.process)
    asked.where_any("ocid = ANY({}::text[])", question.ocid)
    asked.where_any("source = ANY({}::text[])", question.source)
    asked.took_part("buyer", question.buyer)
    asked.in_places(question.places)
    sizes = {"limit": limit, "one_more": limit + 1, "bytes": LARGEST_PACKAGE}
    rows = await connection.fetch(_FIND.format(where=asked.sql(), **sizes), *asked.values)
    more = bool(rows) and rows[-1]["more"]
    return rows, [rows[-1]["seq"], rows[-1]["id"]] if more else None


async def sources(connection: asyncpg.Connection) -> dict[str, Source]:
    """Return the publishers, by source id."""
    return {
        row["id"]: _source(row["body"]) for row in await connection.fetch("SELECT * FROM source")
    }


def package(
    rows: Sequence[Mapping[str, Any]],
    known: dict[str, Source],
    *,
    uri: str,
    published: datetime,
    next_cursor: str | None,
) -> bytes:
    """Put releases into a release package (OCDS 1.1) that says whose data they are.

    Where they come from one publisher, its name and licence are the package's own; `sources` names
    all of them in any case.
    """
    named = [known[source] for source in sorted({row["source"] for row in rows} & known.keys())]
    only = named[0] if len(named) == 1 else None
    head: dict[str, Any] = {
        "uri": uri,
        "version": "1.1",
        "publishedDate": published,
        "publisher": {"name": (only.publisher or only.title) if only else "Qadaga"},
        "license": only.licence if only else None,
        "sources": [attribution(source) for source in named],
        "page": {"next_cursor": next_cursor, "has_more": next_cursor is not None},
    }
    releases = b",".join(row["release"] for row in rows)
    kept = {name: value for name, value in head.items() if value is not None}
    return b'%b,"releases":[%b]}' % (encode(kept)[:-1], releases)


def attribution(source: Source) -> dict[str, str | None]:
    """Return whose data a source is, and on what terms."""
    return {
        "id": source.id,
        "title": source.title,
        "publisher": source.publisher,
        "license": source.licence,
        "attribution": source.attribution,
        "url": source.url,
    }
