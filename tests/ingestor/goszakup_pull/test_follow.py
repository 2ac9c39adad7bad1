"""The loop forward: what happens at the portal shows in the process it belongs to."""

import json
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY

from tests.ingestor.goszakup_pull import purchases
from tests.ingestor.goszakup_pull.house import followed, said
from tests.ingestor.goszakup_pull.purchases import (
    act,
    contract,
    fill,
    notice,
    oracle,
    payment,
    plan,
)
from tests.ingestor.goszakup_pull.standin import Row, Standin
from tests.ingestor.office import Office

LATER: Row = {"lastUpdateDate": "2026-11-25 01:00:00", "indexDate": "2026-11-25 01:00:01"}
OCID = "ocds-kz0000-17000001"


async def test_each_step_of_a_purchase_shows_in_its_process_with_the_round_after_it(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    await followed(office, standin)
    first = await of(office)
    steps: dict[str, Any] = {}

    standin.put("Contract", contract(1, 1, **LATER))
    steps["amendment"] = await after_a_round(office, standin)
    standin.put("Acts", act(1, id=61_000_000, approveDate="2026-11-25 01:00:00"))
    steps["act"] = await after_a_round(office, standin)
    standin.put("TreasuryPay", payment(1))
    steps["payment"] = await after_a_round(office, standin)
    standin.put("ComplaintAppeal", {"id": 5, "trdBuyId": 17_000_001, "status": 1, **LATER})
    steps["complaint"] = await after_a_round(office, standin)

    assert first["revision"] == 1
    assert first["release"]["contracts"][0]["x_asked"] == ["acts"]
    amended = steps["amendment"]["release"]["contracts"][0]
    assert [one["id"] for one in amended["amendments"]] == ["25000011"]
    assert len(steps["act"]["release"]["contracts"][0]["x_acts"]) == 2
    paid = steps["payment"]["release"]["contracts"][0]["implementation"]["transactions"]
    assert [one["value"]["amount"] for one in paid] == [2016]
    assert len(steps["complaint"]["release"]["complaints"]) == 1
    assert [one["revision"] for one in steps.values()] == [2, 3, 4, 5]
    assert await said(office) == oracle(standin)


async def test_the_portal_is_told_of_with_what_the_law_keeps_off_it(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(1))
    await followed(office, standin)

    [source] = [json.loads(entry.body) for entry in await office.feed("sources")]

    spots = {spot["code"]: spot for spot in source["blind_spots"]}
    assert spots.keys() >= {"KZ-16-3-3", "KZ-16-3-6", "KZ-26", "KZ-SK-FARMACIA"}
    assert spots["KZ-26"]["article"]["ru"].startswith("Статья 26")
    assert source["lacks"][0]["paths"] == ["tender.enquiries"]


async def test_bids_are_asked_for_once_when_the_results_are_published_and_again_if_they_change(
    office: Office, standin: Standin
) -> None:
    fill(standin, [3])
    standin.put("TrdApp", *purchases.bids(3))
    await followed(office, standin)
    early = len(standin.asked("TrdApp"))
    standin.put("TrdBuy", notice(3, itogiDatePublic="2026-11-25 00:30:00", **LATER))
    await followed(office, standin)
    waiting = len(standin.asked("TrdApp"))

    measured = REGISTRY.get_sample_value("portal_results_seconds_bucket", {"le": "3600.0"}) or 0
    office.clock.advance(timedelta(minutes=40))  # ten after the results
    await followed(office, standin)
    await followed(office, standin)
    soon = REGISTRY.get_sample_value("portal_results_seconds_bucket", {"le": "3600.0"})
    once = len(standin.asked("TrdApp"))
    standin.put("TrdBuy", notice(3, itogiDatePublic="2026-11-25 01:30:00", **LATER))
    office.clock.advance(timedelta(hours=2))
    await followed(office, standin)
    await followed(office, standin)

    assert (early, waiting, once, len(standin.asked("TrdApp"))) == (0, 0, 1, 2)
    assert soon == measured + 1
    assert await said(office) == oracle(standin)


async def test_a_second_round_asks_for_no_purchase_again_and_moves_nothing_in_the_feed(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(8))
    first = await followed(office, standin)
    feed, asked = await office.feed(), len(standin.calls)
    second = await followed(office, standin)

    assert await office.feed() == feed
    assert (first.status, second.status) == ("complete", "complete")
    assert second.accepted == 0
    assert len(standin.calls) - asked == 8  # five roots, plans, payments, journal


async def test_participants_who_came_as_before_are_not_asked_for_again_for_another_thirty_days(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    await followed(office, standin)
    office.clock.advance(timedelta(days=31))
    asked = []
    for name in ("Раз", "Два"):
        standin.put("Contract", contract(1, contractNumber=name, **dated(office, 0)))
        before = len(standin.asked("Subjects"))
        await followed(office, standin)
        asked.append(len(standin.asked("Subjects")) - before)
        office.clock.advance(timedelta(minutes=5))

    assert asked[0] > 0
    assert asked[1] == 0


async def test_what_changes_while_a_round_reads_comes_with_the_next_round(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(8))
    changed: list[bool] = []

    def meanwhile(call: Any, _: Any) -> None:
        office.clock.advance(timedelta(minutes=10))  # the portal is slow tonight
        if call.root == "Contract" and not changed:
            changed.append(True)
            standin.put("TrdBuy", notice(1, nameRu="Тем временем", **dated(office, -5)))

    standin.mend = meanwhile
    await followed(office, standin)
    standin.put("TrdBuy", notice(2, **dated(office, 0)))
    await followed(office, standin)

    assert (await of(office))["release"]["tender"]["title"] == "Тем временем"


async def test_plan_points_are_in_a_feed_of_their_own_until_a_lot_takes_them_up(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(2))
    standin.put("Plans", plan(100), plan(200), plan(0))
    await followed(office, standin)
    free = await plans(office)
    standin.put("Plans", plan(100, 1))
    await followed(office, standin)
    edited = await plans(office)
    lot = purchases.lots(0)[0]
    standin.put("Lots", lot | {"lotNumber": "80000200-ЗЦП1", "Plans": [], **LATER})
    await followed(office, standin)

    assert free.keys() == {"ocds-kz0000-p80000100", "ocds-kz0000-p80000200"}
    [point] = edited["ocds-kz0000-p80000100"]["release"]["planning"]["x_plan_points"]
    assert (point["root"], point["id"], point["amount"]) == ("80000100", "85000100", 1001)
    # The lot names another plan point now: that one is taken up, and its former one is free.
    assert (await plans(office)).keys() == {"ocds-kz0000-p80000100", "ocds-kz0000-p80000000"}
    release = (await office.published())["goszakup", "ocds-kz0000-17000000"]["release"]
    named = {one["root"] for one in release["planning"]["x_plan_points"]}
    assert named == {"80000200", "80000001"}


async def test_a_lot_that_names_anothers_plan_point_changes_its_own_purchase_alone_a_point_both(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(2))
    standin.put("Plans", plan(0))
    await followed(office, standin)
    lot = purchases.lots(1)[0]
    standin.put("Lots", lot | {"lotNumber": "80000000-ЗЦП2", "Plans": [plan(0)], **LATER})
    named = await followed(office, standin)
    standin.put("Plans", plan(0, 1))
    edited = await followed(office, standin)

    assert (named.accepted, named.unchanged) == (1, 0)
    assert (edited.accepted, edited.unchanged) == (2, 0)


@pytest.mark.check("U8", tier=1, limit="0 left behind")
async def test_what_the_journal_says_is_deleted_leaves_its_process_and_a_process_the_feed(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(3))
    await followed(office, standin)
    del standin.tables["TrdBuy"][17_000_001]
    del standin.tables["Contract"][25_000_020]
    entries = [("trd_buy", 17_000_001), ("contract", 25_000_020)]
    standin.journal = [
        {
            "object_id": str(number),
            "action": "D",
            "date_action": "2026-11-24 23:00:00",
            "service_name": service,
        }
        for service, number in entries
    ]
    await followed(office, standin)

    assert await said(office) == oracle(standin)
    [row] = await office.rows("SELECT withdrawn_reason FROM process WHERE withdrawn_at IS NOT NULL")
    assert row[0] == "Deleted at the portal, as its journal of 2026-11-24 says"


async def test_a_contract_that_is_signed_changed_and_given_to_a_notice_is_never_two_processes(
    office: Office, standin: Standin
) -> None:
    fill(standin, [1])
    draft = contract(4, direct=True, signDate=None, refContractStatusId=110)
    standin.put("Contract", draft)
    await followed(office, standin)
    own = f"ocds-kz0000-c{draft['id']}"
    assert (own in await said(office), await said(office)) == (True, oracle(standin))

    signed = contract(4, direct=True) | LATER
    addendum = contract(4, 1, direct=True) | LATER
    standin.put("Contract", signed, addendum)
    await followed(office, standin)
    assert await said(office) == oracle(standin)
    assert (await said(office))[own]["contracts"] == {str(signed["id"]), str(addendum["id"])}

    later = {"trdBuyId": 17_000_001, "lastUpdateDate": "2026-11-25 02:00:00"}
    standin.put("Contract", signed | later, addendum | later)
    await followed(office, standin)
    assert own not in await said(office)
    assert await said(office) == oracle(standin)
    [row] = await office.rows("SELECT withdrawn_reason FROM process WHERE withdrawn_at IS NOT NULL")
    assert row[0] == "What made it belongs to another purchase at the portal now"


async def after_a_round(office: Office, standin: Standin) -> dict[str, Any]:
    office.clock.advance(timedelta(minutes=5))
    await followed(office, standin)
    return await of(office)


async def of(office: Office) -> dict[str, Any]:
    return (await office.published())["goszakup", OCID]


async def plans(office: Office) -> dict[str, Any]:
    entries = [entry for entry in await office.feed("plans") if not entry.deleted]
    bodies = [json.loads(entry.body) for entry in entries]
    return {body["ocid"]: body for body in bodies}


def dated(office: Office, minutes: int) -> Row:
    """Write the portal's time, so many minutes from now."""
    moment = office.clock.now() + timedelta(hours=5, minutes=minutes)
    return {"lastUpdateDate": f"{moment:%Y-%m-%d %H:%M:%S}"}


async def test_a_lot_that_comes_without_its_plan_point_has_it_asked_for_by_the_number_of_the_lot(
    office: Office, standin: Standin
) -> None:
    fill(standin, [3])
    for lot in standin.tables["Lots"].values():
        lot["Plans"] = []
    standin.put("Plans", plan(6), plan(6, 1))
    standin.put("Plans", *(plan(n) for n in range(900, 1200)))  # the first page holds only these
    await followed(office, standin)

    release = (await office.published())["goszakup", "ocds-kz0000-17000003"]["release"]
    [point] = release["planning"]["x_plan_points"]
    assert (point["root"], point["id"]) == ("80000006", "85000006")


async def test_a_lot_with_a_plan_point_that_was_edited_has_its_earlier_versions_asked_for_once(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    acts = [{"planActNumber": f"{n}", "dateApproved": f"2026-0{n}-20 10:00:00"} for n in (1, 5)]
    first, edited = plan(2, PlanActs=acts[0]), plan(2, version=1, PlanActs=acts[1])
    standin.tables["Lots"][42_000_002]["Plans"] = [edited]
    standin.put("Plans", first, edited)
    await followed(office, standin)
    asked = [call.filter for call in standin.asked("Plans") if call.filter]
    await followed(office, standin)

    assert asked == [{"rootrecordId": [first["rootrecordId"]]}]
    assert [call.filter for call in standin.asked("Plans") if call.filter] == asked
    point = next(
        one
        for one in (await of(office))["release"]["planning"]["x_plan_points"]
        if one["root"] == str(first["rootrecordId"])
    )
    assert (point["amount"], point["versions"]) == (1001, 2)
    (earlier,) = point["earlier"]
    assert (earlier["amount"], earlier["approved"]) == (1000, "2026-01-20T10:00:00+05:00")


async def test_following_begins_a_day_before_the_newest_record_by_the_clock_of_the_portal(
    office: Office, standin: Standin
) -> None:
    fill(standin, [1, 2, 4])  # published on the second, third and fifth of November
    run = await followed(office, standin, since=None)

    assert (await said(office)).keys() == {"ocds-kz0000-17000004"}
    assert run.status == "complete"
