"""Statistics, profiles and networks as scoring publishes them, read through the door."""

from gateway.worker import APPLIED
from tests.gateway.builders import (
    BUYER_BIN,
    SUPPLIER_BIN,
    figures,
    gone,
    network,
    organisation,
    release,
    tile,
)
from tests.gateway.house import House, problem

PERSON = "prs_" + "a" * 26
IIN = "900101300007"
ROWS = [{"year": 2026, "share_by_count": 0.25, "no_method": 0}]


async def test_a_table_is_served_as_it_came_with_its_version_until_another_comes(
    house: House,
) -> None:
    await house.fill("statistics", tile(rows=ROWS))

    found = await house.get("/v1/stats/single-source")
    again = await house.get("/v1/stats/single-source", If_None_Match=found.headers["ETag"])
    listed = (await house.get("/v1/stats")).json()["data"]
    await house.fill("statistics", tile(rows=[]))
    newer = await house.get("/v1/stats/single-source", If_None_Match=found.headers["ETag"])
    await house.fill("statistics", gone("single-source"))

    assert found.json()["rows"] == ROWS
    assert found.json()["definition"]["kk"].startswith("Жасалған")
    assert (again.status_code, again.content) == (304, b"")
    assert [(each["id"], each["columns"][0]["name"]) for each in listed] == [
        ("single-source", "year")
    ]
    assert (newer.status_code, newer.json()["rows"]) == (200, [])
    assert problem(await house.get("/v1/stats/single-source")) == (404, "not_found")


async def test_a_table_is_read_as_csv_by_format_or_accept_and_computes_nothing_in_a_spreadsheet(
    house: House,
) -> None:
    rows = [{"year": "=1+1", "share_by_count": None, "no_method": 3}]
    await house.fill("statistics", tile(rows=rows))

    asked = await house.get("/v1/stats/single-source?format=csv")
    accepted = await house.get("/v1/stats/single-source", Accept="text/csv, */*;q=0.1")
    either = await house.get("/v1/stats/single-source", Accept="application/json, text/csv")

    assert asked.text == "year,share_by_count,no_method\r\n'=1+1,,3\r\n"
    assert asked.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert asked.headers["Vary"] == "Authorization, Accept"
    assert accepted.text == asked.text
    assert either.json()["rows"] == rows
    assert asked.headers["ETag"] != either.headers["ETag"]
    assert problem(await house.get("/v1/stats/single-source?format=xls")) == (
        422,
        "validation_failed",
    )
    assert problem(await house.get("/v1/stats/single-source?shape=csv")) == (
        400,
        "unknown_parameter",
    )


async def test_a_buyer_shows_its_figures_with_the_names_of_its_counterparts(house: House) -> None:
    await house.fill("releases", release("o-1"))
    before = (await house.get(f"/v1/buyers/{BUYER_BIN}")).json()
    await house.fill("profiles", figures())
    found = (await house.get(f"/v1/buyers/{BUYER_BIN}")).json()
    await house.fill("profiles", gone(f"buyer/{organisation(BUYER_BIN)}"))
    after = (await house.get(f"/v1/buyers/{BUYER_BIN}")).json()

    assert before["figures"] is None
    assert found["figures"]["volumes"]["amount"] == "4990000.00"
    assert [(one["id"], one["name"]) for one in found["figures"]["suppliers"]["listed"]] == [
        (organisation(SUPPLIER_BIN), f"Поставщик {SUPPLIER_BIN}")
    ]
    assert after["figures"] is None


async def test_what_a_feed_that_begins_anew_said_before_is_forgotten(house: House) -> None:
    await house.fill("statistics", tile())
    await house.fill("profiles", figures(kind="region", subject="75"))
    assert (await house.get("/v1/regions/75")).json()["figures"]
    assert (await house.get("/v1/stats/single-source")).status_code == 200

    for feed in ("statistics", "profiles"):
        async with house.database.transaction() as connection:
            await APPLIED[feed][1](connection)
    await house.level()

    assert (await house.get("/v1/regions/75")).json()["figures"] is None
    assert (await house.get("/v1/stats/single-source")).status_code == 404


async def test_a_region_of_today_is_known_before_it_has_figures(house: House) -> None:
    before = (await house.get("/v1/regions/75")).json()
    await house.fill("profiles", figures(kind="region", subject="75"))
    found = (await house.get("/v1/regions/75")).json()
    listed = await house.ids("/v1/regions")

    assert (before["figures"], before["name"]["en"]) == (None, "Almaty City")
    assert found["figures"]["methods"][0]["method"] == "open"
    assert (len(listed), "75" in listed) == (20, True)
    assert problem(await house.get("/v1/regions/99")) == (404, "not_found")


async def test_a_network_is_read_by_id_or_bin_and_of_natural_persons_there_is_none(
    house: House,
) -> None:
    await house.fill("releases", release("o-1"))
    await house.fill("profiles", network())

    found = (await house.get(f"/v1/suppliers/{SUPPLIER_BIN}/network")).json()

    assert (found["buyers"][0]["name"], found["buyers"][0]["share_of_buyer"]) == ("Акимат", 1.0)
    for nobody in (PERSON, IIN, organisation(BUYER_BIN)):
        answer = await house.get(f"/v1/suppliers/{nobody}/network")
        assert problem(answer) == (404, "not_found")
        assert IIN not in answer.json()["detail"]
    for path in ("suppliers", "buyers"):
        assert problem(await house.get(f"/v1/{path}/{PERSON}")) == (404, "not_found")
