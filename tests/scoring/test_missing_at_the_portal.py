"""A field taken away from an odd purchase of the portal never turns its flags into `clear`."""

from pathlib import Path

import pytest

from scoring.evaluate import compute_populations
from scoring.facts import Facts
from scoring.indicator import catalogue
from tests.scoring.invented import PROFILE, Json, judge_all, judge_changed, load, without
from tests.scoring.portal_purchase import alone, covered, hasty

pytestmark = pytest.mark.thorough

PROCESS = [one for one in catalogue().values() if one.scope == "process"]

LIT = {
    *("A04", "A05", "A06", "B08", "B09", "B10", "B11", "B12"),
    *("KZ-20", "KZ-21", "KZ-22", "KZ-24", "KZ-27", "KZ-28", "T03", "T05", "T07", "T08", "T11"),
}
"""What these purchases are flagged for, at least."""


def test_no_flag_turns_clear(tmp_path: Path) -> None:
    facts = Facts.open(":memory:", threads=1)
    try:
        releases = {release["ocid"]: release for release in (hasty(), covered(), alone())}
        load(facts, tmp_path, list(releases.values()))
        populations = compute_populations(facts, catalogue(), PROFILE)
        before = judge_all(facts, populations, PROCESS)
        lacking = _variants(releases)
        pids = load(facts, tmp_path, [one for _, _, one in lacking.values()], start=1000)
        after = judge_changed(facts, pids, populations)
    finally:
        facts.close()

    flagged = {code for (code, *_), (status, *_) in before.items() if status == "flagged"}
    assert flagged >= LIT
    compared = 0
    for (code, kind, name), (status, *_) in after.items():
        ocid, field, _ = lacking[name]
        if field in catalogue()[code].fields and before[code, kind, ocid][0] != "clear":
            compared += 1
            assert status != "clear", f"{code} {name}: {before[code, kind, ocid]}"
    assert compared > 300


def _variants(releases: dict[str, Json]) -> dict[str, tuple[str, str, Json]]:
    """By name: the purchase, the field it lacks, and the release without it."""
    found: dict[str, tuple[str, str, Json]] = {}
    fields = dict.fromkeys(field for one in PROCESS for field in one.fields)
    for ocid, release in releases.items():
        for field in fields:
            for number, lacking in enumerate(without(release, field)):
                name = f"{ocid} without {field} #{number}"
                found[name] = (ocid, field, lacking | {"ocid": name})
    return found
