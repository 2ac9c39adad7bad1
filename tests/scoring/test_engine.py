"""The engine's work by value: what is judged, what is written, and what survives which loss."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from scoring.indicator import Indicator, catalogue
from scoring.leader import leadership
from scoring.score import FLAGGED
from scoring.store import Superseded
from shared.feed import Change
from tests.scoring.eleven import eleven
from tests.scoring.office import Office, statuses
from tests.scoring.releases import (
    award,
    bid,
    change,
    party_id,
    purchase_id,
    release,
    suspicious,
    tender,
)


async def test_a_dull_purchase_is_low_and_a_suspicious_one_high(scoring_office: Office) -> None:
    await scoring_office.publish(release("ocds-1"), suspicious("ocds-2"))

    await scoring_office.judge()

    dull, high = await scoring_office.score("ocds-1"), await scoring_office.score("ocds-2")
    assert dull
    assert high
    assert (dull["band"], dull["score"]["lower"], dull["cause"]) == ("low", 0.0, "data")
    flagged = {code for code, status in statuses(high).items() if status == FLAGGED}
    assert flagged == {"R003", "R018", "R028", "R030", "R035", "R036"}
    assert high["band"] == "high"
    assert high["subject"] == {
        "type": "process",
        "id": purchase_id("ocds-2"),
        "source": "invented",
        "ocid": "ocds-2",
    }
    assert (high["value"], high["data_seq"]) == ({"amount": "1500.00", "currency": "KZT"}, 2)
    counted = sum(line["counted"] for line in high["indicators"])
    assert counted == high["points"]["lower"]


async def test_what_is_judged_again_without_a_change_is_not_written_again(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(release("ocds-1"), suspicious("ocds-2"))
    await scoring_office.work()
    before = await scoring_office.rows("SELECT * FROM score ORDER BY subject_id")
    past = await scoring_office.rows("SELECT * FROM score_past ORDER BY id")
    findings = await scoring_office.findings()
    scoring_office.clock.advance(timedelta(hours=1))

    await _judge_all_again(scoring_office, "population")

    assert await scoring_office.rows("SELECT * FROM score ORDER BY subject_id") == before
    assert await scoring_office.rows("SELECT * FROM score_past ORDER BY id") == past
    checked = [row.pop("last_checked") for row in await scoring_office.findings()]
    assert set(checked) == {scoring_office.clock.now()}
    assert [one["opened_at"] for one in findings] == [
        one["opened_at"] for one in await scoring_office.findings()
    ]


async def test_a_crash_between_facts_and_scores_leaves_nothing_unscored(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(release("ocds-1"), suspicious("ocds-2"))
    await scoring_office.session.take_in()

    await scoring_office.restart()
    await scoring_office.judge()

    assert await scoring_office.score("ocds-1")
    assert await scoring_office.score("ocds-2")


async def test_a_withdrawn_purchase_withdraws_its_findings_and_keeps_its_past(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(suspicious("ocds-1"), release("ocds-2"))
    await scoring_office.judge()

    await scoring_office.withdraw("ocds-1")
    await scoring_office.session.take_in()
    await scoring_office.restart()
    await scoring_office.judge()

    assert await scoring_office.score("ocds-1") is None
    assert await scoring_office.findings() == []
    closed = await scoring_office.findings(still_open=False)
    assert {one["closed_as"] for one in closed} == {"withdrawn"}
    assert all(one["closed_reason"] for one in closed)
    past = await scoring_office.rows("SELECT ended_by FROM score_past")
    assert past == [{"ended_by": "withdrawn"}]
    assert await _published(scoring_office, f"process/{purchase_id('ocds-1')}") is None
    assert await _sum_of_tally(scoring_office) == 8


async def test_a_flag_is_replaced_by_the_result_that_takes_its_place(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(suspicious("ocds-1"))
    await scoring_office.judge()
    scoring_office.clock.advance(timedelta(days=1))

    await scoring_office.publish(suspicious("ocds-1", tender=tender(numberOfTenderers=3)))
    await scoring_office.judge()

    found = await scoring_office.findings(still_open=False)
    closed = {one["indicator"]: one["closed_as"] for one in found if one["closed_at"]}
    assert closed == {"R003": "clear", "R018": "clear"}
    still = {one["indicator"]: one["opened_at"] for one in found if not one["closed_at"]}
    assert still.keys() == {"R028", "R030", "R035", "R036"}
    assert set(still.values()) == {scoring_office.clock.now() - timedelta(days=1)}


async def test_a_cancelled_purchase_keeps_its_flags(scoring_office: Office) -> None:
    await scoring_office.publish(suspicious("ocds-1"))
    await scoring_office.judge()
    found = suspicious("ocds-1")

    await scoring_office.publish(found | {"tender": found["tender"] | {"status": "cancelled"}})
    await scoring_office.judge()

    assert len(await scoring_office.findings()) == 6


async def test_lost_facts_are_rebuilt_and_nothing_is_written_anew(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(release("ocds-1"), suspicious("ocds-2"))
    await scoring_office.work()
    before = await scoring_office.rows("SELECT * FROM score ORDER BY subject_id")
    await scoring_office.stop()
    (scoring_office.folder / "facts.duckdb").unlink()

    await scoring_office.start()
    await scoring_office.publish(release("ocds-3"))
    await scoring_office.judge()

    after = await scoring_office.rows("SELECT * FROM score ORDER BY subject_id")
    assert [row for row in after if row["subject_id"] != purchase_id("ocds-3")] == before
    assert await scoring_office.score("ocds-3")


async def test_a_feed_begun_anew_is_judged_anew_and_what_is_no_longer_in_it_withdrawn(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(release("ocds-1"), suspicious("ocds-2"), release("ocds-4"))
    await scoring_office.work()
    before = await scoring_office.score("ocds-2")
    async with scoring_office.ingestor.connection() as connection:
        await connection.execute("DELETE FROM feed_state; DELETE FROM feed_head")

    await scoring_office.publish(suspicious("ocds-2"), release("ocds-3"))
    await scoring_office.judge()

    scored = await scoring_office.rows("SELECT subject_id FROM score WHERE subject_type='process'")
    assert {row["subject_id"] for row in scored} == {purchase_id("ocds-2"), purchase_id("ocds-3")}
    assert await scoring_office.score("ocds-2") == before


async def test_a_release_that_cannot_be_loaded_is_set_aside_and_the_others_go_on(
    scoring_office: Office,
) -> None:
    broken = Change(purchase_id("ocds-9"), b'{"ocid": 7, "release": {"bids": "none"}}')
    no_json = Change(purchase_id("ocds-8"), b'{"ocid": NaN, "body":')
    await scoring_office.publish_changes([change(release("ocds-1")), broken, no_json])
    await scoring_office.publish(suspicious("ocds-2"))

    await scoring_office.judge()

    assert await scoring_office.score("ocds-1")
    assert await scoring_office.score("ocds-2")
    letters = await scoring_office.rows("SELECT key, reason FROM dead_letter ORDER BY seq")
    assert [letter["key"] for letter in letters] == [purchase_id("ocds-9"), purchase_id("ocds-8")]
    assert all(letter["reason"] for letter in letters)


async def test_a_mended_release_takes_its_dead_letter_away(scoring_office: Office) -> None:
    broken = Change(purchase_id("ocds-9"), b'{"ocid": 7, "release": {"bids": "none"}}')
    await scoring_office.publish_changes([broken])
    await scoring_office.judge()

    await scoring_office.publish(release("ocds-9"))
    await scoring_office.judge()

    assert await scoring_office.rows("SELECT * FROM dead_letter") == []
    assert await scoring_office.score("ocds-9")


async def test_a_dead_letter_asked_for_again_is_judged(scoring_office: Office) -> None:
    broken = Change(purchase_id("ocds-9"), b'{"ocid": 7, "release": {"bids": "none"}}')
    await scoring_office.publish_changes([broken])
    await scoring_office.judge()
    async with scoring_office.scoring.connection() as connection:
        body = change(release("ocds-9")).body
        await connection.execute("UPDATE dead_letter SET body = $1", body)
        await connection.execute("INSERT INTO replay (id) SELECT id FROM dead_letter")

    await scoring_office.session.replay()
    await scoring_office.judge()

    assert await scoring_office.rows("SELECT * FROM dead_letter") == []
    assert await scoring_office.rows("SELECT * FROM replay") == []
    assert await scoring_office.score("ocds-9")


async def test_a_fault_of_one_indicator_on_one_record_is_an_error_there_and_nowhere_else(
    scoring_office: Office,
) -> None:
    r018 = catalogue()["R018"]
    fragile = """
        SELECT pid AS subject, CASE WHEN number_of_tenderers = 77 THEN error('overflow')
          ELSE 'clear' END AS status, 1e0 AS value, 1e0 AS threshold, NULL AS missing FROM judged
    """
    broken = msgspec.structs.replace(r018, query=fragile, evidence=None, version="fragile")
    await _change_catalogue(scoring_office, {**eleven(), "R018": broken})
    await scoring_office.publish(
        *[release(f"ocds-{n}") for n in range(5)],
        release("ocds-77", tender=tender(numberOfTenderers=77)),
    )

    await scoring_office.judge()

    found = await scoring_office.findings()
    assert [(one["subject_id"], one["indicator"], one["status"]) for one in found] == [
        (purchase_id("ocds-77"), "R018", "error")
    ]
    assert statuses(await scoring_office.score("ocds-77"))["R003"] == "clear"
    assert statuses(await scoring_office.score("ocds-3"))["R018"] == "clear"


async def test_a_score_that_cannot_be_written_is_set_aside_alone(scoring_office: Office) -> None:
    async with scoring_office.scoring.connection() as connection:
        await connection.execute(
            "ALTER TABLE score ADD CONSTRAINT refused CHECK (subject_id <> "
            f"'{purchase_id('ocds-3')}')"
        )
    await scoring_office.publish(*[release(f"ocds-{n}") for n in range(5)])

    await scoring_office.judge()

    scored = await scoring_office.rows("SELECT count(*) AS n FROM score")
    assert scored == [{"n": 4}]
    letters = await scoring_office.rows("SELECT key, reason FROM dead_letter")
    assert [letter["key"] for letter in letters] == [purchase_id("ocds-3")]
    assert "refused" in letters[0]["reason"]

    async with scoring_office.scoring.connection() as connection:
        await connection.execute("ALTER TABLE score DROP CONSTRAINT refused")
        await connection.execute("INSERT INTO replay (id) SELECT id FROM dead_letter")
    await scoring_office.session.replay()
    await scoring_office.judge()

    assert await scoring_office.score("ocds-3")
    assert await scoring_office.rows("SELECT * FROM dead_letter") == []


async def test_a_new_method_judges_everything_anew_and_says_so(scoring_office: Office) -> None:
    await scoring_office.publish(suspicious("ocds-1"), release("ocds-2"))
    await scoring_office.work()
    before = await scoring_office.score("ocds-1")
    dearer = msgspec.structs.replace(catalogue()["R018"], points=35, version="dearer")

    await _change_catalogue(scoring_office, {**eleven(), "R018": dearer})
    await scoring_office.work()

    score = await scoring_office.score("ocds-1")
    assert before
    assert score
    assert score["cause"] == "method"
    assert score["points"]["lower"] == before["points"]["lower"] + 15
    assert score["method_version"] != before["method_version"]
    assert await scoring_office.rows("SELECT * FROM rejudge") == []


async def test_a_population_that_has_moved_flags_old_purchases_because_of_it(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(*[_priced(n, 1100.0 + n) for n in range(40)], _priced(99, 9000.0))
    await scoring_office.judge()
    assert await scoring_office.findings() == []

    await scoring_office.work()

    [found] = [one for one in await scoring_office.findings() if one["subject_type"] == "process"]
    assert (found["subject_id"], found["indicator"]) == (purchase_id("ocds-99"), "R058")
    assert (found["cause"], found["population_version"]) == ("population", 1)
    score = await scoring_office.score("ocds-99")
    assert score
    assert score["cause"] == "population"
    assert await scoring_office.alerts() == []


async def test_the_record_of_a_supplier_counts_half_in_its_purchases_and_says_whose_it_is(
    scoring_office: Office,
) -> None:
    await scoring_office.publish(*[_varied(n) for n in range(24)], *_ordinary_suppliers())

    await scoring_office.work()

    supplier = await scoring_office.document("supplier", party_id("supplier-0"))
    assert supplier
    assert statuses(supplier)["R048"] == FLAGGED
    assert all(one["process"].startswith("prc_") for one in supplier["indicators"][0]["evidence"])
    score = await scoring_office.score("ocds-0")
    assert score
    context = [line for line in score["indicators"] if line["context"] is not None]
    assert [(line["code"], line["context"]["id"], line["discount"]) for line in context] == [
        ("R048", party_id("supplier-0"), 0.5)
    ]
    assert context[0]["counted"] == context[0]["points"] * 0.5 * context[0]["strength"]


async def test_a_party_that_appears_in_no_purchase_any_more_is_withdrawn(
    scoring_office: Office,
) -> None:
    other = release("ocds-2", buyer={"id": "buyer-2"}, bids={"details": []}, awards=[])
    other["tender"]["procuringEntity"] = {"id": "buyer-2"}
    await scoring_office.publish(release("ocds-1"), other)
    await scoring_office.work()
    assert await scoring_office.document("buyer", party_id("buyer-1"))

    await scoring_office.withdraw("ocds-1")
    await scoring_office.work()

    assert await scoring_office.document("buyer", party_id("buyer-1")) is None


async def test_parties_of_purchases_without_bids_have_a_score_that_says_nothing_could_be_counted(
    scoring_office: Office,
) -> None:
    bare = release("ocds-2", buyer={"id": "ministry"}, awards=[])
    bare["tender"]["procuringEntity"] = {"id": "agency"}
    bare["awards"] = [award("winner", 900.0) | {"items": []}]
    del bare["bids"]
    await scoring_office.publish(release("ocds-1"), bare)

    await scoring_office.work()

    for buyer in ("ministry", "agency"):
        score = await scoring_office.document("buyer", party_id(buyer))
        assert score
        assert statuses(score) == {"R038": "insufficient_sample"}
        assert (score["band"], score["coverage"], score["points"]["lower"]) == (None, 0.0, 0.0)
    winner = await scoring_office.document("supplier", party_id("winner"))
    assert winner
    assert statuses(winner) == dict.fromkeys(("R025", "R038", "R048"), "insufficient_sample")
    judged = await scoring_office.document("supplier", party_id("supplier-1"))
    assert judged
    assert "R048" not in statuses(judged)


async def test_a_party_without_anything_to_count_is_withdrawn_with_its_last_purchase(
    scoring_office: Office,
) -> None:
    bare = release("ocds-2", buyer={"id": "ministry"}, bids={"details": []}, awards=[])
    await scoring_office.publish(release("ocds-1"), bare)
    await scoring_office.work()
    assert await scoring_office.document("buyer", party_id("ministry"))

    await scoring_office.withdraw("ocds-2")
    await scoring_office.work()

    assert await scoring_office.document("buyer", party_id("ministry")) is None


async def test_two_engines_never_write_against_each_other(scoring_office: Office) -> None:
    await scoring_office.publish(release("ocds-1"))
    await scoring_office.session.take_in()
    async with scoring_office.scoring.connection() as connection:
        await connection.execute("UPDATE engine SET scored_seq = 1")

    with pytest.raises(Superseded):
        await scoring_office.session.judge_changes()

    assert await scoring_office.score("ocds-1") is None


async def test_a_second_engine_waits_until_the_first_is_gone(
    platform_database_urls: dict[str, str],
) -> None:
    url = platform_database_urls["scoring"]
    led = []

    async def lead() -> None:
        async with leadership(url):
            led.append("second")

    async with leadership(url):
        second = asyncio.create_task(lead())
        await asyncio.sleep(1.2)
        assert led == []
    await asyncio.wait_for(second, 5)

    assert led == ["second"]


async def test_cut_off_at_any_moment_nothing_is_unscored_and_no_alert_lost_or_doubled(
    scoring_office: Office,
) -> None:
    scoring_office.alerts_since = scoring_office.clock.now() - timedelta(days=1)
    await scoring_office.restart()
    cuts = 0
    for round_ in range(25):
        await scoring_office.publish(
            *[release(f"ocds-{round_}-{n}") for n in range(5)], suspicious(f"ocds-{round_}-x")
        )
        working = asyncio.create_task(scoring_office.judge())
        await asyncio.wait([working], timeout=0.004 * (round_ + 1))
        cuts += not working.done()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        await scoring_office.restart()

    await scoring_office.judge()

    assert cuts >= 5
    assert (await scoring_office.rows("SELECT count(*) AS n FROM score"))[0]["n"] == 150
    alerts = await scoring_office.alerts()
    wanted = {purchase_id(f"ocds-{n}-x") for n in range(25)}
    assert sorted(one["subject_id"] for one in alerts) == sorted(wanted)
    events = await scoring_office.rows(
        "SELECT key, seq FROM feed_event WHERE feed = 'alerts' ORDER BY seq"
    )
    assert [row["seq"] for row in events] == list(range(1, 26))
    assert {row["key"] for row in events} == {one["id"] for one in alerts}


async def _judge_all_again(office: Office, cause: str) -> None:
    async with office.scoring.connection() as connection:
        await connection.execute(
            "INSERT INTO rejudge SELECT subject_id, $1 FROM score WHERE subject_type = 'process'",
            cause,
        )
    office.session.waiting = True
    while await office.session.judge_anew():
        pass


async def _change_catalogue(office: Office, indicators: dict[str, Indicator]) -> None:
    office.catalogue = indicators
    await office.restart()


async def _published(office: Office, key: str) -> bytes | None:
    rows = await office.rows("SELECT body FROM feed_state WHERE feed='scores' AND key=$1", key)
    body: bytes | None = rows[0]["body"]
    return body


async def _sum_of_tally(office: Office) -> int:
    rows = await office.rows("SELECT sum(n)::bigint AS n FROM tally WHERE subject_type='process'")
    total: int = rows[0]["n"]
    return total


def _priced(number: int, second: float) -> dict[str, Any]:
    """A purchase won at 1000, the next bid at another price."""
    bids = [bid(0, "supplier-0", 1000.0), bid(1, "supplier-1", second)]
    return release(
        f"ocds-{number}",
        tender=tender(numberOfTenderers=2),
        bids={"details": bids},
        awards=[award("supplier-0", 1000.0)],
    )


def _varied(number: int) -> dict[str, Any]:
    """One of many purchases of a supplier who sells everything."""
    sold = award("supplier-0", 1000.0)
    sold["items"] = [{"id": "1", "classification": {"scheme": "ENSTRU", "id": f"{number + 10}.1"}}]
    return release(f"ocds-{number}", awards=[sold])


def _ordinary_suppliers() -> list[dict[str, Any]]:
    """Enough suppliers who sell one to three kinds of things, for a fence over them."""
    found = []
    for supplier in range(10, 45):
        for number in range(20):
            sold = award(f"supplier-{supplier}", 1000.0)
            kind = str(number % (supplier % 3 + 1) + 50)
            sold["items"] = [{"id": "1", "classification": {"scheme": "ENSTRU", "id": kind}}]
            found.append(release(f"ocds-{supplier}-{number}", bids={"details": []}, awards=[sold]))
    return found
