"""How fast a list of a hundred thousand cases answers."""

import time
from typing import Any, Final

import pytest

from tests.cases.office import AIDA, Office
from tests.support.pace import slowness

pytestmark = pytest.mark.thorough

CASES: Final = 100_000
ASKED: Final[tuple[dict[str, Any], ...]] = (
    {},
    {"state": "investigating"},
    {"state": ["verified", "acting"], "region": "75"},
    {"region": "7511"},
    {"assignee": "mem_17"},
    {"severity": "high", "region": "10"},
    {"stale": True},
    {"process": "prc_777"},
    {"q": "2026-077777"},
    {"q": "bridge"},
    {"state": "closed_remedied", "assignee": "mem_6"},
)
BUDGET: Final = 0.050
"""Seconds at the service, of every kind of question, on the reference machine."""


@pytest.mark.check("H5", tier=2, limit="50 ms of the reference machine")
async def test_every_question_for_a_list_of_a_hundred_thousand_cases_takes_fifty_milliseconds(
    office: Office,
) -> None:
    async with office.tables() as connection:
        await connection.execute(_CASES, CASES, AIDA.organisation)
        await connection.execute(_LINKS)
    async with office.database.connection() as connection:
        await connection.execute("VACUUM ANALYZE casefile")
        await connection.execute("VACUUM ANALYZE case_link")
    best = {str(question): await _best(office, question) for question in ASKED}
    assert max(best.values()) < BUDGET, {name: f"{each:.3f}" for name, each in best.items()}


async def _best(office: Office, question: dict[str, Any]) -> float:
    """The best of ten runs: of a machine that others use too, the rest tells of the others."""
    times = []
    for _ in range(10):
        began = time.perf_counter()
        answer = await office.get("/cases", **question)
        times.append(time.perf_counter() - began)
        assert answer.json()["data"], question
    return min(times) / slowness()


_CASES: Final = """
    INSERT INTO casefile (id, organisation, number, title, summary, severity, violations, region,
        state, assignees, embargoed, created_by, created_at, updated_at, revision)
    SELECT 'cas_' || lpad(n::text, 26, '0'), $2, '2026-' || lpad(n::text, 6, '0'),
        CASE n % 1000 WHEN 0 THEN 'The bridge of village ' ELSE 'The road of village ' END || n, '',
        (ARRAY['low', 'medium', 'high'])[n % 3 + 1], '{}',
        (ARRAY['75', '71', '10', '19', '11'])[n % 5 + 1] || lpad((n % 97)::text, 2, '0') || '10000',
        (ARRAY['draft', 'open', 'investigating', 'verified', 'acting', 'monitoring_response',
               'closed_remedied', 'closed_unfounded'])[n % 8 + 1],
        ARRAY['mem_' || n % 200], false, 'mem_1',
        timestamptz '2026-03-01' - n * interval '5 minutes',
        timestamptz '2026-03-01' - n * interval '4 minutes', 1
    FROM generate_series(1, $1::int) AS n
"""

_LINKS: Final = """
    INSERT INTO case_link (id, case_id, kind, target, linked_at)
    SELECT 'lnk_' || right(id, 26), id, 'process', 'prc_' || right(id, 26)::int / 10, created_at
    FROM casefile
"""
