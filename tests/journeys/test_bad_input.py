"""One file with everything that publishers get wrong, among good releases, through all doors."""

import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from shared.vocabulary.identifiers import process_id
from tests.harness.purchases import Release, purchase
from tests.journeys.site import Ended, Site, shown_values

pytestmark = pytest.mark.slow

SEED = 20261124
DISTORTED = 150
HUGE = 40 * 1024 * 1024


def whole(ocid: str) -> Release:
    """A release with everything in it, so that a fault has something to do harm to."""
    made = purchase(7, alarm=True, now=datetime.now(UTC))
    contract = {"id": "c", "awardID": "A-7", "status": "active", "value": {"amount": 5}}
    return {**made, "ocid": ocid, "id": f"{ocid}-1", "contracts": [contract]}


def line(release: Any) -> bytes:
    """A line of JSON."""
    return json.dumps(release).encode()


def amount(ocid: str, written: bytes) -> bytes:
    """A release whose planned value is written like this."""
    release = whole(ocid)
    release["tender"]["value"]["amount"] = "HERE"
    return line(release).replace(b'"HERE"', written)


def tender(ocid: str, **changes: Any) -> bytes:
    """A release whose tender is like this."""
    release = whole(ocid)
    return line({**release, "tender": {**release["tender"], **changes}})


def twice(ocid: str, part: str) -> bytes:
    """A release that says something of one and the same id twice, differently."""
    release = whole(ocid)
    rows = release["bids"]["details"] if part == "bids" else release[part]
    rows.append({**rows[0], "title": "again"})
    return line(release)


# What cannot be used: the code it is set aside with.
REFUSED: dict[str, tuple[bytes, str]] = {
    "truncated": (line(whole("cut"))[:300], "truncated"),
    "malformed": (b'{"ocid": "m", "tender": {"id": }}', "malformed"),
    "no json": (b"<html>502 Bad Gateway</html>", "malformed"),
    "not utf8": ('{"ocid": "u", "title": "é"}'.encode("latin-1"), "not_utf8"),
    "a list": (b'["ocds-1"]', "not_an_object"),
    "a number": (b"17", "not_an_object"),
    "ocid missing": (line({**whole("x"), "ocid": None}), "ocid_missing"),
    "ocid an object": (line({**whole("x"), "ocid": {"a": 1}}), "ocid_not_text"),
    "deep nesting": (b'{"ocid":"deep","x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
    "huge line": (b'{"ocid":"huge","x":"' + b"x" * HUGE + b'"}', "too_large"),
}

# What can be used: the note that stands beside it.
MENDED: dict[str, Callable[[str], bytes]] = {
    "number_not_finite": lambda ocid: amount(ocid, b"NaN"),
    "number_not_finite ": lambda ocid: amount(ocid, b"1e400"),
    "number_out_of_range": lambda ocid: amount(ocid, b"1e30"),
    "negative": lambda ocid: amount(ocid, b"-1500000"),
    "number_expected": lambda ocid: amount(ocid, b'"a lot"'),
    "text_cleaned": lambda ocid: tender(ocid, title="a\x00b"),
    "text_cleaned ": lambda ocid: tender(ocid, title="half \ud800 letter"),
    "date_out_of_range": lambda ocid: tender(
        ocid, tenderPeriod={"startDate": "2026-11-01T00:00:00Z", "endDate": "9999-12-31T23:59:59Z"}
    ),
    "date_without_zone": lambda ocid: tender(
        ocid, tenderPeriod={"startDate": "2026-11-01T00:00:00", "endDate": "2026-11-20T18:00:00"}
    ),
    "id_repeated": lambda ocid: twice(ocid, "bids"),
    "id_repeated ": lambda ocid: twice(ocid, "awards"),
    "object_expected": lambda ocid: line({**whole(ocid), "tender": "see the protocol"}),
    "array_expected": lambda ocid: line({**whole(ocid), "awards": "see the protocol"}),
}


async def test_one_ugly_file_loses_nothing_of_what_is_good_and_says_why_of_the_rest(
    site: Site,
) -> None:
    good = [line(whole(f"ocds-good-{n}")) for n in range(20)]
    mended = {f"ocds-mended-{n}": make for n, make in enumerate(MENDED.values())}
    bad = [raw for raw, _ in REFUSED.values()] + [make(ocid) for ocid, make in mended.items()]
    lines = [*good[:10], *(raw for pair in zip(bad, good[10:] * 3, strict=False) for raw in pair)]

    ended = await site.load(site.write("ugly.jsonl", lines), "--source", "ugly")

    run = ended.rows[0]
    assert (run["status"], run["quarantined"]) == ("complete", len(REFUSED))
    rows = await site.walk("/v1/processes", source="ugly", limit=50)
    assert {row["ocid"] for row in rows} == {f"ocds-good-{n}" for n in range(20)} | set(mended)
    assert all(row["score"] for row in rows)
    await check_reasons(site, run["id"])
    await check_notes(site, dict(zip(mended, MENDED, strict=True)))


async def check_reasons(site: Site, run: str) -> None:
    """Everything set aside is listed with its place, its code and a reason to act on."""
    listed = await site.command("ingestor", "quarantine", "list", "--json", "--run", run)
    assert sorted(row["code"] for row in listed.rows) == sorted(c for _, c in REFUSED.values())
    assert all(row["line"] and len(row["reason"]) > 20 for row in listed.rows)


async def check_notes(site: Site, codes: dict[str, str]) -> None:
    """Everything mended is noted beside the process."""
    for ocid, code in codes.items():
        page = await site.get(f"/v1/processes/{process_id('ugly', ocid)}")
        assert code.strip() in {note["code"] for note in page["quality"]}, (ocid, page["quality"])


@pytest.mark.check("B11", tier=1, limit="0 run")
async def test_html_in_a_title_is_passed_on_as_text_that_no_browser_runs(site: Site) -> None:
    title = '<script>alert("1")</script><img src=x onerror=alert(1)>'
    await site.load(site.write("html.jsonl", [tender("ocds-html", title=title)]))

    answer = await site.client.get(f"/v1/processes/{process_id('html', 'ocds-html')}")

    assert answer.json()["title"] == title
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.thorough
async def test_a_gzip_bomb_ends_its_run_early_and_says_so_and_the_next_file_is_taken(
    site: Site,
) -> None:
    bomb = site.folder / "bomb.jsonl.gz"
    bomb.write_bytes(gzip.compress(line(whole("ocds-bomb-1")) + b"\n" + b" " * 256 * 1024 * 1024))
    after = site.write("after-bomb.jsonl", [line(whole("ocds-after-1"))])

    ended = await site.load(bomb, after)

    assert [run["status"] for run in ended.rows] == ["incomplete", "complete"]
    listed = await site.command("ingestor", "quarantine", "list", "--json", "--code", "bomb")
    assert [row["file"] for row in listed.rows] == ["bomb.jsonl.gz"]
    for source, ocid in (("bomb", "ocds-bomb-1"), ("after-bomb", "ocds-after-1")):
        assert (await site.get(f"/v1/processes/{process_id(source, ocid)}"))["score"]


ODD: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        1e308,
        -1e308,
        2**63,
        2**70,
        1e-320,
        "",
        " ",
        "\x00",
        "\ud800",
        "x" * 5000,
    ),
    *([], {}, [[]], [{}], {"id": {}}, {"amount": {}}, ["a", 1, None], {"$numberLong": "1"}),
    *("9999-12-31", "0001-01-01T00:00:00Z", "2026-02-30T25:00:00", "1e400", "NaN", "-0", "٣"),
    *(
        "2100-12-31T23:59:59-12:00",
        "1901-01-01",
        "org_x",
        "../../etc/passwd",
        "'; --",
        "%",
        "🙂" * 99,
    ),
]


def distorted(chance: Random, ocid: str) -> Release:
    """A release with a few of its values, wherever they stand, replaced by odd ones."""
    release = whole(ocid)
    for _ in range(chance.randint(1, 5)):
        holder: Any = release
        key: Any = chance.choice([key for key in release if key != "ocid"])
        while isinstance(holder[key], dict | list) and holder[key] and chance.random() < 0.8:
            holder = holder[key]
            key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
        holder[key] = chance.choice(ODD)
    return release


@pytest.mark.thorough
async def test_distorted_releases_are_all_judged_and_served_or_set_aside(
    site: Site,
) -> None:
    chance = Random(SEED)
    lines = [line(distorted(chance, f"ocds-odd-{n}")) for n in range(DISTORTED)]

    ended = await site.load(site.write("odd.jsonl", lines))

    run = ended.rows[0]
    rows = await site.walk("/v1/processes", source="odd", limit=200)
    assert (run["status"], run["accepted"] + run["quarantined"]) == ("complete", DISTORTED)
    assert len(rows) == run["accepted"] == DISTORTED
    for row in rows:
        explanation = await site.get(row["links"]["explanation"])
        assert {one["status"] for one in explanation["lines"]} <= HONEST, row["ocid"]
        await site.get(row["links"]["self"])
    shown = await shown_values(site, "odd")
    assert len(shown) > DISTORTED
    assert [one for one in shown if not one.stands] == []
    await no_dead_letters(site)


HONEST = {"flagged", "clear", "not_applicable", "not_computable", "insufficient_sample"}


async def no_dead_letters(site: Site) -> None:
    """Nothing was given up on, and every process still runs."""
    for program in ("ingestor", "scoring", "gateway"):
        ended: Ended = await site.command(program, "dead", "list", "--json")
        assert (ended.status, ended.rows) == (0, []), program
    assert site.stage.fallen() == []
