import json
from typing import Any

import pytest

from ingestor.sources.goszakup.bundle import NoticeBundle
from ingestor.sources.goszakup.payload import Payload, Refused, Report, known_fields, read
from ingestor.sources.goszakup.payloads_contracts import Act, Contract, Line, TreasuryPayment
from ingestor.sources.goszakup.payloads_plans import BudgetLine, DeliveryPlace, PlanPoint
from ingestor.sources.goszakup.payloads_purchases import Application, Complaint, Lot, LotBid, Notice
from ingestor.sources.goszakup.payloads_subjects import Employee, Subject
from ingestor.sources.goszakup.translate import ocid, translate
from ingestor.sources.goszakup.values import business_number, moment, number
from tests.ingestor.goszakup_translate.cases import KEY, SAMPLES, dictionaries, only, sample_files

DOCUMENTED: dict[str, type[Payload]] = {
    "TrdBuy": Notice,
    "Lots": Lot,
    "TrdApp": Application,
    "TrdAppLots": LotBid,
    "Contract": Contract,
    "ContractUnits": Line,
    "ContractAct": Act,
    "TreasuryPay": TreasuryPayment,
    "PlnPoint": PlanPoint,
    "PlnPointsKato": DeliveryPlace,
    "PlnPointsSpec": BudgetLine,
    "Subject": Subject,
    "SubjectUsers": Employee,
    "TrdComplaintAppeal": Complaint,
}


def test_both_spellings_of_a_record_say_the_same() -> None:
    graphql = {"id": 5, "lotNumber": "1-ОК1", "trdBuyId": 3, "RefLotsStatus": {"nameRu": "x"}}
    rest = {
        "id": "5",
        "lot_number": "1-ОК1",
        "trd_buy_id": "3",
        "ref_lots_status": {"name_ru": "x"},
    }

    one, other = (read(Lot, record, Report()) for record in (graphql, rest))

    assert (one.lot_number, one.trd_buy_id) == (other.lot_number, 3) or other.trd_buy_id == "3"
    assert one.ref_lots_status == other.ref_lots_status


def test_a_field_nobody_knows_is_counted_and_costs_nothing() -> None:
    report = Report()

    lot = read(Lot, {"id": 5, "brandNew": 1, "Plans": [{"id": 1, "alsoNew": 2}]}, report)

    assert lot.id == 5
    assert report.unknown == {"Lot.brandNew": 1, "PlanPoint.alsoNew": 1}


def test_a_value_of_the_wrong_type_is_left_out_and_counted() -> None:
    report = Report()

    notice = read(Notice, {"id": 5, "totalSum": {"a": 1}, "Lots": "none", "nameRu": "x"}, report)

    assert (notice.name_ru, notice.total_sum, notice.lots) == ("x", None, None)
    assert report.mistyped == {"Notice.totalSum": 1, "Notice.Lots": 1}


@pytest.mark.parametrize("record", [None, 5, "x", [], {}, {"nameRu": "x"}, {"id": 0}, {"id": None}])
def test_a_record_without_an_id_is_refused_alone(record: Any) -> None:
    with pytest.raises(Refused):
        read(Notice, record, Report())


def test_mixed_types_are_read_as_what_they_mean() -> None:
    assert number("22 500,50") == 22500.5
    assert number("14049") == 14049
    assert number("nothing") is None
    assert business_number(140001536) == "000140001536"
    assert moment("2026-07-24 15:30:24.884000") == "2026-07-24T15:30:24.884+05:00"
    assert moment("1999-01-01 00:00:00") is None
    assert moment("0000-00-00 00:00:00") is None


def test_lists_may_come_as_one_scalar_and_objects_as_one_of_a_list() -> None:
    kato = {"subject_biin": "991240999991", "kato": {"ref_kato_code": 750000000}}
    release = only({"id": 1, "rootrecord_id": 1, "date_create": "2026-01-01 10:00:00", **kato})

    (point,) = release["planning"]["x_plan_points"]
    assert point["kato"] == ["750000000"]


def test_a_bundle_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="none of them"):
        ocid(NoticeBundle())


def test_bids_not_asked_for_and_bids_that_nobody_made_are_told_apart() -> None:
    notice = Notice(id=1, ref_buy_status_id=350)

    unknown = translate(NoticeBundle(notice=notice), dictionaries(), key=KEY)
    none = translate(NoticeBundle(notice=notice, bids=[]), dictionaries(), key=KEY)
    early = translate(
        NoticeBundle(notice=Notice(id=1, ref_buy_status_id=220), bids=[]), dictionaries(), key=KEY
    )

    assert "bids" not in unknown
    assert none["bids"] == {"details": []}
    assert none["tender"]["numberOfTenderers"] == 0
    assert "bids" not in early
    assert "numberOfTenderers" not in early["tender"]


@pytest.mark.realdata
def test_every_documented_field_is_read_or_left_on_purpose() -> None:
    sample_files()
    types = json.loads((SAMPLES / "graphql_types.json").read_text("utf-8"))["types"]

    forgotten = {
        name: sorted(set(types[name].get("fields", types[name])) - known_fields(kind))
        for name, kind in DOCUMENTED.items()
    }

    assert {name: fields for name, fields in forgotten.items() if fields} == {}
