from typing import Any

from tests.ingestor.goszakup_translate.cases import (
    BUYER,
    SECOND_BUYER,
    bid,
    collection,
    company,
    contract,
    lot,
    notice,
    only,
    plan,
    releases,
)


def test_an_edited_plan_point_stays_one_point_and_its_newest_version_counts() -> None:
    made = releases(plan(12, 10, amount=1500), plan(10, 10, amount=1000), plan(11, 10))

    assert list(made) == ["p10"]
    (point,) = made["p10"]["planning"]["x_plan_points"]
    assert (point["root"], point["id"], point["amount"]) == ("10", "12", 1500)
    assert "tender" not in made["p10"]


def test_a_plan_point_that_a_lot_names_by_any_version_joins_the_lots_notice() -> None:
    made = releases(notice(), lot(pointList=[10]), plan(10, 10), plan(12, 10), plan(30, 30))

    assert list(made) == ["100", "p30"]
    (item,) = made["100"]["tender"]["items"]
    assert item["classification"]["id"] == "171214.100.000001"
    assert made["100"]["planning"]["budget"]["amount"] == {"amount": 1000, "currency": "KZT"}


def test_the_number_of_a_lot_names_its_plan_point_but_not_that_of_a_united_lot() -> None:
    made = releases(
        notice(),
        lot(500, lotNumber="87361886-ЗЦП2"),
        lot(501, lotNumber="42667799-ОЛ-ЗЦП2"),
        plan(1, 87361886),
        plan(2, 42667799),
    )

    assert list(made) == ["100", "p42667799"]
    first, second = made["100"]["tender"]["lots"]
    assert first["x_plan_points"] == ["87361886"]
    assert "x_plan_points" not in second


def test_amendments_belong_to_their_root_and_the_newest_in_force_says_what_holds() -> None:
    release = only(
        contract(1),
        contract(2, f"{BUYER}/260001/01", rootId=1, parentId=1, contractSumWnds=2240),
        contract(3, f"{BUYER}/260001/02", rootId=1, parentId=2, refContractStatusId=110),
    )

    (signed,) = release["contracts"]
    assert release["ocid"] == "ocds-kz0000-c1"
    assert (signed["id"], signed["x_root"], signed["value"]["amount"]) == ("1", "1", 2240)
    assert [one["id"] for one in signed["amendments"]] == ["2", "3"]
    assert [one["x_in_force"] for one in signed["amendments"]] == [True, False]


def test_an_addendum_tells_what_it_changed_from_what_to_what() -> None:
    def line(price: float, quantity: float) -> dict[str, Any]:
        own = {"id": 70, "lotId": 500, "plnPointId": 7, "itemPrice": price, "quantity": quantity}
        return {"ContractUnits": [own]}

    (signed,) = only(
        contract(1, ecEndDate="2026-06-01 00:00:00", **line(100, 10)),
        contract(
            *(2, f"{BUYER}/260001/01"),
            rootId=1,
            parentId=1,
            contractSumWnds=1008,
            ecEndDate="2026-09-01 00:00:00",
            **line(100, 9),
        ),
        contract(3, f"{BUYER}/260001/02", rootId=1, parentId=2, **line(90, 9)),
    )["contracts"]

    first, second = (one["x_changes"] for one in signed["amendments"])
    assert [(each["property"], each["former_value"], each["value"]) for each in first] == [
        ("value", tenge(1120), tenge(1008)),
        ("period.endDate", "2026-06-01T00:00:00+05:00", "2026-09-01T00:00:00+05:00"),
        ("quantity", 10, 9),
    ]
    assert first[2]["relatedLot"] == "500"
    assert [(each["property"], each["former_value"], each["value"]) for each in second] == [
        ("value", tenge(1008), tenge(1120)),
        ("unitPrice", 100, 90),
    ]


def tenge(amount: float) -> dict[str, Any]:
    """A sum as the release writes it."""
    return {"amount": amount, "currency": "KZT"}


def test_what_an_addendum_changed_is_not_guessed_where_the_version_before_it_is_not_at_hand() -> (
    None
):
    (signed,) = only(contract(8, f"{BUYER}/260001/01", rootId=1))["contracts"]
    (same,) = only(contract(1), contract(2, f"{BUYER}/260001/01", rootId=1))["contracts"]

    assert "x_changes" not in signed["amendments"][0]
    assert same["amendments"][0]["x_changes"] == []


def test_versions_that_do_not_tell_their_root_are_joined_by_their_number() -> None:
    release = only(
        contract(8, f"{BUYER}/260001/01", contractSumWnds=2240, signDate="2026-05-01 09:00:00"),
        contract(5, f"{BUYER}/260001/00"),
    )

    (signed,) = release["contracts"]
    assert (signed["id"], signed["title"]) == ("5", f"{BUYER}/260001/01")
    assert signed["dateSigned"] == "2026-03-10T12:00:00+05:00"


def test_an_amendment_whose_contract_is_not_at_hand_stands_for_it_and_says_so() -> None:
    (signed,) = only(contract(8, f"{BUYER}/260001/01"))["contracts"]

    assert signed["id"] == "8"
    assert [one["id"] for one in signed["amendments"]] == ["8"]


def test_an_amendment_goes_to_the_notice_that_its_root_names() -> None:
    made = releases(
        notice(), contract(1, trdBuyId=100), contract(2, f"{BUYER}/260001/01", rootId=1)
    )

    assert list(made) == ["100"]
    assert len(made["100"]["contracts"]) == 1


def test_a_direct_contract_is_a_process_with_an_award_of_its_own() -> None:
    release = only(contract(7, faktTradeMethodsId=23, ContractUnits=[{"id": 1, "lotId": 0}]))

    assert release["ocid"] == "ocds-kz0000-c7"
    assert release["tender"]["id"] == "c7"
    assert release["tender"]["procurementMethod"] == "direct"
    (award,) = release["awards"]
    assert award["x_implied"]
    assert release["contracts"][0]["awardID"] == award["id"]
    assert award["suppliers"][0]["id"] == f"KZ-BIN-{company(1)}"


def test_the_ground_of_a_direct_contract_comes_with_its_article() -> None:
    line = {"id": 1, "lotId": 0, "plnPointId": 10}
    release = only(contract(7, ContractUnits=[line]), plan(10, 10, refJustificationId=7))

    source = release["tender"]["x_single_source"]
    assert source["ground"] == {"article": 16, "paragraph": 3, "sub": 28}
    assert source["supplier"]["id"] == f"KZ-BIN-{company(1)}"
    assert release["contracts"][0]["items"][0]["classification"]["scheme"] == "KZ-ENSTRU"


def test_a_repeated_notice_names_the_one_before_it() -> None:
    by_parent = only(notice(300, numberAnno="100-3", parentId=200))
    by_number = only(notice(200, numberAnno="100-2"))

    assert by_parent["relatedProcesses"][0]["identifier"] == "ocds-kz0000-200"
    assert by_number["relatedProcesses"][0]["identifier"] == "ocds-kz0000-100"
    assert by_number["relatedProcesses"][0]["relationship"] == ["prior"]
    assert "relatedProcesses" not in only(notice())


def test_several_customers_in_one_notice_are_all_parties_and_none_is_the_buyer() -> None:
    two = only(notice(), lot(500), lot(501, customerBin=SECOND_BUYER))
    one = only(notice(), lot(500), lot(501))

    buyers = [party["id"] for party in two["parties"] if "buyer" in party["roles"]]
    assert "buyer" not in two
    assert buyers == [f"KZ-BIN-{BUYER}", f"KZ-BIN-{SECOND_BUYER}"]
    assert one["buyer"]["id"] == f"KZ-BIN-{BUYER}"


def test_a_lot_without_plans_and_with_product_code_0_has_an_item_without_classification() -> None:
    (item,) = only(notice(), lot(Plans=[], enstruList=[0]))["tender"]["items"]

    assert "classification" not in item
    assert (item["quantity"], item["relatedLot"]) == (10, "500")


def test_contracts_of_one_notice_each_carry_out_the_award_of_their_own_lot() -> None:
    release = only(
        notice(),
        lot(500),
        lot(501),
        bid(1, company(1), (500, 900, 360)),
        bid(2, company(2), (501, 800, 360)),
        contract(10, f"{BUYER}/260001/00", trdBuyId=100, ContractUnits=[{"id": 1, "lotId": 501}])
        | {"supplierBiin": company(2)},
        contract(11, f"{BUYER}/260002/00", trdBuyId=100, ContractUnits=[{"id": 2, "lotId": 500}]),
    )

    linked = {one["id"]: (one["awardID"], one["relatedLots"]) for one in release["contracts"]}
    assert linked == {"10": ("20", ["501"]), "11": ("10", ["500"])}
    assert not any(award.get("x_implied") for award in release["awards"])


def test_the_same_lot_in_two_answers_is_one_lot_as_the_newer_answer_has_it() -> None:
    older = lot(refLotStatusId=210, lastUpdateDate="2026-03-01 10:00:00")
    newer = lot(refLotStatusId=370, lastUpdateDate="2026-03-09 10:00:00", nameRu=None)

    for records in ((older, newer), (newer, older)):
        (written,) = only(notice(), *records)["tender"]["lots"]
        assert (written["status"], written["title"]) == ("unsuccessful", "Бумага")


def test_records_that_belong_to_nothing_at_hand_are_set_aside_with_the_reason() -> None:
    made = collection(
        bid(1, company(1), (999, 1, 320)) | {"buyId": None},
        {"id": 5, "numberAct": "A-1", "contractRootId": 77},
        {"id": 6, "nomZa": "Z", "contractId": 78},
    )

    assert list(made.bundles()) == []
    assert made.aside == [
        "application 1: it names no notice, and of its lots (999) none is here",
        "act 5: contract 77 is not here",
        "treasury payment 6: contract 78 is not here",
    ]


def test_a_bid_that_names_no_notice_is_joined_by_its_lot() -> None:
    release = only(lot(500, 100), bid(1, company(1), (500, 900, 320)) | {"buyId": None})

    assert release["tender"]["id"] == "100"
    assert [one["id"] for one in release["bids"]["details"]] == ["1"]
