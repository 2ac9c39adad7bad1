"""Honest purchases of the simulated world keep the terms that its own table of the law declares."""

from collections import defaultdict
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest

from deploy.sandbox.world import World, terms
from deploy.sandbox.world.tenders import ADMITTED, SECOND, WINNER, WITHDRAWN
from deploy.sandbox.world.workdays import DAY, day_of, is_working, moment_of, working_between

pytestmark = pytest.mark.thorough

Row = dict[str, Any]
START = date(2026, 1, 5)


class Purchase:
    """The rows of one honest purchase, two years after the world began."""

    def __init__(self, rows: dict[str, list[Row]]) -> None:
        self.rows = rows
        self.notices = {row["id"]: row for row in rows["TrdBuy"]}
        self.points = {row["id"]: row for row in rows["Plans"]}

    def bids(self, lot: Row) -> list[tuple[Row, Row]]:
        return [
            (app, line)
            for app in self.rows["TrdApp"]
            for line in app["AppLots"]
            if line["lotId"] == lot["id"]
        ]

    def versions(self, root: Row) -> list[Row]:
        return [row for row in self.rows["Contract"] if row["rootId"] == root["id"]]

    @property
    def roots(self) -> list[Row]:
        return [row for row in self.rows["Contract"] if row["parentId"] == 0]


@pytest.fixture(scope="module")
def world() -> World:
    made = World(4, 1500, START)
    made.advance(datetime(2028, 3, 1, tzinfo=UTC))
    return made


@pytest.fixture(scope="module")
def purchases(world: World) -> list[Purchase]:
    found = []
    for number in range(world._pace.a_year):
        if world._stories.opening(number).habit is None:
            continue
        rows = defaultdict(list)
        for record in world._ledger.tale(number).records:
            row = record.seen(world._now)
            assert row is not None
            rows[record.root].append(row)
        found.append(Purchase(rows))
    return found


def when(text: str) -> int:
    return moment_of(datetime.fromisoformat(text))


def day(text: str) -> int:
    return when(text) // DAY


def wd(start: str, end: str) -> int:
    return working_between(day(start), day(end))


def test_a_supplier_signs_one_contract_for_all_lots_that_he_won_for_a_customer(
    purchases: list[Purchase],
) -> None:
    several = 0
    for purchase in purchases:
        won: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for lot in purchase.rows["Lots"]:
            for app, line in purchase.bids(lot):
                if line["statusId"] == WINNER:
                    who = (lot["trdBuyId"], lot["customerBin"], app["supplierBinIin"])
                    won[who].append(lot["id"])
        noticed = [root for root in purchase.roots if root["trdBuyId"]]
        signed = {
            (root["trdBuyId"], root["customerBin"], root["supplierBiin"]): root for root in noticed
        }
        assert len(signed) == len(noticed)
        assert set(signed) == set(won)
        for who, root in signed.items():
            lots = list(dict.fromkeys(unit["lotId"] for unit in root["ContractUnits"]))
            assert lots == won[who]
            several += len(lots) > 1
    assert several > 20


def test_bids_are_taken_for_at_least_the_lawful_number_of_working_days(
    purchases: list[Purchase],
) -> None:
    seen = 0
    for notice in (n for p in purchases for n in p.notices.values()):
        method, publish, end = notice["refTradeMethodsId"], notice["publishDate"], notice["endDate"]
        assert is_working(day(publish))
        if method == terms.QUOTATIONS:
            assert wd(publish, end) >= 2
        elif method == terms.SOCIAL:
            assert wd(publish, end) >= (5 if notice["refTypeTradeId"] == 1 else 3)
        elif notice["discusStartDate"]:
            assert wd(notice["discusStartDate"], notice["discusEndDate"]) == 2
            opens = notice["startDate"]
            assert opens.endswith("09:00:00")
            assert is_working(day(opens))
            assert wd(notice["discusEndDate"], opens) == 2
            inclusive = working_between(day(opens) - 1, day(end))
            assert inclusive >= (3 if method == terms.RATING else 5)
        elif method != terms.AFTER_FAILURE:
            assert wd(publish, end) >= 3
        seen += 1
    assert seen > 500


def test_results_come_within_the_term_of_review(purchases: list[Purchase]) -> None:
    for notice in (n for p in purchases for n in p.notices.values()):
        if notice["itogiDatePublic"] and not notice["Pause"]:
            review = terms.term("review", notice["refTradeMethodsId"])
            assert 0 <= wd(notice["endDate"], notice["itogiDatePublic"]) <= review


def test_the_lowest_admitted_bid_wins_and_lies_between_floor_and_allocated_sum(
    purchases: list[Purchase],
) -> None:
    awarded = 0
    for purchase in purchases:
        for lot in purchase.rows["Lots"]:
            bids = purchase.bids(lot)
            won = [(a, line) for a, line in bids if line["statusId"] == WINNER]
            if not won:
                continue
            awarded += 1
            amount = won[0][1]["amount"]
            valid = [ln["amount"] for _, ln in bids if ln["statusId"] in (WINNER, SECOND, ADMITTED)]
            assert amount == min(valid)
            assert amount <= lot["amount"]
            notice = purchase.notices[lot["trdBuyId"]]
            assert all(app["dateApply"] <= notice["endDate"] for app, _ in bids)
            if notice["refTradeMethodsId"] not in (terms.AUCTION, terms.AFTER_FAILURE):
                assert amount >= lot["amount"] * floor(purchase, lot)
    assert awarded > 400


def floor(purchase: Purchase, lot: Row) -> float:
    division = purchase.points[lot["pointList"][0]]["refEnstruCode"][:2]
    kind = {"41": "construction", "42": "road", "43": "repair", "71": "design"}.get(division)
    return 1 - terms.FLOORS[kind or "other"] / 100


def test_single_source_follows_only_the_failures_that_the_law_accepts(
    purchases: list[Purchase],
) -> None:
    seen = 0
    for purchase in purchases:
        for notice in purchase.notices.values():
            if notice["refTradeMethodsId"] == terms.AFTER_FAILURE:
                check_invitation(purchase, notice)
                seen += 1
    assert seen > 50


def check_invitation(purchase: Purchase, notice: Row) -> None:
    failed = purchase.notices[notice["parentId"]]
    lot = next(row for row in purchase.rows["Lots"] if row["trdBuyId"] == notice["id"])
    before = next(
        row
        for row in purchase.rows["Lots"]
        if row["trdBuyId"] == failed["id"] and row["pointList"] == lot["pointList"]
    )
    offers = purchase.bids(before)
    assert before["refLotStatusId"] == 370
    assert wd(failed["itogiDatePublic"], notice["publishDate"]) <= 4
    assert wd(notice["publishDate"], notice["endDate"]) <= 2
    if failed["refTradeMethodsId"] == terms.QUOTATIONS and offers:
        assert len(offers) == 1
        assert notice["biinSupplier"] == offers[0][0]["supplierBinIin"]
        assert purchase.bids(lot)[0][1]["amount"] <= offers[0][1]["amount"]
    else:
        assert offers == []
        assert failed["refTypeTradeId"] == 2


def test_competitions_with_one_admitted_bidder_of_several_have_failed(
    purchases: list[Purchase],
) -> None:
    for purchase in purchases:
        for lot in purchase.rows["Lots"]:
            notice = purchase.notices[lot["trdBuyId"]]
            handed = [ln for _, ln in purchase.bids(lot) if ln["statusId"] != WITHDRAWN]
            fit = [ln for ln in handed if ln["statusId"] in (WINNER, SECOND, ADMITTED)]
            if notice["refTradeMethodsId"] == terms.QUOTATIONS and lot["refLotStatusId"] == 360:
                assert len(fit) >= 2
            if notice["refTradeMethodsId"] in terms.COMPETITIVE and len(handed) > 1:
                assert (lot["refLotStatusId"] == 360) == (len(fit) > 1)


def test_contracts_are_signed_after_the_standstill_and_within_the_term(
    purchases: list[Purchase],
) -> None:
    for purchase in purchases:
        complaints = {row["trdBuyId"]: row for row in purchase.rows["ComplaintAppeal"]}
        for root in purchase.roots:
            assert root["signDate"]
            if not root["trdBuyId"]:
                continue
            method = root["faktTradeMethodsId"]
            took = wd(root["trdBuyItogiDatePublic"], root["signDate"])
            if root["trdBuyId"] in complaints:
                assert root["signDate"] > complaints[root["trdBuyId"]]["decisionDate"]
                assert took <= 14
            else:
                assert took <= terms.term("signing", method)
            if method in terms.COMPETITIVE and method != terms.RATING:
                assert took >= terms.term("standstill", method)


def test_contracts_last_at_least_fifteen_days_and_stay_within_the_allocated_sum(
    purchases: list[Purchase],
) -> None:
    for purchase in purchases:
        lots = {row["id"]: row for row in purchase.rows["Lots"]}
        for root in purchase.roots:
            assert day(root["planExecDate"]) - day(root["signDate"]) >= 15
            if root["refContractYearTypeId"] == 1:
                assert root["planExecDate"][:4] == root["ecEndDate"][:4] == str(root["finYear"])
            units = root["ContractUnits"]
            allocated = (
                sum(lots[lot]["amount"] for lot in {unit["lotId"] for unit in units})
                if lots
                else sum(purchase.points[unit["plnPointId"]]["amount"] for unit in units)
            )
            assert root["contractSum"] <= allocated * 1.0001


def test_every_contract_stands_in_an_approved_plan_and_direct_ones_are_reported(
    purchases: list[Purchase],
) -> None:
    for purchase in purchases:
        for root in purchase.roots:
            for unit in root["ContractUnits"]:
                point = purchase.points[unit["plnPointId"]]
                assert point["PlanActs"]["dateApproved"] < root["crdate"]
                if root["trdBuyId"] == 0:
                    assert point["refTradeMethodsId"] == root["faktTradeMethodsId"]
            if root["faktTradeMethodsId"] == terms.DIRECT:
                assert wd(root["signDate"], root["reportSignAt"]) <= terms.term("report", 23)


def test_acts_are_signed_and_paid_in_time_and_payments_equal_the_contract(
    purchases: list[Purchase],
) -> None:
    for purchase in purchases:
        for root in purchase.roots:
            versions = purchase.versions(root)
            ids = {row["id"] for row in versions}
            acts = [row for row in purchase.rows["Acts"] if row["contractRootId"] == root["id"]]
            assert acts
            for act in acts:
                assert root["signDate"] < act["createDateAct"] < act["approveDate"]
                assert wd(act["createDateAct"], act["approveDate"]) <= 3
            owed = versions[-1]["contractSumWnds"]
            accepted = sum(place["amount"] for act in acts for place in act["Place"])
            assert accepted == pytest.approx(owed, abs=0.1)
            paid = [
                (row["payDate"], row["payAmount"], row["prepaySum"])
                for row in purchase.rows["TreasuryPay"]
                if row["contractId"] in ids
            ] or [
                (row["payDate"], row["paySum"], not row["actId"])
                for version in versions
                for row in version["ContractPayment"]
            ]
            assert sum(amount for _, amount, _ in paid) == pytest.approx(owed, abs=0.1)
            for act, (paid_on, _, prepaid) in zip(
                acts, [p for p in paid if not p[2]], strict=False
            ):
                assert not prepaid
                assert 0 <= day(paid_on) - day(act["approveDate"]) <= 30


def test_tax_is_on_top_exactly_when_the_supplier_was_a_payer_on_the_day_of_signing(
    world: World, purchases: list[Purchase]
) -> None:
    payers = {row["bin"]: row for row in world.registers()["vat_payers"]}
    taxed = 0
    for root in (root for p in purchases for root in p.roots):
        payer = payers.get(root["supplierBiin"])
        registered = payer is not None and payer["start"] <= root["signDate"][:10]
        rate = 1.16 if registered else 1.0
        assert root["contractSumWnds"] == pytest.approx(root["contractSum"] * rate, abs=0.01)
        assert root["withNds"] == int(registered)
        taxed += registered
    assert 0.2 < taxed / sum(len(p.roots) for p in purchases) < 0.6


def test_nobody_buys_more_of_one_item_in_a_year_than_the_method_allows(
    purchases: list[Purchase],
) -> None:
    sums: dict[tuple[str, str, int, int, str], float] = defaultdict(float)
    for purchase in purchases:
        for root in purchase.roots:
            for unit in root["ContractUnits"]:
                point = purchase.points[unit["plnPointId"]]
                ground = point["refJustificationId"]
                method = root["faktTradeMethodsId"]
                item = point["refEnstruCode"].rpartition(".")[0]
                if method in (terms.QUOTATIONS, terms.E_SHOP) or ground == 128:
                    key = (root["customerBin"], item, point["plnPointYear"], method, ground)
                    sums[key] += unit["totalSum"]
    for (_, _, year, method, ground), total in sums.items():
        most = {terms.QUOTATIONS: 8_000, terms.E_SHOP: 4_000}.get(method, 4_000 if ground else 0)
        assert total <= terms.mci(year, most)


def test_addenda_name_a_reason_that_allows_the_change(purchases: list[Purchase]) -> None:
    seen = 0
    for purchase in purchases:
        for root in purchase.roots:
            versions = purchase.versions(root)
            for old, new in pairwise(versions):
                seen += 1
                reason = new["refAmendmAgreemJustifId"][0]
                assert new["parentId"] == old["id"]
                assert old["refContractStatusId"] == 455
                assert new["contractSum"] <= old["contractSum"]
                if new["contractSum"] < old["contractSum"]:
                    assert reason in (1, 3)
                if new["planExecDate"] > old["planExecDate"]:
                    assert reason == 18
                    assert new["refSubjectTypeId"] != 1
    assert seen > 40


def test_the_barred_take_no_part(world: World, purchases: list[Purchase]) -> None:
    listed = {row["supplierBiin"] for row in world.table("Rnu").values()}
    assert listed
    assert not listed & {
        app["supplierBinIin"] for p in purchases for app in p.rows["TrdApp"]
    }  # fmt: skip


def test_holidays_and_weekends_are_no_working_days() -> None:
    assert working_between(day_of(date(2026, 7, 24)), day_of(date(2026, 7, 28))) == 2
    assert not is_working(day_of(date(2026, 3, 23)))
    assert not is_working(day_of(date(2026, 3, 9)))  # Sunday's Women's Day moves to Monday
    assert is_working(day_of(date(2025, 1, 5)))  # a Sunday that was worked for a Friday off
    assert not is_working(day_of(date(2028, 5, 5)))  # beyond the calendar: Kurban Ait
