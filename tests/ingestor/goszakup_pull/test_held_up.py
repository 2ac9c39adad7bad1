"""One record that the portal answers with errors alone holds up no other, round after round."""

from datetime import timedelta
from typing import Any

import pytest

from ingestor.raw.payloads import purge
from ingestor.sources.goszakup.pull import store
from tests.ingestor.goszakup_pull import purchases
from tests.ingestor.goszakup_pull.house import filled, followed, said
from tests.ingestor.goszakup_pull.purchases import contract, fill, notice, oracle
from tests.ingestor.goszakup_pull.standin import Fault, Row, Standin
from tests.ingestor.goszakup_pull.wire import Answer, Call
from tests.ingestor.office import Office

BAD = 1030  # a participant
LATER: Row = {"lastUpdateDate": "2026-11-25 01:00:00", "indexDate": "2026-11-25 01:00:01"}


def participant_fails(standin: Standin, status: int, *, alone: bool = True) -> Fault:
    """Answer for a participant, or for all of them, with an error, by GraphQL and by REST."""

    def fault(call: Call) -> Answer | None:
        _, _, number = call.path.partition("/v3/subject/")
        if number:
            bad = not alone or int(number) == BAD
            return Answer(status) if bad else Answer.of(standin.tables["Subjects"][int(number)])
        asked = call.filter.get("pid", ()) if call.root == "Subjects" else ()
        return Answer(status) if BAD in asked or (asked and not alone) else None

    return fault


def ocids(*numbers: int) -> set[str]:
    return {f"ocds-kz0000-{17_000_000 + number}" for number in numbers}


@pytest.mark.parametrize("status", [400, 500])
async def test_a_participant_who_cannot_be_read_keeps_only_the_purchases_that_name_him(
    office: Office, standin: Standin, status: int
) -> None:
    fill(standin, range(24, 48))  # 1030 bids on 29 and 30, and wins 30
    standin.faults.append(participant_fails(standin, status))
    run = await followed(office, standin, rate=1.0)
    held_up = oracle(standin).keys() - (await said(office)).keys()
    standin.faults.clear()
    for number in (29, 30):
        standin.put("TrdBuy", notice(number, **LATER))
    healed = await followed(office, standin, rate=1.0)

    assert ocids(29, 30) <= held_up
    assert len(held_up) == 3  # with what was bought directly from 1030
    assert (run.status, healed.status) == ("complete", "complete")
    rows = await office.rows("SELECT line, reason FROM quarantine WHERE file = 'TrdBuy'")
    assert {row["line"] for row in rows} == {17_000_029, 17_000_030}
    assert rows[0]["reason"].startswith(
        "A record of TrdBuy cannot be read: what belongs to it does not come: "
    )
    assert ocids(29, 30) <= (await said(office)).keys()


async def test_where_no_participant_can_be_read_nothing_is_set_aside_and_the_next_round_brings_all(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(24, 48))
    standin.faults.append(participant_fails(standin, 400, alone=False))
    run = await followed(office, standin, rate=1.0)
    standin.faults.clear()
    again = await followed(office, standin, rate=1.0)

    assert (run.status, run.quarantined) == ("incomplete", 0)
    assert (run.reason or "").startswith("TrdBuy: HTTP 400")
    assert again.status == "complete"
    assert await said(office) == oracle(standin)


async def test_bids_that_do_not_come_hold_up_no_other_bids_and_are_asked_for_last_from_then_on(
    office: Office, standin: Standin
) -> None:
    fill(standin, [3, 7, 11, 15, 19])
    await followed(office, standin)
    for number in (3, 7, 11, 15):
        standin.put("TrdApp", *purchases.bids(number))
        results = f"2026-11-25 00:{30 + number}:00"  # those of 15 are the newest
        standin.put("TrdBuy", notice(number, itogiDatePublic=results, **at("22:00")))
    standin.put("TrdBuy", notice(19, **at("23:59")))
    await followed(office, standin)
    office.clock.advance(timedelta(hours=1))
    standin.faults.append(bids_fail(17_000_015))
    first = await followed(office, standin, rate=1.0)
    came = {ocid for ocid, one in (await said(office)).items() if one["bidders"]}
    async with office.database.connection() as connection:
        await connection.execute("UPDATE portal_record SET asked_due = NULL WHERE id = 17000003")
        waiting = await store.to_ask(connection, "goszakup", office.clock.now(), 10)
    standin.faults.clear()
    last = await followed(office, standin, rate=1.0)

    assert came == ocids(3, 7, 11)
    assert (first.status, first.quarantined) == ("incomplete", 1)
    assert first.reason == "bids on 17000015: HTTP 400"
    assert [number for number, _ in waiting] == [17_000_003, 17_000_015]
    assert last.status == "complete"
    assert await said(office) == oracle(standin)


def at(time: str) -> Row:
    return {"lastUpdateDate": f"2026-11-24 {time}:00"}


def bids_fail(number: int) -> Fault:
    """Answer for the bids on one notice with an error, by GraphQL and by REST."""

    def fault(call: Call) -> Answer | None:
        asked: Any = call.filter.get("buyId") or call.query.get("buy_id")
        return Answer(400) if str(asked) == str(number) else None

    return fault


async def test_a_lapsed_purchase_that_does_not_come_waits_behind_the_others_that_do(
    office: Office, standin: Standin
) -> None:
    fill(standin, range(4))
    await filled(office, standin)
    await followed(office, standin)
    office.clock.advance(timedelta(days=365))
    async with office.vault.connection() as connection:
        await purge(connection, office.clock.now().date())
    moved = f"{office.clock.now() - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"
    for number in (0, 1, 2):
        standin.put("Contract", contract(number, contractSumWnds=777.0, lastUpdateDate=moved))
    standin.faults.append(bids_fail(17_000_001))
    run = await followed(office, standin)
    waiting = [row["id"] for row in await office.rows("SELECT id FROM portal_lapsed")]
    sums = await told(office)
    standin.faults.clear()
    healed = await followed(office, standin)

    assert (run.status, healed.status) == ("incomplete", "complete")
    assert "lapsed TrdBuy 17000001: HTTP 400" in (run.reason or "")
    assert waiting == [17_000_001]
    assert (sums, await told(office)) == ([777.0, 2016.0, 777.0], [777.0] * 3)


async def told(office: Office) -> list[float]:
    published = await office.published()
    releases = [published["goszakup", f"ocds-kz0000-{17_000_000 + n}"]["release"] for n in range(3)]
    return [release["contracts"][0]["value"]["amount"] for release in releases]
