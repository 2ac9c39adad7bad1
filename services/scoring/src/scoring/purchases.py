"""What the service asks the facts beside the judgements: whose purchase it is and how far it came.

Runs in the one thread that may touch the facts. Moments lie in the facts without zone, in UTC.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import date as day
from decimal import Decimal
from typing import Any, Final

from scoring.alerts import Progress
from scoring.facts import Facts
from scoring.law import law
from shared.contracts.scores import Value

Key = tuple[str, str]
"""Subject type and id."""

PERSON: Final = "prs_"
"""How the pseudonym of a natural person begins."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """What must be known of a process beside its judgements."""

    pid: int
    id: str
    source: str | None
    ocid: str
    seq: int
    origin: str
    date: datetime | None
    value: Value | None
    progress: Progress
    parties: tuple[Key, ...]
    kato: str | None = None
    method_code: int | None = None
    method_details: str | None = None
    began_on: day | None = None
    results_at: datetime | None = None

    def named(self, role: str) -> list[str]:
        """Name its organisations in a role; natural persons are not among them."""
        return [one for of, one in self.parties if of == role and not one.startswith(PERSON)]

    def method(self) -> str | None:
        """Return the law's word for how it is bought, by the portal's code, else by the name.

        As of the day it was published; of a purchase without a notice, of the first day that is
        known of it.
        """
        if self.began_on is None:
            return None
        entries = law().methods.entries
        coded = entries.get(str(self.method_code))
        periods = (entry.on(self.began_on) for entry in ([coded] if coded else entries.values()))
        known = [period.value for period in periods if period is not None]
        named = known if coded else [one for one in known if one.name == self.method_details]
        return max((one.method for one in named), default=None)


def purchases(facts: Facts, pids: Sequence[int]) -> dict[int, Purchase]:
    """Read what must be known of processes beside their judgements; those that are gone lack."""
    rows = facts.connection.execute(_PURCHASES, {"pids": list(pids)}).fetchall()
    return {row[0]: _purchase(*row) for row in rows}


def changed_after(facts: Facts, seq: int, limit: int) -> tuple[dict[int, str], int]:
    """Number and name the next processes with releases after a place in the feed, in that order.

    Attempts that go with a changed one share its place, and come with it, if beyond the limit.
    Returns the last place among them as well.
    """
    rows = facts.connection.execute(_CHANGED, {"seq": seq, "limit": limit}).fetchall()
    return {row[0]: row[1] for row in rows}, rows[-1][2] if rows else seq


def numbers(facts: Facts, ids: Sequence[str]) -> dict[int, str]:
    """Return the processes with these public ids that are in the facts: number and id."""
    rows = facts.connection.execute(
        """
        SELECT process.pid, subject.key FROM subject JOIN process USING (pid)
        WHERE subject.key IN (SELECT unnest($ids))
        """,
        {"ids": list(ids)},
    ).fetchall()
    return dict(rows)


def present_ids(facts: Facts) -> set[str]:
    """Name every process that is in the facts."""
    rows = facts.connection.execute("SELECT key FROM subject JOIN process USING (pid)").fetchall()
    return {row[0] for row in rows}


def gone_after(facts: Facts, seq: int) -> list[str]:
    """Name the processes that the feed withdrew after a place in it."""
    rows = facts.connection.execute(
        "SELECT key FROM gone JOIN subject USING (pid) WHERE gone.seq > $seq", {"seq": seq}
    ).fetchall()
    return [row[0] for row in rows]


def size(facts: Facts) -> int:
    """Count the processes."""
    found = facts.connection.execute("SELECT count(*) FROM process").fetchone()
    return int(found[0]) if found else 0


def ids_of_parties(facts: Facts, keys: Iterable[Key]) -> list[str]:
    """Name the processes in whose scores the flags of some parties appear."""
    by_type: dict[str, list[str]] = {"buyer": [], "supplier": []}
    for subject_type, subject_id in keys:
        by_type[subject_type].append(subject_id)
    rows = facts.connection.execute(_IDS_OF_PARTIES, by_type).fetchall()
    return [row[0] for row in rows]


def parties(facts: Facts) -> list[Key]:
    """Name every organisation whose identity is sure, once for each of its roles."""
    return facts.connection.execute(_PARTIES).fetchall()


def newest_date(facts: Facts) -> datetime | None:
    """Return the date of the newest release."""
    found = facts.connection.execute("SELECT max(instant(date_text)) FROM process").fetchone()
    return _moment(found[0]) if found else None


def _purchase(  # noqa: PLR0917 (one argument for each column)
    pid: int,
    key: str,
    source: str | None,
    ocid: str,
    seq: int,
    origin: str | None,
    date: datetime | None,
    amount: float | None,
    currency: str | None,
    tender_status: str | None,
    end_at: datetime | None,
    active_awards: int,
    signed: int,
    running: int,
    buyer: str | None,
    suppliers: Sequence[str] | None,
    kato: str | None,
    method_code: int | None,
    method_details: str | None,
    began_on: day | None,
    results_at: datetime | None,
) -> Purchase:
    parties = [("buyer", buyer)] if buyer else []
    parties += [("supplier", one) for one in suppliers or ()]
    return Purchase(
        pid=pid,
        id=key,
        source=source,
        ocid=ocid,
        seq=seq,
        origin=origin or "backfill",
        date=_moment(date),
        value=_money(amount, currency),
        progress=Progress(tender_status, _moment(end_at), active_awards, signed, running),
        parties=tuple(parties),
        kato=kato,
        method_code=method_code,
        method_details=method_details,
        began_on=began_on,
        results_at=_moment(results_at),
    )


def _money(amount: float | None, currency: str | None) -> Value | None:
    if amount is None or currency is None:
        return None
    return Value(Decimal(f"{amount:.2f}"), currency)


def _moment(naive: Any) -> datetime | None:
    return naive.replace(tzinfo=UTC) if isinstance(naive, datetime) else None


_PURCHASES: Final = """
    WITH chosen AS (SELECT unnest($pids) AS pid),
    won AS (
        SELECT supplier.pid, list(DISTINCT party.id ORDER BY party.id) AS ids
        FROM award_supplier AS supplier JOIN chosen USING (pid) JOIN party USING (party)
        WHERE supplier.status = 'active' AND NOT party.weak
        GROUP BY supplier.pid
    )
    SELECT process.pid, subject.key, subject.source, subject.ocid, process.seq, process.origin,
        instant(process.date_text), process.value, process.currency, process.tender_status::VARCHAR,
        process.end_at, process.active_awards, process.signed, process.running, buyer.id, won.ids,
        coalesce(process.kato, process.buyer_kato), process.method_code,
        process.method_details, coalesce(process.published_on, process.first_on), process.results_at
    FROM process JOIN chosen USING (pid) JOIN subject USING (pid)
        LEFT JOIN party AS buyer
            ON buyer.party = coalesce(process.buyer, process.entity) AND NOT buyer.weak
        LEFT JOIN won USING (pid)
"""

_CHANGED: Final = """
    SELECT pid, key, seq FROM process JOIN subject USING (pid)
    WHERE seq > $seq AND seq <= (
        SELECT max(seq) FROM (SELECT seq FROM process WHERE seq > $seq ORDER BY seq LIMIT $limit))
    ORDER BY seq, pid
"""

_PARTIES: Final = """
    SELECT DISTINCT role, party.id FROM (
        SELECT 'buyer' AS role, buyer AS party FROM process
        UNION SELECT 'buyer', entity FROM process
        UNION SELECT 'supplier', party FROM award_supplier
        UNION SELECT 'supplier', party FROM bid_tenderer)
    JOIN party USING (party) WHERE NOT party.weak
"""

_IDS_OF_PARTIES: Final = """
    SELECT subject.key FROM process JOIN subject USING (pid)
    WHERE coalesce(process.buyer, process.entity) IN (
            SELECT party FROM party WHERE id IN (SELECT unnest($buyer)))
        OR process.pid IN (
            SELECT pid FROM award_supplier JOIN party USING (party)
            WHERE status = 'active' AND id IN (SELECT unnest($supplier)))
"""
