"""What all figures are taken from, made once per round: one state of the facts, and one day."""

from datetime import UTC, datetime
from typing import Final

from scoring import law
from scoring.facts import Facts
from scoring.statistics.declaration import Part, parts, statements
from shared.vocabulary import kato

Document = tuple[str, str]
"""Key in the feed, and body."""


def begin(facts: Facts, now: datetime) -> datetime | None:
    """Find the date of the newest data, and in which region buyers have their seats.

    A release that says it comes from the future does not make the data any newer.
    """
    run = facts.connection.execute
    law.install(facts.connection)
    run(_TODAY, [now.astimezone(UTC).replace(tzinfo=None)])
    codes = [row[0] for row in run(_SEATS).fetchall()]
    regions = {code: kato.region_of(code) for code in codes}
    known = {code: region for code, region in regions.items() if region is not None}
    run(_SEAT, [list(known), list(known.values())])
    newest = run("SELECT moment FROM st_today").fetchall()[0][0]
    return None if newest is None else newest.replace(tzinfo=UTC)


def tables() -> tuple[str, ...]:
    """Return the statements that take purchases, deals, lots and entries from the facts."""
    return (*statements("base"), *statements("subject"))


def take(facts: Facts, statement: str) -> None:
    """Execute one of them."""
    facts.connection.execute(statement)


def take_flags(facts: Facts, flags: str, bands: str) -> None:
    """Take what is flagged, and in which band purchases are, from files of (key, word)."""
    for table, path in (("st_flag", flags), ("st_band", bands)):
        facts.connection.execute(_TAKE.format(table=table), [path])
    facts.connection.execute(_FLAGGED)


def make_part(facts: Facts, part: Part) -> None:
    """Compute one part of all profiles."""
    facts.connection.execute(_PART.format(part=part.id, query=part.query))


def subjects(facts: Facts) -> int:
    """Count those of whom a profile is published."""
    return int(facts.connection.execute("SELECT count(*) FROM st_subject").fetchall()[0][0])


def profiles(facts: Facts, first: int, last: int) -> list[Document]:
    """Write the profiles of a slice of the subjects."""
    (statement,) = statements("document")
    return facts.connection.execute(statement, {"first": first, "last": last}).fetchall()


def networks(facts: Facts, first: int, last: int) -> list[Document]:
    """Write the networks of those suppliers in a slice of the subjects that are not yet written.

    Pairs of bidders are by far the most that is counted; `written` says which need not be again.
    """
    run = facts.connection.execute
    run(_WRITTEN)
    run(_SLICE, [first, last])
    if not run("SELECT 1 FROM st_slice LIMIT 1").fetchall():
        return []
    for part in parts("networks").values():
        run(_NET.format(part=part.id, query=part.query))
    (statement,) = statements("network")
    return run(statement).fetchall()


def written(facts: Facts) -> None:
    """Note that the networks of the last slice are published."""
    facts.connection.execute(
        "DELETE FROM written_network WHERE party IN (SELECT party FROM st_slice)"
    )
    facts.connection.execute("INSERT INTO written_network SELECT party, mark FROM st_slice")


def keys(facts: Facts) -> set[str]:
    """Name all documents of which something is known."""
    return {row[0] for row in facts.connection.execute(_KEYS).fetchall()}


def forget(facts: Facts) -> None:
    """Drop what was prepared."""
    run = facts.connection.execute
    for (name,) in run(_PREPARED).fetchall():
        run(f"DROP TABLE temp.main.{name}")


_PREPARED: Final = """
SELECT table_name FROM duckdb_tables() WHERE temporary AND starts_with(table_name, 'st_')"""

_TODAY: Final = """
CREATE OR REPLACE TEMP TABLE st_today AS
SELECT moment, (moment + INTERVAL 5 HOUR)::DATE AS day
FROM (
  SELECT max(made_at) AS moment FROM (SELECT instant(date_text) AS made_at FROM process)
  WHERE made_at <= $1)"""

_SEATS: Final = "SELECT DISTINCT buyer_kato FROM process WHERE buyer_kato IS NOT NULL"

_SEAT: Final = """
CREATE OR REPLACE TEMP TABLE st_seat AS
SELECT unnest($1::VARCHAR[]) AS kato, unnest($2::VARCHAR[]) AS region"""

_TAKE: Final = """
CREATE OR REPLACE TEMP TABLE {table} AS
SELECT s.pid, f.word
FROM read_csv($1, auto_detect = false, header = false, delim = ',', quote = '"',
  columns = {{'key': 'VARCHAR', 'word': 'VARCHAR'}}) f
JOIN subject s ON s.key = f.key"""

_FLAGGED: Final = "CREATE OR REPLACE TEMP TABLE st_flagged AS SELECT DISTINCT pid FROM st_flag"

_PART: Final = """
CREATE OR REPLACE TEMP TABLE st_part_{part} AS
SELECT s.n, q.doc FROM ({query}) q JOIN st_subject s ON s.subject = q.subject ORDER BY s.n"""

_WRITTEN: Final = """
CREATE TEMP TABLE IF NOT EXISTS written_network (party INTEGER, mark UBIGINT)"""

_SLICE: Final = """
CREATE OR REPLACE TEMP TABLE st_slice AS
SELECT i.party, s.id, s.newest, i.mark
FROM st_subject s JOIN st_input i ON i.party = s.subject // 4
LEFT JOIN written_network w ON w.party = i.party AND w.mark = i.mark
WHERE s.n BETWEEN $1 AND $2 AND s.type = 'supplier' AND w.party IS NULL"""

_KEYS: Final = """
SELECT type || '/' || id FROM st_subject
UNION ALL SELECT 'network/' || id FROM st_subject WHERE type = 'supplier'"""

_NET: Final = "CREATE OR REPLACE TEMP TABLE st_net_{part} AS {query}"
