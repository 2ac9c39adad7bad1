"""Which fields a source has and which indicators could be computed, per source and period."""

from datetime import UTC, datetime
from typing import Any

import pytest
from prometheus_client import REGISTRY, generate_latest

from gateway.measure import Snapshot, data, snapshot
from gateway.memory import Counted
from gateway.view import shapes
from shared import migrations
from shared.clock import SystemClock
from tests.gateway.builders import (
    BUYER_BIN,
    SOURCE,
    SUPPLIER_BIN,
    gone,
    indicator,
    line,
    process,
    release,
    score,
    source,
    words,
)
from tests.gateway.house import House, problem
from tests.gateway.portal_builders import (
    blind_spot,
    plan_alone,
    portal_notice,
    register_entry,
    register_known,
)

MISSING = ["bids.details.status"]
RELEASE: dict[str, Any] = {
    "tender": {"title": "x", "value": {"amount": 0}, "lots": [], "items": [{}, {"id": "i"}]},
    "awards": [{"suppliers": [{"name": "n"}]}, {"suppliers": [{"id": None}]}],
}


@pytest.mark.parametrize(
    ("field", "there"),
    [
        ("tender.title", True),
        ("/tender/title", True),
        ("tender.value.amount", True),
        ("tender.lots", False),
        ("tender.items.id", True),
        ("awards.suppliers.id", False),
        ("awards.suppliers.name", True),
        ("bids.details.status", False),
        ("tender.title.x", False),
    ],
)
def test_a_field_is_there_if_any_row_of_its_lists_has_it(field: str, there: bool) -> None:
    assert shapes.has(RELEASE, field) is there


async def test_coverage_counts_fields_and_what_became_of_each_indicator(house: House) -> None:
    lacking = (
        line("R018"),
        line("R024", "not_computable", missing=MISSING),
        line("R003", "not_applicable"),
    )
    party = {"type": "supplier", "id": "org_x", "source": None, "ocid": None}
    twice = (line("R018", "clear"), line("R025", "error"), line("R025", "clear", context=party))
    await house.fill("sources", source())
    await house.fill("catalogue", indicator("R018"))
    await house.fill("releases", release("a"), release("b", title=""), release("c", source="two"))
    await house.fill("releases", release("d", published="2025-12-31T23:59:59Z"))
    await house.fill("scores", score(process("a"), lines=lacking))
    await house.fill("scores", score(process("b"), lines=twice))

    one, two = (await house.get("/v1/meta/coverage?period=month")).json()["data"]

    assert (one["source"], one["title"], two["source"]) == (SOURCE, f"Data of {SOURCE}", "two")
    december, january = one["periods"]
    assert (december["period"], december["processes"], december["scored"]) == ("2025-12", 1, 0)
    assert (january["period"], january["processes"], january["scored"]) == ("2026-01", 2, 2)
    assert january["fields"] == [{"field": "/tender/title", "processes": 1, "share": 0.5}]
    counted = ("code", "computable", "computed", "not_applicable", "not_computable")
    assert [tuple(each[name] for name in counted) for each in january["indicators"]] == [
        ("R003", "not_applicable", 0, 1, 0),
        ("R018", "yes", 2, 0, 0),
        ("R024", "no", 0, 0, 1),
        ("R025", "yes", 1, 0, 0),
    ]
    assert [each["need"] for each in january["indicators"][2]["because"]] == ["bids.details.status"]


DATED = {"id": "1", "datePublished": "2026-01-10T04:00:00Z"}
REVERSED = {
    "tenderPeriod": {"startDate": "2026-02-02T00:00:00Z", "endDate": "2026-02-01T00:00:00Z"}
}


async def test_coverage_tells_of_how_many_purchases_a_check_doubts_the_record_and_why(
    house: House,
) -> None:
    await house.fill(
        "releases",
        portal_notice("1", contracts=[], tender=DATED),
        portal_notice("2", contracts=[], tender=DATED | REVERSED),
        portal_notice("3"),
    )
    async with house.database.transaction() as connection:
        await connection.execute("UPDATE process SET shape = NULL")
        await shapes.look_again(connection)

    found = (await coverage(house, "?period=month", Accept_Language="ru"))["goszakup"]

    period = next(each for each in found["periods"] if each["period"] == "2026-01")
    checks = {each.pop("code"): each for each in period["checks"]}
    assert len(checks) == 6
    assert checks["dates_in_order"] == {
        "ok": 1,
        "doubtful": 1,
        "unknown": 1,
        "text": "Даты стоят не по порядку: конец раньше начала.",
    }
    assert (checks["sums_plausible"]["ok"], checks["sums_plausible"]["unknown"]) == (1, 2)


async def test_releases_are_looked_at_again_when_indicators_ask_for_other_fields(
    house: House,
) -> None:
    await house.fill("releases", release("a"), release("b"))
    await house.fill("catalogue", indicator("R018"))
    before = (await house.get("/v1/meta/coverage")).json()["data"][0]["periods"][0]

    async with house.database.transaction() as connection:
        assert await shapes.stale(connection)
        assert await shapes.look_again(connection) == 2
        assert not await shapes.stale(connection)
    after = (await house.get(f"/v1/meta/coverage?source={SOURCE}")).json()["data"][0]["periods"][0]

    assert (before["processes"], before["looked_at"], before["fields"]) == (2, 0, [])
    assert (after["looked_at"], after["fields"][0]["share"]) == (2, 1.0)


async def coverage(house: House, query: str = "", **headers: str) -> dict[str, dict[str, Any]]:
    """The coverage of every source, by its id."""
    answer = await house.get(f"/v1/meta/coverage{query}", **headers)
    assert answer.status_code == 200, answer.text
    return {each["source"]: each for each in answer.json()["data"]}


async def test_coverage_tells_of_acts_plans_and_registers_whether_indicators_can_be_computed(
    house: House,
) -> None:
    acts = ["contracts.x_acts.amount"]
    await house.fill(
        "catalogue",
        indicator("ACT", fields=acts),
        indicator("PLAN", fields=["plans"], subject="buyer"),
        indicator("POINT", fields=["planning.x_plan_points.root"]),
        indicator(
            "FIRST",
            fields=["planning.x_plan_points.root", "contracts.amendments.x_changes"],
            subject="buyer",
        ),
        indicator("VAT", fields=[*acts, "registers.vat_payers"], subject="supplier"),
        indicator("RNU", fields=["registers.unfair_participants"], subject="supplier"),
    )
    await house.fill("releases", portal_notice(), release("o-1"))
    await house.fill("plans", plan_alone())
    await house.fill(
        "registers",
        register_known("vat_payers", "2026-01-11", "2026-01-20"),
        register_known("vat_payers", "2026-01-18", "2026-01-25"),
        register_known("unfair_participants", "2026-01-05", "2026-01-05", party=BUYER_BIN),
        register_entry("vat_payers", SUPPLIER_BIN),
    )

    found = await coverage(house, "?period=month")

    january, march = found["goszakup"]["periods"]
    assert [each["period"] for each in (january, march)] == ["2026-01", "2026-03"]
    assert (january["plans"], march["plans"], march["processes"]) == (0, 2, 0)
    assert january["registers"] == [
        {"register": "unfair_participants", "days": 0, "asked_days": 1, "of_days": 31},
        {"register": "vat_payers", "days": 15, "asked_days": 15, "of_days": 31},
    ]
    assert words_of(january) == {
        "ACT": "no",
        "FIRST": "yes",  # nothing was changed, so nothing of a change is missing
        "PLAN": "no",
        "POINT": "yes",
        "RNU": "partly",
        "VAT": "no",
    }
    assert words_of(march)["PLAN"] == "yes"
    assert words_of(march)["ACT"] == "unknown"
    vat = next(each for each in january["indicators"] if each["code"] == "VAT")
    assert [(each["code"], each["processes"], each["days"]) for each in vat["because"]] == [
        ("field_missing", 1, None),
        ("register_unknown", None, 16),
    ]
    assert [each["field"] for each in january["fields"]] == [
        "contracts.amendments.x_changes",
        "contracts.x_acts.amount",
        "planning.x_plan_points.root",
    ]


def words_of(period: dict[str, Any]) -> dict[str, str]:
    """Whether each indicator is computable in a period."""
    return {each["code"]: each["computable"] for each in period["indicators"]}


async def test_a_register_that_is_taken_back_is_known_no_longer(house: House) -> None:
    known = register_known("vat_payers", "2026-01-11", "2026-01-20")
    await house.fill("sources", source("tax"))
    await house.fill("registers", known)
    before = (await coverage(house))["tax"]
    await house.fill("registers", gone(known.key))
    after = (await coverage(house, "?source=tax"))["tax"]  # another question: not remembered

    assert (before["registers"], before["periods"]) == (
        [
            {
                "register": "vat_payers",
                "known_from": "2026-01-11",
                "known_to": "2026-01-20",
                "parties": 0,
            }
        ],
        [],
    )
    assert after["registers"] == []


async def test_days_that_have_not_come_are_no_days_on_which_a_register_should_be_known(
    house: House,
) -> None:
    today = datetime.now(UTC).date()
    await house.fill("catalogue", indicator("VAT", fields=["registers.vat_payers"]))
    await house.fill("releases", release("a", published=f"{today}T00:00:00Z"))
    await house.fill(
        "registers", register_known("vat_payers", f"{today.replace(day=1)}", f"{today}")
    )

    [period] = (await coverage(house, "?period=month"))[SOURCE]["periods"]

    [days] = period["registers"]
    assert (days["days"], days["of_days"]) == (today.day, today.day)
    assert words_of(period) == {"VAT": "yes"}


@pytest.mark.parametrize("published", ["9999-12-31T23:00:00Z", "0001-01-02T00:00:00Z", "never"])
async def test_an_odd_date_of_publication_is_a_period_or_none(house: House, published: str) -> None:
    await house.fill("catalogue", indicator("VAT", fields=["registers.vat_payers"]))
    await house.fill("releases", release("a", published=published))

    for period in ("month", "year"):
        [found] = (await coverage(house, f"?period={period}"))[SOURCE]["periods"]
        assert words_of(found)["VAT"] in {"no", "unknown"}


async def test_a_source_shows_what_it_lacks_and_what_the_law_keeps_off_it(house: House) -> None:
    lack = {"field": "losing bids", "paths": ["bids"], "because": words("no losing bids")}
    await house.fill("sources", source(hidden=[blind_spot()], lacks=[lack]))
    await house.fill("catalogue", indicator("X", fields=["bids.details.x_nothing"]))
    await house.fill("releases", release("a"))

    found = (await coverage(house, Accept_Language="ru"))[SOURCE]

    assert found["blind_spots"] == [blind_spot()]
    assert found["lacks"] == [lack]
    [x] = found["periods"][0]["indicators"]
    [because] = x["because"]
    assert (because["code"], because["text"]) == ("source_lacks", "no losing bids ru")


async def test_the_profile_of_a_buyer_shows_what_the_law_keeps_off_its_sources(
    house: House,
) -> None:
    await house.fill("releases", portal_notice(), release("o-1", buyer="010240000018"))
    bare = (await house.get(f"/v1/buyers/{BUYER_BIN}")).json()
    await house.fill("sources", source("goszakup", hidden=[blind_spot()]), source())

    buyer = (await house.get(f"/v1/buyers/{BUYER_BIN}")).json()
    elsewhere = (await house.get("/v1/buyers/010240000018")).json()
    supplier = (await house.get(f"/v1/suppliers/{SUPPLIER_BIN}")).json()

    assert bare["blind_spots"] == []
    assert buyer["blind_spots"] == [{**blind_spot(), "source": "goszakup"}]
    assert (elsewhere["blind_spots"], supplier["blind_spots"]) == ([], [])


def test_counted_answers_are_kept_within_their_bytes_and_the_newest_always() -> None:
    kept = Counted(limit_bytes=100)

    for number in range(5):
        kept.put(str(number), b"x" * 40)
    few = [number for number in range(5) if kept.get(str(number))]
    kept.put("large", b"x" * 1000)

    assert few == [3, 4]
    assert kept.get("large") is not None
    assert (kept.get("4"), kept.size) == (None, 1000)


async def test_a_bad_period_is_refused_and_an_unknown_source_has_nothing(house: House) -> None:
    refused = await house.get("/v1/meta/coverage?period=week")

    assert problem(refused) == (422, "validation_failed")
    assert (await house.get("/v1/meta/coverage?source=none")).json()["data"] == []


def test_the_declared_tables_are_those_the_migrations_make(database_url: str) -> None:
    migrations.check(database_url, "gateway")


async def test_what_the_data_can_bear_and_how_old_they_are_stand_among_the_metrics(
    house: House,
) -> None:
    await house.fill("sources", source("goszakup"))
    await house.fill("catalogue", indicator("ACT", fields=["contracts.x_acts.amount"]))
    await house.fill("releases", portal_notice("1"), portal_notice("2", tender=DATED | REVERSED))
    async with house.database.transaction() as connection:
        data.snapshot = await snapshot(connection, SystemClock())

    shown = generate_latest(REGISTRY).decode().splitlines()
    data.snapshot = Snapshot()

    for wanted in (
        'data_checked{check="dates_in_order",source="goszakup",verdict="doubtful"} 1.0',
        'data_checked{check="dates_in_order",source="goszakup",verdict="ok"} 1.0',
        'data_checked{check="units_named",source="goszakup",verdict="unknown"} 2.0',
        'data_field_share{field="contracts.x_acts.amount",source="goszakup"} 0.0',
        'data_indicators{source="goszakup",word="no"} 1.0',
        'data_processes{held="view",source="goszakup"} 2.0',
        'data_newest_release_timestamp{source="goszakup"} 1.769904e+09',
    ):
        assert wanted in shown, [each for each in shown if each.startswith("data_")]
