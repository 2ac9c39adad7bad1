"""The invented purchases: repeatable, well formed, and the stories in them can be found."""

import json
from collections import Counter
from datetime import date
from typing import Any

from deploy.sandbox.generate import releases
from deploy.sandbox.names import check_digit


def parsed(lines: list[bytes]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not() -> None:
    first = list(releases(7, 50))

    assert list(releases(7, 50)) == first
    assert list(releases(8, 50)) != first


def test_lines_without_fault_do_not_depend_on_the_share_of_dirty_ones() -> None:
    clean = list(releases(7, 400))
    dirty = list(releases(7, 400, dirty=0.2))

    changed = sum(a != b for a, b in zip(clean, dirty, strict=True))
    assert 50 < changed < 110


def test_bench_lines_are_about_five_kilobytes_with_three_and_a_half_bids() -> None:
    lines = list(releases(1, 2000))
    bids = sum(len(r.get("bids", {}).get("details", ())) for r in parsed(lines))

    assert 4_500 < sum(map(len, lines)) / 2000 < 6_500
    assert 3.2 < bids / 2000 < 3.8


def test_every_bin_has_its_check_digit_and_a_year_in_which_none_was_issued() -> None:
    ids = {p["identifier"]["id"] for r in parsed(list(releases(1, 300))) for p in r["parties"]}

    assert len(ids) > 40
    assert all(check_digit(number[:11]) == int(number[11]) for number in ids)
    assert {number[:2] for number in ids} <= {str(year) for year in range(60, 80)}


def test_the_demo_has_open_purchases_and_none_announced_after_today() -> None:
    today = date(2026, 3, 10)
    purchases = parsed(list(releases(1, 300, size="demo", today=today)))

    starts = [r["tender"]["tenderPeriod"]["startDate"] for r in purchases]
    statuses = Counter(r["tender"]["status"] for r in purchases)
    assert max(starts) < "2026-03-11"
    assert min(starts) >= "2025-12-30"
    assert statuses["active"] > 60
    assert statuses["complete"] > 100


def test_planted_stories_stand_in_the_data() -> None:
    late = equal = single = 0
    for release in parsed(list(releases(1, 2000))):
        period = release["tender"]["tenderPeriod"]
        bids = release.get("bids", {}).get("details", [])
        late += any(bid["date"] > period["endDate"] for bid in bids)
        equal += len({bid["value"]["amount"] for bid in bids}) < len(bids)
        single += release["tender"].get("numberOfTenderers") == 1

    assert 10 < late < 60
    assert 15 < equal < 80
    assert 120 < single < 320
