"""The real releases of eleven publishers, as they see them who ask the gateway."""

import gzip
import json
from collections import Counter
from typing import Any

import pytest

from scoring.indicator import catalogue
from scoring.profiles import load_profile
from shared.vocabulary.identifiers import process_id
from tests.journeys.site import Site, shown_values
from tests.support.ocds import REAL_RELEASES

pytestmark = [
    pytest.mark.slow,
    pytest.mark.realdata,
    pytest.mark.skipif(not REAL_RELEASES.is_dir(), reason=f"no real releases in {REAL_RELEASES}"),
]

RELEASES, PROCESSES, FILES = 631, 579, 11
ELEVEN = load_profile("cardinal").enabled or []

STATUSES = {"flagged", "clear", "not_applicable", "not_computable", "insufficient_sample"}


def published() -> list[tuple[str, str]]:
    """The file and the ocid of every line, as its publisher wrote them."""
    return [
        (path.name.partition(".")[0], json.loads(line)["release"]["ocid"])
        for path in sorted(REAL_RELEASES.glob("*.jsonl.gz"))
        for line in gzip.decompress(path.read_bytes()).splitlines()
    ]


async def real_processes(site: Site) -> list[dict[str, Any]]:
    """What the gateway lists of them."""
    sources = sorted({source for source, _ in published()})
    return [row for s in sources for row in await site.walk("/v1/processes", source=s, limit=200)]


async def test_every_file_and_ocid_is_one_process_at_the_gateway(site: Site) -> None:
    lines = published()

    rows = await real_processes(site)

    assert (len(lines), len(set(lines))) == (RELEASES, PROCESSES)
    assert {(row["source"], row["ocid"]) for row in rows} == set(lines)
    assert Counter(row["id"] for row in rows) == Counter(process_id(*one) for one in set(lines))


async def test_every_real_process_has_a_score_that_says_of_every_indicator_what_is_missing(
    site: Site,
) -> None:
    codes = {
        one["code"]
        for one in (await site.get("/v1/indicators"))["data"]
        if one["subject"] == "process" and (one["code"] in ELEVEN or not of_kazakhstan(one["code"]))
    }
    assert len(codes) > 20
    found: Counter[str] = Counter()
    for row in await real_processes(site):
        score = await site.get(row["links"]["score"])
        results = [one for one in score["indicators"] if one["context"] is None]
        assert {one["code"] for one in results} == codes, row
        for one in results:
            found[one["status"]] += 1
            assert bool(one["missing"]) == (one["status"] == "not_computable"), (row["id"], one)
            assert one["status"] != "flagged" or one["evidence"], (row["id"], one)
        lower, upper = score["points"]["lower"], score["points"]["upper"]
        assert lower <= score["points"]["expected"] <= upper
        assert lower == pytest.approx(sum(one["counted"] for one in score["indicators"]), abs=0.02)
    assert found.keys() <= STATUSES
    assert found["not_computable"] > 1000
    assert found["flagged"] > 0


def of_kazakhstan(code: str) -> bool:
    """Whether an indicator asks for what publishers of other countries never tell."""
    return catalogue()[code].national


async def test_what_is_said_to_be_missing_of_a_real_process_is_missing_in_its_release(
    site: Site,
) -> None:
    checked, present = 0, []
    for row in await real_processes(site):
        [release] = (await site.get(row["links"]["releases"]))["releases"]
        score = await site.get(row["links"]["score"])
        for result in score["indicators"]:
            for name in result["missing"]:
                checked += 1
                if not lacks(release, name.split(".")):
                    present.append((row["source"], row["ocid"], result["code"], name))
    assert checked > 3000
    assert present == []


def lacks(value: Any, names: list[str]) -> bool:
    """Whether a field is missing, of any row where it belongs to rows; 0 is no sum."""
    if isinstance(value, list):
        return not value or any(lacks(one, names) for one in value)
    if names:
        return not isinstance(value, dict) or lacks(value.get(names[0]), names[1:])
    if isinstance(value, dict):
        return not value or any(inner is None for inner in value.values())
    return value is None or value in {"", 0}


async def test_every_value_that_explains_a_real_score_stands_in_its_release(site: Site) -> None:
    sources = sorted({source for source, _ in published()})

    shown = [one for source in sources for one in await shown_values(site, source)]

    assert len(shown) > 0
    assert [one for one in shown if not one.stands] == []


async def test_every_source_says_what_became_of_its_releases_and_on_what_terms(
    site: Site,
) -> None:
    lines = Counter(source for source, _ in published())
    processes = Counter(source for source, _ in set(published()))

    fresh = {one["id"]: one for one in (await site.get("/v1/meta/freshness"))["sources"]}
    sources = {one["id"]: one for one in (await site.get("/v1/meta/sources"))["data"]}

    assert len(lines) == FILES
    for source, count in lines.items():
        run = fresh[source]["last_run"]
        assert (run["status"], run["expected"], run["received"]) == ("complete", count, count)
        assert run["accepted"] + run["unchanged"] + run["quarantined"] == count
        assert fresh[source]["processes"] == fresh[source]["processes_here"] == processes[source]
        assert sources[source].keys() >= {"title", "licence", "attribution", "publisher", "url"}
    assert sources["sandbox"]["licence"] == "https://creativecommons.org/publicdomain/zero/1.0/"


async def test_what_was_not_used_of_the_real_releases_is_in_quarantine_with_its_reason(
    site: Site,
) -> None:
    lines = Counter(source for source, _ in published())
    listed = await site.command("ingestor", "quarantine", "list", "--json")
    runs = await site.command("ingestor", "runs", "--json")

    set_aside = [row for row in listed.rows if row["source"] in lines]
    used = sum(run["accepted"] + run["unchanged"] for run in runs.rows if run["source"] in lines)
    assert used + len(set_aside) == RELEASES
    assert all(row["reason"] and row["line"] for row in set_aside)
