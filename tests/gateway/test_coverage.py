"""Which fields a source has and which indicators could be computed, per source and period."""

from typing import Any

import pytest

from gateway.view import shapes
from shared import migrations
from tests.gateway.builders import SOURCE, indicator, line, process, release, score, source
from tests.gateway.house import House, problem

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
    lacking = (line("R018"), line("R024", "not_computable"), line("R003", "not_applicable"))
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
    assert [tuple(each.values()) for each in january["indicators"]] == [
        ("R003", 0, 1, 0),
        ("R018", 2, 0, 0),
        ("R024", 0, 0, 1),
        ("R025", 1, 0, 0),
    ]


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


async def test_a_bad_period_is_refused_and_an_unknown_source_has_nothing(house: House) -> None:
    refused = await house.get("/v1/meta/coverage?period=week")

    assert problem(refused) == (422, "validation_failed")
    assert (await house.get("/v1/meta/coverage?source=none")).json()["data"] == []


def test_the_declared_tables_are_those_the_migrations_make(database_url: str) -> None:
    migrations.check(database_url, "gateway")
