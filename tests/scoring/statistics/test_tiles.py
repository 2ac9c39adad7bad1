"""Every figure of every tile by value, over a handful of purchases; what is missing is left out."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scoring.indicator import Text
from scoring.statistics.declaration import parts, tiles, words
from scoring.statistics.figures import figures
from scoring.statistics.tile import tile
from shared.vocabulary.wording import black_listed
from tests.scoring.statistics.desk import NEWEST, Desk, desk

ALMATY, OLD_SEMEY, SEMEY_TODAY = "751110000", "632810000", "10"
SCHOOL = "Строительство школы на 1 200 мест в микрорайоне"


def bought(process: str, method: str | None, **more: Any) -> dict[str, Any]:
    plain = {"process": process, "buyer": "school", "method": method, "year": 2026}
    return plain | {"buyer_kato": ALMATY, "date_text": NEWEST, "category": "goods"} | more


def contract(process: str, net: float | None, **more: Any) -> dict[str, Any]:
    return {"process": process, "supplier": "firm", "net": net, "signed_on": "2026-03-05"} | more


PAPER: Any = [
    {"process": "paper", "class_id": "171213.100.000000", "unit": "796", "unit_net": 10 + n}
    | {"total_net": 100}
    for n in range(10)
]

GIVEN: Any = {
    "party": [{"id": "trader", "person": True}, {"id": "named-only", "weak": True}],
    "process": [
        bought("direct", "direct"),
        bought("paper", "open", end_at="2026-02-01T00:00:00"),
        bought("semey", "open", buyer_kato=OLD_SEMEY, year=2025, end_at="2025-02-01T00:00:00"),
        bought("unsaid", None),
        bought("dollars", "direct"),
        bought("no-sum", "open", end_at="2026-02-01T00:00:00"),
        bought("called-off", "open", tender_status="cancelled"),
        bought("open-still", "open", end_at="2026-07-01T00:00:00"),
        bought("awarded", "open", has_contracts=False, value=500, end_at="2026-02-01T00:00:00"),
        bought("school", "open", category="works", end_at="2026-02-01T00:00:00"),
        bought("school-unsized", "open", category="works", end_at="2026-02-01T00:00:00"),
    ],
    "lot": [
        {"process": "paper", "amount": 1200, "currency": "KZT"},
        {"process": "paper", "amount": 800, "currency": "KZT"},
        {"process": "semey", "amount": 1000, "currency": "KZT"},
        {"process": "no-sum", "amount": None},
        {"process": "called-off", "amount": 70, "status": "cancelled"},
        {"process": "open-still", "amount": 70},
        {"process": "school", "title": SCHOOL, "amount": 9000},
        {"process": "school-unsized", "title": "Строительство школы", "amount": 9000},
        {"process": "school-unsized", "title": "Ремонт школы на 300 мест", "amount": 9000},
    ],
    "bid": [
        {"process": "paper", "sole": "firm"},
        {"process": "paper", "sole": "other"},
        {"process": "paper", "sole": "trader", "status": "disqualified"},
        {"process": "semey", "sole": "firm"},
        {"process": "no-sum", "sole": "firm"},
        {"process": "awarded", "sole": "firm"},
        {"process": "awarded", "sole": "other"},
        {"process": "school", "sole": "firm"},
    ],
    "bid_lot": [
        {"process": "paper", "bid_no": 0, "lot_no": 0},
        {"process": "paper", "bid_no": 1, "lot_no": 0},
        {"process": "paper", "bid_no": 2, "lot_no": 0, "status": "disqualified"},
        {"process": "paper", "bid_no": 0, "lot_no": 1},
        {"process": "semey", "bid_no": 0, "lot_no": 0},
        {"process": "no-sum", "bid_no": 0, "lot_no": 0},
        {"process": "school", "bid_no": 0, "lot_no": 0},
    ],
    "award": [
        {"process": "paper", "lot_no": 0, "amount": 1000, "sole": "firm"},
        {"process": "paper", "lot_no": 1, "amount": 800, "sole": "firm"},
        {"process": "semey", "lot_no": 0, "amount": 1100, "sole": "firm"},
        {"process": "no-sum", "lot_no": 0, "amount": 5, "sole": "firm"},
        {"process": "awarded", "amount": 400, "sole": "other"},
    ],
    "contract": [
        contract("direct", 300, planned_on="2026-05-01", executed_on="2026-05-01"),
        contract("paper", 1800, planned_on="2026-05-01", executed_on="2026-05-11"),
        contract("semey", 1100, planned_on="2025-05-01", first_planned_on="2025-04-01"),
        contract("unsaid", 50),
        contract("dollars", 9, currency="USD"),
        contract("no-sum", None, value=None, planned_on="2026-05-01", status="terminated"),
        contract("no-sum", 8, status="cancelled"),
        contract("school", 2_400_000, planned_on="2027-05-01"),
    ],
    "contract_item": [
        *PAPER,
        {"process": "direct", "class_id": "171213.100.000000", "unit": "796", "unit_net": 20}
        | {"total_net": 300},
        {"process": "semey", "class_id": "310100.900.000001", "unit": "796", "total_net": 1100},
        {"process": "unsaid", "class_id": None, "total_net": 50},
    ],
    "document": [
        {"process": "paper", "place": "tender", "type": "technicalSpecifications"},
        {"process": "semey", "place": "tender", "type": "contractDraft"},
        {"process": "no-sum", "place": "tender", "type": None},
    ],
}


@pytest.fixture(scope="module")
def figured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder: Path = tmp_path_factory.mktemp("figures")
    with desk(GIVEN, folder) as found:
        yield found


def shown(row: dict[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_single_source_by_number_and_sum_leaves_out_what_is_not_told(figured: Desk) -> None:
    names = ("contracts", "direct", "share_by_count", "valued", "amount", "direct_amount")
    lacks = ("no_method", "no_sum", "other_currency")

    whole = figured.row("single-source", level="all")
    city = figured.row("single-source", level="region", year=2026, region="75")
    moved = figured.row("single-source", level="region", year=2025)

    assert shown(whole, *names) == (7, 2, 0.2857, 5, "2403600.00", "300.00")
    assert shown(whole, *lacks) == (1, 1, 1)
    assert shown(city, *names) == (6, 2, 0.3333, 4, "2402500.00", "300.00")
    assert (moved["region"], moved["share_by_amount"]) == (SEMEY_TODAY, 0.0)


def test_methods_stand_apart_and_so_does_the_one_that_is_not_told(figured: Desk) -> None:
    found = {row["method"]: row for row in figured.rows("methods", level="all")}

    assert {method: row["contracts"] for method, row in found.items()} == {
        "direct": 2,
        "open": 5,
        None: 1,
    }
    assert (found["direct"]["amount"], found["direct"]["other_currency"]) == ("300.00", 1)


def test_savings_compare_the_plan_with_the_award_lot_by_lot(figured: Desk) -> None:
    whole = figured.row("savings", level="all")
    city = figured.row("savings", level="country", year=2026)

    assert shown(whole, "lots", "planned", "awarded", "saved", "share_saved") == (
        *(4, "3500.00", "3300.00", "200.00"),
        0.0571,
    )
    assert shown(city, "lots", "share_saved") == (3, 0.12)
    assert shown(whole, "cancelled", "still_open", "not_awarded", "no_plan") == (1, 1, 3, 1)


def test_competition_counts_bids_by_lot_once_bidding_is_over(figured: Desk) -> None:
    whole = figured.row("competition", level="all")

    names = ("lots", "bids_per_lot", "median_bids", "single_bid", "share_single_bid")
    assert shown(whole, *names) == (6, 1.5, 1.0, 4, 0.6667)
    assert shown(whole, "without_bids", "disqualified_bids", "share_disqualified") == (
        *(0, 1),
        0.1111,
    )
    assert shown(whole, "cancelled", "still_open", "no_bids_told") == (1, 1, 2)


def test_execution_tells_late_from_overdue_and_from_not_known(figured: Desk) -> None:
    whole = figured.row("execution", level="all")

    names = ("due", "in_time", "late", "overdue", "ended_early", "share_late", "median_days_late")
    assert shown(whole, *names) == (3, 1, 1, 1, 0, 0.6667, 10.0)
    assert shown(whole, "prolonged", "no_planned_day", "no_executed_day") == (1, 2, 1)


def test_the_groups_on_which_most_is_spent_come_first_of_each_year(figured: Desk) -> None:
    found = figured.rows("categories", year=2026)

    assert [shown(row, "place", "class_group", "lines", "amount") for row in found] == [
        (1, "171213", 11, "1300.00")
    ]
    assert figured.row("categories", year=2025)["share_of_year"] == 1.0
    assert figured.left_out("categories") == {"no_class": 1, "no_sum": 0, "other_currency": 0}


def test_prices_of_one_code_unit_and_year_are_compared_where_ten_are_known(figured: Desk) -> None:
    [found] = figured.rows("price-dispersion")

    names = ("prices", "lowest", "first_quartile", "median", "third_quartile", "highest")
    assert shown(found, *names) == (11, "10.00", "12.00", "15.00", "18.00", "20.00")
    assert found["dispersion"] == 1.5
    assert figured.left_out("price-dispersion") == {
        "no_class": 1,
        "no_unit": 0,
        "no_year": 0,
        "no_net_price": 1,
        "other_currency": 0,
        "too_few_alike": 0,
    }


def test_a_school_place_costs_what_its_contract_says_over_its_places(figured: Desk) -> None:
    whole = figured.row("unit-costs", level="all")

    assert shown(whole, "objects", "places", "amount", "cost_per_place", "median") == (
        *(1, 1200),
        *("2400000.00", "2000.00", "2000.00"),
    )
    assert shown(whole, "no_places", "not_concluded", "no_sum") == (1, 0, 0)


def test_a_specification_is_looked_for_where_documents_and_their_kinds_are_told(
    figured: Desk,
) -> None:
    whole = figured.row("specifications", level="all")

    names = ("purchases", "with_specification", "share_with_specification")
    assert shown(whole, *names) == (2, 1, 0.5)
    assert shown(whole, "no_method", "no_documents", "no_kind") == (1, 5, 1)


def test_a_table_whose_source_is_not_there_says_so_and_shows_no_zero(tmp_path: Path) -> None:
    with desk({"process": [bought("alone", "open")]}, tmp_path) as bare:
        found = {
            name: tile(bare.facts, one, data_seq=1, data_date=None) for name, one in tiles().items()
        }

    missing = {name for name, one in found.items() if not one.available}
    assert missing == {
        *("categories", "execution", "price-dispersion", "specifications", "unit-costs")
    }
    for name in missing:
        assert found[name].rows == []
        assert found[name].reason is not None
    [whole] = [row for row in found["single-source"].rows if row["level"] == "all"]
    assert (whole["contracts"], whole["share_by_count"], whole["amount"]) == (0, None, None)


def texts() -> Iterator[Text]:
    """Every text that is published with figures."""
    for part in (*parts("profiles").values(), *parts("networks").values()):
        yield from (part.title, part.definition)
    for table in tiles().values():
        yield from (table.title, table.definition)
        yield from (words()[name].title for name in table.columns)
        yield from filter(None, [table.lacking])


def test_what_is_published_is_explained_in_three_languages_and_accuses_nobody() -> None:
    for text in texts():
        assert text.kk != text.ru or text.kk in SAME
        assert [each for each in (text.kk, text.ru, text.en) if black_listed(each)] == []
    for one in tiles().values():
        assert re.search("[әғқңөұүһі]", one.definition.kk)
    assert {row["part"] for row in figures().rows} >= {"volumes", "trend", "co_bidders"}


SAME = {"Медиана"}
"""Words that are the same in Kazakh and in Russian."""
