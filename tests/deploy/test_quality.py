"""The measure of indicators: what counts as found, true, false, and what counts neither way."""

import json
import re
from pathlib import Path

import pytest

from deploy.quality.__main__ import documents, run, table
from deploy.quality.judging import Judgement
from deploy.quality.measure import Measured, measure, overall
from deploy.quality.scenes import Scene
from deploy.quality.thinning import thin
from deploy.sandbox.world.schemes import VARIANTS
from deploy.sandbox.world.schemes.codes import codes_of, ordinary, schemes


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
    assert [one["recall"] for one in documents([many, few])] == [1.0, 0.0]


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


def test_a_share_of_the_fields_goes_and_what_names_things_stays(tmp_path: Path) -> None:
    release = {"ocid": "o", "tender": {"id": "t", "title": "x", "value": {"amount": 1}}}
    file = tmp_path / "releases.jsonl"
    file.write_text(json.dumps(release) + "\n")

    thin(file, 1.0, 1)

    assert json.loads(file.read_text()) == {"ocid": "o", "tender": {"id": "t", "value": {}}}


@pytest.mark.slow
def test_the_whole_catalogue_is_measured_on_a_small_world(tmp_path: Path) -> None:
    measured = {one.code: one for one in run(3, 300, tmp_path)}

    assert {"R028", "R030", "R035", "R036"} <= set(measured)
    for code in ("R028", "R030", "R035", "R036"):
        assert measured[code].recall == 1.0
    assert measured["R030"].precision == 1.0
