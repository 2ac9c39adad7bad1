"""The world's records have the portal's shapes, usual shares, and belong to nobody."""

import json
from collections import Counter, defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.sandbox.world import Row, World
from deploy.sandbox.world.catalogue import OWN_MARKETS, positions
from deploy.sandbox.world.numbers import bin_number
from deploy.sandbox.world.places import REGIONS
from deploy.sandbox.world.tale import ROOTS
from shared.vocabulary.identifiers import Bin, control_digit, is_person_number
from tests.support.pace import cost

pytestmark = pytest.mark.thorough

START = date(2026, 1, 5)
SAMPLES = Path(__file__).parents[2].parent / "shared" / "data" / "goszakup-samples"
TYPES = {
    "Subjects": "Subject", "Plans": "PlnPoint", "TrdBuy": "TrdBuy", "Lots": "Lots",
    "TrdApp": "TrdApp", "Contract": "Contract", "Acts": "ContractAct",
    "TreasuryPay": "TreasuryPay", "ComplaintAppeal": "TrdComplaintAppeal", "Rnu": "RnuList",
}  # fmt: skip
SCALARS: dict[str, type | tuple[type, ...]] = {"String": str, "Int": int, "Float": (int, float)}


@pytest.fixture(scope="module")
def world() -> World:
    made = World(21, 3000, START)
    made.advance(datetime(2027, 1, 4, tzinfo=UTC))
    return made


@pytest.fixture(scope="module")
def mains(world: World) -> list[Row]:
    rows = world.table("Contract").values()
    return [row for row in rows if row["parentId"] == 0 and row["signDate"]]


def share(rows: list[Row], *methods: int) -> float:
    return sum(row["faktTradeMethodsId"] in methods for row in rows) / len(rows)


def test_single_source_has_its_usual_share_by_count_and_by_value(mains: list[Row]) -> None:
    single = [row for row in mains if row["faktTradeMethodsId"] in (6, 23)]

    assert len(single) / len(mains) == pytest.approx(0.42, abs=0.04)
    worth = sum(row["contractSum"] for row in single) / sum(row["contractSum"] for row in mains)
    assert worth == pytest.approx(0.34, abs=0.1)
    assert share(mains, 6) == pytest.approx(0.09, abs=0.03)
    assert share(mains, 3) == pytest.approx(0.30, abs=0.05)
    assert share(mains, 60) == pytest.approx(0.155, abs=0.03)


def test_the_number_of_contracts_is_about_what_was_asked_for(mains: list[Row]) -> None:
    assert len(mains) == pytest.approx(3000, rel=0.08)


def test_december_is_busier_than_an_average_month(mains: list[Row]) -> None:
    months = Counter(row["signDate"][:7] for row in mains if row["signDate"] < "2027")
    usual = sum(months.values()) / 12
    assert months["2026-12"] > 1.1 * usual
    assert months["2026-01"] < usual  # the first tales of the world have yet to come to a contract


def test_all_twenty_regions_buy_and_deliveries_name_a_settlement(world: World) -> None:
    codes = {row["code"] for row in world.dictionaries()["ref_kato"]}
    places = {
        place["refKatoCode"] for row in world.table("Plans").values() for place in row["PlansKato"]
    }
    assert {code[:2] for code in places} == {prefix for prefix, *_ in REGIONS}
    assert len(REGIONS) == 20
    assert places <= codes
    assert not any(code.endswith("0000000") for code in places)


def test_prices_of_an_item_lie_close_together_and_sums_far_apart(mains: list[Row]) -> None:
    sums = sorted(row["contractSum"] for row in mains)
    assert sums[len(sums) // 10] * 40 < sums[len(sums) * 9 // 10]
    usual = {line.code: line.price for sector in (*positions(), OWN_MARKETS) for line in sector}
    goods = [row for row in mains if row["refSubjectTypeId"] == 1]
    near = [
        0.7 < unit["itemPrice"] / usual[unit["refEnstruCode"][0]] <= 1.01
        for row in goods
        for unit in row["ContractUnits"]
    ]
    assert sum(near) / len(near) > 0.95


def test_numbers_have_a_right_check_digit_and_were_never_issued(world: World) -> None:
    companies = traders = 0
    for row in world.table("Subjects").values():
        number = row["bin"] or row["iin"]
        assert control_digit(number) == int(number[-1])
        if row["bin"]:
            companies += 1
            assert Bin.parse(number) == number
            assert 60 <= int(number[:2]) <= 79
        else:
            traders += 1
            assert number[6] in "78"
        head = row["Employees"][0]["iin"]
        assert head[6] in "78"
        assert not is_person_number(head)
        assert row["phone"].startswith("+7000")
    assert companies > 200
    assert traders > 50


def test_no_two_parties_share_a_number(world: World) -> None:
    numbers = [row["bin"] or row["iin"] for row in world.table("Subjects").values()]
    assert len(set(numbers)) == len(numbers)
    assert len({bin_number(index) for index in range(0, 6_000_000, 997)}) == 6_019


def test_the_same_item_is_bought_by_many_so_that_prices_can_be_compared(mains: list[Row]) -> None:
    sellers: dict[str, set[str]] = defaultdict(set)
    for row in mains:
        for unit in row["ContractUnits"]:
            sellers[unit["refEnstruCode"][0]].add(row["supplierBiin"])
    assert sum(len(who) >= 10 for who in sellers.values()) >= 20


def test_codes_of_every_row_stand_in_the_dictionaries(world: World) -> None:
    known = {
        name: {row.get("id", row.get("code")) for row in rows}
        for name, rows in world.dictionaries().items()
    }
    for row in world.table("Plans").values():
        assert row["refUnitsCode"] in known["ref_units"]
        assert row["refPlnPointStatusId"] in known["ref_pln_point_status"]
        assert row["refJustificationId"] in known["ref_justification"] | {0}
        assert row["refBudgetTypeId"] in known["ref_budget_type"]
    for row in world.table("TrdBuy").values():
        assert row["refBuyStatusId"] in known["ref_buy_status"]
        assert row["refTypeTradeId"] in known["ref_type_trade"]
    for row in world.table("Lots").values():
        assert row["refLotStatusId"] in known["ref_lots_status"]
        assert {row["refTradeMethodsId"], row["refBuyTradeMethodsId"]} <= known["ref_trade_methods"]
    for row in world.table("TrdApp").values():
        assert {line["statusId"] for line in row["AppLots"]} <= known["ref_po_st"]
    for row in world.table("Contract").values():
        assert row["refContractStatusId"] in known["ref_contract_status"]
        assert set(row["refAmendmAgreemJustifId"]) <= known["ref_amendm_agreem_justif"] | {0}


def test_references_between_rows_resolve(world: World) -> None:
    tables = {root: world.table(root) for root in ROOTS}
    for lot in tables["Lots"].values():
        assert lot["trdBuyId"] in tables["TrdBuy"]
        assert all(point in tables["Plans"] for point in lot["pointList"])
        assert lot["customerId"] in tables["Subjects"]
    for app in tables["TrdApp"].values():
        assert app["buyId"] in tables["TrdBuy"]
        assert tables["Subjects"][app["supplierId"]]
        assert all(line["lotId"] in tables["Lots"] for line in app["AppLots"])
    for contract in tables["Contract"].values():
        assert contract["rootId"] in tables["Contract"]
        for unit in contract["ContractUnits"]:
            assert unit["plnPointId"] in tables["Plans"]
            assert unit["lotId"] == 0 or unit["lotId"] in tables["Lots"]
    for act in tables["Acts"].values():
        assert act["contractId"] in tables["Contract"]
    for payment in tables["TreasuryPay"].values():
        assert payment["contractId"] in tables["Contract"]


def test_at_least_a_thousand_contracts_a_second_are_made_and_read() -> None:
    def made_and_read() -> int:
        made = World(5, 1000, START)
        made.advance(datetime(2026, 12, 1, tzinfo=UTC))
        return sum(1 for _ in made.table("Contract").values())

    assert made_and_read() / cost(made_and_read) > 1_000  # measured: 2,100


@pytest.mark.realdata
def test_every_field_is_one_of_the_portals_and_of_its_type(world: World) -> None:
    if not (SAMPLES / "graphql_types.json").is_file():
        pytest.skip(f"the portal's types are not at {SAMPLES}")
    types = json.loads((SAMPLES / "graphql_types.json").read_text("utf-8"))["types"]
    for root in ROOTS:
        for row in world.table(root).values():
            check(types, TYPES[root], row)


def check(types: dict[str, Any], kind: str, row: Row) -> None:
    fields = types[kind]["fields"]
    for name, value in row.items():
        assert name in fields, f"{kind} has no {name}"
        declared = fields[name]
        inner = declared.strip("[]")
        values = value if declared.startswith("[") else [value]
        assert isinstance(values, list), f"{kind}.{name}"
        for one in values:
            if one is None:
                continue
            if inner in SCALARS:
                assert isinstance(one, SCALARS[inner]), f"{kind}.{name} = {one!r}"
            elif inner in types:
                check(types, inner, one)
            else:
                assert isinstance(one, dict), f"{kind}.{name}"


@pytest.mark.realdata
def test_no_name_or_number_is_that_of_a_real_organisation(world: World) -> None:
    if not SAMPLES.is_dir():
        pytest.skip(f"the recorded answers are not at {SAMPLES}")
    recorded = "".join(path.read_text("utf-8") for path in SAMPLES.glob("*.json"))
    for row in world.table("Subjects").values():
        for name in (row["nameRu"], row["nameKz"]):
            assert name.replace('"', '\\"') not in recorded
        assert (row["bin"] or row["iin"]) not in recorded
