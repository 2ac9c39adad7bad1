"""Lists fetched from the sandbox: whole ones make history, broken ones withdraw nobody."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from deploy.sandbox.world import Row
from ingestor.registers.fetching import Address, Got
from ingestor.registers.mapping import known_lists
from ingestor.registers.refresh import Wanted, refresh
from shared.vocabulary.identifiers import person_pseudonym
from tests.ingestor.registers.house import KEY, NOON, House, asked, party

pytestmark = pytest.mark.thorough


def payer(house: House) -> Row:
    return next(row for row in house.world.registers()["vat_payers"] if row["end"] is None)


async def test_vat_payers_are_fetched_with_their_intervals_traders_as_pseudonyms(
    house: House,
) -> None:
    payers = house.world.registers()["vat_payers"]

    run = await house.fetched("vat_payers", "vat_payers.csv")

    rows = await house.said("vat_payers")
    assert (run.status, run.received, run.accepted) == ("complete", len(payers), len(payers))
    assert (run.source, run.file) == ("vat-payers", "vat_payers")
    assert {row.party for row in rows if row.kind == "entry"} == {party(p["bin"]) for p in payers}
    assert any((row.party or "").startswith("prs_") for row in rows)
    since = date.fromisoformat(payer(house)["start"])
    number = payer(house)["bin"]
    assert asked(rows, number, since) == "yes"
    assert asked(rows, number, since - timedelta(days=1)) in {"no", "unknown"}
    assert asked(rows, "991240999991", date(2026, 5, 31)) == "no"
    assert asked(rows, "991240999991", date(2026, 6, 2)) == "unknown"


@pytest.mark.parametrize(
    ("name", "file", "register"),
    [
        ("false_enterprises", "PSEUDO_COMPANY.xlsx", "false_enterprises"),
        ("inactive_taxpayers", "INACTIVE.xlsx", "inactive"),
        ("tax_arrears", "TAX_ARREARS_150.xlsx", "arrears"),
        ("wrong_address", "WRONG_ADDRESS.xlsx", "wrong_address"),
    ],
)
async def test_the_tax_lists_are_fetched_as_workbooks(
    house: House, name: str, file: str, register: str
) -> None:
    listed = house.world.registers()[register]

    run = await house.fetched(name, file)

    entries = [row for row in await house.said(name) if row.kind == "entry"]
    assert (run.status, run.accepted) == ("complete", len(listed))
    assert {row.party for row in entries} == {party(row["bin"]) for row in listed}
    assert run.source == "tax-lists"


async def test_a_list_tells_of_the_day_its_server_made_it_not_of_the_day_it_is_fetched(
    house: House,
) -> None:
    house.office.clock.moment += timedelta(days=30)

    await house.fetched("vat_payers", "vat_payers.csv")

    (coverage,) = [r for r in await house.said("vat_payers") if r.kind == "coverage"]
    assert coverage.known_to == NOON.date()


TROUBLES = {
    "html": ("failed", "web page"),
    "server_error": ("failed", "answers 50"),
    "cut_off": ("failed", "cannot be fetched"),
    "truncated": ("incomplete", ""),
    "lost_rows": ("incomplete", "entries are missing; nothing closed"),
    "redirect": ("failed", "answers 302"),
}


@pytest.mark.parametrize("kind", TROUBLES)
async def test_a_list_that_comes_broken_withdraws_nobody_and_the_run_says_so(
    house: House, kind: str
) -> None:
    await house.fetched("vat_payers", "vat_payers.csv")
    before = await house.said("vat_payers")
    house.days(1)
    house.trouble(kind, "/lists/")

    run = await house.fetched("vat_payers", "vat_payers.csv")

    status, reason = TROUBLES[kind]
    assert (run.status, reason in (run.reason or "")) == (status, True), run.reason
    after = await house.said("vat_payers")
    assert {(r.key, r.valid_to, r.ended, r.known_to) for r in before} <= {
        (r.key, r.valid_to, r.ended, r.known_to) for r in after
    }
    house.heal()
    assert (await house.fetched("vat_payers", "vat_payers.csv")).status == "complete"


@pytest.mark.parametrize("kind", ["html", "truncated", "lost_rows"])
async def test_a_broken_workbook_withdraws_nobody(house: House, kind: str) -> None:
    numbers = [row["bin"] for row in house.world.registers()["false_enterprises"]]
    await house.fetched("false_enterprises", "PSEUDO_COMPANY.xlsx")
    house.days(1)
    house.trouble(kind, "/lists/")

    run = await house.fetched("false_enterprises", "PSEUDO_COMPANY.xlsx")

    # a list of sixteen is so short that it may lose half of itself; cut ones never do
    entries = [r for r in await house.said("false_enterprises") if r.kind == "entry"]
    open_ones = [row for row in entries if row.valid_to is None]
    assert run.status == ("complete" if kind == "lost_rows" else "failed")
    assert len(open_ones) == (8 if kind == "lost_rows" else len(numbers))


async def test_unfair_participants_come_from_the_portal_with_their_intervals(house: House) -> None:
    listed = house.world.table("Rnu").values()

    run = await house.portal("unfair_participants")

    rows = await house.said("unfair_participants")
    entries = {row.party: row for row in rows if row.kind == "entry"}
    assert (run.status, run.received) == ("complete", len(listed))
    for row in listed:
        entry = entries[party(row["supplierBiin"])]
        assert entry.valid_from == date.fromisoformat(row["startDate"][:10])
        assert entry.valid_to == date.fromisoformat(row["endDate"][:10])
        assert entry.attributes["customer"] == row["Detail"][0]["customerBiin"]
        assert entry.attributes["head"].startswith("prs_")
    one = next(iter(listed))
    begun = date.fromisoformat(one["startDate"][:10])
    assert asked(rows, one["supplierBiin"], begun) == "yes"
    assert asked(rows, one["supplierBiin"], begun - timedelta(days=1)) == "unknown"
    assert asked(rows, "991240999991", NOON.date()) == "no"


async def test_an_entry_that_ran_out_leaves_the_portals_list_and_keeps_its_interval(
    house: House,
) -> None:
    await house.portal("unfair_participants")
    before = {row.key for row in await house.said("unfair_participants") if row.kind == "entry"}
    ends = {row["supplierBiin"]: row["endDate"] for row in house.world.table("Rnu").values()}
    first = min(ends, key=lambda number: ends[number])
    end = datetime.fromisoformat(ends[first])
    for moment, listed in ((end - timedelta(days=1), True), (end + timedelta(days=1), False)):
        house.until(moment)
        shown = {row["supplierBiin"] for row in house.world.table("Rnu").values()}
        assert (first in shown) is listed
        assert (await house.portal("unfair_participants")).status == "complete"

    rows = await house.said("unfair_participants")

    assert before <= {row.key for row in rows}
    assert asked(rows, first, end.date() - timedelta(days=1)) == "yes"
    assert asked(rows, first, end.date()) == "no"


async def test_companies_are_taken_from_the_portals_participants_and_persons_are_not(
    house: House,
) -> None:
    subjects = list(house.world.table("Subjects").values())
    companies = [row for row in subjects if row["typeSupplier"] == 1]

    run = await house.portal("participants")

    entries = {r.party: r for r in await house.said("legal_entities") if r.kind == "entry"}
    assert (run.status, run.source) == ("complete", "goszakup-participants")
    assert len(companies) < len(subjects)
    assert set(entries) == {party(row["bin"]) for row in companies}
    one = companies[0]
    entry = entries[party(one["bin"])]
    assert entry.valid_from == date.fromisoformat(one["regdate"][:10])
    assert entry.attributes["region"] == one["Address"][0]["katoCode"][:2]
    assert entry.attributes["head"] == person_pseudonym("any", one["Employees"][0]["iin"], KEY)
    text = json.dumps([row.attributes for row in entries.values()])
    assert one["Employees"][0]["iin"] not in text
    assert one["nameRu"] not in text


async def test_without_graphql_unfair_participants_come_by_rest_as_the_same_entries(
    house: House,
) -> None:
    await house.portal("unfair_participants")
    before = await house.said("unfair_participants")
    house.trouble("server_error", "/v3/graphql", status=404)

    run = await house.portal("unfair_participants")

    assert (run.status, run.unchanged) == ("complete", run.received)
    assert await house.said("unfair_participants") == before


@pytest.mark.parametrize(
    ("kind", "more", "status"),
    [
        ("lost_rows", {}, "incomplete"),
        ("html", {}, "failed"),
        ("vanished_field", {"field": "RnuDetailList.courtDecision"}, "complete"),
        ("expired_token", {}, "failed"),
    ],
)
async def test_a_portal_in_trouble_withdraws_nobody(
    house: House, kind: str, more: dict[str, Any], status: str
) -> None:
    house.days(150)
    await house.portal("unfair_participants")
    before = [r for r in await house.said("unfair_participants") if r.kind == "entry"]
    assert len(before) > 1
    house.trouble(kind, root="Rnu", **more)

    run = await house.portal("unfair_participants")

    after = {r.key: r for r in await house.said("unfair_participants") if r.kind == "entry"}
    assert run.status == status, run.reason
    assert all(after[row.key].ended == row.ended for row in before)


async def test_what_fails_in_the_middle_of_a_list_leaves_the_rest_as_it_was(
    house: House,
) -> None:
    await house.fetched("vat_payers", "vat_payers.csv")

    @dataclass
    class Half:
        async def fetch(self, folder: Any, now: datetime) -> Got:
            got = await Address(f"{house.url}/lists/vat_payers.csv").fetch(folder, now)
            return got._replace(cut="The list broke off")

    known = known_lists()["vat_payers"]
    run = await refresh(house.desk, Wanted("vat_payers", known, Half()), KEY)

    assert (run.status, run.reason) == ("incomplete", "The list broke off")
