"""What a back-test says of a draft: results, hit rates by group, a sample, agreement with a truth.

A rate is hits among subjects of which anything could be told; the others are counted by state.
"""

import resource
import time
from pathlib import Path
from typing import Any, Final

import duckdb
import msgspec

from scoring.drafts.confined import Task, interrupt_after
from scoring.drafts.copy import ALL_TIME, DAY, Copy, Period
from scoring.drafts.shape import check_shape, check_subjects
from scoring.drafts.worked import raise_for
from scoring.evaluate import bulk
from scoring.indicator import STATUSES
from scoring.judgements import Judgements
from scoring.profiles import load_profile

MOST_IDS: Final = 100_000
"""Flagged subjects that are named to whoever compares them with live indicators."""

MOST_GROUPS: Final = 100
MOST_EVIDENCE: Final = 10
LONGEST_TEXT: Final = 200
KILOBYTES: Final = 1024

GROUPS: Final = {
    "region": "left(coalesce(p.kato, p.buyer_kato), 2)",
    "method": "p.method",
    "year": "CAST(coalesce(p.year, year({day})) AS VARCHAR)",
    "category": "p.category",
}


def back_test(task: Task, path: Path) -> dict[str, Any]:
    """Judge all facts of a copy by one draft. Raises WrongError, StoppedError, duckdb.Error."""
    indicator, period = task.indicator, Period(task.first, task.last)
    of_purchases = indicator.subject == "process"
    began, spent = time.monotonic(), time.process_time()
    # A rule about purchases may look at earlier ones: it sees all, and is counted in the period.
    facts = Copy(path, task.limits, ALL_TIME if of_purchases else period)
    timer = interrupt_after(facts.connection, task.limits.wall_seconds)
    profile = msgspec.structs.replace(load_profile(task.profile), enabled=[indicator.code])
    try:
        (judged,) = bulk(facts, {indicator.code: indicator}, profile)
        if judged.error is not None:
            raise_for(judged.error)
        check_shape(facts.connection, indicator)
        check_subjects(facts.connection)
        query_seconds = time.process_time() - spent
        found = _figures(task, judged, period if of_purchases else ALL_TIME)
    finally:
        timer.cancel()
        facts.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return found | {
        "cost": {
            "cpu_seconds": round(time.process_time() - spent, 3),
            "query_cpu_seconds": round(query_seconds, 3),
            "wall_seconds": round(time.monotonic() - began, 3),
            "peak_memory_mb": peak // KILOBYTES,
        }
    }


def _figures(task: Task, judged: Judgements, period: Period) -> dict[str, Any]:
    connection = judged.connection
    if period.bounded:
        judged.keep(f"SELECT pid FROM process WHERE {period.condition()}")
    counts = dict.fromkeys(STATUSES, 0) | dict(judged.counts())
    hits, clear = counts["flagged"], counts["clear"]
    purchases = task.indicator.subject == "process"
    ids = [one for (one,) in connection.execute(_FLAGGED, [MOST_IDS]).fetchall()]
    truth = _truth(connection, task.truth)
    return {
        "subjects": sum(counts.values()),
        "results": counts,
        "hits": hits,
        "hit_rate": _share(hits, hits + clear),
        "hit_rates": _groups(connection) if purchases else None,
        "sample": _sample(judged, task.sample),
        "agreement": truth,
        "facts_seq": _facts_seq(connection),
        "flagged": ids,
    }


def _groups(connection: duckdb.DuckDBPyConnection) -> dict[str, list[dict[str, Any]]]:
    """Count hits by every grouping in one pass, the largest groups first."""
    columns = ", ".join(f"{key.format(day=DAY)} AS {name}" for name, key in GROUPS.items())
    names = ", ".join(GROUPS)
    sets = ", ".join(f"({name})" for name in GROUPS)
    rows = connection.execute(_BY_GROUP.format(columns=columns, names=names, sets=sets)).fetchall()
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in GROUPS}
    for bits, judged, hits, *keys in rows:
        place = next(n for n in range(len(GROUPS)) if not bits >> (len(GROUPS) - 1 - n) & 1)
        groups = found[list(GROUPS)[place]]
        if len(groups) < MOST_GROUPS:
            rate = _share(hits, judged)
            groups.append({"key": keys[place], "judged": judged, "hits": hits, "rate": rate})
    return found


def _sample(judged: Judgements, size: int) -> list[dict[str, Any]]:
    """Show some hits with their evidence, the same ones for the same facts."""
    connection = judged.connection
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE sampled AS SELECT * FROM judgement "
        "WHERE status = 'flagged' ORDER BY hash(subject), subject LIMIT ?",
        [size],
    )
    connection.execute(
        "CREATE OR REPLACE TEMP VIEW flagged AS SELECT kind, subject, value, threshold FROM sampled"
    )
    evidence: dict[tuple[str, int], list[dict[str, Any]]] = {}
    for piece in judged.evidence():
        pieces = evidence.setdefault((piece.kind, piece.number), [])
        if len(pieces) < MOST_EVIDENCE:
            value = piece.value[:LONGEST_TEXT] if isinstance(piece.value, str) else piece.value
            path = piece.path[:LONGEST_TEXT]
            pieces.append({"process": piece.process, "path": path, "value": value})
    return [
        {
            "kind": kind,
            "subject": subject,
            "value": value,
            "threshold": threshold,
            "evidence": evidence.get((kind, number), []),
        }
        for kind, number, subject, value, threshold in connection.execute(_SAMPLED).fetchall()
    ]


def _truth(
    connection: duckdb.DuckDBPyConnection, truth: dict[str, bool] | None
) -> dict[str, Any] | None:
    """Compare with what is known of some subjects; only those of which it is known count."""
    if truth is None:
        return None
    connection.execute("CREATE TEMP TABLE label (id VARCHAR, truth BOOLEAN)")
    connection.execute(
        "INSERT INTO label SELECT unnest($1::VARCHAR[]), unnest($2::BOOLEAN[])",
        [list(truth), list(truth.values())],
    )
    row = connection.execute(_AGREEMENT).fetchone()
    assert row is not None
    labelled, positive, hits, right, unknown = row
    precision, recall, base = (
        _share(right, hits),
        _share(right, positive),
        _share(positive, labelled),
    )
    return {
        "labelled": labelled,
        "positive": positive,
        "hits": hits,
        "right": right,
        "not_judged": unknown,
        "precision": precision,
        "recall": recall,
        "lift": round(precision / base, 6) if precision is not None and base else None,
    }


def _facts_seq(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute(
        "SELECT facts_seq FROM facts.main.progress WHERE feed = 'releases'"
    ).fetchone()
    return int(row[0]) if row else 0


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


_BY_GROUP: Final = """
SELECT grouping({names}) AS bits, count(*) AS judged,
  count(*) FILTER (status = 'flagged') AS hits, {names}
FROM (
  SELECT j.status, {columns} FROM judgement j JOIN process p ON p.pid = j.subject
  WHERE j.status IN ('flagged', 'clear'))
GROUP BY GROUPING SETS ({sets})
ORDER BY judged DESC, {names}"""

_NAMED: Final = """
LEFT JOIN subject s ON j.kind = 'process' AND s.pid = j.subject
LEFT JOIN party o ON j.kind <> 'process' AND o.party = j.subject"""

_FLAGGED: Final = f"""
SELECT coalesce(s.key, o.id) FROM (
  SELECT kind, subject FROM judgement WHERE status = 'flagged' LIMIT ?) j {_NAMED}"""

_SAMPLED: Final = f"""
SELECT j.kind, j.subject, coalesce(s.key, o.id), j.value, j.threshold
FROM sampled j {_NAMED} ORDER BY hash(j.subject), j.subject"""

_AGREEMENT: Final = f"""
SELECT count(*) FILTER (v.status IN ('flagged', 'clear')),
  count(*) FILTER (l.truth AND v.status IN ('flagged', 'clear')),
  count(*) FILTER (v.status = 'flagged'), count(*) FILTER (l.truth AND v.status = 'flagged'),
  count(*) FILTER (v.status IS NULL OR v.status NOT IN ('flagged', 'clear'))
FROM label l LEFT JOIN (
  SELECT coalesce(s.key, o.id) AS id, max(j.status) FILTER (j.status = 'flagged') AS flagged,
    coalesce(max(j.status) FILTER (j.status = 'flagged'), max(j.status) FILTER (j.status = 'clear'),
      any_value(j.status)) AS status
  FROM judgement j {_NAMED} GROUP BY 1) v ON v.id = l.id"""
