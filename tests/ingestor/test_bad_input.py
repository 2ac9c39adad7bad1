import gzip
import json
import random
from copy import deepcopy
from typing import Any

import pytest

from tests.ingestor.office import Office, lines, release

GOOD = [release(f"ocds-good-{n}") for n in range(3)]

# What is on the line, and the code under which it is set aside.
REFUSED: dict[str, tuple[bytes, str]] = {
    "cut": (lines([release("ocds-cut")])[:80], "truncated"),
    "words": (b"Please find the data attached", "malformed"),
    "html": (b"<html><body>502 Bad Gateway</body></html>", "malformed"),
    "latin": ('{"ocid": "x", "title": "é"}'.encode("latin-1"), "not_utf8"),
    "null": (b"null", "not_an_object"),
    "number": (b"17", "not_an_object"),
    "text": (b'"a text"', "not_an_object"),
    "no ocid": (json.dumps({**release(), "ocid": None}).encode(), "ocid_missing"),
    "empty ocid": (json.dumps({**release(), "ocid": ""}).encode(), "ocid_missing"),
    "ocid as list": (json.dumps({**release(), "ocid": ["a"]}).encode(), "ocid_not_text"),
    "long ocid": (json.dumps({**release(), "ocid": "x" * 5000}).encode(), "ocid_too_long"),
    "other json": (b'{"error": "quota exceeded"}', "not_a_release"),
    "deep": (b'{"ocid": "deep", "x": ' + b"[" * 5000 + b"]" * 5000 + b"}", "too_deep"),
    "very deep": (b'{"ocid": "deep", "x": ' + b"[" * 200_000 + b"]" * 200_000 + b"}", "too_deep"),
}

# What is on the line is of use all the same: the ocid, and the code of the note that says so.
MENDED: dict[str, tuple[dict[str, Any] | bytes, str | None]] = {
    "nan": (b'{"ocid": "nan", "tender": {"value": {"amount": NaN}}}', "number_not_finite"),
    "1e400": (b'{"ocid": "1e400", "tender": {"value": {"amount": 1e400}}}', "number_not_finite"),
    "nul": (b'{"ocid": "nul", "tender": {"title": "a\\u0000b"}}', "text_cleaned"),
    "surrogate": (b'{"ocid": "surrogate", "tender": {"title": "a\\ud800"}}', "text_cleaned"),
    "negative": ({"ocid": "negative", "tender": {"value": {"amount": -5}}}, "negative"),
    "absurd": ({"ocid": "absurd", "tender": {"value": {"amount": 1e30}}}, "number_out_of_range"),
    "year 9999": (
        {"ocid": "year 9999", "tender": {"tenderPeriod": {"endDate": "9999-12-31T00:00:00Z"}}},
        "date_out_of_range",
    ),
    "zone": ({"ocid": "zone", "date": "2026-03-01T09:00:00"}, "date_without_zone"),
    "twice": ({"ocid": "twice", "awards": [{"id": 1, "title": "a"}, {"id": 1}]}, "id_repeated"),
    "key twice": (b'{"ocid": "key twice", "id": "1", "id": "2"}', "key_repeated"),
    "object": ({"ocid": "object", "awards": {"id": "a"}}, None),
    "title": ({"ocid": "title", "tender": {"title": "<script>alert(1)</script>"}}, None),
}


async def test_what_cannot_be_used_is_set_aside_and_the_rest_of_the_file_is_not(
    office: Office,
) -> None:
    for name, (raw, code) in REFUSED.items():
        run = await office.take([GOOD[0], raw, *GOOD[1:]], name)

        [row] = await office.rows("SELECT * FROM quarantine WHERE source = $1", name)
        assert (run.status, run.accepted, run.quarantined) == ("complete", 3, 1), name
        assert (row["code"], row["line"], row["run"]) == (code, 2, run.id), name
        assert len(row["reason"]) > 20, name

    assert len(await office.published()) == 3 * len(REFUSED)


async def test_what_can_be_mended_is_published_with_a_note_of_it(office: Office) -> None:
    run = await office.take([*(one for one, _ in MENDED.values()), *GOOD])

    published = await office.published()
    assert (run.accepted, run.quarantined) == (len(MENDED) + 3, 0)
    for ocid, (_, code) in MENDED.items():
        codes = {note["code"] for note in published["test", ocid]["quality"]}
        assert code is None or code in codes, ocid
    assert b"\\u0000" not in b"".join(entry.body for entry in await office.feed())


async def test_one_fault_on_many_lines_is_many_rows_and_loading_again_adds_none(
    office: Office,
) -> None:
    content = lines([b"null", GOOD[0], b"null", b"null"])

    first = await office.take(content)
    second = await office.take(content)

    rows = await office.rows("SELECT line, run FROM quarantine ORDER BY line")
    assert [row["line"] for row in rows] == [1, 3, 4]
    assert (first.quarantined, second.quarantined) == (3, 3)
    assert {row["run"] for row in rows} == {second.id}


async def test_a_package_loses_only_its_bad_element(office: Office) -> None:
    package = json.dumps({"releases": [GOOD[0], "no release", GOOD[1]]}, indent=1)

    run = await office.take(package.encode())

    [row] = await office.rows("SELECT code, item FROM quarantine")
    assert (run.accepted, run.quarantined) == (2, 1)
    assert (row["code"], row["item"]) == ("not_an_object", 1)


@pytest.mark.check("B14", tier=1, limit="left at the limit")
async def test_a_bomb_stops_early_and_what_came_before_it_is_kept(office: Office) -> None:
    bomb = gzip.compress(lines(GOOD) + b" " * 64 * 1024 * 1024)

    run = await office.take(bomb)

    assert (run.status, run.accepted) == ("incomplete", 3)
    assert [row["code"] for row in await office.rows("SELECT code FROM quarantine")] == ["bomb"]


async def test_a_release_of_forty_megabytes_is_set_aside_with_its_beginning(
    office: Office,
) -> None:
    huge = json.dumps(release("ocds-huge", note="x" * 40 * 1024 * 1024)).encode()

    run = await office.take([GOOD[0], huge, GOOD[1]])

    [row] = await office.rows("SELECT code, size, truncated FROM quarantine")
    assert (run.status, run.accepted) == ("complete", 2)
    assert (row["code"], row["truncated"]) == ("too_large", True)
    assert row["size"] > 40 * 1024 * 1024


async def test_a_line_of_forty_megabytes_that_never_closes_costs_no_other_line(
    office: Office,
) -> None:
    open_ended = b'{"ocid": "ocds-huge", "note": "' + b"x" * 40 * 1024 * 1024

    between = await office.take([GOOD[0], open_ended, GOOD[1]], "between")
    first = await office.take([open_ended, GOOD[0], GOOD[1]], "first")

    for run in (between, first):
        assert (run.status, run.expected, run.accepted, run.quarantined) == ("complete", 3, 2, 1)
    rows = await office.rows("SELECT source, code, line, reason FROM quarantine ORDER BY source")
    assert [(row["source"], row["code"], row["line"]) for row in rows] == [
        ("between", "too_large", 2),
        ("first", "too_large", 1),
    ]
    assert all("more than 32 MiB" in row["reason"] for row in rows)


ODD: list[Any] = [
    None,
    True,
    -1,
    1e308,
    2**70,
    "",
    "\x00",
    "\ud800",
    "x" * 2000,
    [],
    {},
    [[]],
    [{}],
]
ODD += ["9999-12-31", "2026-02-30T25:00:00", {"id": {}}, {"$numberLong": "1"}, "̈" * 50]


def mutated(chance: random.Random, number: int) -> bytes:
    """Write a release with some of its values replaced by odd ones, and sometimes some bytes."""
    one: dict[str, Any] = release(
        f"ocds-odd-{number}",
        parties=[{"id": "p", "name": "P", "roles": ["buyer"]}],
        bids={"details": [{"id": "b", "value": {"amount": 1}, "tenderers": [{"id": "p"}]}]},
        awards=[{"id": "a", "items": [{"id": "i", "quantity": 1}]}],
        contracts=[{"id": "c", "period": {"startDate": "2026-03-01T00:00:00Z"}}],
    )
    for _ in range(chance.randint(1, 4)):
        holder: Any = one
        while True:
            key = chance.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
            inner = holder[key]
            if not isinstance(inner, dict | list) or not inner or chance.random() < 0.3:
                holder[key] = deepcopy(chance.choice(ODD))
                break
            holder = inner
    raw = bytearray(json.dumps(one).encode())
    if chance.random() < 0.2:
        raw[chance.randrange(len(raw))] = chance.choice(b'\x00\xff{}[]",:9')
    return bytes(raw)


async def test_a_thousand_odd_releases_are_each_published_or_set_aside_and_none_is_lost(
    office: Office,
) -> None:
    chance = random.Random(20261124)
    odd = [mutated(chance, number) for number in range(1000)]

    run = await office.take(odd)

    assert (run.status, run.received) == ("complete", 1000)
    assert run.accepted + run.unchanged + run.quarantined == 1000
    assert run.accepted > 700
    assert run.quarantined > 20
    for entry in await office.feed():
        json.loads(entry.body)
