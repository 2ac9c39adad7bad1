"""Every planted story happens in the smallest world and shows what it says; its double does not."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from deploy.sandbox.world import Row, World
from deploy.sandbox.world.schemes import VARIANTS
from tests.deploy.world_facts import FACTS, Case
from tests.deploy.world_facts_more import MORE

pytestmark = pytest.mark.thorough

SMALLEST = 200
SCHEMES = sorted({variant.scheme for variant in VARIANTS})
SHOWN = FACTS | MORE
A_YEAR = 2
"""How `long` a story is that can only be seen twelve months after what was done."""


@pytest.fixture(scope="module")
def world() -> World:
    made = World(11, SMALLEST, date(2026, 1, 5))
    made.advance(datetime(2027, 3, 31, tzinfo=UTC))
    return made


@pytest.fixture(scope="module")
def labels(world: World) -> list[Row]:
    return world.ground_truth()


def test_there_are_a_hundred_and_two_schemes_and_each_has_its_facts() -> None:
    assert len(SCHEMES) == 102
    assert set(SHOWN) == set(SCHEMES)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_story_is_told_within_a_year_in_the_smallest_world_or_a_quarter_later_if_so_long(
    seed: int,
) -> None:
    world = World(seed, SMALLEST, date(2026, 1, 5))
    world.advance(datetime(2027, 1, 5, tzinfo=UTC))

    told = {(label["scheme"], label["innocent"]) for label in world.ground_truth()}

    assert {(v.scheme, v.innocent) for v in VARIANTS if v.long < A_YEAR} - told == set()

    world.advance(datetime(2027, 3, 31, tzinfo=UTC))
    told = {(label["scheme"], label["innocent"]) for label in world.ground_truth()}
    assert {(v.scheme, v.innocent) for v in VARIANTS} - told == set()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_story_shows_in_the_rows_and_not_in_its_double(
    world: World, labels: list[Row], scheme: str
) -> None:
    stories = {v.innocent: v.story for v in VARIANTS if v.scheme == scheme}
    guilty = next(x for x in labels if x["story"] == stories[False])
    double = next(x for x in labels if x["story"] == stories[True])
    if "contract" not in guilty["subject"]:
        guilty = {**guilty, "subject": with_contract(world, guilty)}
        double = {**double, "subject": with_contract(world, double)}

    assert SHOWN[scheme](Case(world, guilty))
    assert not SHOWN[scheme](Case(world, double))


def with_contract(world: World, label: Row) -> Row:
    rows = world.related("TrdBuy", label["subject"]["buy"])
    contract = next(r for r in rows["Contract"] if r["trdBuyId"] == label["subject"]["buy"])
    return {**label["subject"], "contract": contract["id"]}


def test_labels_name_rows_that_exist_and_say_what_happened(
    world: World, labels: list[Row]
) -> None:  # fmt: skip
    tables = {"buy": "TrdBuy", "lot": "Lots", "contract": "Contract"}
    for label in labels:
        assert label["story"].endswith(".")
        assert label["planted_on"] <= "2027-03-31"
        for name, root in tables.items():
            if name in label["subject"]:
                assert label["subject"][name] in world.table(root)
    codes = Counter(label["indicator"] for label in labels if not label["innocent"])
    assert {"R018", "R024", "R028", "R030", "R035", "R036", "R048", "R058"} <= set(codes)


def test_a_label_is_told_only_once_its_event_has_happened() -> None:
    world = World(5, SMALLEST, date(2026, 1, 5))
    known: set[tuple[str, str]] = set()
    for month in range(2, 12):
        world.advance(datetime(2026, month, 1, tzinfo=UTC))
        told = {(x["scheme"], x["planted_on"]) for x in world.ground_truth()}
        assert known <= told
        assert max((on for _, on in told - known), default="") <= f"2026-{month:02}-01"
        known = told
    assert len(known) > 50


def test_the_density_of_plants_can_be_chosen() -> None:
    def planted(density: float) -> int:
        return World(1, 20_000, date(2026, 1, 5), density=density)._pace.planted

    assert planted(0.03) == 600
    assert planted(0.10) == 2_000
    assert planted(0.0) == len(VARIANTS)
