"""How a batch of each feed becomes facts: what is read of a line, and the statements, in order.

A batch is staged in temporary tables, checked, and only then takes the place of what stood before:
DELETE and INSERT by what the lines are about. Everything happens in one transaction with the
cursor, so that a batch counts wholly or not at all, and reading it again changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from scoring.filling import WHEN, Filling, Step, filling, filling_of_plans, target
from scoring.staging import FEED, FILL, SPLIT

RELEASES: Final = "releases"
PLANS: Final = "plans"
REGISTERS: Final = "registers"


@dataclass(frozen=True, slots=True)
class Batch:
    """One feed's way.

    body, unusable  what is read of a line, and when it lacks what it needs
    number          what is done with the lines before tables are filled
    steps           how `new_<table>` is filled for each of the `tables`
    differs         queries that find a fault, and what it means
    replace         what is done beside putting each table in the place of what stood before
    linked          attempts that go with the purchases of the batch are judged again as well
    by              the column by which rows are replaced, and the batch's relation that has it
    """

    feed: str
    body: str
    unusable: str
    number: tuple[str, ...]
    tables: tuple[str, ...]
    steps: tuple[Step, ...]
    by: tuple[str, str]
    differs: tuple[tuple[str, str], ...] = ()
    replace: tuple[str, ...] = ()
    linked: bool = False

    @property
    def columns(self) -> Mapping[str, str]:
        """The columns of a line; keys of the body that are not named are passed over."""
        return {"seq": "BIGINT", "key": "VARCHAR", "deleted": "BOOLEAN", "body": self.body}

    @property
    def conditions(self) -> Mapping[str, str]:
        """By table, what some line of a batch must have for there to be anything to fill."""
        return {step.table: WHEN[step.table] for step in self.steps if step.table in WHEN}


@cache
def releases(wanted: frozenset[str] | None = None) -> Batch:
    """Compiled releases; `wanted` are the tables to fill, None for all."""
    chosen = filling(wanted)
    core = [Step(_filled(one)) for one in SPLIT]
    core += [Step(filled, target(filled)) for filled in map(_filled, FILL)]
    differs = [(_COUNTS_DIFFER, "counts in the envelope differ from the rows read: pid")]
    if "contract" in chosen.tables:
        differs.append((_CONTRACTS_DIFFER, "contracts read differ from the envelope's count: pid"))
    return Batch(
        feed=RELEASES,
        body=_envelope(chosen),
        unusable=_NO_RELEASE,
        number=_NUMBER,
        tables=chosen.tables,
        steps=(*core, *chosen.steps),
        by=("pid", "touched"),
        differs=tuple(differs),
        replace=_GONE,
        linked=True,
    )


@cache
def plans() -> Batch:
    """Plan points that no purchase has taken up; one that is taken up leaves a tombstone."""
    chosen = filling_of_plans()
    return Batch(
        feed=PLANS,
        body=_envelope(chosen),
        unusable=_NO_RELEASE,
        number=_NUMBER,
        tables=chosen.tables,
        steps=chosen.steps,
        by=("pid", "touched"),
    )


@cache
def registers() -> Batch:
    """Entries of registers, and the days that their sources cover."""
    return Batch(
        feed=REGISTERS,
        body=_REGISTER_ROW,
        unusable=_NO_ROW,
        number=_REGISTER_NUMBER,
        tables=("register_entry", "register_coverage"),
        steps=_REGISTER_STEPS,
        by=("key", "latest"),
        replace=("INSERT INTO register_touched FROM new_register_touched",),
    )


def batch(feed: str, wanted: frozenset[str] | None = None) -> Batch:
    """Return the way of a feed."""
    if feed == RELEASES:
        return releases(wanted)
    return plans() if feed == PLANS else registers()


def _envelope(chosen: Filling) -> str:
    return (
        "STRUCT(source VARCHAR, ocid VARCHAR, origin VARCHAR, "
        "counts STRUCT(bids BIGINT, awards BIGINT, contracts BIGINT), "
        "parties STRUCT(id VARCHAR, local_id JSON, weak BOOLEAN, person BOOLEAN, "
        f"roles VARCHAR[])[], release {chosen.release})"
    )


def _filled(statement: str) -> str:
    for name, word in FEED.items():
        statement = statement.replace(f"{{{name}}}", word)
    return statement


_NO_RELEASE: Final = "NOT deleted AND (body.ocid IS NULL OR body.release IS NULL)"

_NUMBER: Final = (
    """CREATE OR REPLACE TEMP TABLE latest AS SELECT * FROM feed
    QUALIFY row_number() OVER (PARTITION BY key ORDER BY seq DESC) = 1""",
    """INSERT INTO subject
    SELECT (SELECT coalesce(max(pid), -1) FROM subject) + row_number() OVER (ORDER BY seq),
      key, body.ocid, body.source
    FROM latest l WHERE NOT deleted AND NOT EXISTS (SELECT 1 FROM subject s WHERE s.key = l.key)""",
    """CREATE OR REPLACE TEMP TABLE staged AS
    SELECT s.pid, l.seq, l.body.origin AS origin, l.body.counts AS counts,
      l.body.parties AS links, unnest(l.body.release)
    FROM latest l JOIN subject s ON s.key = l.key WHERE NOT l.deleted""",
    """CREATE OR REPLACE TEMP TABLE withdrawn AS
    SELECT s.pid, l.seq FROM latest l JOIN subject s ON s.key = l.key WHERE l.deleted""",
    """CREATE OR REPLACE TEMP TABLE touched AS
    SELECT pid FROM staged UNION ALL SELECT pid FROM withdrawn""",
    """CREATE OR REPLACE TEMP TABLE named AS
    SELECT pid, p.local_id::VARCHAR AS token, p.id AS id, coalesce(p.weak, false) AS weak,
      coalesce(p.person, false) AS person, p.roles AS roles
    FROM (SELECT pid, unnest(links) AS p FROM staged)
    WHERE p.id IS NOT NULL AND p.local_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY pid, p.local_id::VARCHAR ORDER BY p.id) = 1""",
    """INSERT INTO party
    SELECT (SELECT coalesce(max(party), 0) FROM party) + row_number() OVER (ORDER BY id),
      id, weak, person
    FROM (SELECT id, bool_or(weak) AS weak, bool_or(person) AS person FROM named GROUP BY id) n
    WHERE NOT EXISTS (SELECT 1 FROM party p WHERE p.id = n.id)""",
    """CREATE OR REPLACE TEMP TABLE dictionary AS
    SELECT n.pid, n.token, p.party, json_text(n.token::JSON) AS local_id
    FROM named n JOIN party p ON p.id = n.id""",
)

_COUNTS_DIFFER: Final = """
SELECT s.pid FROM staged s
LEFT JOIN (SELECT pid, count(*) AS n FROM new_bid GROUP BY pid) b ON b.pid = s.pid
LEFT JOIN (SELECT pid, count(*) AS n FROM new_award GROUP BY pid) a ON a.pid = s.pid
WHERE coalesce(s.counts.bids, 0) <> coalesce(b.n, 0)
   OR coalesce(s.counts.awards, 0) <> coalesce(a.n, 0)
ORDER BY s.pid LIMIT 1"""

_CONTRACTS_DIFFER: Final = """
SELECT s.pid FROM staged s
LEFT JOIN (SELECT pid, count(*) AS n FROM new_contract GROUP BY pid) c ON c.pid = s.pid
WHERE coalesce(s.counts.contracts, 0) <> coalesce(c.n, 0)
ORDER BY s.pid LIMIT 1"""

_GONE: Final = (
    "DELETE FROM gone WHERE pid IN (FROM touched)",
    "INSERT INTO gone SELECT pid, seq FROM withdrawn",
)

_REGISTER_ROW: Final = (
    "STRUCT(kind VARCHAR, register VARCHAR, source VARCHAR, party VARCHAR, known_from DATE, "
    "known_to DATE, retrieved_at TIMESTAMPTZ, valid_from DATE, valid_to DATE, ended VARCHAR, "
    "attributes JSON)"
)

_NO_ROW: Final = """NOT deleted AND (body.kind IS NULL OR body.register IS NULL
  OR body.source IS NULL OR body.known_from IS NULL OR body.retrieved_at IS NULL)"""

_REGISTER_NUMBER: Final = (
    """CREATE OR REPLACE TEMP TABLE latest AS SELECT * FROM feed
    QUALIFY row_number() OVER (PARTITION BY key ORDER BY seq DESC) = 1""",
    """INSERT INTO party
    SELECT (SELECT coalesce(max(party), 0) FROM party) + row_number() OVER (ORDER BY id),
      id, false, starts_with(id, 'prs_')
    FROM (SELECT DISTINCT body.party AS id FROM latest WHERE body.party IS NOT NULL) n
    WHERE NOT EXISTS (SELECT 1 FROM party p WHERE p.id = n.id)""",
)

_REGISTER_STEPS: Final = (
    Step("""INSERT INTO new_register_entry BY NAME
    SELECT l.key, l.seq, l.body.register AS register, l.body.source AS source, p.party,
      l.body.valid_from AS valid_from, l.body.valid_to AS valid_to,
      l.body.known_from AS known_from, l.body.known_to AS known_to, l.body.ended AS ended,
      (l.body.retrieved_at AT TIME ZONE 'UTC')::DATE AS retrieved_on,
      l.body.attributes::VARCHAR AS attributes
    FROM latest l LEFT JOIN party p ON p.id = l.body.party
    WHERE NOT l.deleted AND l.body.kind = 'entry'"""),
    Step("""INSERT INTO new_register_coverage BY NAME
    SELECT l.key, l.seq, l.body.register AS register, l.body.source AS source, p.party,
      l.body.known_from AS known_from, coalesce(l.body.known_to, l.body.known_from) AS known_to
    FROM latest l LEFT JOIN party p ON p.id = l.body.party
    WHERE NOT l.deleted AND l.body.kind = 'coverage'"""),
    # An entry speaks of all days from its first; of days covered only what came or went is new.
    Step("""CREATE OR REPLACE TEMP TABLE new_register_touched AS
    SELECT * FROM (SELECT l.seq, coalesce(n.party, o.party) AS party,
      least(n.known_from, n.valid_from, o.known_from, o.valid_from) AS first_day,
      DATE '9999-12-31' AS last_day
    FROM latest l LEFT JOIN new_register_entry n ON n.key = l.key
    LEFT JOIN register_entry o ON o.key = l.key
    WHERE n.key IS NOT NULL OR o.key IS NOT NULL
    UNION ALL
    SELECT l.seq, coalesce(n.party, o.party),
      CASE WHEN n.known_from = o.known_from THEN least(n.known_to, o.known_to) + 1
           ELSE least(n.known_from, o.known_from) END,
      greatest(n.known_to, o.known_to)
    FROM latest l LEFT JOIN new_register_coverage n ON n.key = l.key
    LEFT JOIN register_coverage o ON o.key = l.key
    WHERE n.key IS NOT NULL OR o.key IS NOT NULL) WHERE first_day <= last_day"""),
)
