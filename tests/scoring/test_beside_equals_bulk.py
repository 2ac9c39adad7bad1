"""With registers, plans and chains of attempts too: change by change or all at once is the same."""

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scoring.evaluate import bulk
from scoring.facts import Facts
from scoring.judging import _read
from scoring.score import FLAGGED
from shared.contracts.registers import RegisterRow
from shared.feed import Change
from tests.scoring import register_lines
from tests.scoring.asking import AGAIN, PLANNED, VAT
from tests.scoring.office import Office, office
from tests.scoring.register_lines import coverage, entry
from tests.scoring.releases import change, party_id, release

pytestmark = pytest.mark.thorough

CHANGE_SETS = 40
SUPPLIERS = ("supplier-0", "supplier-1", "supplier-2")

Feeds = dict[str, dict[str, Change]]
Found = dict[tuple[str, str], tuple[Any, ...]]


def a_day(rnd: random.Random) -> str:
    return f"2026-0{rnd.randrange(1, 5)}-{rnd.randrange(1, 28):02}"


def a_purchase(rnd: random.Random, number: int) -> dict[str, Any]:
    """A purchase, every other time the attempt after another one; signed on any day, or none."""
    found = release(f"p-{number}")
    contract = {"id": "c", "status": "active", "suppliers": [{"id": rnd.choice(SUPPLIERS)}]}
    dated = {"dateSigned": f"{a_day(rnd)}T00:00:00+05:00"} if rnd.random() < 0.9 else {}
    earlier = {"id": "1", "relationship": ["prior"], "identifier": f"p-{rnd.randrange(20)}"}
    found["tender"] |= {
        "status": rnd.choice(["complete", "cancelled"]),
        "datePublished": f"{a_day(rnd)}T00:00:00Z",
    }
    found["contracts"] = [contract | dated]
    found["relatedProcesses"] = [earlier] if rnd.random() < 0.5 else []
    return found


def a_register_row(rnd: random.Random, number: int) -> RegisterRow:
    first, last = sorted([a_day(rnd), a_day(rnd)])
    if rnd.random() < 0.4:
        whose = party_id(rnd.choice(SUPPLIERS)) if rnd.random() < 0.5 else None
        return coverage(f"r-{number}", first, last, whose)
    until = last if last > first and rnd.random() < 0.5 else None
    return entry(f"r-{number}", party_id(SUPPLIERS[number % 3]), first, until, known=first)


def a_plan(rnd: random.Random, number: int) -> dict[str, Any]:
    point = {"root": str(number), "customer": f"buyer-{rnd.randrange(3)}", "amount": 1.0}
    return {
        "ocid": f"plan-{number}",
        "buyer": {"id": point["customer"]},
        "planning": {"x_plan_points": [point]},
    }


MAKERS: dict[str, Any] = {"releases": a_purchase, "registers": a_register_row, "plans": a_plan}


def some_changes(
    rnd: random.Random, feed: str, rows: dict[str, Change], most: int = 4
) -> list[Change]:
    """Set, change or take back a few rows of one feed; its rows follow."""
    made = []
    for number in rnd.sample(range(20), rnd.randrange(1, most + 1)):
        row = MAKERS[feed](rnd, number)
        written = register_lines.change(row) if isinstance(row, RegisterRow) else change(row)
        if rnd.random() < 0.25:
            written = Change(written.key, None)
            rows.pop(written.key, None)
        else:
            rows[written.key] = written
        made.append(written)
    return made


async def test_findings_after_every_change_set_are_those_of_a_bulk_run_and_of_another_order(
    scoring_office: Office, platform_database_urls: dict[str, str], tmp_path: Path
) -> None:
    first = await _asking(scoring_office)
    rnd = random.Random(20260601)
    feeds: Feeds = {"releases": {}, "registers": {}, "plans": {}}
    flagged: set[str] = set()
    for number in range(CHANGE_SETS):
        feed = rnd.choice(["releases", "releases", "registers", "plans"])
        most = 20 if number < len(feeds) else 4
        await first.publish_changes(some_changes(rnd, feed, feeds[feed], most), feed)
        await first.judge()
        stored = await _stored(first)
        assert stored == await first.session.facts(lambda facts: _judged(first, facts))
        flagged |= {code for _, code in stored}
    assert flagged == {"VAT", "AGAIN"}
    await first.work()
    history = await _stored(first, "buyer") | await _stored(first)
    assert {code for _, code in history} >= {"AGAIN", "PLANNED"}

    await _begin_again(first)
    (tmp_path / "other").mkdir()
    async with office(platform_database_urls, tmp_path / "other") as second:
        await _asking(second)
        for feed, rows in feeds.items():
            shuffled = list(rows.values())
            rnd.shuffle(shuffled)
            await second.publish_changes(shuffled, feed)
        await second.work()
        assert await _stored(second, "buyer") | await _stored(second) == history


async def _asking(found: Office) -> Office:
    found.catalogue = {one.code: one for one in (VAT, AGAIN, PLANNED)}
    await found.restart()
    return found


async def _stored(found: Office, subject_type: str = "process") -> Found:
    return {
        (row["subject_id"], row["indicator"]): (row["value"], _paths(row["evidence"]))
        for row in await found.findings()
        if row["subject_type"] == subject_type
    }


def _judged(found: Office, facts: Facts) -> Found:
    standard = found.session.standard
    indicators = standard.indicators("process")
    return {
        (subject, one.code): (one.value, _paths(msgspec.json.encode(one.evidence)))
        for judgements in bulk(facts, indicators, standard.profile)
        for (_, subject), one in _read(judgements)
        if one.status == FLAGGED
    }


def _paths(evidence: Any) -> list[tuple[Any, ...]]:
    return [(one["process"], one["path"]) for one in msgspec.json.decode(evidence)]


async def _begin_again(found: Office) -> None:
    async with found.ingestor.connection() as connection:
        await connection.execute("DELETE FROM feed_state; DELETE FROM feed_head")
    async with found.scoring.connection() as connection:
        await connection.execute(
            "TRUNCATE finding, score, score_past, population, base_rate, tally, rejudge;"
            "DELETE FROM feed_state; DELETE FROM feed_head; DELETE FROM engine;"
            "INSERT INTO engine (id) VALUES (1)"
        )
