"""The engine follows registers and plans as it does releases; attempts are judged together."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from scoring.indicator import Indicator
from shared.feed import Change
from tests.scoring.asking import AGAIN, PLANNED, VAT
from tests.scoring.office import Office, statuses
from tests.scoring.register_lines import change, coverage, entry
from tests.scoring.releases import party_id, purchase_id, release

pytestmark = pytest.mark.thorough

PAYER = party_id("supplier-0")


@pytest.fixture
async def office(scoring_office: Office) -> Office:
    """An engine that judges by what it is to ask, and by nothing else."""
    return await _judging_by(scoring_office, VAT, AGAIN, PLANNED)


async def _judging_by(found: Office, *indicators: Indicator) -> Office:
    found.catalogue = {one.code: one for one in indicators}
    await found.restart()
    return found


def bought(ocid: str, signed: str = "2026-02-25", **changes: Any) -> dict[str, Any]:
    """A purchase whose contract was signed on a day with the usual supplier."""
    contract = {
        "id": "c1",
        "status": "active",
        "dateSigned": f"{signed}T00:00:00+05:00",
        "suppliers": [{"id": "supplier-0"}],
    }
    return release(ocid, **({"contracts": [contract]} | changes))


async def said(office: Office, ocid: str, code: str = "VAT") -> str | None:
    document = await office.score(ocid)
    return None if document is None else statuses(document).get(code)


ALL_YEAR = coverage("c1", "2020-01-01", "2026-12-31")


async def test_registers_are_taken_in_before_the_releases_they_are_asked_about(
    office: Office,
) -> None:
    await office.publish(bought("ocds-1"), bought("ocds-2", contracts=[]))
    await office.publish_registers(ALL_YEAR, entry("e1", PAYER, "2026-02-25"))

    await office.judge()

    assert (await said(office, "ocds-1"), await said(office, "ocds-2")) == (
        "clear",
        "not_applicable",
    )
    assert await office.rows("SELECT 1 FROM score_past") == []


async def test_a_changed_entry_has_the_purchases_of_its_party_judged_again(office: Office) -> None:
    await office.publish(bought("ocds-1"), bought("ocds-2", "2026-02-20"))
    await office.publish_registers(ALL_YEAR, entry("e1", PAYER, "2020-05-05"))
    await office.judge()
    office.clock.advance(timedelta(hours=1))

    await office.publish_registers(entry("e1", PAYER, "2026-02-24"))
    await office.judge()

    assert (await said(office, "ocds-1"), await said(office, "ocds-2")) == ("clear", "flagged")
    document = await office.score("ocds-2")
    assert document
    assert document["cause"] == "data"
    (finding,) = await office.findings()
    assert msgspec.json.decode(finding["evidence"])[0]["path"] == "register:vat_payers"


async def test_an_entry_taken_back_no_longer_counts(office: Office) -> None:
    await office.publish(bought("ocds-1"))
    await office.publish_registers(ALL_YEAR, entry("e1", PAYER, "2020-05-05"))
    await office.judge()

    await office.publish_registers("e1")
    await office.judge()

    assert await said(office, "ocds-1") == "flagged"


async def test_days_that_become_known_are_asked_about_again_and_no_others(office: Office) -> None:
    await office.publish(bought("ocds-1"), bought("ocds-2", "2026-05-20"), bought("ocds-3"))
    await office.publish_registers(coverage("c1", "2020-01-01", "2026-04-30"))
    await office.judge()
    assert await said(office, "ocds-1") == "flagged"
    assert await said(office, "ocds-2") == "not_computable"

    await office.publish_registers(coverage("c1", "2020-01-01", "2026-05-31"))
    await _take_in(office)

    assert await _waiting(office) == [purchase_id("ocds-2")]
    await office.judge()
    assert await said(office, "ocds-2") == "flagged"


async def test_registers_of_others_concern_no_purchase(office: Office) -> None:
    await office.publish(bought("ocds-1"))
    await office.judge()

    await office.publish_registers(
        entry("e1", party_id("stranger"), "2020-05-05"),
        coverage("c1", "2020-01-01", "2026-12-31", party_id("stranger")),
        coverage("c2", "2010-01-01", "2011-12-31"),
    )
    await _take_in(office)

    assert await _waiting(office) == []


async def test_a_crash_after_registers_were_loaded_loses_nobody(office: Office) -> None:
    await office.publish(bought("ocds-1"))
    await office.publish_registers(ALL_YEAR, entry("e1", PAYER, "2020-05-05"))
    await office.judge()

    await office.publish_registers("e1")
    await office.session.registers.take_in()
    await office.restart()
    await office.judge()

    assert await said(office, "ocds-1") == "flagged"
    state = await office.rows("SELECT registers_seq FROM engine")
    assert state == [{"registers_seq": office.session.registers.seq}]


async def test_lost_facts_know_the_registers_again_before_anything_is_judged(
    office: Office,
) -> None:
    await office.publish(bought("ocds-1"))
    await office.publish_registers(ALL_YEAR, entry("e1", PAYER, "2020-05-05"))
    await office.judge()
    before = await office.score("ocds-1")
    await office.stop()
    (office.folder / "facts.duckdb").unlink()

    await office.start()
    await office.publish(bought("ocds-2"))
    await office.judge()

    assert await office.score("ocds-1") == before
    assert await said(office, "ocds-2") == "clear"
    assert await office.rows("SELECT 1 FROM score_past") == []


async def test_registers_begun_anew_are_read_from_their_beginning(office: Office) -> None:
    await office.publish(bought("ocds-1"))
    await office.publish_registers(ALL_YEAR, entry("e1", PAYER, "2020-05-05"))
    await office.judge()
    async with office.ingestor.connection() as connection:
        await connection.execute(
            "DELETE FROM feed_state WHERE feed = 'registers';"
            "DELETE FROM feed_head WHERE feed = 'registers'"
        )

    await office.publish_registers(ALL_YEAR)
    await office.judge()

    assert await said(office, "ocds-1") == "flagged"


async def test_a_line_that_cannot_be_loaded_is_set_aside_and_can_be_asked_for_again(
    office: Office,
) -> None:
    await office.publish(bought("ocds-1"))
    good = msgspec.json.encode(entry("e1", PAYER, "2020-05-05"))
    bad = good.replace(b'"2020-05-05"', b'"soon"')
    await office.publish_changes([Change("e1", bad), change(ALL_YEAR)], "registers")

    await office.judge()

    assert await said(office, "ocds-1") == "flagged"
    (letter,) = await office.rows("SELECT feed, key, reason FROM dead_letter")
    assert (letter["feed"], letter["key"]) == ("registers", "e1")
    async with office.scoring.connection() as connection:
        await connection.execute("UPDATE dead_letter SET body = $1", good)
        await connection.execute("INSERT INTO replay (id) SELECT id FROM dead_letter")
    assert await office.session.replay()
    await office.judge()
    assert await office.rows("SELECT 1 FROM dead_letter") == []
    assert await said(office, "ocds-1") == "clear"


async def test_a_newer_line_takes_the_dead_letter_away(office: Office) -> None:
    bad = msgspec.json.encode(entry("e1", PAYER)).replace(b'"2018-01-01"', b'"soon"')
    await office.publish_changes([Change("e1", bad)], "registers")
    await office.judge()
    assert await office.rows("SELECT key FROM dead_letter") == [{"key": "e1"}]

    await office.publish_registers(entry("e1", PAYER, "2020-05-05"))
    await office.judge()

    assert await office.rows("SELECT key FROM dead_letter") == []


async def test_plan_points_are_compared_as_they_come_and_go(office: Office) -> None:
    await office.publish(bought("ocds-1"))
    await office.publish_plans(_planned("p1"), _planned("p2"))
    await office.work()
    buyer = party_id("buyer-1")
    document = await office.document("buyer", buyer)
    assert statuses(document)["PLANNED"] == "flagged"

    await office.publish_changes([Change(purchase_id("p2"), None)], "plans")
    await _take_in(office)
    due = await office.comparison.due_in()
    await office.comparison.compare()

    assert due is not None
    assert statuses(await office.document("buyer", buyer))["PLANNED"] == "clear"
    assert await office.comparison.due_in() is None


async def test_attempts_at_one_purchase_are_judged_again_together(office: Office) -> None:
    first, second, third = (attempt(n) for n in (1, 2, 3))
    await office.publish(first, second, third, bought("ocds-9"))
    await office.judge()
    assert [await said(office, f"a-{n}", "AGAIN") for n in (1, 2, 3)] == [
        *("not_applicable", "clear", "clear")
    ]

    await office.publish(attempt(1, status="cancelled"))
    await office.judge()

    assert [await said(office, f"a-{n}", "AGAIN") for n in (1, 2, 3)] == [
        *("not_applicable", "flagged", "flagged")
    ]
    await office.publish(attempt(2, status="cancelled"))
    await office.judge()
    third_score = await office.score("a-3")
    assert third_score
    assert [one["value"] for one in third_score["indicators"] if one["code"] == "AGAIN"] == [2.0]

    await office.withdraw("a-1")
    await office.judge()
    assert [await said(office, f"a-{n}", "AGAIN") for n in (2, 3)] == ["not_applicable", "flagged"]


def attempt(number: int, status: str = "complete") -> dict[str, Any]:
    """One attempt of a chain, each naming the one before it."""
    earlier = {
        "id": "1",
        "relationship": ["prior"],
        "scheme": "ocid",
        "identifier": f"a-{number - 1}",
    }
    found = bought(f"a-{number}")
    found["tender"] |= {"datePublished": f"2026-0{number}-01T00:00:00Z", "status": status}
    return found | ({"relatedProcesses": [earlier]} if number > 1 else {})


def _planned(ocid: str) -> dict[str, Any]:
    point = {"root": ocid, "customer": "buyer-1", "amount": 5.0, "currency": "KZT"}
    return {"ocid": ocid, "buyer": {"id": "buyer-1"}, "planning": {"x_plan_points": [point]}}


async def _take_in(office: Office) -> None:
    while await office.session.take_in():
        pass


async def _waiting(office: Office) -> list[str]:
    rows = await office.rows("SELECT subject_id FROM rejudge ORDER BY subject_id")
    return [row["subject_id"] for row in rows]
