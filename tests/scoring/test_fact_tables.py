"""What a purchase of the portal becomes in the facts, number by number."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scoring.batches import PLANS
from scoring.facts import Facts
from scoring.filling import CORE, filling
from scoring.normal import envelope
from tests.scoring.portal_release import (
    BUYER,
    LOSER,
    WINNER,
    amendment,
    contract,
    point,
    purchase,
    tender,
    tenge,
)

Row = dict[str, Any]


def day(text: str) -> date:
    return date.fromisoformat(text)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.fixture
def facts() -> Iterator[Facts]:
    found = Facts.open(":memory:", threads=1)
    yield found
    found.close()


@pytest.fixture
def load(facts: Facts, tmp_path: Path) -> Any:
    """Load releases as lines of a feed; gives the reasons of those that were refused."""
    seq = 0

    def loader(*releases: Any, feed: str = "releases", into: Facts = facts) -> list[str]:
        nonlocal seq
        file, lines = tmp_path / "batch.ndjson", []
        for one in releases:
            seq += 1
            gone = {"key": one, "deleted": True, "body": None}
            line = gone if isinstance(one, str) else envelope(one)
            lines.append(msgspec.json.encode(line | {"seq": seq}) + b"\n")
        file.write_bytes(b"".join(lines))
        loaded = into.load(file, last_seq=seq, epoch="e", feed=feed)
        return [fault.reason for fault in loaded.faults]

    return loader


def rows(facts: Facts, table: str, **where: Any) -> list[Row]:
    """The rows of a table; parties under their ids."""
    condition = " AND ".join(f"{name} = {value}" for name, value in where.items()) or "true"
    cursor = facts.connection.execute(f"SELECT * FROM {table} WHERE {condition} ORDER BY ALL")
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def one(facts: Facts, table: str, **where: Any) -> Row:
    (row,) = rows(facts, table, **where)
    return row


def name(facts: Facts, party: int) -> str:
    found = facts.connection.execute("SELECT id FROM party WHERE party = ?", [party]).fetchall()
    return str(found[0][0])


def has(row: Row, **expected: Any) -> None:
    assert {column: row[column] for column in expected} == expected


def test_a_purchase_as_a_whole(facts: Facts, load: Any) -> None:
    assert load(purchase()) == []

    row = one(facts, "process")
    has(row, method_code=3, status_code=350, kind_code=2, year=2026, notice_number="100-2")
    has(row, category="goods", construction=True, single_organiser=None, without_notice=None)
    has(row, published_at=instant("2026-02-28T19:30:00"), published_on=day("2026-03-01"))
    has(row, results_at=instant("2026-03-05T13:00:00"), results_on=day("2026-03-05"))
    has(row, ground_code=7, ground_article=16, ground_paragraph=3, ground_sub=28)
    has(row, buyer_kato="751110000", kato="751110000", planned=1100.0, has_plan=True)
    has(row, lots=1, items=1, contracts=1, documents=1, complaints=1, signed=1, running=1)
    has(row, first_on=day("2026-03-01"), last_on=day("2026-05-20"))
    assert name(facts, row["invited"]) == WINNER


def test_a_lot_with_what_was_bid_and_won_on_it(facts: Facts, load: Any) -> None:
    load(purchase())

    row = one(facts, "lot")
    has(row, lot_no=0, local_id="501", number="7001-ЗЦП2", attempt=2, status="complete")
    has(row, status_code=360, method_code=3, planned_method_code=2, amount=1100.0)
    has(row, united=True, psd_code=2, construction=None, kato="751110000", plan_points=1)
    has(row, submitted=2, admitted=2, disqualified=0, active_awards=1, awarded=1000.0)
    assert (name(facts, row["winner"]), name(facts, row["customer"])) == (WINNER, BUYER)
    item = one(facts, "item")
    has(item, lot_no=0, class_id="171213.100.000000", quantity=10.0, unit="796", unit_price=110.0)
    won, lost = rows(facts, "bid_lot")
    has(won, lot_no=0, value_no=0, rank=1, outcome="winner", status_code=360, amount=1000.0)
    has(won, unit_price=100.0, discount=2.0, conditional=980.0, status="valid")
    has(lost, rank=None, amount=1050.0)
    assert name(facts, lost["sole"]) == LOSER
    has(one(facts, "award"), lot_no=0, bid_no=0, place=1, date_on=day("2026-03-05"))


def test_a_bid_without_lot_values_is_one_on_its_only_lot(facts: Facts, load: Any) -> None:
    plain = purchase()
    for bid in plain["bids"]["details"]:
        del bid["lotValues"]
    del plain["bids"]["details"][1]["relatedLots"]

    load(plain)

    first, second = rows(facts, "bid_lot")
    has(first, lot_no=0, value_no=None, amount=1000.0, status="valid")
    has(second, lot_no=None, value_no=None, amount=1050.0)
    has(one(facts, "lot"), submitted=1)


def test_a_contract_as_it_stands_and_as_it_was_signed(facts: Facts, load: Any) -> None:
    load(purchase())

    row = one(facts, "contract")
    has(row, status="active", status_code=190, type_code=1, method_code=3, award_no=0, lot_no=0)
    has(row, value=1456.0, gross=1456.0, net=1300.0, with_vat=True, paid=1120.0, currency="KZT")
    has(row, signed_on=day("2026-03-12"), signed_at=instant("2026-03-11T19:00:00"))
    has(row, end_on=day("2026-12-31"), first_end_on=day("2026-06-30"))
    has(row, planned_on=day("2026-10-01"), first_planned_on=day("2026-10-01"))
    has(row, first_value=1120.0, first_net=1000.0, year=2026, state_institution=True)
    has(row, amendments=1, acts=2, payments=1, has_acts=True, has_payments=True, suppliers=1)
    assert (name(facts, row["supplier"]), name(facts, row["buyer"])) == (WINNER, BUYER)
    assert name(facts, one(facts, "contract_supplier")["party"]) == WINNER
    line = one(facts, "contract_item")
    has(line, lot_no=0, unit_price=145.6, unit_net=130.0, total=1456.0, total_net=1300.0)
    has(line, plan_root="7001", class_id="171213.100.000000", unit="796", quantity=10.0)


@pytest.mark.parametrize(
    ("sums", "gross", "net"),
    [
        ({"value": tenge(112.0), "x_net": tenge(100.0), "x_with_vat": True}, 112.0, 100.0),
        ({"value": tenge(100.0), "x_net": tenge(100.0), "x_basis": "net"}, None, 100.0),
        ({"value": tenge(100.0), "x_net": tenge(100.0), "x_with_vat": False}, 100.0, 100.0),
        ({"value": tenge(100.0)}, None, None),
    ],
    ids=["both sums", "only the net sum told", "no VAT charged", "nothing said of VAT"],
)
def test_which_sum_holds_vat(
    facts: Facts, load: Any, sums: Row, gross: float | None, net: float | None
) -> None:
    told = {"x_net": None, "x_with_vat": None} | sums
    signed = {key: value for key, value in contract(**told).items() if value is not None}

    load(purchase(contracts=[signed]))

    has(one(facts, "contract"), gross=gross, net=net)


HOLES = (
    {"former_value": {"amount": 1300, "currency": "KZT"}, "value": {"amount": 1456}},
    {"property": "x_net", "value": {"amount": 1456, "currency": "KZT"}},
    {"property": "x_net", "former_value": {"currency": "KZT"}, "value": {"amount": 1456}},
    {"property": "quantity", "former_value": 10},
)
"""Changes of which something is not told."""


def test_what_an_amendment_changed_and_what_none_tells(facts: Facts, load: Any) -> None:
    hidden = amendment()
    del hidden["x_changes"]
    load(
        purchase(),
        purchase("unchanged", contracts=[contract(amendments=[amendment(x_changes=[])])]),
        purchase("hidden", contracts=[contract(amendments=[hidden])]),
        *(
            purchase(f"hole{n}", contracts=[contract(amendments=[amendment(x_changes=[hole])])])
            for n, hole in enumerate(HOLES)
        ),
    )

    row = one(facts, "amendment", pid=0)
    has(row, dated_on=day("2026-04-15"), signed=True, in_force=True, status_code=190)
    has(row, reasons="3,12", value=1456.0, net=1300.0, changes_told=True)
    has(row, rationale="изменение суммы; изменение срока")
    changes = rows(facts, "amendment_change", pid=0)
    has(changes[0], property="value", former=1120.0, later=1456.0, former_on=None)
    has(changes[2], former=None, former_on=day("2026-06-30"), later_on=day("2026-12-31"))
    has(changes[3], property="unitPrice", former=100.0, later=130.0, lot_no=0, plan_root="7001")
    has(one(facts, "contract", pid=1), first_value=1456.0, first_end_on=day("2026-12-31"))
    has(one(facts, "contract", pid=2), first_value=None, first_end_on=None)
    has(one(facts, "amendment", pid=2), changes_told=False)
    for pid in range(3, 3 + len(HOLES)):
        has(one(facts, "amendment", pid=pid), changes_told=False)
    for pid in (3, 4):
        has(one(facts, "contract", pid=pid), first_value=None, first_net=None)


def test_acts_and_payments(facts: Facts, load: Any) -> None:
    load(purchase())

    act, revoked = rows(facts, "act")
    has(act, act_no=0, amount=1000.0, dated_on=day("2026-05-01"), overdue_days=2.0, final=True)
    has(act, approved_on=day("2026-05-03"), approved_at=instant("2026-05-03T18:30:00"))
    has(revoked, approved_on=None, revoked_on=day("2026-05-04"), amount=1.0)
    assert name(facts, act["supplier"]) == WINNER
    payment = one(facts, "payment")
    has(payment, paid_on=day("2026-05-20"), amount=1120.0, prepaid=120.0, currency="KZT")
    assert (name(facts, payment["payer"]), name(facts, payment["payee"])) == (BUYER, WINNER)


def test_acts_that_are_not_told_are_not_none(facts: Facts, load: Any) -> None:
    silent, empty = contract(), contract(x_acts=[], amendments=[])
    del silent["x_acts"], silent["implementation"]

    load(purchase("silent", contracts=[silent]), purchase("empty", contracts=[empty]))

    has(one(facts, "contract", pid=0), has_acts=False, acts=0, has_payments=False)
    has(one(facts, "contract", pid=1), has_acts=True, acts=0, first_value=1456.0)


def test_acts_that_were_asked_for_and_are_none_are_told_from_acts_that_nobody_asked_for(
    facts: Facts, load: Any
) -> None:
    silent, asked, told = (contract(id=f"k{n}") for n in range(3))
    for one in (silent, asked):
        del one["x_acts"], one["implementation"]
    asked["x_asked"] = ["acts", "payments"]

    load(purchase(contracts=[silent, asked, told]))

    first, second, third = rows(facts, "contract")
    has(first, has_acts=False, acts_known=False, has_payments=False, payments_known=False)
    has(second, has_acts=False, acts_known=True, has_payments=False, payments_known=True)
    has(third, has_acts=True, acts_known=True, has_payments=True, payments_known=True)


def test_a_contract_without_suppliers_has_those_of_its_award(facts: Facts, load: Any) -> None:
    nameless = contract()
    del nameless["suppliers"]

    load(purchase(contracts=[nameless]))

    assert name(facts, one(facts, "contract")["supplier"]) == WINNER


def test_a_plan_point_of_a_purchase(facts: Facts, load: Any) -> None:
    load(purchase())

    row = one(facts, "plan")
    has(row, free=False, root="7001", lot_no=0, method="open", method_code=3, year=2026, month=3)
    has(row, ground_code=7, ground_article=16, ground_paragraph=3, ground_sub=28)
    has(row, amount=1100.0, unit_price=110.0, quantity=10.0, prepayment=30.0, status_code=5)
    has(row, kato="751110000", katos=2, deleted=False, approved_on=day("2026-01-15"))
    assert name(facts, row["customer"]) == BUYER


def test_the_first_version_of_a_plan_point_bears_the_id_of_its_root(
    facts: Facts, load: Any
) -> None:
    versions = [point("7001", id="7001"), point("7002", id="7009"), point("7003", id=None)]

    load(purchase(planning={"x_plan_points": versions}))

    assert [row["original"] for row in rows(facts, "plan")] == [True, False, None]


def test_what_a_plan_point_was_before_is_a_version_each_and_the_plan_has_the_newest(
    facts: Facts, load: Any
) -> None:
    earlier = [
        {
            "id": "7001",
            "amount": 700,
            "unitPrice": 70,
            "approved": "2026-01-15T10:00:00+05:00",
            "act": "5",
        },
        {"id": "7050", "amount": 900, "method": "3", "approved": "2026-02-20T23:30:00Z"},
    ]
    newest = point("7001", id="7090", amount=1100.0, earlier=earlier, act="12")

    load(purchase(planning={"x_plan_points": [newest, point("7002", id="7002")]}))

    first, second = rows(facts, "plan_version")
    has(first, point_no=0, version_no=0, root="7001", original=True, amount=700.0, unit_price=70.0)
    has(first, approved_on=day("2026-01-15"), deleted=False, method_code=None, act="5")
    has(second, version_no=1, original=False, amount=900.0, method_code=3)
    has(second, approved_on=day("2026-02-21"))
    has(rows(facts, "plan")[0], amount=1100.0, act="12")


def test_free_plan_points_come_and_go_by_their_own_feed(facts: Facts, load: Any) -> None:
    def free(ocid: str, **changes: Any) -> Row:
        return {
            "ocid": ocid,
            "buyer": {"id": BUYER},
            "planning": {"x_plan_points": [point(ocid[-4:], **changes)]},
        }

    load(purchase())
    load(free("ocds-kz0000-p7002"), free("ocds-kz0000-p7003"), feed=PLANS)
    assert [row["free"] for row in rows(facts, "plan")] == [False, True, True]
    assert len(rows(facts, "process")) == 1

    load(free("ocds-kz0000-p7002", amount=5.0), "ocds-kz0000-p7003", feed=PLANS)
    assert [(row["root"], row["amount"]) for row in rows(facts, "plan")] == [
        ("7001", 1100.0),
        ("7002", 5.0),
    ]
    assert facts.cursor(PLANS)[0] == 5

    facts.reset("other", PLANS)
    assert [row["root"] for row in rows(facts, "plan")] == ["7001"]
    facts.reset("other")
    assert rows(facts, "plan") == []


def test_documents_changes_and_complaints(facts: Facts, load: Any) -> None:
    load(purchase())

    document = one(facts, "document")
    has(document, place="tender", type="technicalSpecifications", lot_no=0, owner_no=None)
    has(document, modified_at=instant("2026-02-28T19:00:00"))
    has(one(facts, "tender_change"), kind="pause", code="2", decided_at=instant("2026-03-03T05:00"))
    complaint = one(facts, "complaint")
    has(complaint, applied_on=day("2026-03-06"), decided_on=day("2026-03-10"), status_code=3)
    has(complaint, addressee="organiser", type_code=1)


def test_who_takes_part_and_what_two_of_them_share(facts: Facts, load: Any) -> None:
    load(purchase())

    by_name = {name(facts, row["party"]): row for row in rows(facts, "participant")}
    has(by_name[BUYER], buyer=True, entity=True, tenderer=False, supplier=False, party_no=0)
    has(by_name[WINNER], tenderer=True, supplier=True, registered_on=day("2025-12-20"), type_code=1)
    has(by_name[WINNER], kato="710000000", activities="46120,47190", resident=True)
    has(by_name[WINNER], quasi_state=False, national_company=None)
    shared = facts.connection.execute(
        """SELECT DISTINCT a.kind::VARCHAR FROM participant_mark a JOIN participant_mark b
        ON b.pid = a.pid AND b.kind = a.kind AND b.mark = a.mark AND b.party <> a.party"""
    ).fetchall()
    assert sorted(shared) == [("address",), ("email",), ("head",), ("phone",)]
    place = "SELECT mark_no FROM participant_mark WHERE kind = 'email' ORDER BY party"
    assert facts.connection.execute(place).fetchall() == [(1,), (1,)]


def test_what_is_not_of_the_shape_is_not_known_and_the_rest_is_loaded(
    facts: Facts, load: Any
) -> None:
    odd = purchase(complaints={"id": "9"}, planning={"x_plan_points": "none"})
    odd["tender"] |= {"lots": [{"id": "501", "value": 5}], "x_goszakup": "none", "items": None}
    odd["bids"]["details"][0]["lotValues"] = [{"relatedLot": "501", "value": 1000}]
    odd["contracts"][0] |= {"x_acts": "many", "dateSigned": "soon", "x_net": 5}

    assert load(odd) == []

    has(one(facts, "process"), status_code=None, complaints=0, signed=1, planned=None)
    has(one(facts, "contract"), signed_on=None, net=None, acts=0, value=1456.0)
    has(one(facts, "lot"), amount=None, local_id="501")
    has(rows(facts, "bid_lot")[0], amount=None, lot_no=0)
    assert rows(facts, "act") == rows(facts, "complaint") == rows(facts, "plan") == []


def test_contracts_that_the_envelope_does_not_count_are_a_fault(
    facts: Facts, tmp_path: Path
) -> None:
    file, line = tmp_path / "batch.ndjson", envelope(purchase()) | {"seq": 1}
    line["body"]["counts"] = {"bids": 2, "awards": 1, "contracts": 2, "items": 2}
    file.write_bytes(msgspec.json.encode(line))

    (fault,) = facts.load(file, last_seq=1, epoch="e").faults

    assert "contracts read differ from the envelope's count" in fault.reason
    assert rows(facts, "process") == []


def test_a_changed_purchase_leaves_nothing_of_its_old_form_behind(facts: Facts, load: Any) -> None:
    load(purchase())

    load(purchase(contracts=[], complaints=[], planning={}, tender=tender(lots=[], items=[])))

    kept = {name for name in filling().tables if rows(facts, name)}
    assert kept == {
        *("process", "bid", "bid_tenderer", "bid_lot", "award", "award_supplier"),
        *("document", "tender_change", "participant", "participant_mark"),
    }
    load("ocds-kz0000-100")
    assert not any(rows(facts, name) for name in filling().tables)


def test_only_the_tables_asked_for_are_filled_with_what_they_need(load: Any) -> None:
    some = Facts.open(":memory:", threads=1, wanted=frozenset({"act"}))
    try:
        assert load(purchase(), into=some) == []
        filled = {name for name in filling().tables if rows(some, name)}
    finally:
        some.close()

    assert filled == {*CORE, "contract", "act"} - {"award_item"}
