"""The imitated portal's GraphQL: pages, filters and their traps, nested fields, errors."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.deploy.sandbox_portal import Asker, portal


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    with portal() as asker:
        yield asker


def test_a_page_has_fifty_rows_unless_asked_and_never_more_than_two_hundred(asker: Asker) -> None:
    for limit, rows in ((None, 50), (0, 50), (7, 7), (200, 200), (500, 200), (2000, 200)):
        given = {} if limit is None else {"limit": limit}
        answer = asker.page("Contract", "", "id", **given)

        assert len(answer["data"]["Contract"]) == rows
        info = answer["extensions"]["pageInfo"]
        assert info["limitPage"] == rows
        assert info["lastId"] == answer["data"]["Contract"][-1]["id"]
        assert info["hasNextPage"]


@pytest.mark.parametrize(
    "root", ["TrdBuy", "Lots", "TrdApp", "Contract", "Acts", "Plans", "ComplaintAppeal", "Rnu"]
)
def test_going_on_below_the_last_id_brings_every_row_once_newest_first(
    asker: Asker, root: str
) -> None:
    assert [row["id"] for row in asker.rows(root)] == asker.oracle(root)[::-1]


MAY: Any = ["2026-05-01 00:00:00", "2026-05-15 23:59:59"]


@pytest.mark.parametrize(
    ("root", "wanted"),
    [
        ("TrdBuy", {"publishDate": MAY}),
        ("TrdBuy", {"lastUpdateDate": MAY[:1]}),
        ("TrdBuy", {"publishDate": ["", "2026-02-01"]}),
        ("TrdBuy", {"totalSum": [100_000, 2_000_000]}),
        ("TrdBuy", {"refBuyStatusId": [350, 430], "indexDate": MAY}),
        ("TrdBuy", {"strKato": "71"}),
        ("TrdBuy", {"nameRu": "?услуги"}),
        ("TrdBuy", {"nameRu": "?услуги*"}),
        ("TrdBuy", {"nameRu": "*услугами"}),
        ("Lots", {"lastUpdateDate": MAY, "refTradeMethodsId": [3]}),
        ("Lots", {"enstruList": 0}),
        ("Contract", {"signDate": MAY}),
        ("Contract", {"crdate": MAY, "refContractTypeId": 2}),
        ("Contract", {"trdBuyId": 0}),
        ("Contract", {"finYear": 2026, "faktTradeMethodsId": [23, 6]}),
        ("TrdApp", {"dateApply": MAY}),
        ("Acts", {"dateAction": MAY}),
        ("Acts", {"approveDate": MAY}),
        ("ComplaintAppeal", {"lastUpdateDate": ["2026-01-01"]}),
        ("Plans", {"plnPointYear": 2026, "refTradeMethodsId": [3]}),
        ("Subjects", {"typeSupplier": 3}),
    ],
    ids=str,
)
def test_a_filter_finds_what_going_through_all_rows_finds(
    asker: Asker, root: str, wanted: dict[str, Any]
) -> None:
    key = "pid" if root == "Subjects" else "id"
    kind = asker.ask('{__type(name:"Query"){fields{name args{name type{name}}}}}')
    types = {
        field["name"]: {arg["name"]: arg["type"]["name"] for arg in field["args"]}
        for field in kind["data"]["__type"]["fields"]
    }
    query = (
        f"query($f:{types[root]['filter']},$a:Int){{{root}(filter:$f,after:$a,limit:200){{{key}}}}}"
    )
    found: list[int] = []
    after = None
    while True:
        answer = asker.ask(query, f=wanted, a=after)
        found += [row[key] for row in answer["data"][root]]
        info = answer["extensions"]["pageInfo"]
        after = info["lastId"]
        if not info["hasNextPage"]:
            break

    assert found
    assert found == asker.oracle(root, wanted)[::-1]
    assert info["totalCount"] == len(found)


def test_rows_are_found_by_their_notice_contract_customer_supplier_and_number(
    asker: Asker,
) -> None:
    fields = "id trdBuyId rootId customerBin customerId supplierBiin contractNumberSys"
    contracts = asker.rows("Contract", fields=fields)
    contract = next(row for row in contracts if row["trdBuyId"])
    notice = contract["trdBuyId"]

    for root, wanted in (
        ("Lots", {"trdBuyId": notice}),
        ("Lots", {"trdBuyId": [notice, 17_400_000]}),
        ("TrdApp", {"buyId": notice}),
        ("Contract", {"trdBuyId": notice}),
        ("Contract", {"customerBin": contract["customerBin"]}),
        ("Contract", {"customerId": contract["customerId"]}),
        ("Contract", {"supplierBiin": contract["supplierBiin"]}),
        ("Contract", {"contractNumberSys": contract["contractNumberSys"]}),
        ("Lots", {"customerBin": contract["customerBin"]}),
        ("TrdBuy", {"orgBin": contract["customerBin"]}),
        ("TrdBuy", {"id": [notice, 17_400_001, 1]}),
        ("Acts", {"contractRootId": contract["rootId"]}),
        ("Plans", {"subjectBiin": contract["customerBin"]}),
    ):
        written = ",".join(
            f"{name}:{value if not isinstance(value, str) else chr(34) + value + chr(34)}"
            for name, value in wanted.items()
        )
        found = [row["id"] for row in asker.rows(root, written)]

        assert found == asker.oracle(root, wanted)[::-1], (root, wanted)
        assert found or root == "Acts", (root, wanted)


def test_the_filters_that_find_nothing_live_find_nothing_here(asker: Asker) -> None:
    point = asker.page("Plans", "", "id rootrecordId", limit=1)["data"]["Plans"][0]

    assert asker.rows("Plans", 'timestamp:["2026-01-01"]') == []
    assert asker.rows("Lots", f"plnPointRootrecordId:{point['rootrecordId']}") == []
    assert asker.rows("Plans", f"rootrecordId:{point['rootrecordId']}")


def test_bids_are_asked_for_one_notice_at_a_time(asker: Asker) -> None:
    answer = asker.ask("{TrdApp(filter:{buyId:[17400000,17400001]}){id}}")

    assert "data" not in answer
    assert "Int cannot represent non-integer value" in answer["errors"][0]["message"]


def test_companies_are_found_by_bin_and_sole_traders_by_iin_only(asker: Asker) -> None:
    people = asker.rows("Subjects", "typeSupplier:3", "pid bin iin")
    companies = asker.rows("Subjects", "typeSupplier:1", "pid bin iin")
    trader, company = people[0], companies[0]

    assert not trader["bin"]
    assert asker.rows("Subjects", f'iin:"{trader["iin"]}"', "pid") == [{"pid": trader["pid"]}]
    assert asker.rows("Subjects", f'bin:"{trader["iin"]}"', "pid") == []
    assert asker.rows("Subjects", f'bin:"{company["bin"]}"', "pid") == [{"pid": company["pid"]}]


def test_nested_fields_are_found_in_the_tables_they_belong_to(asker: Asker) -> None:
    fields = """
        id trdBuyId pointList enstruList RefTradeMethods{nameRu} RefLotsStatus{code}
        Plans{id rootrecordId RefEnstru{code} RefUnits{nameRu} PlansKato{refKatoCode}}
        TrdBuy{id publishDate Lots{id}} Customer{pid bin}
    """
    lots = asker.rows("Lots", fields=fields)
    filled = [lot for lot in lots if lot["Plans"]]

    assert len(filled) > len(lots) / 2
    assert {code for lot in lots for code in lot["enstruList"]} == {0}
    for lot in filled:
        assert [point["id"] for point in lot["Plans"]] == lot["pointList"]
        assert lot["Plans"][0]["RefEnstru"]["code"]
        assert lot["TrdBuy"]["id"] == lot["trdBuyId"]
        assert lot["id"] in [one["id"] for one in lot["TrdBuy"]["Lots"]]
        assert lot["RefTradeMethods"]["nameRu"]


def test_contracts_nest_lines_acts_and_the_payments_that_have_no_root_of_their_own(
    asker: Asker,
) -> None:
    fields = "id ContractUnits{lotId Plans{id}} Acts{contractId} TreasuryPay{contractId payAmount}"
    contracts = asker.rows("Contract", fields=fields)

    paid = [one for one in contracts if one["TreasuryPay"]]
    assert paid
    for contract in paid:
        assert {pay["contractId"] for pay in contract["TreasuryPay"]} == {contract["id"]}
        assert {act["contractId"] for act in contract["Acts"]} <= {contract["id"]}
    assert all(one["ContractUnits"][0]["Plans"]["id"] for one in contracts)
    assert "TreasuryPay" in asker.ask("{TreasuryPay{id}}")["errors"][0]["message"]


def test_bids_nest_lots_and_offers_and_show_only_after_they_were_opened(asker: Asker) -> None:
    fields = (
        "buyId dateApply AppLots{lotId price Offers{price} RefAppStatus{nameRu}} TrdBuy{endDate}"
    )
    bids = asker.rows("TrdApp", fields=fields)

    now = asker.get("/sandbox/clock")["now"].replace("T", " ")
    assert all(bid["TrdBuy"]["endDate"] <= now for bid in bids)
    assert all(bid["AppLots"][0]["RefAppStatus"]["nameRu"] for bid in bids)
    assert any(len(bid["dateApply"]) > len("2026-01-01 00:00:00") for bid in bids)


def test_a_field_or_type_of_argument_that_is_wrong_is_told_by_name(asker: Asker) -> None:
    for query, words in (
        ("{Lots{id nope}}", 'Cannot query field "nope" on type "Lots"'),
        ("{trd_buy(filters:{}){id}}", 'Cannot query field "trd_buy" on type "Query"'),
        ("{Lots(filter:{nope:1}){id}}", '"LotsFiltersInput" not to include unknown field "nope"'),
        ("{Lots{id}", "Syntax Error"),
        ("{Lots(filter:{refTrdBuySigns:1}){id}}", "refTrdBuySigns"),
    ):
        answer = asker.ask(query)

        assert "data" not in answer
        assert words in answer["errors"][0]["message"]


def test_fragments_aliases_and_several_roots_are_understood(asker: Asker) -> None:
    answer = asker.ask(
        "query Q($n:Int){first:Lots(limit:$n){...L} TrdBuy(limit:1){__typename id}}"
        " fragment L on Lots{number:lotNumber}",
        n=2,
    )

    assert [row.keys() for row in answer["data"]["first"]] == [{"number"}] * 2
    assert answer["data"]["TrdBuy"][0]["__typename"] == "TrdBuy"


def test_all_eighteen_roots_answer_one_token(asker: Asker) -> None:
    listed = asker.ask("{__schema{queryType{fields{name type{ofType{name}}}}}}")
    roots = listed["data"]["__schema"]["queryType"]["fields"]

    assert len(roots) == 18
    for root in roots:
        key = "pid" if root["name"] == "Subjects" else "id"
        assert root["name"] in asker.ask(f"{{{root['name']}(limit:1){{{key}}}}}")["data"]
