"""An organisation's earlier cases and outcomes, taken in from a table: whole or not at all."""

from typing import Any

import pytest

from cases.earlier import read
from tests.cases.office import AIDA, MONITOR, STRANGER, Office, problem

TABLE = """\
reference,title,state,region,violations,outcome,amount,amount_kind,contract
A-1,"Road, Almaty",closed_remedied,751110000,works; price,money_returned,1200000.50,returned,K-1
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
    assert cases["Road, Almaty"]["violations"] == ["works", "price"]
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


async def test_a_monitor_takes_in_no_table(office: Office) -> None:
    refused = await office.post("/cases:import", {"table": TABLE}, MONITOR)

    assert problem(refused) == (403, "scope_missing")


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
