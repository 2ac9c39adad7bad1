"""What a back-fill costs is told before the first request, and the commands that tell it."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestor.sources.goszakup.portal import queries
from ingestor.sources.goszakup.portal.pace import BEHIND
from ingestor.sources.goszakup.pull import budget
from ingestor.sources.goszakup.pull.reading import UNIT
from ingestor.sources.goszakup.pull.windows import Scope, backfill

YEAR = Scope(date(2026, 1, 1), date(2026, 12, 31))


def test_a_year_of_the_country_costs_ten_days_and_bids_are_nearly_all_of_it() -> None:
    costs = {line.entity: line.requests for line in budget.lines(YEAR)}

    assert costs["notices"] == 4_300
    assert costs["bids"] == 860_000
    assert costs["bids"] / budget.total(YEAR) > 0.9
    [step] = budget.steps(YEAR, 1.0)
    assert 240 < step.hours < 260


def test_a_first_buyer_is_there_in_minutes_and_a_month_of_a_region_within_two_hours() -> None:
    buyers = Scope(YEAR.since, YEAR.until, bins=("050140006873", "021140004001"))
    first, second = budget.steps(buyers, 1.0)
    [region] = budget.steps(Scope(date(2026, 11, 1), date(2026, 11, 30), regions=("71",)), 1.0)

    assert first.ready_after < 0.05
    assert second.ready_after == pytest.approx(2 * first.hours)
    assert region.hours < 2


def test_a_period_is_read_newest_day_first_and_regions_in_the_order_they_are_named() -> None:
    days = [one.name for one in backfill(Scope(date(2026, 10, 31), date(2026, 11, 1)))]
    assert days == [
        "TrdBuy 2026-11-01",
        "Contract 2026-11-01",
        "TrdBuy 2026-10-31",
        "Contract 2026-10-31",
        "Contract drawn up before",
    ]
    named = Scope(date(2026, 11, 1), date(2026, 11, 30), regions=("75", "71"))
    assert [one.criteria["strKato"] for one in backfill(named)] == ["75", "71"]


def test_the_command_tells_requests_hours_and_the_order_of_loading() -> None:
    told = subprocess.run(
        [
            *(sys.executable, "-m", "ingestor", "budget", "--regions", "71,75", "--rate", "2"),
            *("--from", "2026-11-01", "--to", "2026-11-30"),
        ],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "bids" in told
    assert "hours at 2 requests a second" in told
    assert told.index("1. region 71") < told.index("2. region 75")
    assert "following alone, the country's busiest hour: a protocol is there within" in told


def test_results_are_there_within_the_hour_at_the_polite_rate_also_beside_a_back_fill() -> None:
    alone = budget.busiest(1.0, 300, 3600, UNIT)
    beside = budget.busiest(BEHIND / (BEHIND + 1), 300, 3600, UNIT)
    halved = budget.busiest(0.5, 300, 3600, UNIT)

    assert (alone.lists, alone.completing, alone.bids) == (91, 324, 295)
    assert alone.seconds == 710  # and the next look begins five minutes later
    assert alone.an_hour < 3600
    assert [round(one.slowest / 60) for one in (alone, beside)] == [29, 45]
    assert halved.slowest > budget.RESULTS_WITHIN  # as while the portal struggles


def test_what_is_asked_for_exists_in_the_schema_of_the_portal() -> None:
    """Against the introspection of July 2026, which lies beside the repository."""
    data = Path(__file__).parents[3].parent / "shared/data/goszakup-samples/graphql_types.json"
    if not data.exists():
        pytest.skip(f"the schema is not at {data}")
    types: dict[str, Any] = json.loads(data.read_text("utf-8"))["types"]

    unknown = []
    for root, declared in queries.FIELDS.items():
        kinds = [queries.TYPES[root]]
        for found in queries._TOKEN.finditer(declared):
            name, inner, closing = found.groups()
            if closing:
                kinds.pop()
                continue
            if name not in types[kinds[-1]]["fields"]:
                unknown.append(f"{kinds[-1]}.{name}")
            if inner:
                kinds.append(inner)
        assert len(kinds) == 1
        assert queries.FILTERS[root] in types
    assert unknown == []


@pytest.mark.parametrize("root", queries.FIELDS)
def test_a_field_that_is_gone_is_left_out_with_all_that_it_holds(root: str) -> None:
    whole = queries.text(root, {})
    nested = [m[1] for m in queries._TOKEN.finditer(queries.FIELDS[root]) if m[2]]
    gone = {queries.TYPES[root]: frozenset({*nested, "id"})}

    assert whole.count("{") == whole.count("}")
    without = queries.text(root, gone)
    assert without.count("{") == without.count("}") == 2
