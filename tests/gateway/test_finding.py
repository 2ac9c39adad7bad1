"""What people hold in hand finds what it names; lots, contracts and plan points stand in lists."""

from typing import Any
from urllib.parse import quote

import pytest

from gateway.naming import Named, named
from gateway.worker import APPLIED
from tests.gateway.builders import (
    BUYER_BIN,
    SUPPLIER_BIN,
    alert,
    gone,
    organisation,
    process,
    release,
)
from tests.gateway.house import House, problem
from tests.gateway.portal_builders import moved_notice, plan_alone, portal_notice

NOTICE = process("ocds-kz0000-17379679", "goszakup")
BUYER = organisation(BUYER_BIN)

PORTAL = "https://goszakup.gov.kz/ru"
NUMBERS = [
    ("17379679-1", ("notice:17379679-1", "contract:17379679-1")),
    (" № 17379679–1 ", ("notice:17379679-1", "contract:17379679-1")),
    ("87361886-ЗЦП2", ("lot:87361886-ЗЦП2", "plan:87361886", "contract:87361886-ЗЦП2")),
    ("87361886-зцп2", ("lot:87361886-ЗЦП2", "plan:87361886", "contract:87361886-ЗЦП2")),
    ("87361886-3ЦП2", ("lot:87361886-ЗЦП2", "plan:87361886", "contract:87361886-ЗЦП2")),
    ("87361886-OK1", ("lot:87361886-ОК1", "plan:87361886", "contract:87361886-ОК1")),
    ("42667799-ОЛ-ОИ2", ("lot:42667799-ОЛ-ОИ2", "contract:42667799-ОЛ-ОИ2")),
    ("970140002674/260023/00", ("contract:970140002674/260023",)),
    ("970140002674/260023/14", ("contract:970140002674/260023",)),
    ("970140002674/260023", ("contract:970140002674/260023",)),
    ("№ 12-ГЗ", ("contract:12-ГЗ",)),
    (f"{PORTAL}/announce/index/17379679?tab=lots", ("notice:17379679",)),
    ("v3bl.goszakup.gov.kz/kz/announce/index/17379679", ("notice:17379679",)),
    (f"{PORTAL}/subpriceoffer/index/17379679/42667799", ("notice:17379679", "lot:42667799")),
    (f"{PORTAL}/egzcontract/cpublic/show/24694320", ("contract:24694320",)),
    (f"{PORTAL}/egzcontract/cpublic/customer_n_supplier/24694320", ("contract:24694320",)),
    (f"{PORTAL}/registry/rqc", ()),
    ("42667799", ("notice:42667799", "lot:42667799", "contract:42667799", "plan:42667799")),
    ("", ()),
]


def test_a_number_is_brought_to_the_keys_it_may_stand_under() -> None:
    assert {text: named(text).keys for text, _ in NUMBERS} == dict(NUMBERS)


@pytest.mark.parametrize("text", ["900101300019", "990140000018", "000000000000"])
def test_a_number_of_a_person_or_of_nobody_names_nobody(text: str) -> None:
    assert named(text) == Named()


def test_a_bin_and_ids_of_ours_name_what_they_are() -> None:
    assert named(BUYER_BIN).organisation == named(BUYER).organisation == BUYER
    assert named(f"https://qadaga.example/v1/processes/{NOTICE}").own == NOTICE
    assert named("ocds-x/1 №5").ocid == "ocds-x/1 №5"


async def resolved(house: House, text: str) -> list[tuple[str, str | None]]:
    answer = await house.get(f"/v1/resolve?q={quote(text, safe='')}")
    assert answer.status_code == 200, answer.text
    return [(each["type"], each["title"]) for each in answer.json()["data"]]


async def test_what_people_hold_finds_what_it_names(house: House) -> None:
    await house.fill("releases", portal_notice(), release("o-1", title="Другое"))
    notice, lot = ("process", "Бумага"), ("lot", "Бумага А4")
    contract, plan = ("contract", "Поставка бумаги"), ("plan", "Қағаз")
    wanted = {
        "17379679-1": [notice],
        "17379679": [notice],
        "ocds-kz0000-17379679": [notice],
        NOTICE: [notice],
        "87361886-зцп2": [lot, plan],
        "970140002674/260023/00": [contract],
        "№ 12-гз": [contract],
        "24699999": [contract],
        f"{PORTAL}/egzcontract/cpublic/show/24694320": [contract],
        f"{PORTAL}/subpriceoffer/index/17379679/42667799": [notice, lot],
        BUYER_BIN: [("buyer", "Мектеп")],
        SUPPLIER_BIN: [("supplier", f"Поставщик {SUPPLIER_BIN}")],
        "o-1": [("process", "Другое")],
        "99999999-1": [],
        "nothing of the kind": [],
    }

    assert {text: await resolved(house, text) for text in wanted} == wanted
    assert problem(await house.get("/v1/resolve")) == (422, "validation_failed")


async def test_every_candidate_leads_to_what_it_names(house: House) -> None:
    await house.fill("releases", portal_notice())
    for text in ("17379679", "87361886-ЗЦП2", "970140002674/260023/00", BUYER_BIN):
        for each in (await house.get(f"/v1/resolve?q={quote(text, safe='')}")).json()["data"]:
            answer = (await house.get(each["link"])).json()
            there = answer["data"][0] if "data" in answer else answer
            assert there["id"] == each["id"], each


async def test_a_lot_and_a_contract_show_parties_places_and_their_process(house: House) -> None:
    await house.fill("releases", portal_notice())

    lot = (await house.get("/v1/lots")).json()["data"][0]
    contract = (await house.get("/v1/contracts")).json()["data"][0]

    assert (lot["number"], lot["value"]) == (
        "87361886-ЗЦП2",
        {"amount": "900.5", "currency": "KZT"},
    )
    assert lot["published"] == "2026-01-10T04:00:00Z"
    assert lot["buyers"][0]["id"] == contract["buyers"][0]["id"] == BUYER
    assert [(each["kato"], each["region"]) for each in lot["seats"]] == [("632810000", "10")]
    assert lot["delivery"][0]["region_name"]["kk"] == "Алматы қаласы"
    assert contract["delivery"] == lot["delivery"]
    assert (contract["number"], contract["amendments"]) == ("970140002674/260023/01", 1)
    assert [each["name"] for each in contract["suppliers"]] == ["Жеткізуші"]
    assert contract["process"]["id"] == lot["process"]["id"] == NOTICE


FILTERS = [
    ("lots", "region=75", 1),
    ("lots", "region=10", 1),
    ("lots", "region=63", 0),
    ("lots", "region=6328", 1),
    ("lots", "buyer_region=75", 0),
    ("lots", "buyer_region=100000000", 1),
    ("lots", "delivery_region=7511&buyer_region=10", 1),
    ("lots", "delivery_region=751110000", 1),
    ("lots", "delivery_region=751210000", 0),
    ("lots", f"buyer={BUYER_BIN}", 1),
    ("lots", f"buyer={SUPPLIER_BIN}", 0),
    ("lots", "amount[gte]=900.5&currency=KZT", 1),
    ("lots", "amount[lte]=900&currency=KZT", 0),
    ("lots", "published[gte]=2026-01-10&published[lte]=2026-01-10", 1),
    ("lots", "published[gte]=2026-01-11", 0),
    ("lots", "q=бумага", 1),
    ("lots", "q=мектеп бумага", 1),
    ("lots", "status=complete", 0),
    ("lots", f"process={NOTICE}&method=open&source=goszakup", 1),
    ("contracts", f"supplier={SUPPLIER_BIN}", 1),
    ("contracts", f"supplier={BUYER_BIN}", 0),
    ("contracts", "signed[gte]=2026-02-20T05:00:00Z", 1),
    ("contracts", "signed[gte]=2026-02-21", 0),
    ("contracts", "q=260023", 1),
    ("contracts", "delivery_region=75", 1),
    ("plans", "planned[gte]=2026-03-01&planned[lte]=2026-03-01", 2),
    ("plans", "planned[lte]=2026-02-28", 0),
    ("plans", "buyer_region=71", 1),
    ("plans", "region=75", 2),
    ("plans", "q=171213.100", 2),
    ("processes", "delivery_region=75", 1),
    ("processes", "buyer_region=75", 0),
    ("processes", "region=79", 0),
    ("alerts", "buyer_region=10", 1),
    ("alerts", "buyer_region=75", 0),
]


async def test_a_filter_of_a_list_finds_what_it_says(house: House) -> None:
    await house.fill("releases", portal_notice())
    await house.fill("plans", plan_alone())
    await house.fill("alerts", alert(1, NOTICE))

    found = [
        (name, query, len(await house.ids(f"/v1/{name}?{query}"))) for name, query, _ in FILTERS
    ]

    assert found == FILTERS
    package = (await house.get("/v1/ocds/releases?region=75")).json()
    assert [each["ocid"] for each in package["releases"]] == ["ocds-kz0000-17379679"]


DELIVERED_TO = ["10", "1036", "103635100", "6342", "634235100"]  # of today, and as published
SEATED_IN = ["62", "6210", "621010000", "3518", "351810000"]
LEFT = ["63", "35"]  # the regions that the published codes begin with


@pytest.mark.parametrize("name", ["processes", "lots", "contracts", "plans"])
async def test_a_list_finds_seat_and_delivery_apart_by_codes_of_today_and_as_published(
    house: House, name: str
) -> None:
    await house.fill("releases", moved_notice(), portal_notice())

    async def found(parameter: str, codes: list[str]) -> list[str]:
        rows = {code: await house.ids(f"/v1/{name}?{parameter}={code}") for code in codes}
        assert all(len(ids) <= 1 for ids in rows.values())
        return [code for code in codes if rows[code]]

    every = [*DELIVERED_TO, *SEATED_IN, *LEFT]
    assert await found("delivery_region", every) == DELIVERED_TO
    assert await found("buyer_region", every) == ["10", *SEATED_IN]  # 10: where the other sits
    assert await found("region", ["1036", "6342", "6210", "3518", *LEFT]) == [
        "1036", "6342", "6210", "3518"
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["processes", "lots", "contracts", "plans"])
async def test_an_amount_without_a_currency_is_refused_and_says_what_to_send(
    house: House, name: str
) -> None:
    refused = await house.get(f"/v1/{name}?amount[gte]=1", Accept_Language="ru")
    plain = await house.get(f"/v1/{name}?amount[lte]=1&currency=KZT")

    assert problem(refused) == (422, "currency_required")
    assert refused.json()["title"] == "Укажите валюту суммы"
    assert [each["pointer"] for each in refused.json()["errors"]] == ["/query/currency"]
    assert plain.status_code == 200


async def test_a_plan_point_leaves_its_feed_when_a_purchase_takes_it_up(house: House) -> None:
    alone = plan_alone("87361886")
    await house.fill("plans", alone)
    before = (await house.get("/v1/plans")).json()["data"]

    await house.fill("plans", gone(alone.key))
    await house.fill("releases", portal_notice())
    after = (await house.get("/v1/plans")).json()["data"]

    assert [(each["local_id"], each["taken_up"]) for each in before] == [("87361886", False)]
    assert [(each["local_id"], each["taken_up"]) for each in after] == [("87361886", True)]


async def test_a_feed_that_begins_again_forgets_its_own_rows_and_numbers(house: House) -> None:
    await house.fill("releases", portal_notice())
    await house.fill("plans", plan_alone())

    async def forget(feed: str) -> None:
        async with house.database.transaction() as connection:
            while await APPLIED[feed][1](connection):
                pass

    await forget("plans")
    assert [each["taken_up"] for each in (await house.get("/v1/plans")).json()["data"]] == [True]
    await house.fill("plans", plan_alone())
    await forget("releases")
    assert await house.ids("/v1/lots") == []
    assert await resolved(house, "17379679-1") == []
    assert await resolved(house, "87000001") == [("plan", "Қағаз")]


@pytest.mark.parametrize("sort", ["-published", "published", "-amount"])
async def test_pages_of_lots_show_every_lot_once(house: House, sort: str) -> None:
    await house.fill("releases", *(portal_notice(str(17000000 + n)) for n in range(23)))
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await house.get(f"/v1/lots?limit=5&sort={sort}{cursor}")).json()
        seen += [each["id"] for each in page["data"]]
        if not page["page"]["has_more"]:
            break
        cursor = f"&cursor={page['page']['next_cursor']}"

    assert len(seen) == len(set(seen)) == 23
    assert problem(await house.get(f"/v1/contracts?limit=5{cursor}")) == (400, "cursor_invalid")


async def test_odd_lots_contracts_and_plans_can_be_shown(house: House) -> None:
    odd: list[Any] = [
        None,
        5,
        "x",
        {},
        {"id": "a"},
        {"id": "a"},
        {"id": {}, "x_kato": [1, None, "7"]},
    ]
    odd += [{"year": 0, "month": 99, "amount": 1e308, "kato": "751110000", "customer": [1]}]
    odd += [{"relatedLots": [[1], "a"], "suppliers": [{"id": 4}], "amendments": {"id": 1}}]
    await house.fill("releases", portal_notice(planning={"x_plan_points": odd}, contracts=odd))

    assert len(await house.ids("/v1/plans?sort=planned")) == 6
    assert len(await house.ids("/v1/contracts?sort=-amount")) == 5
