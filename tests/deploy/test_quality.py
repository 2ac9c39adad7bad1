"""The measure of indicators: what counts as found, true, false, and what counts neither way."""

import json
import re
from pathlib import Path

import pytest

from deploy.quality.__main__ import Outcome, documents, run, table
from deploy.quality.bands import HIGH, bands, look_alikes_in_high
from deploy.quality.judging import Judgement, judgements
from deploy.quality.measure import Measured, measure, overall, split
from deploy.quality.page import SEEDS, cells, page
from deploy.quality.scenes import Scene
from deploy.quality.seeds import missed, row
from deploy.quality.thinning import thin
from deploy.sandbox.world.schemes import VARIANTS
from deploy.sandbox.world.schemes.codes import codes_of, ordinary, schemes
from scoring.indicator import catalogue
from scoring.measured import RECORDED

pytestmark = pytest.mark.thorough


def scene(
    name: str, processes: str, *, guilty: str = "", innocent: str = "", may: str = ""
) -> Scene:
    lit, dark, free, at = (frozenset(w.split()) for w in (guilty, innocent, may, processes))
    return Scene(name, lit, dark, free, at, suppliers={"S"}, buyers={"B"})


def flag(code: str, subject: str, kind: str = "process", status: str = "flagged") -> Judgement:
    return Judgement(code, kind, subject, status)


STORIES = [
    scene("late", "p1 p2", guilty="L"),
    scene("late", "p3", guilty="L"),
    scene("punctual", "p4", innocent="L"),
    scene("alone", "p5", may="L"),
]


def test_a_story_is_found_by_a_flag_on_any_of_its_purchases() -> None:
    measured = measure(STORIES, [flag("L", "p2"), flag("L", "p1")])["L"]

    assert (measured.labels, measured.found, measured.recall) == (2, 1, 0.5)
    assert (measured.true, measured.precision) == (2, 1.0)
    assert measured.missed == {"late"}


def test_flags_on_look_alikes_and_on_honest_purchases_are_false() -> None:
    flags = [flag("L", "p1"), flag("L", "p3"), flag("L", "p4"), flag("L", "p9")]
    measured = measure(STORIES, flags)["L"]

    assert (measured.true, measured.innocent, measured.honest) == (2, 1, 1)
    assert measured.look_alikes == {"punctual"}
    assert (measured.recall, measured.precision) == (1.0, 0.5)


def test_what_may_rightly_be_noticed_counts_neither_way() -> None:
    measured = measure(STORIES, [flag("L", "p1"), flag("L", "p5")])["L"]

    assert (measured.may, measured.flags, measured.precision) == (1, 2, 1.0)


def test_the_hit_rate_is_of_what_could_be_judged() -> None:
    statuses = ["flagged", "clear", "clear", "clear", "not_computable", "not_applicable"]
    judged = [flag("L", f"p{n}", status=status) for n, status in enumerate(statuses)]

    assert measure(STORIES, judged)["L"].hit_rate == 0.25


def test_a_flag_of_an_organisation_is_about_a_story_by_its_evidence_else_by_its_parties() -> None:
    there = Judgement("L", "supplier", "other", "flagged", [{"process": "p1", "path": "/x"}])
    elsewhere = Judgement("L", "supplier", "S", "flagged", [{"process": "p9", "path": "/x"}])
    bare = Judgement("L", "supplier", "S", "flagged")

    assert [STORIES[0].holds(one) for one in (there, elsewhere, bare)] == [True, False, True]
    assert not STORIES[0].holds(Judgement("L", "buyer", "S", "flagged"))


def test_over_all_labels_and_flags_are_counted_not_indicators() -> None:
    many = Measured("A", labels=9, found=9, true=9, honest=1, flags=10)
    few = Measured("B", labels=1, found=0, missed={"late"}, look_alikes={"punctual"}, innocent=2)

    assert overall([many, few]) == (0.9, 9 / 12)
    lines = list(table([many, few]))
    assert lines[-1] == "overall recall=0.900 precision=0.750"
    assert lines[2].endswith("late; punctual")
    assert "nothing is lost without B" in lines
    told = documents([many, few], {"A": "1", "B": "7"})
    assert [(one["version"], one["recall"]) for one in told] == [("1", 1.0), ("7", 0.0)]


def test_every_scheme_names_its_indicators_and_nothing_else_does() -> None:
    told = {variant.scheme for variant in VARIANTS}

    assert set(schemes()) == told
    for scheme in told:
        codes = codes_of(scheme)
        assert codes.guilty
        assert codes.innocent
        for few in (*codes, *ordinary().values()):
            assert len(set(few)) == len(few)
            assert all(re.fullmatch(r"[A-Z]{1,2}-?\d{1,3}", code) for code in few)
        assert not set(codes.innocent) & set(codes.also)


def test_every_indicator_that_judges_has_a_scheme_and_a_look_alike() -> None:
    told = [codes_of(scheme) for scheme in schemes()]
    guilty = {code for codes in told for code in (*codes.guilty, *codes.also)}
    innocent = {code for codes in told for code in codes.innocent}

    live = {code for code, one in catalogue().items() if one.life != "retired"}
    assert live - guilty == set()
    assert live - innocent == set()


def test_a_share_of_the_fields_goes_and_what_names_things_stays(tmp_path: Path) -> None:
    release = {"ocid": "o", "tender": {"id": "t", "title": "x", "value": {"amount": 1}}}
    file = tmp_path / "releases.jsonl"
    file.write_text(json.dumps(release) + "\n")

    thin(file, 1.0, 1)

    assert json.loads(file.read_text()) == {"ocid": "o", "tender": {"id": "t", "value": {}}}


SMALL = 200
"""Contracts a year of the world below: the stories are most of it."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> tuple[Outcome, Path]:
    folder = tmp_path_factory.mktemp("quality")
    return run(7, SMALL, folder), folder


def test_on_a_small_world_nearly_all_stories_are_found_and_little_else(
    judged: tuple[Outcome, Path],
) -> None:
    recall, precision = overall(judged[0].measured)

    assert recall >= 0.9
    assert precision >= 0.9


def test_no_look_alike_comes_out_in_band_high_or_above(judged: tuple[Outcome, Path]) -> None:
    assert judged[0].high == []


def test_the_guilty_do_come_out_in_band_high_or_above(judged: tuple[Outcome, Path]) -> None:
    folder = judged[1]
    found = bands(folder / "releases.jsonl", judgements(folder / "judgements.jsonl"))

    assert sum(band in HIGH for band in found.values()) > 5


def test_without_an_indicator_less_is_found(judged: tuple[Outcome, Path]) -> None:
    measured = judged[0].measured
    recall, _ = overall(measured)

    useful = [one for one in measured if one.found]
    assert len(useful) > 90
    for one in useful:
        without = [Measured(x.code, x.labels) if x is one else x for x in measured]
        assert overall(without)[0] < recall


def named(name: str, **seen: str) -> Scene:
    made = scene(name, seen.get("process", ""), guilty="L")
    made.seen_at = frozenset(seen.items())
    return made


def test_what_is_not_found_was_not_to_be_told_or_was_called_clear() -> None:
    stories = [named(f"s{n}", process=f"p{n}") for n in range(4)]
    statuses = ["flagged", "clear", "not_computable"]
    judged = [flag("L", f"p{n}", status=status) for n, status in enumerate(statuses)]

    measured = measure(stories, judged)

    assert measured["L"].cleared == ["s1"]
    assert split(measured.values()) == (0.25, 0.5, 0.25)
    lines = list(table(list(measured.values())))
    assert lines[-3:] == [
        "clear although it is there: L s1",
        "labels: found=0.250 untold=0.500 clear=0.250",
        "overall recall=0.250 precision=1.000",
    ]


def test_where_one_subject_of_a_label_could_not_be_judged_it_was_not_called_clear() -> None:
    story = named("pair", supplier="one", buyer="other")
    judged = [flag("L", "one", "supplier", "clear"), flag("L", "other", "buyer", "not_computable")]

    assert measure([story], judged)["L"].cleared == []


def test_an_indicator_that_judged_nothing_missed_its_labels() -> None:
    measured = measure(STORIES, [flag("R", "p1")], ["L", "R"])

    assert (measured["L"].labels, measured["L"].found) == (2, 0)
    assert overall(measured.values()) == (0.0, 0.0)


def test_a_look_alike_in_band_high_is_named_with_its_purchase() -> None:
    found = {"p4": "high", "p3": "critical", "p1": "critical", "p5": "high"}

    assert list(look_alikes_in_high(STORIES, found)) == [("punctual", "p4")]


def test_the_page_of_quality_has_a_line_for_every_indicator_that_was_measured() -> None:
    told = json.loads(RECORDED.read_text())
    lines = page().splitlines()

    assert [one["code"] for one in told["indicators"]] == [
        line.split("[")[1].split("]")[0] for line in lines if line.startswith("| [")
    ]
    assert f"recall {told['recall']:.3f}, precision {told['precision']:.3f}" in "\n".join(lines)


def test_five_worlds_were_recorded_and_reach_their_goals() -> None:
    told = json.loads(SEEDS.read_text())

    assert len({row["seed"] for row in told["seeds"]}) == 5
    assert told["missing"] == 0.1
    assert [missed(row) for row in told["seeds"]] == [[]] * 5
    assert "".join(f"| {' | '.join(cells(row))} |\n" for row in told["seeds"]) in page()


def test_a_world_that_misses_a_goal_says_which() -> None:
    whole = {"recall": 0.95, "precision": 0.9, "look_alikes_in_high": []}
    thinned = {"recall": 0.6, "precision": 0.9, "clear": [], "look_alikes_in_high": []}

    def goals(whole: dict[str, object], thinned: dict[str, object]) -> list[str]:
        return missed({"whole": whole, "thinned": thinned})

    assert goals(whole, thinned) == []
    assert goals(whole | {"recall": 0.949}, thinned) == ["recall"]
    assert goals(whole, thinned | {"precision": 0.899}) == ["precision"]
    assert goals(whole, thinned | {"clear": ["late"]}) == ["called clear"]
    assert goals(whole, thinned | {"look_alikes_in_high": ["punctual"]}) == ["look-alikes"]


def test_a_look_says_what_was_missed_and_what_was_called_clear() -> None:
    few = [Measured("A", labels=2, found=1, true=3, honest=1, missed={"late"}, cleared=["late"])]

    assert row(Outcome(few, [("punctual", "p4")])) == {
        "recall": 0.5,
        "precision": 0.75,
        "clear": ["late"],
        "missed": ["A"],
        "untold": 0.0,
        "look_alikes_in_high": ["punctual"],
    }
