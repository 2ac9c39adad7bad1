"""Whether an indicator is computable, and because of what it is not: decided by values."""

from collections import Counter
from typing import Any

import pytest

from gateway.computable import Asked, Became, Cell, by_needs, by_results, judged
from gateway.coverage import RegisterDays
from gateway.needs import Needs, needs_of
from shared.contracts.sources import Lack, Words

ACTS = "contracts.x_acts.amount"


@pytest.mark.parametrize(
    ("fields", "needs"),
    [
        (["tender.title", "/tender/title"], Needs(("tender.title", "/tender/title"))),
        (["planning.x_plan_points", "plans"], Needs(("planning.x_plan_points",), (), plans=True)),
        (["plans.amount"], Needs(plans=True)),
        (["law.mci", "lawful"], Needs(("lawful",), law=("law.mci",))),
        (["registers.vat_payers", "registers.vat_payers.valid_from"], Needs((), ("vat_payers",))),
        (
            ["register_entry.unfair_participants", "/registers/x"],
            Needs((), ("unfair_participants", "x")),
        ),
        ([], Needs()),
    ],
)
def test_what_an_indicator_needs_is_told_apart_by_name(fields: list[str], needs: Needs) -> None:
    assert needs_of(fields) == needs


@pytest.mark.parametrize(
    ("counts", "word"),
    [
        ({"computed": 3}, "yes"),
        ({"computed": 3, "not_applicable": 9}, "yes"),
        ({"computed": 1, "not_computable": 9}, "partly"),
        ({"computed": 1, "insufficient_sample": 1}, "partly"),
        ({"not_computable": 1, "not_applicable": 9}, "no"),
        ({"failed": 1}, "no"),
        ({"not_applicable": 9}, "not_applicable"),
    ],
)
def test_what_became_of_an_indicator_decides(counts: dict[str, int], word: str) -> None:
    assert by_results(Counter(counts)) == word


def cell(
    *, whole: int = 0, looked_at: int = 10, vat: tuple[int, int] = (0, 0), **more: Any
) -> Cell:
    days = RegisterDays("vat_payers", *vat, 30)
    return Cell(
        processes=10,
        looked_at=looked_at,
        whole={"X": whole},
        registers={"vat_payers": days},
        days=30,
        **more,
    )


VAT = ["registers.vat_payers"]

NEEDS = [
    ([ACTS], cell(whole=10), "yes"),
    ([ACTS], cell(whole=4), "partly"),
    ([ACTS], cell(), "no"),
    ([ACTS], cell(looked_at=0), "unknown"),
    ([], cell(whole=10), "yes"),
    (VAT, cell(vat=(30, 30)), "yes"),
    (VAT, cell(vat=(7, 7)), "partly"),
    (VAT, cell(vat=(0, 2)), "partly"),
    (VAT, cell(vat=(0, 0)), "no"),
    (["registers.unheard_of"], cell(), "no"),
    ([ACTS, *VAT], cell(whole=10, vat=(0, 0)), "no"),
    ([ACTS, *VAT], cell(whole=10, vat=(30, 30)), "yes"),
    ([ACTS, *VAT], cell(looked_at=0, vat=(7, 7)), "unknown"),
    (["plans"], cell(plans=3), "yes"),
    (["plans"], cell(), "no"),
    (VAT, Cell(), "unknown"),
]


def test_what_an_indicator_needs_decides_where_it_was_not_tried() -> None:
    found = [
        by_needs(Asked("X", "supplier", needs_of(fields)), given) for fields, given, _ in NEEDS
    ]

    assert found == [word for _, _, word in NEEDS]


def test_the_reasons_name_what_is_missing_in_how_many_purchases_and_on_how_many_days() -> None:
    asked = Asked(
        "X", "supplier", needs_of([ACTS, "bids.details.status", "registers.vat_payers", "plans"])
    )
    lacks = [Lack("bids", Words("kk", "ru", "Losing bids are not given."), ["bids"])]
    given = cell(vat=(7, 7), fields={ACTS: 4})

    found = judged(asked, given, lacks, "en")

    assert found.computable == "no"
    assert [(each.code, each.need, each.processes, each.days) for each in found.because] == [
        ("field_missing", ACTS, 6, None),
        ("source_lacks", "bids.details.status", 10, None),
        ("register_unknown", "vat_payers", None, 23),
        ("plans_unknown", None, None, None),
    ]
    assert found.because[0].text == f"Not computable because the purchase has no {ACTS}."
    assert found.because[1].text == "Losing bids are not given."


def test_where_it_was_tried_the_reasons_are_those_that_scoring_gave() -> None:
    tried = Became(
        Counter(computed=1, not_computable=5, insufficient_sample=2, failed=1),
        Counter({"registers.vat_payers": 2, "law.mci": 3, ACTS: 4}),
    )
    found = judged(Asked("X"), cell(whole=10, became={"X": tried}), [], "ru")

    assert (found.computable, found.computed, found.not_computable) == ("partly", 1, 5)
    assert [(each.code, each.need, each.processes) for each in found.because] == [
        ("field_missing", ACTS, 4),
        ("law_unknown", "law.mci", 3),
        ("register_unknown", "vat_payers", 2),
        ("too_few_cases", None, 2),
        ("failed", None, 1),
    ]
    assert found.because[0].text == f"Не вычисляется, потому что в закупке нет {ACTS}."


def test_an_indicator_that_could_not_be_computed_never_stands_without_a_reason() -> None:
    tried = Became(Counter(not_computable=5))

    [reason] = judged(Asked("X"), cell(became={"X": tried}), [], "kk").because

    assert (reason.code, reason.processes) == ("data_missing", 5)
    assert reason.text.startswith("Есептелмейді, себебі")
