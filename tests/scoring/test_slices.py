"""Judged slice by slice or all at once: every indicator says the same, and shows the same."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.quality.__main__ import END, START
from deploy.quality.judging import translate
from deploy.quality.recording import record
from deploy.quality.registers import lived_with_lists, register_lines
from deploy.sandbox.world import World
from scoring import judgements
from scoring.evaluate import bulk, live
from scoring.facts import Facts
from scoring.indicator import Indicator
from scoring.normal import load_normal
from scoring.profiles import Profile, load_profile
from tests.scoring.eleven import eleven
from tests.scoring.invented import PROFILE, load, purchases

KZ = load_profile("kz")
ALL = 1_000_000


def a_year(folder: Path) -> Facts:
    """The facts of a small invented year, as the portal and the registers tell of it."""
    world = World(7, 50, START)
    lists = lived_with_lists(world, END, folder / "lists")
    translate(record(world, folder / "answers"), folder / "portal.jsonl")
    facts = Facts.open(":memory:", threads=1)
    registers = [str(one) for one in register_lines(lists, folder / "lists")]
    load_normal(facts, [str(folder / "portal.jsonl")], registers)
    return facts


def judged(
    facts: Facts, indicators: Mapping[str, Indicator], profile: Profile, at_once: int
) -> Mapping[str, tuple[Any, ...]]:
    found = {}
    for one in bulk(facts, indicators, profile, at_once=at_once):
        assert one.error is None
        found[one.indicator.code] = (list(one.rows()), list(one.evidence()), list(one.involved()))
    return found


@pytest.mark.thorough
def test_the_eleven_say_the_same_of_fifty_purchases_slice_by_slice(tmp_path: Path) -> None:
    facts = Facts.open(":memory:", threads=1)
    load(facts, tmp_path, purchases(3, 50))

    whole = judged(facts, eleven(), PROFILE, ALL)

    assert judged(facts, eleven(), PROFILE, 20) == whole
    assert sum(len(shown) for _, shown, _ in whole.values()) > 0
    assert judged(facts, eleven(), PROFILE, ALL) == whole


COUNTED = """
SELECT f.subject, f.subject AS pid, '/tag' AS path, CAST(NULL AS VARCHAR) AS text,
  CAST((SELECT count(*) FROM flagged) AS DOUBLE) AS number FROM flagged f"""


def test_evidence_is_looked_for_of_a_few_flags_at_once_and_comes_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = Facts.open(":memory:", threads=1)
    load(facts, tmp_path, purchases(3, 50))
    single_bids = msgspec.structs.replace(eleven()["R018"], evidence=COUNTED)
    monkeypatch.setattr(judgements, "AT_ONCE", 3)

    for one in bulk(facts, {"R018": single_bids}, PROFILE):
        flags = [row.number for row in one.rows(["flagged"])]
        shown = list(one.evidence())

        assert [piece.number for piece in shown] == flags
        assert len(flags) > 3
        assert [piece.value for piece in shown[:3]] == [3, 3, 3]
        assert sum(1 for _ in one.flagged()) == len(flags)


def test_the_eleven_show_the_same_of_a_few_flags_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = Facts.open(":memory:", threads=1)
    load(facts, tmp_path, purchases(3, 50))

    whole = judged(facts, eleven(), PROFILE, ALL)
    monkeypatch.setattr(judgements, "AT_ONCE", 1)

    assert judged(facts, eleven(), PROFILE, ALL) == whole


@pytest.mark.thorough
def test_every_indicator_says_the_same_of_the_two_halves_of_a_year(tmp_path: Path) -> None:
    facts = a_year(tmp_path)
    [[last]] = facts.connection.execute("SELECT max(pid) FROM process").fetchall()

    whole = judged(facts, live(KZ), KZ, ALL)
    sliced = judged(facts, live(KZ), KZ, last // 2 + 1)

    assert {code for code in whole if whole[code] != sliced[code]} == set()
    assert sum(len(shown) for _, shown, _ in whole.values()) > 0
