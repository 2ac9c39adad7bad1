"""Published cases as everybody reads them: found, changed by what happens, hidden, taken back."""

from datetime import timedelta
from typing import Any

import pytest

from tests.cases.casefile.test_cases import moved as case_moved
from tests.cases.office import AIDA, BOLAT, NOW, OFFICER, STRANGER, Office, caller, problem
from tests.cases.publication.people import (
    ANYBODY,
    NAMED,
    OTHER_BUYER,
    PROCESS,
    SECRET,
    TEXTS,
    asked,
    done,
    moved,
    notified,
    told,
)


async def published(office: Office) -> dict[str, Any]:
    row = await told(office, await notified(office))
    office.clock.moment += timedelta(hours=72)
    row = await moved(office, row, "publish")
    office.clock.moment = NOW
    return row


async def page_of(office: Office, row: dict[str, Any]) -> dict[str, Any]:
    return await done(office.get(f"/published-cases/{row['id']}", ANYBODY))


async def test_published_cases_are_found_by_process_region_and_organisation_page_by_page(
    office: Office,
) -> None:
    first, second = await published(office), await published(office)
    at = f"/cases/{second['case']}"
    seen = (await office.get(at)).json()["revision"]
    await done(office.send("PATCH", at, {"region": "751110000"}, AIDA, seen=seen))

    async def found(**filters: Any) -> list[str]:
        answer = await office.get("/published-cases", ANYBODY, **filters)
        return sorted(one["id"] for one in answer.json()["data"])

    both = sorted([first["id"], second["id"]])
    assert (
        await found() == await found(process=PROCESS) == await found(organisation="own_a") == both
    )
    assert await found(region="75") == await found(region="751110000") == [second["id"]]
    assert await found(region="750000000") == [second["id"]]
    assert await found(region="71") == await found(process="prc_x") == []
    assert await found(organisation="own_b") == []
    page = (await office.get("/published-cases", ANYBODY, limit=1)).json()
    after = str(page["after"]).replace("'", '"')
    rest = (await office.get("/published-cases", ANYBODY, limit=1, after=after)).json()
    assert sorted(one["id"] for one in page["data"] + rest["data"]) == both
    assert rest["after"] is None


async def test_the_page_tells_the_text_and_what_came_of_it_and_nothing_else_of_the_case(
    office: Office,
) -> None:
    row = await published(office)
    at = f"/cases/{row['case']}"
    hidden = "canary4411"
    await done(office.post(f"{at}/notes", {"text": hidden}))
    await done(office.post(f"{at}/tasks", {"title": hidden}))
    await done(office.post(f"{at}/links", {"kind": "process", "target": f"prc_{hidden}"}))
    await done(office.post(f"{at}/parties", {"role": "witness", "note": hidden}))
    outcome = {
        "kind": "money_returned", "case": row["case"], "amount": "4500000.00",
        "amount_kind": "returned",
    }  # fmt: skip
    made = await done(office.post("/outcomes", outcome))
    before = await page_of(office, row)
    await _set(office, "outcome", made["id"], "confirmed")
    page = await page_of(office, row)

    assert (page["texts"], page["processes"], page["organisation"]) == (TEXTS, [PROCESS], "own_a")
    assert page["parties"][0] | {"name": ""} == {
        "bin": "990340005977", "name": "", "answered": False, "replies": [],
    }  # fmt: skip
    assert page["method"] == ["/v1/meta/workflows"]
    assert "not evidence of an offence" in page["disclaimer"]["en"]
    assert before["outcomes"] == []
    assert page["outcomes"] == [
        {"kind": "money_returned", "amount_kind": "returned", "number": 1, "amount": "4500000.00"}
    ]
    await _set(office, "outcome", made["id"], "disputed")
    assert (await page_of(office, row))["outcomes"] == [], "a dispute is told at once"
    everything = (await office.get("/published-cases", ANYBODY)).text + str(page)
    for unsaid in (hidden, "mem_", row["case"], "witness"):
        assert unsaid not in everything


async def test_a_closure_after_an_acquittal_changes_the_page_at_once(office: Office) -> None:
    row = await published(office)
    case = (await office.get(f"/cases/{row['case']}")).json()
    open_ = (await page_of(office, row))["state"]
    await case_moved(office, case, "close_unfounded", reason="acquitted", note="The verdict.")
    closed = (await page_of(office, row))["state"]
    listed = (await office.get("/published-cases", ANYBODY)).json()["data"]

    assert (open_["code"], open_["reason"]) == ("draft", None)
    assert (closed["code"], closed["reason"]) == ("closed_unfounded", "acquitted")
    assert closed["reason_text"]["en"] == "A court acquitted."
    assert listed[0]["state"] == "closed_unfounded"


async def test_what_was_withdrawn_leaves_its_ground_and_not_its_text(office: Office) -> None:
    row = await published(office)
    unfounded = await asked(office, row, "withdraw", note="Wrong.")
    by_editor = await asked(office, row, "withdraw", reason="data_error", note="X", who=AIDA)
    row = await moved(office, row, "withdraw", reason="data_error", note=f"Wrong {SECRET}.")
    tombstone = await office.get(f"/published-cases/{row['id']}", ANYBODY)
    notice = await office.get(f"/received-notices/{row['notices'][0]['id']}", NAMED)
    case = (await office.get(f"/cases/{row['case']}")).json()
    event = (await office.told())[-1]

    assert unfounded.json()["errors"][0]["pointer"] == "/body/reason"
    assert problem(by_editor) == (403, "role_missing")
    assert problem(tombstone) == (410, "publication_withdrawn")
    told_ = tombstone.json()
    assert (told_["ground"], told_["detail"]) == ("data_error", "The data were wrong.")
    assert SECRET not in tombstone.text
    assert (await office.get("/published-cases", ANYBODY)).json()["data"] == []
    assert problem(notice) == (404, "not_found")
    assert case["published_at"] is None, "what counts published cases counts it no more"
    assert (event["type"], event["public"]) == ("case.withdrawn", True)
    assert event["data"]["ground"] == "data_error"
    assert SECRET not in str(event)


@pytest.mark.check("E1", tier=1, limit="0 told")
async def test_nothing_of_an_embargoed_case_is_told_to_anybody_else(office: Office) -> None:
    row = await notified(office)
    notice = row["notices"][0]["id"]
    await _embargo(office, row, embargoed=True)
    row = (await office.get(f"/cases/{row['case']}/publication")).json()
    kept = await asked(office, row, "publish")
    seen = await _all_that_others_read(office, row, notice)
    assert kept.json()["conditions"] == ["not_embargoed", "told", "heard"]
    unheard = await office.post(f"/received-notices/{notice}/reply", {"text": "!"}, NAMED)
    assert problem(unheard) == (404, "not_found")
    assert [one for one in (SECRET, row["id"], row["case"], notice) if one in seen] == []

    await _embargo(office, row, embargoed=False)
    await told(office, row)
    office.clock.moment = NOW + timedelta(hours=72)
    row = (await office.get(f"/cases/{row['case']}/publication")).json()
    row = await moved(office, row, "publish")
    assert SECRET in await _all_that_others_read(office, row, notice)
    public = [each for each in await office.told() if each.get("public")]
    await _embargo(office, row, embargoed=True)
    seen = await _all_that_others_read(office, row, notice)
    assert [one for one in (SECRET, row["id"], row["case"], notice) if one in seen] == []
    row = await moved(office, row, "withdraw", reason="safety", note="Still embargoed.")
    seen = await _all_that_others_read(office, row, notice)
    assert [one for one in (SECRET, row["id"], row["case"], notice) if one in seen] == []
    assert [each for each in await office.told() if each.get("public")] == public, "nothing more"
    assert SECRET not in str(await office.told())


async def _embargo(office: Office, row: dict[str, Any], *, embargoed: bool) -> None:
    at = f"/cases/{row['case']}"
    seen = (await office.get(at)).json()["revision"]
    await done(office.send("PATCH", at, {"embargoed": embargoed}, BOLAT, seen=seen))


async def _all_that_others_read(office: Office, row: dict[str, Any], notice: str) -> str:
    """Every list, and every address at which the publication may be, asked by all others.

    Their own words in an address are not what is looked for: `instance` repeats them.
    """
    coordinator = caller("mem_c", "own_c", "coordinator", kind="coordinator", region="75")
    lists = ("/published-cases", "/received-notices", "/cases", "/outcomes", "/stats/impact")
    things = (
        f"/published-cases/{row['id']}",
        f"/received-notices/{notice}",
        f"/cases/{row['case']}",
        f"/cases/{row['case']}/publication",
    )
    seen = ""
    for who in (NAMED, OTHER_BUYER, STRANGER, OFFICER, coordinator, ANYBODY):
        for path in (*lists, *things):
            answer = await office.get(path, who)
            found = answer.json()
            found.pop("instance", None)
            seen += str(found)
    return seen


async def _set(office: Office, table: str, id_: str, state: str) -> None:
    async with office.tables() as connection:
        await connection.execute(f"UPDATE {table} SET state = $2 WHERE id = $1", id_, state)
