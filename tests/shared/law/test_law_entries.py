"""Dated entries: what was law on a day, and which files are refused."""

from datetime import date

import msgspec
import pytest

from shared.law import LawFileError, Table, UnknownLawError, read

PERIODS = """\
    periods:
      - {from: 2025-01-01, to: 2025-12-31, value: 3932}
      - {from: 2026-01-01, to: 2026-12-31, value: 4325, confidence: secondary}
"""

CLEAN = f"""\
table: limit
title: Limits
in_force: {{from: 2025-01-01}}
entries:
  - key: small
    unit: MCI
    value: 100
    cite: ["106-VIII 16(3)28"]
  - key: index
    unit: KZT
    cite: [budget]
{PERIODS}"""


class Ceiling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    times: int


def limits(text: str = CLEAN) -> Table[float]:
    return read(text, name="limits.yaml", of=float)


@pytest.mark.parametrize(
    ("key", "day", "worth"),
    [
        ("index", date(2025, 1, 1), 3932),
        ("index", date(2025, 12, 31), 3932),
        ("index", date(2026, 1, 1), 4325),
        ("small", date(2031, 5, 5), 100),
    ],
)
def test_a_rule_is_worth_what_it_was_on_that_day(key: str, day: date, worth: float) -> None:
    assert limits().as_of(key, day).value == worth


@pytest.mark.parametrize(
    ("key", "day", "known"),
    [
        ("index", date(2024, 12, 31), "2025-01-01 to 2026-12-31"),
        ("index", date(2027, 1, 1), "2025-01-01 to 2026-12-31"),
        ("small", date(2024, 12, 31), "2025-01-01 to today"),
    ],
)
def test_outside_of_the_known_time_nothing_is_made_up(key: str, day: date, known: str) -> None:
    with pytest.raises(UnknownLawError, match=known):
        limits().as_of(key, day)


def test_a_rule_that_is_not_there_is_no_unknown_day() -> None:
    with pytest.raises(KeyError, match="large"):
        limits().as_of("large", date(2025, 5, 5))


def test_what_was_in_force_on_a_day_leaves_the_others_out() -> None:
    assert set(limits().in_force(date(2027, 1, 1))) == {"small"}


def test_an_entry_says_where_it_stands_and_how_sure_it_is() -> None:
    first, second = limits().entries["index"].periods

    assert (first.confidence, second.confidence) == ("stated", "secondary")
    assert (first.unit, str(first.cite[0])) == ("KZT", "budget ")
    assert limits().as_of("small", date(2025, 1, 1)).cite[0].sub == "28"


REFUSED = {
    "no citation": ('    cite: ["106-VIII 16(3)28"]\n', "", 5, "missing required field `cite`"),
    "an empty list of citations": ('["106-VIII 16(3)28"]', "[]", 8, "cites the passage"),
    "an act nobody knows": ("106-VIII 16", "107-VIII 16", 8, "acts.yaml does not know"),
    "a place that is no place": ("16(3)28", "article 16", 8, "does not name a place"),
    "a gap": ("from: 2026-01-01", "from: 2026-01-03", 14, "a gap after 2025-12-31"),
    "an overlap": ("from: 2026-01-01", "from: 2025-12-31", 14, "overlaps the period from 2025"),
    "nothing closes the first": (", to: 2025-12-31", "", 14, "overlaps the period from 2025"),
    "an end before the beginning": ("to: 2026-12-31", "to: 2025-12-31", 14, "before it begins"),
    "a number without unit": ("    unit: MCI\n", "", 6, "a number needs its unit"),
    "a unit nobody knows": ("unit: MCI", "unit: MRP", 6, "Invalid enum value 'MRP'"),
    "a value of another type": ("value: 100", "value: hundred", 7, "Expected `float`"),
    "a word that means nothing": ("    value: 100", "    worth: 100", 5, "unknown field `worth`"),
    "a key twice": ("key: index", "key: small", 9, "the key 'small' is taken"),
    "the same thing said twice": (
        "    value: 100\n", "    value: 100\n    value: 200\n", 8, "'value' is said twice",
    ),
    "no first day": ("in_force: {from: 2025-01-01}\n", "", 4, "since when"),
    "no periods": (PERIODS, "    periods: []\n", 9, "at least one period"),
    "an alternative without its contradiction": (
        "    value: 100\n", "    value: 100\n    otherwise: {narrow: 50}\n", 5, "belong together",
    ),
    "no YAML": ("unit: MCI", "unit: [MCI", 7, "expected"),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_a_fault_is_refused_with_file_and_line(fault: str) -> None:
    before, after, line, reason = REFUSED[fault]
    assert before in CLEAN

    with pytest.raises(LawFileError) as refusal:
        limits(CLEAN.replace(before, after, 1))

    assert str(refusal.value).startswith(f"limits.yaml:{line}: "), refusal.value
    assert reason in str(refusal.value)


def test_a_fault_inside_a_value_is_found_as_well() -> None:
    text = CLEAN.split("  - key: index", maxsplit=1)[0].replace("value: 100", "value: {tims: 100}")

    with pytest.raises(LawFileError, match=r"^limits\.yaml:7: .*`tims`"):
        read(text, name="limits.yaml", of=Ceiling)


def test_readings_stand_beside_the_value_that_counts() -> None:
    text = CLEAN.replace(
        "    value: 100\n", "    value: 100\n    issue: X2\n    otherwise: {narrow: 50}\n", 1
    )

    small = limits(text).as_of("small", date(2025, 1, 1))

    assert (small.value, small.issue, small.otherwise) == (100, "X2", {"narrow": 50})
