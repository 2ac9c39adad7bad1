"""Whole runs against a portal that misbehaves by script: what arrived, and what the run says.

What the sandbox can do wrong by itself is in test_sandbox_troubles, with the whole list.
"""

import re
from typing import Any

import pytest
from prometheus_client import REGISTRY

from ingestor.sources.goszakup.pull.windows import Scope
from tests.ingestor.goszakup_pull.house import (
    filled,
    followed,
    said,
)
from tests.ingestor.goszakup_pull.purchases import (
    DAYS,
    FIRST,
    contract,
    fill,
    notice,
    oracle,
)
from tests.ingestor.goszakup_pull.standin import Standin
from tests.ingestor.goszakup_pull.wire import HTML, Answer, Call
from tests.ingestor.office import Office

ONE_DAY = Scope(FIRST, FIRST)
CROWD = range(0, 250 * DAYS, DAYS)  # all published on one day: two pages of notices


@pytest.mark.check("U3", tier=1, limit="the other lists whole")
async def test_u3_a_list_that_hangs_does_not_keep_the_others_from_being_read(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(8))
    standin.faults.append(lambda call: Answer(hang=30) if "dateAction" in call.filter else None)

    run = await followed(office, standin, patience=0.2)

    assert await said(office) == oracle(standin)
    assert (run.status, run.reason) == ("incomplete", "Acts: No whole answer in 0.2 s")
    assert len([call for call in standin.asked("Acts") if "dateAction" in call.filter]) == 7
    assert standin.asked("ComplaintAppeal")


@pytest.mark.check("U4", tier=1, limit="0 half stored")
async def test_u4_a_page_that_never_comes_whole_leaves_nothing_half_and_the_next_run_brings_it(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(6))
    day = "2026-11-04"  # of the one notice that has no contract to bring it
    broken = [True]
    standin.faults.append(lambda call: HTML if broken[0] and published_on(call, day) else None)

    run = await filled(office, standin)
    half = await said(office)
    broken[0] = False
    again = await filled(office, standin)

    assert (run.status, set(half)) == (
        "incomplete",
        set(oracle(standin)) - {"ocds-kz0000-17000003"},
    )
    assert re.match(rf"TrdBuy {day}: No whole answer", run.reason or "")
    assert (again.status, again.received) == ("complete", 1)
    assert await said(office) == oracle(standin)


@pytest.mark.check("U4", tier=1, limit="0 lost, 0 doubled")
async def test_u4_a_run_that_goes_on_inside_a_slice_expects_only_what_an_earlier_one_did_not_bring(
    office: Office, standin: Standin
) -> None:
    fill(standin, CROWD)
    broken = [True]

    def second_page(call: Call) -> Answer | None:
        onward = call.root == "TrdBuy" and call.json["variables"].get("after")
        return HTML if broken[0] and onward else None

    standin.faults.append(second_page)
    run = await filled(office, standin, ONE_DAY)
    broken[0] = False
    rest = await filled(office, standin, ONE_DAY)

    contracts = len(standin.tables["Contract"])
    assert (run.status, run.received) == ("incomplete", 200 + contracts)
    assert (rest.status, rest.received, rest.expected) == ("complete", 50, 50)
    assert await said(office) == oracle(standin)


@pytest.mark.check("U5", tier=1, limit="the field alone, alarm raised")
async def test_u5_records_of_a_moved_schema_are_stored_as_far_as_known_and_the_alarm_is_raised(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(6))
    for row in standin.tables["TrdBuy"].values():
        row["heading"] = row.pop("nameRu")
        row["totalSum"] = {"amount": 1}
        row["refBuyStatusId"] = 777
    for row in standin.tables["TrdApp"].values():
        row["AppLots"] = row["AppLots"] if row["id"] % 2 else None
    for row in standin.tables["Lots"].values():
        row["Plans"] = None

    run = await filled(office, standin)

    assert await said(office) == oracle(standin)
    assert run.status == "incomplete"
    assert run.reason == ("The portal's schema has moved: Notice.heading, Notice.totalSum")
    assert REGISTRY.get_sample_value("portal_schema_drift_alarm", {"root": "TrdBuy"}) == 1
    assert REGISTRY.get_sample_value("portal_schema_drift_alarm", {"root": "Lots"}) == 0
    body = (await office.published())["goszakup", "ocds-kz0000-17000001"]
    assert body["release"]["tender"]["tenderPeriod"]["startDate"].startswith("2026-11-02")


async def test_u5_a_record_without_id_is_set_aside_with_its_reason_and_costs_no_other(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(6))

    def spoil(call: Call, document: dict[str, Any]) -> None:
        if published_on(call, str(FIRST)):
            document["data"]["TrdBuy"].append({"numberAnno": "1-1"})
            document["extensions"]["pageInfo"]["totalCount"] = 2

    standin.mend = spoil
    run = await filled(office, standin)

    assert await said(office) == oracle(standin)
    assert (run.status, run.quarantined) == ("complete", 1)
    [row] = await office.rows("SELECT file, code, reason FROM quarantine")
    assert tuple(row) == (
        "TrdBuy",
        "record_unreadable",
        "A record of TrdBuy cannot be read: no id",
    )


def twice(call: Call, document: dict[str, Any]) -> None:
    """Give the first page once more in place of the second."""
    after = call.json["variables"].get("after")
    if call.root == "TrdBuy" and after is not None and not seen(call, document):
        document["data"]["TrdBuy"] = [notice(n) for n in list(CROWD)[-200:]][::-1]
        document["extensions"]["pageInfo"]["lastId"] = 17_000_000 + CROWD[-200]


def shifting(call: Call, document: dict[str, Any]) -> None:
    """Move a record to a page that has been read already, the first time."""
    after = call.json["variables"].get("after")
    if call.root == "TrdBuy" and after is not None and not seen(call, document):
        document["data"]["TrdBuy"].pop(50)


_seen: set[int] = set()


def seen(call: Call, document: dict[str, Any]) -> bool:
    """Tell whether this page was asked for before."""
    after = call.json["variables"]["after"]
    known = after in _seen
    _seen.add(after)
    return known


@pytest.mark.parametrize("trouble", [twice, shifting])
@pytest.mark.check("U6", tier=1, limit="0 lost, 0 doubled")
async def test_u6_pages_that_repeat_or_shift_lose_nothing_and_double_nothing(
    office: Office, standin: Standin, trouble: Any
) -> None:
    _seen.clear()
    fill(standin, CROWD)
    standin.tables["TrdApp"].clear()
    standin.mend = trouble

    run = await filled(office, standin, ONE_DAY)

    assert await said(office) == oracle(standin)
    assert run.status == "complete"
    [row] = await office.rows("SELECT count(*), count(DISTINCT process) FROM source_record")
    assert row[0] == row[1] == len(oracle(standin))


@pytest.mark.check("U7", tier=1, limit="3 repeats")
async def test_u7_a_list_that_goes_in_circles_is_left_after_three_repeats_and_the_run_says_so(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))

    def circle(call: Call, document: dict[str, Any]) -> None:
        if published_on(call, str(FIRST)):
            document["data"]["TrdBuy"] = [notice(0)]
            info = {"totalCount": 9, "hasNextPage": True, "lastId": 17_000_000}
            document["extensions"]["pageInfo"] = info

    standin.mend = circle
    run = await filled(office, standin)

    assert await said(office) == oracle(standin)
    assert run.status == "incomplete"
    assert "TrdBuy 2026-11-01: The list repeats itself below id 17000000" in (run.reason or "")
    calls = [call for call in standin.asked("TrdBuy") if published_on(call, str(FIRST))]
    assert len(calls) == 4


@pytest.mark.check("U8", tier=1, limit="0 versions lost")
async def test_u8_an_answer_with_an_older_date_holds_and_what_it_said_before_is_kept(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(2))
    await filled(office, standin)
    standin.put("TrdBuy", notice(1, nameRu="Иначе", lastUpdateDate="2020-01-01 00:00:00"))
    await filled(office, standin, Scope(FIRST, FIRST.replace(day=2)))

    body = (await office.published())["goszakup", "ocds-kz0000-17000001"]
    assert (body["release"]["tender"]["title"], body["revision"]) == ("Иначе", 2)
    [row] = await office.rows("SELECT count(*) FROM source_record WHERE process = $1", body["id"])
    assert row["count"] == 2

    standin.put("TrdBuy", notice(1))
    await filled(office, standin, Scope(FIRST, FIRST.replace(day=3)))
    body = (await office.published())["goszakup", "ocds-kz0000-17000001"]
    assert (body["release"]["tender"]["title"], body["revision"]) == ("Закупка 1", 3)


@pytest.mark.check("U12", tier=1, limit="0 lost")
async def test_u12_a_clock_that_is_wrong_and_dates_to_come_hide_nothing_from_the_next_round(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    standin.put("Contract", contract(1, lastUpdateDate="2031-01-01 00:00:00"))
    await followed(office, standin)
    # Three hours slow: what changes now is dated before what the last round ended with.
    standin.put("TrdBuy", notice(2, nameRu="Позже", lastUpdateDate="2026-11-24 21:00:00"))
    standin.put("Contract", contract(2, contractSumWnds=1.0, lastUpdateDate="2026-11-24 21:00:00"))

    run = await followed(office, standin)

    assert await said(office) == oracle(standin)
    assert run.status == "complete"
    release = (await office.published())["goszakup", "ocds-kz0000-17000002"]["release"]
    assert release["tender"]["title"] == "Позже"
    assert release["contracts"][0]["value"]["amount"] == 1


def published_on(call: Call, day: str) -> bool:
    """Tell a question about the notices published on one day."""
    return call.root == "TrdBuy" and (call.filter.get("publishDate") or [""])[0].startswith(day)


async def test_a_portal_that_is_down_from_the_first_call_makes_a_run_that_failed_and_says_so(
    office: Office, standin: Standin
) -> None:
    standin.faults.append(lambda _: Answer(500))

    run = await followed(office, standin)

    assert (run.status, run.reason, run.received) == ("failed", "HTTP 500", 0)
    assert len(standin.calls) == 7
