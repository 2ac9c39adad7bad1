"""Findings with their history: a row for every flag and fault, opened and closed, never rewritten.

Only change is written. The findings of one judging are staged in a temporary table and compared
with the open rows as sets: what differs is closed, with what took its place, and what is new is
opened; of the others only `last_checked` moves. A flag is closed by a new result or by the
withdrawal of its subject, never by age.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from scoring.document import STATUSES
from scoring.score import FLAGGED

RECORDED: Final = frozenset({FLAGGED, "error"})
"""Results that need a look; the others stand in the score of the subject."""

WORTH_STATISTICS: Final = 1000
"""Staged rows from which the planner must be told how many there are."""


class Finding(NamedTuple):
    """One flag or fault as it is staged; `evidence` and `parameters` are JSON text."""

    subject_type: str
    subject_id: str
    indicator: str
    status: str
    value: float | None
    threshold: float | None
    evidence: str
    missing: tuple[str, ...]
    indicator_version: str
    parameters: str
    population_version: int | None
    data_seq: int


class Checked(NamedTuple):
    """A subject that was judged, with the results of all its indicators ("R003:c R018:f")."""

    subject_type: str
    subject_id: str
    statuses: str


async def record(
    connection: asyncpg.Connection,
    checked: Sequence[Checked],
    findings: Sequence[Finding],
    *,
    cause: str,
    now: datetime,
) -> None:
    """Bring the open findings of the subjects checked in line with what was found.

    Runs in the caller's transaction, once. `findings` holds every finding of these subjects.
    """
    await connection.execute(_STAGING)
    await connection.copy_records_to_table("checked_subject", records=checked)
    await connection.copy_records_to_table("checked_finding", records=findings)
    if len(checked) >= WORTH_STATISTICS:
        await connection.execute("ANALYZE checked_subject; ANALYZE checked_finding")
    await connection.execute(_CLOSE, now, cause)
    await connection.execute(_OPEN, now, cause)
    await connection.execute(_TOUCH, now)


async def withdraw(
    connection: asyncpg.Connection,
    subject_type: str,
    subject_ids: Sequence[str],
    *,
    reason: str,
    now: datetime,
) -> None:
    """Close all findings of subjects that are no longer there, and say why."""
    await connection.execute(_WITHDRAW, subject_type, list(subject_ids), now, reason)


_STAGING: Final = """
    CREATE TEMP TABLE IF NOT EXISTS checked_subject (
        subject_type text, subject_id text, statuses text
    ) ON COMMIT DELETE ROWS;
    CREATE TEMP TABLE IF NOT EXISTS checked_finding (
        subject_type text, subject_id text, indicator text, status text, value double precision,
        threshold double precision, evidence jsonb, missing text[], indicator_version text,
        parameters jsonb, population_version bigint, data_seq bigint
    ) ON COMMIT DELETE ROWS;
"""

_SUCCESSOR: Final = (
    "CASE substring(checked.statuses FROM finding.indicator || ':(.)') "
    + " ".join(f"WHEN '{letter}' THEN '{status}'" for letter, status in STATUSES.items())
    + " ELSE 'retired' END"
)
"""The result that takes the place of a finding; retired: the indicator is no longer judged."""

_CLOSE: Final = f"""
    UPDATE finding SET closed_at = $1, closed_cause = $2, closed_as = {_SUCCESSOR}
    FROM checked_subject AS checked
    WHERE finding.closed_at IS NULL
      AND finding.subject_type = checked.subject_type
      AND finding.subject_id = checked.subject_id
      AND NOT EXISTS (
        SELECT FROM checked_finding AS found
        WHERE found.subject_type = finding.subject_type
          AND found.subject_id = finding.subject_id
          AND found.indicator = finding.indicator
          AND (found.status, found.value, found.threshold, found.evidence, found.missing)
              IS NOT DISTINCT FROM (finding.status, finding.value, finding.threshold,
                                    finding.evidence, finding.missing)
      )
"""

_OPEN: Final = """
    INSERT INTO finding (
        subject_type, subject_id, indicator, status, value, threshold, evidence, missing,
        indicator_version, parameters, population_version, data_seq, cause, opened_at, last_checked
    )
    SELECT found.*, $2, $1, $1 FROM checked_finding AS found
    WHERE NOT EXISTS (
        SELECT FROM finding
        WHERE finding.closed_at IS NULL
          AND finding.subject_type = found.subject_type
          AND finding.subject_id = found.subject_id
          AND finding.indicator = found.indicator
    )
"""

_TOUCH: Final = """
    UPDATE finding SET last_checked = $1
    FROM checked_subject AS checked
    WHERE finding.closed_at IS NULL AND finding.last_checked < $1
      AND finding.subject_type = checked.subject_type
      AND finding.subject_id = checked.subject_id
"""

_WITHDRAW: Final = """
    UPDATE finding
    SET closed_at = $3, closed_as = 'withdrawn', closed_cause = 'data', closed_reason = $4
    WHERE closed_at IS NULL AND subject_type = $1 AND subject_id = ANY($2::text[])
"""
