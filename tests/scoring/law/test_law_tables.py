"""The law's tables: complete where the law is, both readings where it contradicts itself."""

import re
from datetime import date
from itertools import product
from pathlib import Path

import pytest

import scoring.law
import shared.law
from scoring.law import law
from scoring.law.checks import refuse_contradictory
from scoring.law.kinds import FILES, Failure, Term
from scoring.law.rows import Law
from shared.law import LawFileError, read

DAY = date(2026, 3, 2)
KEPT = law()


def with_file(name: str, before: str, after: str) -> Law:
    """Read the law with one file changed."""
    path = Path(scoring.law.__path__[0]) / f"{name}.yaml"
    text = path.read_text("utf-8")
    assert before in text
    table = read(text.replace(before, after, 1), name=path.name, of=FILES[name])
    return Law(**{**KEPT.tables(), name: table})


@pytest.mark.parametrize(
    ("key", "year", "kzt"),
    [
        ("quotations_annual", 2025, 31_456_000),
        ("quotations_annual", 2026, 34_600_000),
        ("direct_small_goods", 2025, 393_200),
        ("direct_small_services", 2026, 2_162_500),
        ("local_presence_construction", 2026, 13_840_000_000),
        ("vat_registration", 2025, 78_640_000),
        ("vat_registration", 2026, 43_250_000),
    ],
)
def test_a_limit_is_its_multiple_of_the_index_of_the_plan_year(
    key: str, year: int, kzt: float
) -> None:
    day = date(year, 1, 1)
    multiple = KEPT.limits.as_of(key, day).value.mci

    assert multiple * KEPT.years.as_of("mci", day).value == kzt


def test_there_are_43_grounds_of_direct_contracts_and_two_after_failure() -> None:
    grounds = set(KEPT.grounds.in_force(DAY))

    assert grounds == {f"16(3){n}" for n in range(1, 44)} | {"16(2)1", "16(2)2"}


@pytest.mark.parametrize(
    ("duty", "grounds"),
    [
        ("opinion", {2, 26, 31}),
        ("offers", {5, 18, 32, 35, 36, 38, 39}),
        ("by_list", {1, 5, 10, 19, 20, 25, 26, 36, 41}),
        ("security", {19, 41}),
    ],
)
def test_a_duty_holds_for_these_grounds(duty: str, grounds: set[int]) -> None:
    found = {key for key, one in KEPT.grounds.in_force(DAY).items() if duty in one.value.duties}

    assert found == {f"16(3){n}" for n in grounds}


@pytest.mark.parametrize(
    ("spared", "grounds"),
    [
        ("plan", {3, 6, 21, 22, 23, 24}),
        ("portal", {3, 6, 11, 12, 13, 14, 15, 17, 21, 22, 23, 24, 27}),
        ("register", {6, 12, 21, 22, 24}),
        ("registration", {3, 6, 22, 23, 25}),
        ("listing", {1, 25, 26}),
    ],
)
def test_a_ground_is_spared_a_duty(spared: str, grounds: set[int]) -> None:
    found = {key for key, one in KEPT.grounds.in_force(DAY).items() if spared in one.value.exempt}

    assert found == {f"16(3){n}" for n in grounds}


def failures(method: str, attempt: int, bids: int, admitted: int) -> list[tuple[str, Failure]]:
    """Find what the table says of five facts."""
    facts = {"attempts": attempt, "bids": bids, "admitted": admitted}
    return [
        (key, one.value)
        for key, one in KEPT.failures.periods()
        if method in one.value.methods
        and all(within(getattr(one.value, name), number) for name, number in facts.items())
    ]


def within(written: list[int], number: int) -> bool:
    return written[0] <= number <= (written[1] if len(written) > 1 else number)


METHODS = sorted({method for _, one in KEPT.failures.periods() for method in one.value.methods})


@pytest.mark.parametrize("method", METHODS)
def test_every_outcome_of_a_procedure_has_exactly_one_row(method: str) -> None:
    outcomes = [
        (attempt, bids, admitted)
        for attempt, bids in product((1, 2, 3), range(6))
        for admitted in range(bids + 1)
    ]

    found = {facts: [key for key, _ in failures(method, *facts)] for facts in outcomes}

    assert {facts: keys for facts, keys in found.items() if len(keys) != 1} == {}


@pytest.mark.parametrize(
    ("method", "facts", "row", "single_source"),
    [
        ("competition", (1, 0, 0), "F1", "never"),
        ("competition", (1, 3, 0), "F2", "never"),
        ("competition", (1, 2, 1), "F3", "never"),
        ("competition", (1, 1, 1), "F4", "never"),
        ("competition", (2, 0, 0), "F5", "chosen"),
        ("competition", (2, 3, 1), "F5b", "never"),
        ("rating_points", (3, 0, 0), "F5", "chosen"),
        ("auction", (2, 1, 0), "F5a", "never"),
        ("quotations", (1, 1, 1), "F6", "sole_bidder"),
        ("quotations", (2, 1, 1), "F6", "sole_bidder"),
        ("quotations", (1, 0, 0), "F7", "never"),
        ("quotations", (2, 0, 0), "F8", "chosen"),
        ("quotations", (1, 3, 1), "F9", "never"),
        ("quotations", (2, 3, 1), "F10", "chosen"),
        ("eshop", (1, 1, 1), "F11", "never"),
        ("social_order", (2, 0, 0), "F13", "chosen"),
        ("social_order", (2, 2, 1), "F13b", "doubtful"),
        ("dwelling", (4, 2, 0), "F14", "never"),
        ("dwelling", (1, 1, 1), "F15", "never"),
    ],
)
def test_what_may_follow_a_procedure(
    method: str, facts: tuple[int, int, int], row: str, single_source: str
) -> None:
    """The facts are attempt, bids presented, bids admitted."""
    (key, found), *_ = failures(method, *facts)

    assert (key, found.single_source) == (row, single_source)


@pytest.mark.parametrize(
    ("change", "subject", "reasons"),
    [
        ("sum_down", "services", {1, 3, 5, 6, 14, 16, 17}),
        ("sum_down", "goods", {1, 3, 14, 16, 17}),
        ("sum_up", "works", {2, 3, 5, 12, 16, 17}),
        ("sum_up", "goods", {3, 12, 16, 17}),
        ("unit_price_up", "works", {2, 5, 16, 17}),
        ("term_later", "goods", {9, 10, 12}),
        ("term_later", "works", {7, 8, 10, 12, 18}),
        ("term_later", "services", {7, 10, 12, 18}),
    ],
)
def test_these_reasons_allow_a_change(change: str, subject: str, reasons: set[int]) -> None:
    found = {
        int(key)
        for key, one in KEPT.changes.periods()
        for allowed in one.value.allows
        if allowed.change == change and (not allowed.subjects or subject in allowed.subjects)
    }

    assert found == reasons


def test_18_reasons_for_a_change_and_no_other() -> None:
    assert [int(key) for key in KEPT.changes.entries] == list(range(1, 19))


def test_every_contradiction_has_two_readings_and_one_by_which_we_count() -> None:
    found = {key: one.value for key, one in KEPT.contradictions.periods()}

    assert {key for key, one in found.items() if len(one.readings) < 2} == set()
    assert {key for key, one in found.items() if one.chosen not in one.readings} == set()


def test_the_other_reading_of_a_contradiction_is_at_hand() -> None:
    goods = KEPT.limits.as_of("direct_small_rural_goods", DAY)

    assert goods.issue == "X2"
    assert goods.value.mci == 4000
    assert goods.otherwise["works_and_services_only"].mci == 100


def test_two_terms_for_one_step_on_one_day_are_refused() -> None:
    found = with_file("terms", "term: bid_window, methods: [rating_points]",
                      "term: bid_window, methods: [competition]")  # fmt: skip

    with pytest.raises(LawFileError, match=r"both speak of \('bid_window', 'competition'\)"):
        refuse_contradictory(found)


def test_a_method_that_nobody_knows_is_refused() -> None:
    found = with_file("floors", "methods: [quotations]", "methods: [quotation]")

    with pytest.raises(LawFileError, match="there is no method 'quotation'"):
        refuse_contradictory(found)


def test_a_reading_that_its_contradiction_does_not_know_is_refused() -> None:
    found = with_file("limits", "works_and_services_only:", "works_only:")

    with pytest.raises(LawFileError, match="X2 has no such other readings"):
        refuse_contradictory(found)


def test_every_term_counts_in_a_unit_of_time() -> None:
    units = {one.unit for _, one in KEPT.terms.periods()}

    assert units == {"working_day", "calendar_day", "month", "year"}


def test_every_method_of_the_portal_has_a_word_and_a_regime() -> None:
    methods = [one.value for _, one in KEPT.methods.periods()]

    assert len({one.code for one in methods}) == len(methods) == 35
    assert {
        one.method.startswith("quasi_") == (one.regime == "quasi_state") for one in methods
    } == {True}


def test_no_amount_of_the_law_stands_in_python_or_sql() -> None:
    folders = [Path(module.__path__[0]).parents[1] for module in (scoring.law, shared.law)]
    indices = {int(one.value) for _, one in KEPT.years.periods()}
    amounts = {
        int(limit.value.mci * one.value)
        for _, limit in KEPT.limits.periods()
        for _, one in KEPT.years.periods()
    }
    number = re.compile(rf"(?<![\d.])({'|'.join(map(str, sorted(indices | amounts)))})(?![\d.])")

    found = [
        f"{path.name}: {line.strip()}"
        for folder in folders
        for path in sorted(folder.rglob("*.*"))
        if path.suffix in {".py", ".sql"} or (path.suffix == ".yaml" and "indicators" in path.parts)
        for line in queries(path)
        if number.search(line.replace("_", ""))
    ]

    assert found == []


def queries(path: Path) -> list[str]:
    """Lines of code; of an indicator only its queries, not the purchases of its examples."""
    text = path.read_text("utf-8")
    if path.suffix != ".yaml":
        return text.splitlines()
    return re.sub(r"(?ms)^examples:.*", "", text).splitlines()


def test_terms_of_the_former_law_are_no_terms_of_this_one() -> None:
    one: Term = KEPT.terms.as_of("bid_window.competition", date(2024, 12, 31)).value

    assert one.number == 15
    assert KEPT.terms.as_of("bid_window.competition", date(2024, 12, 31)).confidence == "secondary"
    assert KEPT.terms.as_of("bid_window.competition", date(2025, 1, 1)).value.number == 5
