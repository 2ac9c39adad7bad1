"""Judging: bulk and incremental agree, evidence resolves, populations carry a version."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from scoring import evaluate
from scoring.evaluate import bulk, compute_populations, incremental
from scoring.facts import Facts
from scoring.fences import tukey
from scoring.judgements import Judgements
from scoring.profiles import load_profile
from shared.ocds import normalise
from tests.scoring.eleven import eleven
from tests.scoring.invented import PROFILE, judge_all, judge_changed, load, purchases
from tests.scoring.offline import bid, process, won


@pytest.fixture
def facts() -> Iterator[Facts]:
    found = Facts.open(":memory:", threads=1)
    yield found
    found.close()


def test_a_changed_process_is_judged_alone_as_among_all(facts: Facts, tmp_path: Path) -> None:
    load(facts, tmp_path, purchases(1, 100))
    populations = compute_populations(facts, eleven(), PROFILE)
    pids = load(facts, tmp_path, purchases(2, 30), start=100)

    alone = judge_changed(facts, pids, populations)
    among_all = judge_all(facts, populations)

    assert len(alone) == 30 * 8
    assert {key: among_all[key] for key in alone} == alone


def test_after_an_incremental_run_the_facts_are_whole_again(facts: Facts, tmp_path: Path) -> None:
    load(facts, tmp_path, purchases(1, 40))
    populations = compute_populations(facts, eleven(), PROFILE)
    before = judge_all(facts, populations)

    for _ in incremental(facts, eleven(), PROFILE, [1, 2], populations):
        break

    assert judge_all(facts, populations) == before


def test_two_connections_say_what_one_says(
    facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = load(facts, tmp_path, purchases(3, 60))
    populations = compute_populations(facts, eleven(), PROFILE)

    def told() -> list[tuple[str, list[Any], list[Any]]]:
        found = incremental(facts, eleven(), PROFILE, pids, populations)
        return [(one.indicator.code, list(one.rows()), list(one.evidence())) for one in found]

    by_one = told()
    assert not facts.has_second
    facts.connection.execute("SET threads = 2")
    monkeypatch.setattr(evaluate, "MANY", 60)
    monkeypatch.setattr(evaluate, "MANY_INDICATORS", 8)

    assert told() == by_one
    assert facts.has_second
    assert any(evidence for _, _, evidence in by_one)
    assert told() == by_one
    [[threads]] = facts.connection.execute("SELECT current_setting('threads')").fetchall()
    assert threads == 2


def test_a_batch_that_breaks_off_at_its_start_leaves_nothing_in_the_way_of_the_next(
    facts: Facts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = load(facts, tmp_path, purchases(3, 60))
    populations = compute_populations(facts, eleven(), PROFILE)
    monkeypatch.setattr(evaluate, "MANY", 60)
    monkeypatch.setattr(evaluate, "MANY_INDICATORS", 8)
    facts.connection.execute("SET threads = 2")
    facts.second.execute("CREATE TEMP TABLE bid AS SELECT 1 AS in_the_way")

    with pytest.raises(duckdb.BinderException):
        next(incremental(facts, eleven(), PROFILE, pids, populations))

    assert len(list(incremental(facts, eleven(), PROFILE, pids, populations))) == 8
    assert judge_all(facts, populations)


def test_a_fault_in_evidence_read_beside_is_told_when_it_is_asked_for(
    facts: Facts, tmp_path: Path
) -> None:
    pids = load(facts, tmp_path, purchases(3, 60))
    broken = {
        code: msgspec.structs.replace(one, evidence="SELECT * FROM nowhere")
        for code, one in eleven().items()
    }
    populations = compute_populations(facts, broken, PROFILE)

    seen = 0
    for judgements in incremental(facts, broken, PROFILE, pids, populations):
        held = judgements.held()
        if list(held.rows(["flagged"])):
            seen += 1
            with pytest.raises(duckdb.CatalogException):
                list(held.evidence())
    assert seen


def test_every_path_of_evidence_holds_the_value_shown(facts: Facts, tmp_path: Path) -> None:
    raw = purchases(5, 300)
    stored = {
        one["ocid"]: normalise(json.loads(json.dumps(one)), source="s", pseudonym_key=b"k").release
        for one in raw
    }
    load(facts, tmp_path, list(stored.values()))

    seen: dict[str, int] = {}
    for judgements in bulk(facts, eleven(), PROFILE):
        for piece in judgements.evidence():
            assert at(stored[piece.process], piece.path) == piece.value
            seen[judgements.indicator.code] = seen.get(judgements.indicator.code, 0) + 1

    assert set(seen) == set(eleven())
    assert sum(seen.values()) > 1_000


def test_every_flag_has_evidence(facts: Facts, tmp_path: Path) -> None:
    load(facts, tmp_path, purchases(5, 100))

    for judgements in bulk(facts, eleven(), PROFILE):
        flagged = {(row.kind, row.number) for row in judgements.rows(["flagged"])}
        assert flagged == {(piece.kind, piece.number) for piece in judgements.evidence()}


def test_counts_are_those_of_the_rows(facts: Facts, tmp_path: Path) -> None:
    load(facts, tmp_path, purchases(5, 50))

    for judgements in bulk(facts, eleven(), PROFILE):
        statuses = [row.status for row in judgements.rows()]
        assert dict(judgements.counts()) == {one: statuses.count(one) for one in set(statuses)}


def test_populations_change_their_version_with_their_content_only(
    facts: Facts, tmp_path: Path
) -> None:
    load(facts, tmp_path, purchases(1, 60))
    first = compute_populations(facts, eleven(), PROFILE)
    same = compute_populations(facts, eleven(), PROFILE)
    load(facts, tmp_path, purchases(2, 60), start=60)
    other = compute_populations(facts, eleven(), PROFILE)

    assert first == same
    assert first.version != other.version
    with_fence = {j.indicator.code for j in bulk(facts, eleven(), PROFILE) if _versioned(j)}
    assert with_fence == {"R024", "R025", "R038", "R048", "R058"}


def test_stored_facts_are_judged_without_cancelled_ones_in_the_profile_cardinal(
    facts: Facts, tmp_path: Path
) -> None:
    lost = process("kept", [bid("valid", "A"), bid("disqualified", "B")], [won("A")])
    cancelled = lost | {"ocid": "gone", "tender": {"status": "cancelled"}}
    load(facts, tmp_path, [lost, cancelled])

    by_profile = {
        name: [
            row.subject
            for judgements in bulk(facts, {"R035": eleven()["R035"]}, load_profile(name))
            for row in judgements.rows(["flagged"])
        ]
        for name in ("cardinal", "kz")
    }

    assert by_profile == {"cardinal": ["kept"], "kz": ["kept", "gone"]}


def test_a_party_known_by_name_only_is_left_out_of_organisation_indicators(
    facts: Facts, tmp_path: Path
) -> None:
    load(facts, tmp_path, purchases(1, 40))
    facts.connection.execute("UPDATE party SET weak = true WHERE id = 'B1'")

    found = judge_all(facts, compute_populations(facts, eleven(), PROFILE))

    subjects = {subject for code, kind, subject in found if kind == "buyer"}
    assert "B1" not in subjects
    assert "B2" in subjects


def test_a_query_that_fails_says_so_and_the_others_go_on(facts: Facts, tmp_path: Path) -> None:
    load(facts, tmp_path, purchases(1, 10))
    broken = msgspec.structs.replace(eleven()["R003"], query="SELECT nonsense FROM process")

    found = {
        judgements.indicator.code: (judgements.error, len(list(judgements.rows())))
        for judgements in bulk(
            facts, {"R003": broken, "R018": eleven()["R018"]}, load_profile("kz")
        )
    }

    assert "nonsense" in str(found["R003"][0])
    assert found["R003"][1] == 0
    assert found["R018"] == (None, 10)


def test_a_query_that_says_what_is_no_result_fails_and_the_others_go_on(
    facts: Facts, tmp_path: Path
) -> None:
    load(facts, tmp_path, purchases(1, 10))
    odd = eleven()["R018"].query.replace("'flagged'", "'odd'")
    broken = msgspec.structs.replace(eleven()["R018"], query=odd)

    found = {
        judgements.indicator.code: judgements.error
        for judgements in bulk(
            facts, {"R003": eleven()["R003"], "R018": broken}, load_profile("kz")
        )
    }

    assert "'odd'" in str(found["R018"])
    assert found["R003"] is None


def test_a_fence_is_rounded_once() -> None:
    # 0.74 + 1.5 * 0.29 with a rounding after each step is 1.1749999999999998.
    row = tukey("R058", {"peer": "all", "n": 4, "q1": 0.45, "q3": 0.74})

    assert row.high == 1.175


def at(value: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def _versioned(judgements: Judgements) -> bool:
    return judgements.population_version is not None
