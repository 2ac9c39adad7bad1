"""The score by value, and its promises as properties over invented catalogues."""

import random
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import method
from scoring.carrying import carried
from scoring.document import Judgement, Method, score
from scoring.indicator import catalogue
from scoring.score import (
    CLEAR,
    FLAGGED,
    NOT_APPLICABLE,
    UNCOMPUTED,
    Composer,
    Composition,
    Sign,
    Weight,
    strength,
    to_score,
)
from shared.contracts.scores import Subject, Value

FAMILIES = ("tender", "competition", "contract")
SEVERITIES = {"low": 5.0, "medium": 10.0, "high": 20.0, "critical": 35.0}


def weight(code: str, family: str = "tender", points: float = 20.0, **more: object) -> Weight:
    fields = {"kind": "signal", "severity": "high", **more}
    return Weight(code, family=family, points=points, **fields)  # type: ignore[arg-type]


def compose(
    weights: list[Weight], signs: list[Sign], rates: dict[str, float] | None = None
) -> Composition:
    return Composer(weights, rates or {}).compose(tuple(signs))


@pytest.mark.parametrize(
    ("points", "score"), [(0, 0.0), (40_000, 50.0), (80_000, 75.0), (120_000, 87.5)]
)
def test_every_forty_points_halve_the_distance_to_one_hundred(points: int, score: float) -> None:
    assert to_score(points) == score


@pytest.mark.parametrize(
    ("value", "threshold", "extreme", "expected"),
    [
        (15.0, 15.0, 0.0, 0.5),
        (7.5, 15.0, 0.0, 0.75),
        (-3.0, 15.0, 0.0, 1.0),
        (1.0, None, 0.0, 1.0),
        (1.0, 1.0, None, 1.0),
        (4.0, 4.0, 4.0, 1.0),
    ],
)
def test_a_flag_is_half_strong_at_its_threshold_and_full_at_the_extreme(
    value: float, threshold: float | None, extreme: float | None, expected: float
) -> None:
    assert strength(value, threshold, extreme) == expected


def test_within_a_family_the_largest_counts_fully_then_half_then_a_quarter_then_nothing() -> None:
    weights = [
        weight(code, points=points) for code, points in zip("ABCD", (20, 16, 8, 4), strict=False)
    ]

    got = compose(weights, [Sign(code, FLAGGED) for code in "DCBA"])

    assert got.discounts == (0.0, 0.25, 0.5, 1.0)
    assert got.counted == (0, 2_000, 8_000, 20_000)
    assert got.points == (30_000, 30_000, 30_000)


def test_flags_of_two_families_both_count_fully() -> None:
    weights = [weight("A", "tender"), weight("B", "competition")]

    assert compose(weights, [Sign("A", FLAGGED), Sign("B", FLAGGED)]).score[0] == 50.0


def test_of_two_overlapping_flags_the_larger_counts_once_and_leaves_the_next_place_free() -> None:
    weights = [
        weight("A", points=20),
        weight("B", points=10, overlaps=frozenset({"A"})),
        weight("C", points=8),
    ]

    got = compose(weights, [Sign("A", FLAGGED), Sign("B", FLAGGED), Sign("C", FLAGGED)])

    assert got.counted == (20_000, 0, 4_000)


def test_a_flag_of_the_supplier_counts_half_in_the_score_of_the_purchase() -> None:
    got = compose([weight("A", points=20)], [Sign("A", FLAGGED, 1.0, "supplier")])

    assert got.counted == (10_000,)
    assert got.discounts == (0.5,)


def test_what_could_not_be_computed_adds_its_base_rate_to_the_expected_score() -> None:
    weights = [weight("A", "tender", 20), weight("B", "competition", 10)]

    got = compose(weights, [Sign("A", FLAGGED), Sign("B", "not_computable")], {"B": 0.3})

    assert got.points == (20_000, 23_000, 30_000)
    assert got.awaited == (0, 3_000)
    assert got.coverage == 0.6667


@pytest.mark.parametrize(
    ("statuses", "band", "provisional"),
    [
        ("ffff", "critical", False),
        ("ccff", "high", False),
        ("cccf", "medium", False),
        ("cccc", "low", False),
        ("mmcf", "medium", True),
        ("mmmf", None, True),
        ("mmmm", None, True),
        ("nnnn", None, True),
    ],
)
def test_bands_follow_the_expected_score_and_need_coverage(
    statuses: str, band: str | None, provisional: bool
) -> None:
    names = {"f": FLAGGED, "c": CLEAR, "m": "not_computable", "n": NOT_APPLICABLE}
    weights = [weight(code, code) for code in "ABCD"]

    got = compose(weights, [Sign(c, names[s]) for c, s in zip("ABCD", statuses, strict=True)])

    assert (got.band, got.provisional) == (band, provisional)


def test_a_purchase_without_a_flag_is_low_whatever_is_expected_of_the_missing() -> None:
    weights = [weight("A", "a", 20), weight("B", "b", 20), weight("C", "c", 20)]
    signs = [Sign("A", "not_computable"), Sign("B", CLEAR), Sign("C", CLEAR)]

    got = compose(weights, [*signs, Sign("B", FLAGGED, 1.0, "buyer")], {"A": 1.0})

    assert got.score[1] > 25
    assert got.band == "low"


@pytest.mark.parametrize(
    ("kind", "severity", "certain", "by_record", "band"),
    [
        ("breach", "critical", True, True, "high"),
        ("signal", "critical", True, True, "high"),
        ("breach", "critical", False, True, None),
        ("breach", "critical", True, False, None),
        ("breach", "high", True, True, None),
    ],
)
def test_one_critical_fact_that_is_certain_shows_as_high_even_where_little_is_known(
    kind: str, severity: str, certain: bool, by_record: bool, band: str | None
) -> None:
    fact = weight("A", kind=kind, severity=severity, points=35, certain=certain)
    sign = Sign("A", FLAGGED, certain=by_record)

    got = compose([fact, weight("B", points=90)], [sign, Sign("B", "not_computable")])
    of_supplier = compose([fact], [sign._replace(context="supplier")])

    assert got.coverage < 0.4
    assert (got.band, got.provisional) == (band, True)
    assert of_supplier.band is None


def test_the_facts_that_force_high_are_those_that_a_register_or_record_settles() -> None:
    """indicators.md 6.3, point 6, as far as contacts alone (N05) do not settle anything."""
    forcing = {code for code, one in catalogue().items() if method.weight(one).critical_fact}

    assert forcing == {"K01", "I03", "KZ-60", "KZ-64"}
    assert catalogue()["KZ-60"].certain == "by_record"


def test_a_line_says_where_a_record_settles_its_flag_and_the_band_follows() -> None:
    fact = weight("A", severity="critical", points=35, certain=True)
    by = Method({"A": fact}, Composer([fact], {}), "m", "kz")

    def line(one: Judgement) -> tuple[bool, str]:
        told = msgspec.json.decode(score(Subject("process", "p"), [one], by).content)
        return told["indicators"][0]["certain"], told["band"]

    assert line(Judgement("A", FLAGGED)) == (True, "high")
    assert line(Judgement("A", FLAGGED, certain=False)) == (False, "medium")
    assert line(Judgement("A", CLEAR)) == (False, "low")


Case = tuple[list[Weight], dict[str, float], list[Sign]]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    codes = [f"R{number:03}" for number in range(draw(st.integers(1, 9)))]
    weights = []
    for code in codes:
        severity = draw(st.sampled_from(sorted(SEVERITIES)))
        overlaps = draw(st.sets(st.sampled_from(codes), max_size=2)) - {code}
        weights.append(
            Weight(
                code,
                draw(st.sampled_from(["breach", "signal"])),
                draw(st.sampled_from(FAMILIES)),
                severity,
                SEVERITIES[severity],
                overlaps=frozenset(overlaps),
            )
        )
    rates = {code: draw(st.floats(0, 1)) for code in codes}
    signs = [draw(_sign(code)) for code in codes]
    return weights, rates, signs


@st.composite
def _sign(draw: st.DrawFn, code: str) -> Sign:
    status = draw(st.sampled_from([FLAGGED, CLEAR, NOT_APPLICABLE, *sorted(UNCOMPUTED)]))
    degree = draw(st.floats(0.5, 1)) if status == FLAGGED else 1.0
    return Sign(code, status, degree, draw(st.sampled_from(["", "", "", "buyer"])))


@given(cases())
def test_lower_is_at_most_expected_is_at_most_upper(case: Case) -> None:
    lower, expected, upper = compose(case[0], case[2], case[1]).points

    assert lower <= expected <= upper


@given(cases())
def test_the_lines_add_up_to_the_points(case: Case) -> None:
    got = compose(case[0], case[2], case[1])

    assert sum(got.counted) == got.points[0]
    assert sum(got.counted) + sum(got.awaited) == got.points[1]


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_judgements_does_not_matter(case: Case, rnd: random.Random) -> None:
    weights, rates, signs = case
    order = list(range(len(signs)))
    rnd.shuffle(order)

    got, mixed = (
        compose(weights, signs, rates),
        compose(weights, [signs[n] for n in order], rates),
    )

    assert mixed.points == got.points
    assert mixed.counted == tuple(got.counted[n] for n in order)
    assert mixed.awaited == tuple(got.awaited[n] for n in order)


@given(cases(), st.data())
def test_one_more_flag_never_lowers_a_score(case: Case, data: st.DataObject) -> None:
    weights, rates, signs = case
    number = data.draw(st.integers(0, len(signs) - 1))
    without = [s for n, s in enumerate(signs) if n != number]
    flag = signs[number]._replace(status=FLAGGED, strength=data.draw(st.floats(0.5, 1)))

    before, after = compose(weights, without, rates), compose(weights, [*without, flag], rates)

    assert all(old <= new for old, new in zip(before.score, after.score, strict=True))


@given(cases(), st.data())
def test_a_datum_that_arrives_later_moves_the_score_only_between_lower_and_upper(
    case: Case, data: st.DataObject
) -> None:
    weights, rates, signs = case
    before = compose(weights, signs, rates)
    waiting = [n for n, sign in enumerate(signs) if sign.status in UNCOMPUTED]
    for number in waiting[: data.draw(st.integers(0, len(waiting)))]:
        status = data.draw(st.sampled_from([FLAGGED, CLEAR, NOT_APPLICABLE]))
        degree = data.draw(st.floats(0.5, 1))
        signs = [*signs]
        signs[number] = signs[number]._replace(status=status, strength=degree)

    after = compose(weights, signs, rates)

    assert before.score[0] <= after.score[0]
    assert before.score[0] <= after.score[1] <= before.score[2]
    assert after.score[2] <= before.score[2]


def test_the_money_at_risk_is_the_greatest_sum_that_a_flag_of_the_purchase_names() -> None:
    weights = {c: weight(c, value_at_risk=c != "C") for c in "ABC"}
    by = Method(weights, Composer(weights.values(), {}), "m", "kz")
    said = [
        Judgement("A", FLAGGED, 120.456),
        Judgement("A", FLAGGED, 9000.0, context=Subject("supplier", "org_x")),
        Judgement("B", CLEAR, 700.0),
        Judgement("C", FLAGGED, 800.0),
    ]

    def at_risk(value: Value | None, judgements: list[Judgement]) -> object:
        told = score(Subject("process", "p"), judgements, by, value=value).content
        return msgspec.json.decode(told)["at_risk"]

    worth = Value(Decimal(1000), "KZT")
    assert at_risk(worth, said) == {"amount": "120.46", "currency": "KZT"}
    assert at_risk(None, said) is None
    assert at_risk(worth, said[2:]) is None
    assert catalogue()["K01"].value_at_risk


def test_a_flag_carried_over_is_as_certain_as_it_was() -> None:
    fact = weight("A", severity="critical", points=35, certain=True)
    by = Method({"A": fact}, Composer([fact], {}), "m", "kz")

    def again(*, certain: bool) -> bool:
        told = Judgement("A", FLAGGED, certain=certain)
        return carried(score(Subject("process", "p"), [told], by).content, ["A"])["A"].certain

    assert again(certain=True)
    assert not again(certain=False)
