"""What each planted story must show in the rows of its purchase, and its look-alike must not."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from typing import Any

from deploy.sandbox.world import World, terms
from deploy.sandbox.world.tenders import ADMITTED, REJECTED, SECOND, WINNER, WITHDRAWN
from deploy.sandbox.world.workdays import DAY, moment_of, working_between

Row = dict[str, Any]


def day(text: str) -> int:
    return moment_of(datetime.fromisoformat(text)) // DAY


def wd(start: str, end: str) -> int:
    return working_between(day(start), day(end))


class Case:
    """All rows of a planted story, and the contract that its label names."""

    def __init__(self, world: World, label: Row) -> None:
        self.world, self.subject = world, label["subject"]
        rows = world.related("Contract", self.subject["contract"])
        self.notices, self.lots, self.apps = rows["TrdBuy"], rows["Lots"], rows["TrdApp"]
        self.contracts, self.acts, self.points = rows["Contract"], rows["Acts"], rows["Plans"]
        self.treasury, self.subjects, self.unfair = (
            rows["TreasuryPay"], rows["Subjects"], rows["Rnu"],
        )  # fmt: skip
        self.complaints = rows["ComplaintAppeal"]
        self.roots = [row for row in self.contracts if row["parentId"] == 0]
        self.root = next(row for row in self.roots if row["id"] == self.subject["contract"])
        self.versions = [row for row in self.contracts if row["rootId"] == self.root["id"]]
        self.notice = next((n for n in self.notices if n["id"] == self.root["trdBuyId"]), {})
        self.lot = next((lot for lot in self.lots if lot["trdBuyId"] == self.root["trdBuyId"]), {})
        self.point = next(p for p in self.points if p["rootrecordId"] == self.subject["plan"])
        self.own_acts = [a for a in self.acts if a["contractRootId"] == self.root["id"]]

    def lines(self, lot: Row | None = None) -> list[tuple[Row, Row]]:
        wanted = (lot or self.lot)["id"]
        return [(a, line) for a in self.apps for line in a["AppLots"] if line["lotId"] == wanted]

    def amounts(self, *statuses: int) -> list[float]:
        return sorted(line["amount"] for _, line in self.lines() if line["statusId"] in statuses)

    def party(self, biin: str) -> Row:
        table = self.world.table("Subjects")
        return next(row for row in table.values() if biin in (row["bin"], row["iin"]))

    def paid(self) -> list[tuple[str, float, float]]:
        ids = {row["id"] for row in self.versions}
        own = [r for r in self.treasury if r["contractId"] in ids]
        noted = [r for v in self.versions for r in v["ContractPayment"]]
        return [(r["payDate"], r["payAmount"], r["prepaySum"]) for r in own] or [
            (r["payDate"], r["paySum"], r["paySum"] if self.ahead(r) else 0) for r in noted
        ]

    def ahead(self, payment: Row) -> bool:
        return bool(self.point["prepayment"]) and not payment["actId"]

    def span(self) -> int:
        return day(self.root["planExecDate"]) - day(self.root["signDate"])

    def same_supplier(self) -> bool:
        return len({row["supplierBiin"] for row in self.roots}) == 1

    def parent(self) -> Row:
        return next(row for row in self.notices if row["id"] == self.notice["parentId"])


def _taxed_without_registration(c: Case) -> bool:
    payers = {row["bin"]: row["start"] for row in c.world.registers()["vat_payers"]}
    start = payers.get(c.root["supplierBiin"], "9999")
    return bool(c.root["contractSumWnds"] > c.root["contractSum"] and start > c.root["signDate"])


def _failed_bids(c: Case) -> int:
    parent = c.parent()["id"]
    return sum(app["buyId"] == parent for app in c.apps)


def _rotation(c: Case) -> bool:
    winners = [row["supplierBiin"] for row in sorted(c.roots, key=lambda row: row["id"])]
    return winners == [winners[n % 3] for n in range(len(winners))] and len(set(winners)) == 3


def _dear(c: Case) -> bool:
    price, code = c.root["ContractUnits"][0]["itemPrice"], c.point["refEnstruCode"]
    others = sorted(
        unit["itemPrice"]
        for row in c.world.table("Contract").values()
        if row["customerBin"] != c.root["customerBin"]
        for unit in row["ContractUnits"]
        if code in unit["refEnstruCode"]
    )
    return bool(price > 1.5 * others[len(others) // 2])


def _barred(c: Case) -> bool:
    return any(row["startDate"] <= c.root["signDate"] <= row["endDate"] for row in c.unfair)


def _one_phone(c: Case) -> bool:
    phones = [c.party(app["supplierBinIin"])["phone"] for app in c.apps]
    return len(set(phones)) < len(phones)


def _planned_at_publication(c: Case) -> bool:
    before = [p for p in c.points if p["timestamp"] < c.notice["publishDate"]]
    return bool(before[-1]["amount"] < c.lot["amount"])


def _cost_of_place(c: Case) -> bool:
    found = re.search(r"на (\d+) мест", c.point["nameRu"])
    assert found
    return bool(c.root["contractSum"] / int(found[1]) > 8_000_000)


def _works(c: Case, word: str) -> list[str]:
    return [
        row["supplierBiin"]
        for row in c.roots
        if any(p["id"] == row["ContractUnits"][0]["plnPointId"] and word in p["nameRu"]
               for p in c.points)
    ]  # fmt: skip


def _lost(c: Case) -> bool:
    ghost = c.subjects[1]["bin"]
    mine = [ln for a in c.apps if a["supplierBinIin"] == ghost for ln in a["AppLots"]]
    return len(mine) > 15 and all(line["statusId"] != WINNER for line in mine)


def _unfit(c: Case) -> bool:
    return len(c.amounts(WINNER, SECOND, ADMITTED)) == 1 < len(c.lines())


def _grew(c: Case) -> bool:
    units = [row["ContractUnits"][0]["itemPrice"] for row in c.versions]
    return any(new > old * 1.0001 for old, new in pairwise(units))


def _advance(c: Case) -> bool:
    ahead = [(on, sum_) for on, sum_, pre in c.paid() if pre]
    planned = c.point["prepayment"] / 100 * c.root["contractSumWnds"] * 1.01
    return any(wd(c.root["signDate"], on) < 10 or sum_ > planned for on, sum_ in ahead)


def _before_acts(c: Case) -> bool:
    first = min(a["approveDate"] for a in c.own_acts)
    return any(on < first and not pre for on, _, pre in c.paid())


def _quick(c: Case) -> bool:
    act = c.own_acts[0]
    return act["refSubjectTypeId"] != 1 and wd(c.root["signDate"], act["approveDate"]) <= 3


def _overdue_for_nothing(c: Case) -> bool:
    return any(a["dayOverdue"] > 30 and not a["sumFine"] for a in c.own_acts)


def _division(c: Case) -> str:
    return str(c.point["refEnstruCode"][:2])


def _young(c: Case) -> bool:
    winner = c.party(c.root["supplierBiin"])
    return day(c.notice["endDate"]) - day(winner["regdate"]) < 90


FACTS: dict[str, Callable[[Case], bool]] = {
    "act_too_soon": _quick,
    "after_rejections": lambda c: _failed_bids(c) > 0,
    "auction_for_works": lambda c: c.notice["refSubjectTypeId"] != 1,
    "below_floor": lambda c: (
        _division(c) == "41" and c.root["contractSum"] < 0.98 * c.lot["amount"]
    ),
    "beyond_saving": lambda c: c.versions[-1]["contractSum"] > c.lot["amount"] * 1.0001,
    "bridging": lambda c: c.point["refJustificationId"] == 135 and c.span() > 62,
    "builder_supervisor": lambda c: c.same_supplier(),
    "cancelled_until_one": lambda c: (
        sum(n["refBuyStatusId"] == 430 for n in c.notices) == 2 and len(c.lines()) == 1
    ),
    "carousel": _rotation,
    "commission_for_works": lambda c: _division(c) == "41" and c.notice["refTradeMethodsId"] == 2,
    "delay_forgiven": _overdue_for_nothing,
    "designer_builder": lambda c: c.same_supplier(),
    "dominant_supplier": lambda c: (
        max(Counter(row["supplierBiin"] for row in c.roots).values()) >= 10
    ),
    "early_advance": _advance,
    "emergency": lambda c: c.point["refJustificationId"] == 103 and c.span() > 60,
    "everything": lambda c: len({p["refEnstruCode"][:2] for p in c.points}) >= 4,
    "failed_once": lambda c: c.parent()["refTradeMethodsId"] == 2 and len(c.notices) == 2,
    "founded_last_week": _young,
    "ghost_bidder": _lost,
    "goods_later": lambda c: (
        c.root["refSubjectTypeId"] == 1
        and c.versions[-1]["planExecDate"] > c.versions[0]["planExecDate"]
    ),
    "identical_bids": lambda c: (
        _division(c) != "41" and len(set(c.amounts(WINNER, SECOND, ADMITTED))) < len(c.lines())
    ),
    "late_bid": lambda c: any(app["dateApply"] > c.notice["endDate"] for app in c.apps),
    "lowest_rejected": lambda c: c.amounts(REJECTED, WINNER)[0] not in c.amounts(WINNER),
    "many_addenda": lambda c: (
        len([v for v in c.versions if v["refAmendmAgreemJustifId"][0] not in (0, 15)]) >= 3
    ),
    "method_switched": lambda c: (
        next(p for p in c.points if p["isActive"])["refTradeMethodsId"]
        != c.root["faktTradeMethodsId"]
    ),
    "near_price": lambda c: (
        _division(c) != "41" and c.amounts(SECOND)[0] < c.amounts(WINNER)[0] * 1.01
    ),
    "no_report": lambda c: c.root["reportSignAt"] is None,
    "one_desk": _one_phone,
    "one_quotation": lambda c: (
        next(a for a in c.apps if a["buyId"] == c.parent()["id"])["supplierBinIin"]
        != c.root["supplierBiin"]
    ),
    "others_rejected": _unfit,
    "overpaid": lambda c: sum(p[1] for p in c.paid()) > c.versions[-1]["contractSumWnds"] * 1.005,
    "overpriced": _dear,
    "paid_before_act": _before_acts,
    "plan_after_notice": _planned_at_publication,
    "price_up": _grew,
    "relatives_phone": lambda c: (
        c.party(c.root["supplierBiin"])["phone"] == c.party(c.root["customerBin"])["phone"]
    ),
    "repealed_ground": lambda c: c.point["refJustificationId"] < 100,
    "school_places": _cost_of_place,
    "short_contract": lambda c: c.span() < 15,
    "short_window": lambda c: (
        c.notice["refTypeTradeId"] == 1
        and working_between(day(c.notice["startDate"]) - 1, day(c.notice["endDate"])) < 5
    ),
    "signed_early": lambda c: (
        c.root["faktTradeMethodsId"] == 2
        and wd(c.root["trdBuyItogiDatePublic"], c.root["signDate"]) < 3
    ),
    "signed_late": lambda c: wd(c.root["trdBuyItogiDatePublic"], c.root["signDate"]) > 14,
    "single_at_estimate": lambda c: c.root["contractSum"] > c.lot["amount"] * 0.99,
    "small_contracts": lambda c: (
        sum(row["contractSum"] for row in c.roots) > terms.mci(c.root["finYear"], 100)
    ),
    "split_quotations": lambda c: (
        sum(row["contractSum"] for row in c.roots) > terms.mci(c.root["finYear"], 8_000)
    ),
    "under_complaint": lambda c: (
        c.complaints[0]["dateApply"] <= c.root["signDate"] < c.complaints[0]["decisionDate"]
    ),
    "unfair_winner": _barred,
    "vat_non_payer": _taxed_without_registration,
    "year_end_rush": lambda c: c.root["signDate"][5:7] == "12" and _quick(c),
}

__all__ = ["FACTS", "WITHDRAWN", "Case"]
