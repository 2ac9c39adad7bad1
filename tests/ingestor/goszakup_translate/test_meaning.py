import pytest

from tests.ingestor.goszakup_translate.cases import (
    BUYER,
    bid,
    company,
    contract,
    lot,
    notice,
    only,
    plan,
)


def test_times_of_the_portal_are_in_utc_plus_5_and_the_sentinel_of_1999_is_no_time() -> None:
    release = only(notice(startDate="2026-03-01 10:00:00", endDate="1999-01-01 00:00:00"))

    assert release["date"] == "2026-03-01T09:00:00+05:00"
    assert release["tender"]["tenderPeriod"] == {"startDate": "2026-03-01T10:00:00+05:00"}


def test_the_winner_has_the_award_and_the_second_place_stands_on_its_bid() -> None:
    release = only(
        notice(itogiDatePublic="2026-03-05 18:00:00"),
        lot(500),
        bid(1, company(1), (500, 900, 360)),
        bid(2, company(2), (500, 950, 361)),
        bid(3, company(3), (500, 990, 320)),
        bid(4, company(4), (500, 100, 371)),
    )

    (award,) = release["awards"]
    assert (award["suppliers"][0]["id"], award["status"]) == (f"KZ-BIN-{company(1)}", "active")
    assert (award["value"]["amount"], award["date"]) == (900, "2026-03-05T18:00:00+05:00")
    bids = release["bids"]["details"]
    assert [one["status"] for one in bids] == ["valid", "valid", "valid", "disqualified"]
    assert [one.get("rank") for one in bids] == [1, 2, None, None]
    assert [one["lotValues"][0].get("rank") for one in bids] == [1, 2, None, None]
    assert release["tender"]["numberOfTenderers"] == 4


def test_a_bid_on_two_lots_has_a_rank_on_each_and_none_of_its_own() -> None:
    release = only(
        notice(),
        lot(500),
        lot(501),
        bid(1, company(1), (500, 900, 360), (501, 70, 361)),
        bid(2, company(2), (501, 60, 360)),
    )

    both, other = release["bids"]["details"]
    assert "rank" not in both
    assert [one["rank"] for one in both["lotValues"]] == [1, 2]
    assert other["rank"] == 1
    assert [award["relatedLots"] for award in release["awards"]] == [["500"], ["501"]]


UNIT = {"ContractUnits": [{"id": 1, "lotId": 500}]}
FIRST_AND_SECOND = (
    notice(),
    lot(500),
    bid(1, company(1), (500, 900, 360)),
    bid(2, company(2), (500, 950, 361)),
)
SIGNED_BY_SECOND = contract(
    9, f"{BUYER}/260002/00", trdBuyId=100, supplierBiin=company(2), signDate="2026-03-20 12:00:00"
)


def test_a_second_place_that_gets_the_contract_is_awarded_on_the_day_of_signing() -> None:
    refused = contract(8, f"{BUYER}/260001/00", trdBuyId=100, refContractStatusId=410)
    release = only(*FIRST_AND_SECOND, refused | UNIT, SIGNED_BY_SECOND | UNIT)

    first, second = release["awards"]
    assert (first["status"], first["x_place"]) == ("cancelled", 1)
    assert (second["status"], second["x_place"]) == ("active", 2)
    assert (second["value"]["amount"], second["date"]) == (950, "2026-03-20T12:00:00+05:00")
    assert [one["status"] for one in release["contracts"]] == ["cancelled", "active"]
    assert [one["awardID"] for one in release["contracts"]] == [first["id"], second["id"]]


def test_a_winner_without_any_contract_loses_the_award_to_the_second_place_that_signed() -> None:
    first, second = only(*FIRST_AND_SECOND, SIGNED_BY_SECOND | UNIT)["awards"]

    assert (first["status"], second["status"]) == ("cancelled", "active")
    assert first["x_reason"] == "The contract was made with the second place"


def test_a_winner_whose_contract_was_broken_off_keeps_the_award_beside_the_second_place() -> None:
    broken = contract(8, f"{BUYER}/260001/00", trdBuyId=100, refContractStatusId=340)
    first, second = only(*FIRST_AND_SECOND, broken | UNIT, SIGNED_BY_SECOND | UNIT)["awards"]

    assert (first["status"], second["status"]) == ("active", "active")


def test_a_draft_that_was_not_concluded_undoes_no_award_that_a_later_contract_carries_out() -> None:
    unsigned = contract(8, f"{BUYER}/260001/00", trdBuyId=100, refContractStatusId=410)
    again = contract(9, f"{BUYER}/260002/00", trdBuyId=100)

    for contracts in ((unsigned, again), (again, unsigned)):
        (award,) = only(*FIRST_AND_SECOND, *(one | UNIT for one in contracts))["awards"]
        assert award["status"] == "active"


def test_an_award_names_the_items_of_its_lot_with_their_product_codes() -> None:
    release = only(
        notice(),
        lot(500, pointList=[1]),
        lot(501),
        bid(1, company(1), (500, 900, 360), (501, 70, 360)),
        plan(1, 1, count=5),
    )

    first, second = release["awards"]
    assert first["items"] == [
        {
            "id": "500-1",
            "description": "Бумага",
            "classification": {"scheme": "KZ-ENSTRU", "id": "171214.100.000001"},
            "quantity": 5,
            "relatedLot": "500",
        }
    ]
    assert [(one["id"], one.get("classification")) for one in second["items"]] == [("501", None)]


def test_where_a_lot_has_no_product_code_the_lines_of_its_contract_say_what_was_awarded() -> None:
    lines = [{"id": 7, "lotId": 500, "quantity": 3, "refEnstruCode": ["262013.000.000022"]}]
    signed = contract(9, trdBuyId=100, ContractUnits=lines)
    direct = contract(
        9, ContractUnits=[{"id": 7, "lotId": 0, "refEnstruCode": ["262013.000.000022"]}]
    )

    for release in (only(*FIRST_AND_SECOND, signed), only(direct)):
        (award,) = release["awards"]
        (item,) = award["items"]
        assert item["classification"]["id"] == "262013.000.000022"
        assert "unit" not in item


def test_a_failed_lot_has_an_unsuccessful_award_to_nobody() -> None:
    (award,) = only(notice(), lot(500, refLotStatusId=370))["awards"]

    assert (award["status"], award["relatedLots"]) == ("unsuccessful", ["500"])
    assert award["x_reason"] == "370 Закупка не состоялась"


def test_two_applications_of_one_bidder_count_as_one_tenderer() -> None:
    release = only(
        notice(), lot(), bid(1, company(1), (500, 9, 320)), bid(2, company(1), (500, 8, 320))
    )

    assert release["tender"]["numberOfTenderers"] == 1
    assert len(release["bids"]["details"]) == 2


def test_a_bid_only_submitted_is_pending_until_its_lot_is_decided() -> None:
    release = only(notice(refBuyStatusId=250), lot(), bid(1, company(1), (500, 9, 320)))

    assert release["bids"]["details"][0]["status"] == "pending"


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Допущено", "valid"),
        ("Не допущено", "disqualified"),
        ("Отклонено", "disqualified"),
        ("Отозвано", "withdrawn"),
        ("Неведомо", None),
    ],
)
def test_what_became_of_a_bid_is_read_off_the_name_in_the_portals_dictionary(
    name: str, status: str | None
) -> None:
    nested = bid(1, company(1), (500, 9, 0))
    nested["AppLots"][0]["RefAppStatus"] = {"nameRu": name}

    (offer,) = only(notice(), lot(), nested)["bids"]["details"][0]["lotValues"]

    assert offer.get("status") == status
    assert offer["statusDetails"] == name


def test_a_bid_of_370_has_no_status_because_nobody_says_what_it_means() -> None:
    release = only(notice(), lot(), bid(1, company(1), (500, 9, 370)))

    (offer,) = release["bids"]["details"][0]["lotValues"]
    assert "status" not in offer
    assert offer["x_goszakup"]["status"] == "370"
    assert {"dictionary": "ref_po_st", "code": "370"} in release["x_goszakup"]["unknown_codes"]


def test_the_sum_with_vat_is_the_value_and_the_sum_without_stands_beside() -> None:
    (paid,) = only(contract(1, withNds=1))["contracts"]
    (net_only,) = only(contract(1, contractSumWnds=None))["contracts"]

    assert (paid["value"]["amount"], paid["x_net"]["amount"]) == (1120, 1000)
    assert paid["x_with_vat"] is True
    assert (net_only["value"]["amount"], net_only["x_basis"]) == (1000, "net")
    assert "x_with_vat" not in net_only


def test_money_is_tenge_unless_the_contract_says_another_currency() -> None:
    (foreign,) = only(contract(1, refCurrencyCode="USD"))["contracts"]

    assert foreign["value"] == {"amount": 1120, "currency": "USD"}
    assert only(contract(1))["contracts"][0]["value"]["currency"] == "KZT"


def test_acts_and_payments_of_any_version_stand_with_the_contract() -> None:
    act = {"id": 3, "numberAct": "A/1", "contractRootId": 1, "contractId": 2, "statusId": 15}
    dated = {"approveDate": "2026-04-01 10:00:00", "sumFine": 5, "dayOverdue": 3}
    release = only(
        contract(1),
        contract(2, f"{BUYER}/260001/01", rootId=1),
        act | dated | {"Place": [{"amount": 600}, {"amount": 400}]},
        {"id": 4, "numberAct": "A/2", "contractId": 1, "revokeDate": "2026-04-02 10:00:00"},
        {
            "id": 9,
            "nomZa": "Z-1",
            "contractId": 2,
            "payAmount": 1120,
            "payDate": "2026-04-05 00:00:00",
        },
    )

    (signed,) = release["contracts"]
    assert [one["amount"] for one in signed["x_acts"] if "amount" in one] == [1000]
    assert (signed["x_acts"][0]["fine"], signed["x_acts"][0]["overdueDays"]) == (5, 3)
    milestones = signed["implementation"]["milestones"]
    assert [one["status"] for one in milestones] == ["met", "notMet"]
    (payment,) = signed["implementation"]["transactions"]
    assert payment["value"] == {"amount": 1120, "currency": "KZT"}
    assert payment["payer"]["id"] == f"KZ-BIN-{BUYER}"


def test_the_method_is_the_real_one_and_the_planned_one_stands_beside() -> None:
    single = lot(lotNumber="83685322-ОИ4", refTradeMethodsId=3)
    release = only(notice(refTradeMethodsId=None), single)

    assert release["tender"]["procurementMethod"] == "direct"
    original = release["tender"]["lots"][0]["x_goszakup"]
    assert (original["plannedMethod"], original["method"], original["attempt"]) == (
        "3 ЗЦП",
        "6 ОИ",
        "4",
    )


@pytest.mark.parametrize(
    ("status", "word"),
    [(110, "planned"), (210, "active"), (440, "active"), (350, "complete"), (430, "cancelled")],
)
def test_the_status_of_a_notice_has_its_word_and_keeps_its_code(status: int, word: str) -> None:
    tender = only(notice(refBuyStatusId=status))["tender"]

    assert tender["status"] == word
    assert tender["x_goszakup"]["status"] == str(status)
    assert tender["statusDetails"].startswith(str(status))


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (110, "pending"),
        (190, "active"),
        (390, "terminated"),
        (340, "terminated"),
        (330, "cancelled"),
    ],
)
def test_the_status_of_a_contract_has_its_word(status: int, word: str) -> None:
    (signed,) = only(contract(1, refContractStatusId=status))["contracts"]

    assert (signed["status"], signed["x_goszakup"]["status"]) == (word, str(status))


def test_a_code_nobody_knows_is_kept_and_noted() -> None:
    release = only(notice(refBuyStatusId=999, refTradeMethodsId=998))

    assert release["tender"]["statusDetails"] == "999"
    assert "status" not in release["tender"]
    assert "procurementMethod" not in release["tender"]
    assert {"dictionary": "ref_buy_status", "code": "999"} in release["x_goszakup"]["unknown_codes"]


def test_a_plan_point_says_when_and_out_of_which_programme_it_is_bought() -> None:
    spec = {"abpCode": "457", "fkrbProgramCode": "001", "ekrbCode": "149", "amount": 1000}
    release = only(plan(1, 1, refMonthsId=2, plnPointYear=2028, PlansSpec=[spec]))

    planning = release["planning"]
    assert planning["milestones"][0]["dueDate"] == "2028-02-29T23:59:59+05:00"
    assert planning["budget"]["budgetBreakdown"][0]["x_programme"] == "457/001"
    assert planning["budget"]["projectID"] == "001"


def test_cancellations_pauses_and_complaints_are_told() -> None:
    cancel = {"id": 5, "typeActionsCode": "canceledTrade", "dateDecision": "2026-03-06 10:00:00"}
    pause = {"id": 100, "datePause": "2026-03-04 10:00:00", "lots": {"id": ["500"]}}
    appeal = {"id": 6, "numberAppeal": "N-1", "trdBuyId": 100, "dateApply": "2026-03-05 10:00:00"}
    release = only(notice(refBuyStatusId=430, Cancel=[cancel]), appeal | {"type": 3}, pause)

    assert [one["id"] for one in release["tender"]["amendments"]] == ["cancel-5", "pause-100"]
    (complaint,) = release["complaints"]
    assert (complaint["date"], complaint["x_sender"]) == ("2026-03-05T10:00:00+05:00", "stateAudit")
    assert "addressee" not in complaint


@pytest.mark.parametrize(
    ("inspector", "addressee"), [(5, "organiser"), (7, "organiser"), (9, "stateAudit")]
)
def test_a_complaint_is_decided_by_the_organiser_a_customer_or_a_body_of_audit(
    inspector: int, addressee: str
) -> None:
    appeal = {"id": 6, "numberAppeal": "N-1", "trdBuyId": 100, "type": 2}
    records = (notice(orgPid=5), lot(customerId=7), appeal | {"inspectSubjId": inspector})
    (complaint,) = only(*records)["complaints"]

    assert (complaint["x_sender"], complaint["addressee"]) == ("supplier", addressee)


def test_a_deleted_line_lot_or_contract_is_not_told() -> None:
    lines = [{"id": 1, "lotId": 500, "deleted": 1}, {"id": 2, "lotId": 500}]
    release = only(
        notice(),
        lot(500),
        lot(501, isDeleted=1),
        contract(1, trdBuyId=100, ContractUnits=lines),
        contract(2, f"{BUYER}/260002/00", trdBuyId=100, deleted=1),
    )

    assert [one["id"] for one in release["tender"]["lots"]] == ["500"]
    (signed,) = release["contracts"]
    assert [item["id"] for item in signed["items"]] == ["2"]


def test_a_discount_of_nothing_is_told_and_one_that_nobody_tells_is_not() -> None:
    offers = [bid(1, company(1), (500, 900, 360)), bid(2, company(2), (500, 950, 361))]
    offers[0]["AppLots"][0]["discountValue"] = 0

    first, second = only(notice(), lot(), *offers)["bids"]["details"]

    assert first["lotValues"][0]["x_discount"] == 0
    assert "x_discount" not in second["lotValues"][0]


def test_a_contract_says_what_the_portal_was_asked_so_that_none_is_told_from_not_asked() -> None:
    bare, paid = contract(1), contract(1, TreasuryPay=[])
    nested = contract(1, Acts=[], ContractPayment=None)

    assert [only(one)["contracts"][0].get("x_asked") for one in (bare, paid, nested)] == [
        None,
        ["payments"],
        ["acts"],
    ]


def test_a_line_that_says_it_has_no_plan_point_is_told_from_one_that_says_nothing() -> None:
    lines = [{"id": 1, "lotId": 0, "plnPointId": 0}, {"id": 2, "lotId": 0}]
    (signed,) = only(contract(1, ContractUnits=lines))["contracts"]

    assert [item.get("x_unplanned") for item in signed["items"]] == [True, None]


def test_a_plan_point_tells_how_often_it_was_changed_and_when_its_first_version_was_approved() -> (
    None
):
    first = {"planActNumber": "12", "dateApproved": "2026-01-20 10:00:00"}
    later = {"planActNumber": "31", "dateApproved": "2026-04-02 10:00:00"}
    whole = only(plan(10, 10, PlanActs=first, amount=700), plan(12, 10, PlanActs=later, amount=900))
    (point,) = whole["planning"]["x_plan_points"]
    (alone,) = only(plan(12, 10, PlanActs=later))["planning"]["x_plan_points"]

    assert (point["versions"], point["act"]) == (2, "31")
    assert point["approved"] == "2026-04-02T10:00:00+05:00"
    assert point["firstApproved"] == "2026-01-20T10:00:00+05:00"
    assert "firstApproved" not in alone
    assert "earlier" not in alone


def test_what_a_plan_point_was_before_is_told_version_by_version_with_sum_and_approval() -> None:
    acts = [{"planActNumber": f"{n}", "dateApproved": f"2026-0{n}-20 10:00:00"} for n in (1, 2, 4)]
    whole = only(
        plan(30, 10, PlanActs=acts[2], amount=900),
        plan(10, 10, PlanActs=acts[0], amount=700),
        plan(12, 10, PlanActs=acts[1], amount=800),
    )
    (point,) = whole["planning"]["x_plan_points"]

    assert (point["amount"], point["approved"]) == (900, "2026-04-20T10:00:00+05:00")
    assert [(one["id"], one["amount"], one["approved"][:10]) for one in point["earlier"]] == [
        ("10", 700, "2026-01-20"),
        ("12", 800, "2026-02-20"),
    ]
    assert [one["act"] for one in point["earlier"]] == ["1", "2"]
