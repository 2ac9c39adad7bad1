"""An organisation's earlier cases and outcomes, taken in from a table: whole or not at all."""

from typing import Any

import pytest

from cases.earlier import read
from tests.cases.office import AIDA, MONITOR, STRANGER, Office, problem

TABLE = """\
reference,title,state,region,violations,outcome,amount,amount_kind,contract
A-1,"Road, Almaty",closed_remedied,751110000,splitting; K01,money_returned,1200000.50,returned,K-1
A-2,Мектеп,,,,,,,
"""


async def taken(office: Office, table: str, who: Any = AIDA, **more: Any) -> Any:
    answer = await office.post("/cases:import", {"table": table, **more}, who)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_table_becomes_cases_and_claimed_outcomes_and_the_same_table_adds_nothing(
    office: Office,
) -> None:
    tried = await taken(office, TABLE, dry_run=True)
    nothing = (await office.get("/cases")).json()["data"]
    first = await taken(office, TABLE)
    again = await taken(office, TABLE)
    theirs = await taken(office, TABLE.replace("K-1", "K-2"), STRANGER)

    assert (tried["started"], nothing) == (2, [])
    assert (first["started"], first["known"], first["outcomes"]) == (2, 0, 1)
    assert (again["started"], again["known"], again["outcomes"]) == (0, 2, 0)
    assert theirs["started"] == 2
    cases = {one["title"]: one for one in (await office.get("/cases")).json()["data"]}
    assert cases["Road, Almaty"]["state"] == "closed_remedied"
    assert cases["Road, Almaty"]["violations"] == ["splitting", "K01"]
    assert cases["Мектеп"]["state"] == "open"
    [outcome] = (await office.get("/outcomes", organisation="own_a")).json()["data"]
    assert (outcome["state"], outcome["amount"]) == ("claimed", "1200000.50")
    assert outcome["case"] == cases["Road, Almaty"]["id"]


async def test_one_flaw_keeps_the_whole_table_out(office: Office) -> None:
    told = await taken(office, TABLE + "A-1,Twice,open,,,,,,\nA-3,,flying,7,,lottery,-5,,\n")

    assert (told["started"], told["outcomes"]) == (0, 0)
    assert {(flaw["line"], flaw["column"]) for flaw in told["flaws"]} >= {
        (4, "reference"),
        (5, "state"),
        (5, "title"),
    }
    assert (await office.get("/cases")).json()["data"] == []


async def test_a_line_that_names_no_violation_or_a_day_or_amount_that_cannot_be_is_a_flaw(
    office: Office,
) -> None:
    table = (
        "reference,title,violations,outcome,amount,amount_kind,happened_on\n"
        "A-1,Road,somebody is a thief,,,,\n"
        "A-2,Road,,fine_imposed,5,returned,2999-01-01\n"
        "A-3,Road,splitting; R018x,fine_imposed,5,fined,0001-01-01\n"
    )
    told = await taken(office, table)

    assert [(flaw["line"], flaw["column"]) for flaw in told["flaws"]] == [
        (2, "violations"),
        (3, "amount_kind"),
        (3, "happened_on"),
        (4, "violations"),
        (4, "happened_on"),
    ]
    assert (await office.get("/cases")).json()["data"] == []


async def test_a_monitor_takes_in_no_table(office: Office) -> None:
    refused = await office.post("/cases:import", {"table": TABLE}, MONITOR)

    assert problem(refused) == (403, "role_missing")


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("title\nRoad", "reference"),
        ("reference,title,colour\n1,Road,red", "colour"),
        ("reference,title,title\n1,Road,Road", ""),
        ("reference,title\n1," + "x" * 200_000, ""),
    ],
)
def test_what_is_no_such_table_is_said_by_its_column(table: str, column: str) -> None:
    _, flaws = read(table)

    assert column in {flaw.column for flaw in flaws}


@pytest.mark.parametrize(
    ("table", "flaws"),
    [
        ("title,severity\nOld,low\n", {(1, "reference")}),
        ("reference\nA-1\n", {(1, "title")}),
        ("\ufeff", {(1, "reference"), (1, "title")}),
        ("\n", {(1, "reference"), (1, "title")}),
        ("reference;title\nA-1;Old\n", {(1, ""), (1, "reference"), (1, "title")}),
        ("reference\ttitle\nA-1\tOld\n", {(1, ""), (1, "reference"), (1, "title")}),
        ("reference,title,title\nA-1,Old,New\n", {(1, "")}),
        ("reference,title\nA-1,Old,low\n", {(2, "")}),
        ("reference,title\nA-1,Old\n\nA-2\n", {(4, "")}),
        ("reference,title\rA-1,Old\r", {(1, "")}),
        (f"reference,title\nA-1,{'x' * 140_000}\n", {(2, "")}),
        (f"reference,title,{'y' * 5000}\nA-1,Old,\n", {(1, "y" * 100)}),
        ("reference,title\n,\n,Old\n", {(3, "reference")}),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_malformed_table_is_told_its_flaws_by_line_and_column(
    office: Office, table: str, flaws: set[tuple[int, str]], *, dry_run: bool
) -> None:
    told = await taken(office, table, dry_run=dry_run)

    assert {(flaw["line"], flaw["column"]) for flaw in told["flaws"]} >= flaws
    assert told["started"] == 0
    assert (await office.get("/cases")).json()["data"] == []


async def test_a_table_of_ten_thousand_columns_is_told_a_hundred_flaws(office: Office) -> None:
    names = ",".join(f"c{number}" for number in range(10_000))

    told = await taken(office, f"{names}\n{',' * 9_999}\n", dry_run=True)

    assert len(told["flaws"]) == 100


async def test_a_table_of_headings_alone_and_one_with_a_mark_of_its_encoding_are_read(
    office: Office,
) -> None:
    empty = await taken(office, "reference,title\n")
    marked = await taken(office, "\ufeffReference , TITLE\r\nA-1,Old\r\n")
    nul = await office.post("/cases:import", {"table": "reference,title\nA\0,Old\n"})

    assert (empty["lines"], empty["flaws"]) == (0, [])
    assert marked["started"] == 1
    assert problem(nul) == (400, "malformed_body")
