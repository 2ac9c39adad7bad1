"""Taking a declared field away never turns a result into `clear`, subject and population fixed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from scoring.evaluate import compute_populations
from scoring.facts import Facts
from scoring.indicator import Indicator
from tests.scoring.eleven import eleven
from tests.scoring.invented import (
    PROFILE,
    Json,
    judge_all,
    judge_changed,
    load,
    purchases,
    without,
)

SEEDS = (1, pytest.param(2, marks=pytest.mark.thorough))
PROCESS = [one for one in eleven().values() if one.scope == "process"]
PARTY = [one for one in eleven().values() if one.scope == "all"]


@pytest.fixture(params=SEEDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Facts, list[Json]]]:
    facts = Facts.open(":memory:", threads=1)
    releases = purchases(request.param, 90)
    load(facts, tmp_path, releases)
    yield facts, releases
    facts.close()


def variants(releases: list[Json], indicators: list[Indicator]) -> dict[str, tuple[str, Json]]:
    """By the name of the variant: the process it comes from, and the release that lacks a field."""
    found: dict[str, tuple[str, Json]] = {}
    fields = dict.fromkeys(field for one in indicators for field in one.fields)
    for release in releases:
        for field in fields:
            for number, lacking in enumerate(without(release, field)):
                name = f"{release['ocid']} without {field} #{number}"
                found[name] = (release["ocid"], lacking | {"ocid": name})
    return found


def test_of_a_process(world: tuple[Facts, list[Json]], tmp_path: Path) -> None:
    facts, releases = world
    populations = compute_populations(facts, eleven(), PROFILE)
    before = judge_all(facts, populations)
    lacking = variants(releases, PROCESS)

    pids = load(facts, tmp_path, [release for _, release in lacking.values()], start=1000)
    after = judge_changed(facts, pids, populations)

    compared = 0
    for (code, kind, name), (status, *_) in after.items():
        ocid, field = lacking[name][0], name.split(" without ")[1].split(" #")[0]
        if field not in eleven()[code].fields:
            continue
        compared += 1
        if before[code, kind, ocid][0] != "clear":
            assert status != "clear", f"{code} {name}: {before[code, kind, ocid]}"
    assert compared > 4_000
    flagged = {code for (code, *_), (status, *_) in before.items() if status == "flagged"}
    assert {one.code for one in PROCESS} <= flagged


def test_of_an_organisation(tmp_path: Path) -> None:
    facts = Facts.open(":memory:", threads=1)
    releases = purchases(3, 40)
    load(facts, tmp_path, releases)
    populations = compute_populations(facts, eleven(), PROFILE)
    before = judge_all(facts, populations, PARTY)

    compared = 0
    for release in releases[:4]:
        for field in dict.fromkeys(field for one in PARTY for field in one.fields):
            for lacking in without(release, field):
                load(facts, tmp_path, [lacking], start=1000)
                for key, (status, *_) in judge_all(facts, populations, PARTY).items():
                    if field in eleven()[key[0]].fields and before[key][0] != "clear":
                        compared += 1
                        assert status != "clear", f"{key} without {field} in {release['ocid']}"
        load(facts, tmp_path, [release], start=1000)
    assert compared > 100
    assert {code for (code, *_), (status, *_) in before.items() if status == "flagged"} == {
        one.code for one in PARTY
    }
    assert judge_all(facts, populations, PARTY) == before
    facts.close()
