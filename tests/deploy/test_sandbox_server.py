"""The imitated portal's REST addresses: who may ask, pages, quirks, the journal, files."""

from collections.abc import Iterator
from datetime import datetime

import httpx
import pytest

from tests.deploy.sandbox_portal import TOKEN, Asker, at, portal


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    with portal() as asker:
        yield asker


def test_without_the_token_an_invalid_route_is_answered_as_some_have_seen_it(asker: Asker) -> None:
    for headers in ({}, {"Authorization": "Bearer nobody"}, {"Authorization": TOKEN}):
        answer = httpx.get(f"{asker.http.base_url}/v3/lots", headers=headers)

        assert answer.status_code == 404
        assert answer.json() == {
            "name": "Not Found",
            "message": "Invalid Route",
            "code": 0,
            "status": 404,
            "type": "yii\\web\\NotFoundHttpException",
        }


def test_or_401_and_a_token_that_ended_by_the_portals_clock_is_a_bad_one() -> None:
    with portal(
        200, at("2026-02-01 00:00"), refusal="401", expires=at("2026-02-02 00:00")
    ) as asker:
        assert asker.get("/v3/lots")["total"] > 0
        asker.post("/sandbox/clock", {"days": 1})

        assert asker.get("/v3/lots", 401)["type"] == "yii\\web\\UnauthorizedHttpException"
        assert asker.get("/v3/graphql", 401)["status"] == 401


def test_a_list_is_newest_first_in_pages_of_fifty_each_naming_the_next_by_a_relative_address(
    asker: Asker,
) -> None:
    page = asker.get("/v3/contract")

    ids = [row["id"] for row in page["items"]]
    assert (page["limit"], len(ids)) == (50, 50)
    assert ids == sorted(ids, reverse=True)
    assert page["next_page"] == f"/v3/contract?page=next&search_after={ids[-1]}"


@pytest.mark.parametrize(
    ("path", "root", "key"),
    [
        ("/v3/contract", "Contract", "id"),
        ("/v3/trd-buy/all", "TrdBuy", "id"),
        ("/v3/lots", "Lots", "id"),
        ("/v3/acts", "Acts", "id"),
        ("/v3/treasury-pay", "TreasuryPay", "id"),
        ("/v3/plans/all", "Plans", "id"),
        ("/v3/trd-app", "TrdApp", "id"),
        ("/v3/subject", "Subjects", "pid"),
        ("/v3/rnu", "Rnu", "id"),
    ],
)
def test_following_the_next_page_brings_every_row_once(
    asker: Asker, path: str, root: str, key: str
) -> None:
    page = asker.get(f"{path}?limit=120")
    ids = [int(row[key]) for row in page["items"]]
    while onward := page["next_page"]:
        page = asker.get(onward if onward.startswith("/v3") else f"/v3{onward}")
        ids += [int(row[key]) for row in page["items"]]

    assert ids == asker.oracle(root)[::-1]
    assert page["total"] == len(ids)


def test_five_hundred_rows_are_the_most_and_lots_name_their_next_page_without_the_version(
    asker: Asker,
) -> None:
    assert len(asker.get("/v3/contract?limit=1000")["items"]) == 500
    assert asker.get("/v3/lots")["next_page"].startswith("/lots?page=next&search_after=")


def test_the_list_of_customers_goes_round_for_ever(asker: Asker) -> None:
    path, pids = "/v3/plans?limit=20", []
    for _ in range(6):
        page = asker.get(path)
        pids += [row["pid"] for row in page["items"]]
        path = page["next_page"]

    assert len(pids) == 120
    assert len(set(pids)) < 60 < page["total"]


def test_short_lists_leave_out_what_the_long_ones_and_single_rows_have(asker: Asker) -> None:
    short, long = (asker.get(f"/v3/contract{kind}?limit=1")["items"][0] for kind in ("", "/all"))
    one = asker.get(f"/v3/contract/{short['id']}")

    assert len(short) == 16
    assert not {"sign_date", "fakt_trade_methods_id", "root_id"} & short.keys()
    assert {"sign_date", "fakt_trade_methods_id", "root_id", *short} <= long.keys()
    assert one == long


def test_one_row_is_found_by_what_the_addresses_name(asker: Asker) -> None:
    notice = asker.get("/v3/trd-buy?limit=1")["items"][0]
    contract = next(
        row
        for row in asker.get("/v3/contract?limit=500")["items"]
        if row["trd_buy_id"] and row["contract_number_sys"].endswith("/00")
    )
    number, anno = contract["contract_number_sys"], contract["trd_buy_number_anno"]

    assert asker.get(f"/v3/trd-buy/number-anno/{notice['number_anno']}")["id"] == notice["id"]
    assert asker.get(f"/v3/lots/number-anno/{notice['number_anno']}")["total"] >= 1
    assert asker.get(f"/v3/contract/number-sys/?number={number}")["id"] == contract["id"]
    assert asker.get(f"/v3/contract/{contract['id']}/units")["total"] >= 1
    of_notice = asker.get(f"/v3/contract/number-anno/{anno}")["items"]
    assert contract["id"] in [row["id"] for row in of_notice]
    for kind, field in (("customer", "customer_bin"), ("supplier", "supplier_biin")):
        found = asker.get(f"/v3/contract/{kind}/{contract[field]}?limit=500")
        assert contract["id"] in [row["id"] for row in found["items"]]
        assert {row[field] for row in found["items"]} == {contract[field]}


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/v3/subject/biin/000000000000", "Компания не найдена"),
        ("/v3/rnu/000000000000", "Поставщик не найден в реестре"),
        ("/v3/refs/ref_enstru", "Справочник не найден"),
        ("/v3/lots/1", "Объект не найден"),
        ("/v3/nowhere", "Страница не найдена."),
    ],
)
def test_what_is_not_there_is_said_in_the_words_of_the_framework(
    asker: Asker, path: str, message: str
) -> None:
    body = asker.get(path, 404)

    assert body["message"] == message
    assert (body["name"], body["status"]) == ("Not Found", 404)
    assert body["type"] == "yii\\web\\NotFoundHttpException"


def test_types_differ_from_place_to_place_as_documented(asker: Asker) -> None:
    listed = asker.get("/v3/rnu")["items"][0]
    [included] = asker.get(f"/v3/rnu/{listed['supplier_biin']}")["items"]
    bid = asker.get("/v3/trd-app?limit=1")["items"][0]
    contract = asker.get("/v3/contract/all?limit=1")["items"][0]

    assert isinstance(listed["id"], str)
    assert isinstance(listed["pid"], str)
    assert isinstance(included["pid"], int)
    assert {type(code) for code in listed["kato_list"]} == {str}
    assert {type(code) for code in included["kato_list"]} == {int}
    assert {type(point) for point in bid["app_lots"][0]["point_list"]} == {str}
    assert isinstance(contract["ref_amendm_agreem_justif_id"], list)


def test_direct_contracts_name_no_notice_and_no_lot(asker: Asker) -> None:
    direct = [row for row in asker.get("/v3/contract?limit=500")["items"] if not row["trd_buy_id"]]

    assert direct
    assert direct[0]["trd_buy_number_anno"] is None
    units = asker.get(f"/v3/contract/{direct[0]['id']}/units")["items"]
    assert {unit["lot_id"] for unit in units} == {0}


def test_amendments_and_repeated_notices_point_back_to_what_they_follow(asker: Asker) -> None:
    contracts = asker.rows("Contract", fields="id parentId rootId contractNumberSys")
    notices = asker.rows("TrdBuy", fields="id parentId numberAnno")
    numbers = {row["id"]: row["contractNumberSys"] for row in contracts}
    annos = {row["id"]: row["numberAnno"] for row in notices}
    amended = [row for row in contracts if row["rootId"] != row["id"]]
    again = [row for row in notices if row["parentId"]]

    assert amended
    assert all(
        row["contractNumberSys"][:-2] == numbers[row["rootId"]][:-2]
        and row["contractNumberSys"][-2:] > "00" == numbers[row["rootId"]][-2:]
        for row in amended
    )
    repeated = [row for row in again if row["numberAnno"][-2:] != "-1"]
    assert repeated
    for row in repeated:
        number, _, attempt = row["numberAnno"].partition("-")
        first, _, before = annos[row["parentId"]].partition("-")
        assert (number, int(attempt)) == (first, int(before) + 1)


def test_times_have_no_zone_and_1999_stands_for_no_end(asker: Asker) -> None:
    someone = asker.get("/v3/subject?limit=1")["items"][0]
    number = someone["bin"] or someone["iin"]
    [employee] = asker.get(f"/v3/subject/biin/{number}/employees")["items"]

    assert employee["end_date"] == "1999-01-01 00:00:00"
    published = asker.get("/v3/trd-buy?limit=1")["items"][0]["publish_date"]
    assert datetime.fromisoformat(published).tzinfo is None
    assert published <= asker.get("/sandbox/clock")["now"].replace("T", " ")


@pytest.mark.thorough
def test_the_journal_tells_what_changed_and_what_was_deleted(asker: Asker) -> None:
    first = "/v3/journal?date_from=2026-01-01&date_to=2026-05-20"
    page = asker.get(f"{first}&limit=500")
    entries = page["items"]
    while page["next_page"]:
        page = asker.get(f"{first}&{page['next_page'].partition('?')[2]}")
        entries += page["items"]

    assert len(entries) == page["total"]
    assert {entry["action"] for entry in entries} == {"U", "D"}
    deleted = next(entry for entry in entries if entry["action"] == "D")
    assert deleted["url"] == ""
    assert deleted["object_id"].startswith("3-")
    assert int(deleted["object_id"][2:]) not in asker.oracle("Rnu")
    changed = next(entry for entry in entries if entry["service_name"] == "lots")
    assert asker.get(changed["url"])["index_date"] == changed["date_action"]


def test_dictionaries_come_in_pages_and_entry_by_entry(asker: Asker) -> None:
    page = asker.get("/v3/refs/ref_trade_methods?limit=10")
    ids = [row["id"] for row in page["items"]]
    while page["next_page"]:
        page = asker.get(page["next_page"])
        ids += [row["id"] for row in page["items"]]

    assert len(ids) == len(set(ids)) == page["total"] == 35
    assert asker.get("/v3/refs/ref_kato/750000000")["name_ru"] == "город Алматы"
    assert asker.get("/v3/refs/ref_trade_methods/3")["symbol_code"] == "ЗЦП"


def test_a_file_lies_behind_the_same_token(asker: Asker) -> None:
    [notice] = asker.page("TrdBuy", "", "Files{filePath}", limit=1)["data"]["TrdBuy"]
    path = httpx.URL(notice["Files"][0]["filePath"]).path

    assert asker.http.get(path).content.startswith(b"%PDF")
    assert httpx.get(f"{asker.http.base_url}{path}").status_code == 404
