"""Of every indicator: a field it declares, taken away from its examples, never makes them clear.

All spoilt copies of an example lie beside one another under names of their own and are judged at
once. The eleven, whose examples are releases, are looked at in test_missing_is_not_clean.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from operator import attrgetter

import msgspec
import pytest

from scoring.declared import tables
from scoring.evaluate import bulk, compute_populations
from scoring.example_defaults import holds_party
from scoring.example_facts import load_example
from scoring.examples import example_tables
from scoring.facts import Facts
from scoring.indicator import Example, Indicator, catalogue
from scoring.judgements import Populations
from scoring.profiles import Profile, load_profile
from tests.scoring.eleven import eleven
from tests.scoring.lacking import FIELDS, Rows, called, variants

pytestmark = pytest.mark.thorough

OTHERS = [one for code, one in catalogue().items() if code not in eleven()]

TOGETHER = {"B15", "C08", "D01", "S09", "S12"}
"""They compare all that there is, so that their cases have to lie alone, and fewer of them do."""

ENOUGH = 2
"""So many cases of a field that has to lie alone."""

UNSEEN = {("T02", "tender.datePublished"), ("T02", "relatedProcesses")}
"""An earlier attempt without a day or a link is not seen as one. The portal's number of a notice
says how many there were; these examples, which are of other sources, have no numbers."""

Case = tuple[str, Rows, Example]
"""A field that was taken away, what is left, and the example it was."""


@pytest.fixture(scope="module")
def facts() -> Iterator[Facts]:
    opened = Facts.open(":memory:", threads=1)
    yield opened
    opened.close()


def test_what_a_field_fills_is_known_of_every_field_that_is_declared() -> None:
    declared = {field for one in catalogue().values() for field in one.fields}

    assert {one for one in declared if not one.startswith(("law.", "registers."))} <= FIELDS.keys()
    for marks in FIELDS.values():
        for mark in marks.split():
            table, _, column = mark.strip("-?!").partition(".")
            table, _, kind = table.partition(":")
            assert table in tables()
            assert not column or column == "prior" or column in tables()[table].columns
            assert not kind or kind in {"phone", "email", "head", "address"}


@pytest.mark.parametrize("indicator", OTHERS, ids=lambda one: one.code)
def test_a_field_taken_away_never_makes_an_example_clear(
    indicator: Indicator, facts: Facts
) -> None:
    compared = 0
    for examples in _alike(indicator):
        profile = _profile(indicator, examples[0])
        populations = _populations(facts, indicator, examples[0], profile)
        cases = [
            (field, left, example)
            for example in examples
            for field in indicator.fields
            if not field.startswith("law.") and (indicator.code, field) not in UNSEEN
            for left in islice(variants(_told(indicator, example), field), _most(indicator))
        ]
        for group in _groups(indicator, cases):
            compared += _compare(facts, indicator, group, profile, populations)
    assert compared


def _alike(indicator: Indicator) -> list[list[Example]]:
    """Put examples together that are judged by the same parameters, population and day."""
    told = [one for one in indicator.examples if one.facts]
    if indicator.population is not None:
        return [[one] for one in told]
    key = attrgetter("profile", "parameters", "as_of")
    found: list[list[Example]] = []
    for one in told:
        group = next((group for group in found if key(group[0]) == key(one)), None)
        if group is None:
            found.append([one])
        else:
            group.append(one)
    return found


def _told(indicator: Indicator, example: Example) -> Rows:
    """Give an example's tables, without the crowd where its population has been taken already."""
    if indicator.population is None:
        return example_tables(example)
    facts = {
        name: [row for row in rows if not any(_of_the_crowd(name, *one) for one in row.items())]
        for name, rows in example.facts.items()
    }
    return example_tables(msgspec.structs.replace(example, facts=facts))


def _of_the_crowd(table: str, column: str, value: object) -> bool:
    known = tables()[table].columns
    return column in known and holds_party(known[column]) and "{" in str(value)


def _compare(
    facts: Facts,
    indicator: Indicator,
    cases: Sequence[Case],
    profile: Profile,
    populations: Populations,
) -> int:
    """Judge cases side by side; one that came out clear is judged once more alone."""
    compared = 0
    for place, is_clear in _clear(facts, indicator, cases, profile, populations):
        compared += 1
        if is_clear:
            field, left, example = cases[place]
            again = _clear(facts, indicator, [cases[place]], profile, populations)
            stays = any(clear for _, clear in again)
            assert not stays, f"{indicator.code} without {field}: {example.story} {left}"
    return compared


def _clear(
    facts: Facts,
    indicator: Indicator,
    cases: Sequence[Case],
    profile: Profile,
    populations: Populations,
) -> list[tuple[int, bool]]:
    """By subject that was not clear: its case, and whether it is clear now."""
    laid: Rows = {}
    mark = "{}~" if len(cases) > 1 else ""
    for place, (_, left, _) in enumerate(cases):
        for name, rows in called(left, mark.format(place)).items():
            held = laid.setdefault(name, [])
            held += [row for row in rows if not name.startswith("register_") or row not in held]
    with _lying(facts, laid):
        (judgements,) = bulk(
            facts,
            {indicator.code: indicator},
            profile,
            populations=populations,
            as_of=cases[0][2].as_of,
        )
        assert judgements.error is None, judgements.error
        found = {(one.kind, one.subject): one.status for one in judgements.rows()}
    return [
        (
            place,
            found.get((one.kind or indicator.subject, f"{mark.format(place)}{one.subject}"))
            == "clear",
        )
        for place, (_, _, example) in enumerate(cases)
        for one in example.expected
        if one.status != "clear"
    ]


def _most(indicator: Indicator) -> int | None:
    return ENOUGH if indicator.code in TOGETHER else None


def _groups(indicator: Indicator, cases: list[Case]) -> list[list[Case]]:
    """What binds everybody, as norms do, is asked for by cases that lie alone."""
    alone = [
        case for case in cases if indicator.code in TOGETHER or case[0].startswith("registers.")
    ]
    beside = [case for case in cases if case not in alone]
    return [[case] for case in alone] + ([beside] if beside else [])


def _populations(
    facts: Facts, indicator: Indicator, example: Example, profile: Profile
) -> Populations:
    if indicator.population is None:
        return Populations("none", [])
    with _lying(facts, example_tables(example)):
        return compute_populations(facts, {indicator.code: indicator}, profile)


def _profile(indicator: Indicator, example: Example) -> Profile:
    return msgspec.structs.replace(
        load_profile(example.profile),
        enabled=[indicator.code],
        parameters={indicator.code: example.parameters},
    )


@contextmanager
def _lying(facts: Facts, laid: Rows) -> Iterator[None]:
    """Lay tables, and take away what lies there afterwards."""
    filled = load_example(facts, laid)
    try:
        yield
    finally:
        for name in filled:
            facts.connection.execute(f"DELETE FROM {name}")
