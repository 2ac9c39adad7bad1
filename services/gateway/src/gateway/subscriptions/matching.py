"""Which events of the public stream fit which saved filters: one statement for many of both.

A filter is that of the list itself, put together by the list's own code; an event fits if the row
it speaks of stands in the list. What an event speaks of is read off its id (`stream.telling`).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import asyncpg
import msgspec

from gateway.reads import alerts, processes
from gateway.reads.statement import Statement
from shared import events
from shared.errors import Problem

KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "alerts": ("alert.created", "alert.corrected", "alert.replied"),
    "processes": ("score.changed",),
}
"""The lists whose filters can be saved, and the events that speak of a row of each."""

AT_A_TIME: Final = 50
"""Filters in one statement."""

WAITED: Final = "60 seconds"
"""How long an event is held back whose purchase the view does not know yet: feeds cross."""


class Filter(NamedTuple):
    """A saved filter: the list, and its parameters as they were sent."""

    what: str
    asked: bytes


class Hit(NamedTuple):
    """An event that fits filter number `nth`."""

    nth: int
    seq: int
    type: str


TOLD: Final = """
    SELECT seq, key, split_part(key, '/', 1) AS type,
           CASE WHEN key LIKE 'alert.%' THEN split_part(key, '/', 2) END AS alert,
           CASE WHEN key LIKE 'score.changed/process/%' THEN split_part(key, '/', 3) END AS process
    FROM feed_event WHERE feed = 'events/public'
      AND (key LIKE 'alert.%' OR key LIKE 'score.changed/process/%')
"""
_FIND: Final = """
    WITH told AS MATERIALIZED ({told} AND seq > $1 AND seq <= $2),
    known AS MATERIALIZED (
        SELECT position, id, process_id, source, band, indicators, raised_at
        FROM alert WHERE id = ANY(ARRAY(SELECT alert FROM told))),
    alert AS MATERIALIZED (
        SELECT known.*, told.seq, told.type FROM told JOIN known ON known.id = told.alert),
    concerned AS MATERIALIZED (
        SELECT id, source, ocid, date, published, method, amount, currency, search, band, expected,
               flagged, buyer_region, delivery_region
        FROM process
        WHERE id = ANY(ARRAY(SELECT process FROM told UNION SELECT process_id FROM known))),
    process AS MATERIALIZED (
        SELECT concerned.*, told.seq AS event, told.type FROM concerned
        LEFT JOIN told ON told.process = concerned.id),
    part AS MATERIALIZED (
        SELECT process_id, role, party_id FROM part
        WHERE process_id = ANY(ARRAY(SELECT id FROM concerned)))
    {fits} ORDER BY 2
"""
"""Filters name the tables of the lists: here these hold what the events speak of, and no more.

Columns are those that filters ask for.
"""

_FITS: Final[Mapping[str, str]] = {
    "alerts": "SELECT {nth} AS nth, seq, type FROM alert {where}",
    "processes": "SELECT {nth}, event, type FROM process {where}",
}
_BY_HASH: Final = "SET LOCAL enable_nestloop = off"
"""How many rows these have is not known to the planner, which takes them for a few."""

_AS_USUAL: Final = "SET LOCAL enable_nestloop TO DEFAULT"
_LISTS: Final[Mapping[str, Callable[[Any, list[Any]], Statement]]] = {
    "alerts": alerts.filtered,
    "processes": processes.filtered,
}
_EARLY: Final = f"""
    SELECT min(told.seq) FROM ({TOLD} AND seq > $1 AND seq <= $2) AS told
    JOIN feed_event AS event ON event.feed = 'events/public' AND event.seq = told.seq
    LEFT JOIN alert ON alert.id = told.alert
    LEFT JOIN process ON process.id = coalesce(told.process, alert.process_id)
    WHERE process.id IS NULL
      AND (convert_from(event.body, 'UTF8')::jsonb ->> 'at')::timestamptz
          > clock_timestamp() - interval '{WAITED}'
"""


async def find(
    connection: asyncpg.Connection, filters: Sequence[Filter], *, after: int, until: int
) -> list[Hit]:
    """Return the events after number `after`, up to `until`, that fit each of the filters.

    Runs in a transaction.
    """
    found: list[Hit] = []
    await connection.execute(_BY_HASH)
    for some in _parts(list(enumerate(filters))):
        values: list[Any] = [after, until]
        fits = [
            _FITS[each.what].format(nth=nth, where=_where(each, values).sql()) for nth, each in some
        ]
        query = _FIND.format(told=TOLD, fits=" UNION ALL ".join(fits))
        found += [Hit(*row) for row in await connection.fetch(query, *values)]
    await connection.execute(_AS_USUAL)
    return found


async def settled(connection: asyncpg.Connection, *, after: int, until: int) -> int:
    """Return up to which event the view knows what each speaks of.

    Alerts, scores and purchases come by different feeds: whichever is first is not judged alone.
    """
    early = await connection.fetchval(_EARLY, after, until)
    return until if early is None else early - 1


async def head(connection: asyncpg.Connection) -> int:
    """Return the number of the newest event of the public stream."""
    return await events.head(connection, events.PUBLIC)


@lru_cache(maxsize=4096)
def question(what: str, asked: bytes) -> Any:
    """Return the question of a saved filter.

    Raises ValidationFailed, CurrencyRequired for one that its list does not take.
    """
    # The filters come with the framework of the routes: only who has a subscription loads it.
    from gateway.exports.asked import question as of_list  # noqa: PLC0415

    return of_list(what, msgspec.json.decode(asked))


def understood(each: Filter) -> bool:
    """Tell whether its list still takes a saved filter: an upgrade may have fewer words."""
    try:
        question(*each)
    except Problem:
        return False
    return True


def _where(each: Filter, values: list[Any]) -> Statement:
    asked = _LISTS[each.what](question(each.what, each.asked), values)
    if each.what == "processes":
        asked.where("event IS NOT NULL")  # others are there for their alerts
    return asked


def _parts(filters: list[tuple[int, Filter]]) -> Sequence[list[tuple[int, Filter]]]:
    return [filters[n : n + AT_A_TIME] for n in range(0, len(filters), AT_A_TIME)]
