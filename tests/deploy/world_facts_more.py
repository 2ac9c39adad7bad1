"""What the stories of terms, words, discounts and habits must show, and their look-alikes not."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from deploy.sandbox.world import terms
from deploy.sandbox.world.tenders import REJECTED, WINNER
from deploy.sandbox.world.workdays import moment_of, working_between
from tests.deploy.world_facts import Case, Row, day, wd


def moment(text: str) -> int:
    return moment_of(datetime.fromisoformat(text))


def _spread(amounts: list[float]) -> float:
    return (amounts[-1] - amounts[0]) / amounts[0]


def _bids(c: Case) -> list[float]:
    return sorted(line["amount"] for _, line in c.lines())


def _conditional(line: Row) -> float:
    return float(line["discountPrice"] or line["amount"])


def _dearer_won(c: Case) -> bool:
    lines = [line for _, line in c.lines()]
    won = next(_conditional(line) for line in lines if line["statusId"] == WINNER)
    return won > min(map(_conditional, lines))


def _discount(c: Case) -> float:
    return max(float(line["discountValue"]) for _, line in c.lines())


def _winners(c: Case) -> Counter[str]:
    """How many lots each supplier has a contract for."""
    return Counter(row["supplierBiin"] for row in c.roots for _ in row["ContractUnits"])


def _filed_together(c: Case) -> bool:
    ahead = []
    for notice in c.notices:
        pair = {row["bin"] for row in c.subjects}
        times = [a["dateApply"] for a in c.apps
                 if a["buyId"] == notice["id"] and a["supplierBinIin"] in pair]  # fmt: skip
        ahead.append(day(notice["endDate"]) - day(max(times)))
    return min(ahead) > 0


def _divisions(c: Case) -> int:
    points = {p["id"]: p for p in c.points}
    return len({points[key]["refEnstruCode"][:2] for key in c.lot["pointList"]})


def _prolonged(c: Case) -> int:
    return day(c.versions[-1]["planExecDate"]) - day(c.versions[0]["planExecDate"])


def _paid_after(c: Case) -> int:
    return day(c.paid()[-1][0]) - day(c.own_acts[0]["approveDate"])


def _largest_lots(c: Case) -> bool:
    most = terms.mci(c.root["finYear"], 4_000)
    return all(0.9 * most < lot["amount"] <= most for lot in c.lots)


def _december(c: Case) -> bool:
    late = [row for row in c.roots if row["signDate"][5:7] == "12"]
    return len(late) > len(c.roots) / 2


def _rejected_in(c: Case) -> int:
    own = {row["bin"] for row in c.subjects}
    return sum(
        line["statusId"] == REJECTED
        for app in c.apps
        if app["supplierBinIin"] in own
        for line in app["AppLots"]
    )


def _listed(c: Case, register: str, dated: str, *, before: bool = True) -> bool:
    days = {row["bin"]: row.get(dated) for row in c.world.registers()[register]}
    on = days.get(c.root["supplierBiin"])
    return on is not None and (on < c.notice["publishDate"]) == before


def _sums(c: Case) -> list[float]:
    return [row["contractSum"] for row in sorted(c.roots, key=lambda row: row["signDate"])]


def _alone(c: Case) -> float:
    bidders = Counter(app["buyId"] for app in c.apps)
    return sum(number == 1 for number in bidders.values()) / len(c.notices)


def _acts_in_a_month(c: Case) -> int:
    """Acts that changed the plan in its busiest month after the one that approved it."""
    first = min(p["PlanActs"]["dateApproved"] for p in c.points)
    months = Counter(
        p["PlanActs"]["dateApproved"][:7] for p in c.points if p["PlanActs"]["dateApproved"] > first
    )
    return max(months.values())


def _spared(c: Case, status: int) -> bool:
    return c.versions[-1]["refContractStatusId"] == status and not c.unfair


def _quantities(c: Case) -> list[float]:
    return [row["ContractUnits"][0]["quantity"] for row in sorted(c.roots, key=_signed)]


def _signed(row: Row) -> str:
    return str(row["signDate"])


def _largest_shares(c: Case) -> tuple[float, float]:
    """The share of contracts of the strongest seller in the first and the last half of them."""
    ordered = [row["supplierBiin"] for row in sorted(c.roots, key=_signed)]
    half = len(ordered) // 2
    last = Counter(ordered[half:]).most_common(1)[0]
    return ordered[:half].count(last[0]) / half, last[1] / half


MORE: dict[str, Callable[[Case], bool]] = {
    "bankrupt_winner": lambda c: _listed(c, "bankrupts", "decision_date"),
    "broken_and_spared": lambda c: _spared(c, 340),
    "evaded_and_spared": lambda c: _spared(c, 330),
    "few_hands": lambda c: _largest_shares(c)[0] < 0.1 and _largest_shares(c)[1] > 0.7,
    "market_taken": lambda c: _largest_shares(c)[1] - _largest_shares(c)[0] > 0.3,
    "plan_in_pieces": lambda c: bool(c.root["isGu"]) and _acts_in_a_month(c) > 2,
    "quantity_jump": lambda c: _quantities(c)[2] > 1.5 * sum(_quantities(c)[:2]) / 2,
    "official_behind": lambda c: _listed(c, "politically_exposed_companies", "since"),
    "sanctioned_winner": lambda c: (
        _listed(c, "sanctions", "since") and _listed(c, "sanctions", "until", before=False)
    ),
    "registration_void": lambda c: _listed(c, "invalid_registration", "decision_date"),
    "always_alone": lambda c: _alone(c) > 0.5,
    "called_off_often": lambda c: (
        sum(n["refBuyStatusId"] == 430 for n in c.notices) > len(c.notices) / 4
    ),
    "false_enterprise": lambda c: _listed(c, "false_enterprises", "decision_date"),
    "in_arrears": lambda c: _listed(c, "arrears", "date"),
    "inactive_taxpayer": lambda c: _listed(c, "inactive", "order_date"),
    "not_found": lambda c: _listed(c, "wrong_address", "act_date"),
    "one_telephone": lambda c: max(Counter(row["phone"] for row in c.subjects).values()) > 9,
    "own_purchase": lambda c: c.root["supplierBiin"] == c.root["customerBin"],
    "small_first": lambda c: _sums(c)[0] < min(_sums(c)[1:]) / 10,
    "above_plan": lambda c: all(p["amount"] < c.lot["amount"] for p in c.points),
    "act_unsigned": lambda c: wd(c.own_acts[0]["createDateAct"], c.own_acts[0]["approveDate"]) > 10,
    "all_lots": lambda c: len(c.lots) == max(_winners(c).values()) == 5,
    "brand_named": lambda c: "для" not in c.lot["nameRu"] and "Lenovo" in c.lot["nameRu"],
    "bunched_lots": _largest_lots,
    "contract_first": lambda c: (
        c.point["refJustificationId"] != 103
        and c.root["signDate"] < c.point["PlanActs"]["dateApproved"]
    ),
    "cover_bids": lambda c: _spread(_bids(c)[1:]) < 0.005 and _bids(c)[1] > _bids(c)[0] * 1.05,
    "dearer_won": _dearer_won,
    "december": _december,
    "decided_at_once": lambda c: (
        c.notice["refTradeMethodsId"] == terms.COMPETITION
        and moment(c.notice["itogiDatePublic"]) - moment(c.notice["endDate"]) < 3_600
    ),
    "discount_too_high": lambda c: _discount(c) > 16,
    "discussion_cut": lambda c: (
        c.notice["discusStartDate"] is not None
        and wd(c.notice["discusStartDate"], c.notice["discusEndDate"]) < 2
    ),
    "eshop_volume": lambda c: (
        sum(row["contractSum"] for row in c.roots) > terms.mci(c.root["finYear"], 4_000)
    ),
    "filed_together": _filed_together,
    "given_up": lambda c: c.root["contractSum"] > c.points[0]["amount"] / 2,
    "invited_late": lambda c: wd(c.parent()["itogiDatePublic"], c.notice["publishDate"]) > 4,
    "market_passed_over": lambda c: len(c.apps) > 2,
    "mixed_letters": lambda c: "o" in c.lot["nameRu"],
    "narrow_bids": lambda c: (
        c.notice["refTradeMethodsId"] != terms.AUCTION and _spread(_bids(c)) < 0.005
    ),
    "night_notice": lambda c: (
        c.notice["publishDate"][11:13] == "23"
        and working_between(day(c.notice["publishDate"]), day(c.notice["endDate"])) < 4
    ),
    "no_specification": lambda c: not any("пецификация" in f["nameRu"] for f in c.notice["Files"]),
    "old_method": lambda c: c.notice["refTradeMethodsId"] == 22,
    "only_direct": lambda c: all(
        row["trdBuyId"] == 0 and row["faktTradeMethodsId"] == 23 for row in c.roots
    ),
    "never_delivered": lambda c: not c.own_acts,
    "never_paid": lambda c: bool(c.own_acts) and not c.paid(),
    "never_signed": lambda c: c.root["signDate"] is None,
    "paid_late": lambda c: _paid_after(c) > 30,
    "prolonged": lambda c: _prolonged(c) > 62,
    "raised_soon": lambda c: day(c.versions[-1]["signDate"]) - day(c.root["signDate"]) <= 30,
    "rejected_and_complained": lambda c: bool(c.complaints) and len(c.amounts(REJECTED)) > 1,
    "results_late": lambda c: (
        not c.notice["Pause"] and wd(c.notice["endDate"], c.notice["itogiDatePublic"]) > 3
    ),
    "turned_away": lambda c: _rejected_in(c) > 5,
    "unlike_goods": lambda c: _divisions(c) > 2,
    "works_later": lambda c: (
        _prolonged(c) > 0 and c.versions[-1]["refAmendmAgreemJustifId"] != [18]
    ),
}
