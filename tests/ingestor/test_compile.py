import subprocess
import sys
from datetime import UTC, datetime

import pytest

from ingestor.compile import Version, holding, merge, release_key

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)

WITHOUT_NETWORK = """
import socket

def refuse(*_, **__):
    raise SystemExit("somebody asked for the network")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
from ingestor.compile import merge

merged = merge([
    {"ocid": "o", "id": "1", "date": "2026-03-01T00:00:00Z", "tender": {"id": "t", "title": "a"}},
    {"ocid": "o", "id": "2", "date": "2026-03-02T00:00:00Z", "tender": {"id": "t", "value": 1}},
]).release
assert merged["tender"] == {"id": "t", "title": "a", "value": 1}, merged
"""


def test_merging_asks_nobody_for_its_rules() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_NETWORK], capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_objects_with_an_id_are_merged_and_lists_of_words_are_replaced() -> None:
    first = {
        "ocid": "o",
        "date": "2026-03-01T00:00:00Z",
        "parties": [{"id": "p", "name": "A", "roles": ["buyer", "payer"]}],
        "tender": {"items": [{"id": "1", "additionalClassifications": [{"id": "x"}]}]},
    }
    second = {
        "ocid": "o",
        "date": "2026-03-02T00:00:00Z",
        "parties": [{"id": "p", "roles": ["buyer"]}],
        "tender": {"items": [{"id": "1", "additionalClassifications": [{"id": "y"}]}, {"id": "2"}]},
    }

    merged = merge([first, second]).release

    assert merged["parties"] == [{"id": "p", "name": "A", "roles": ["buyer"]}]
    assert [item["id"] for item in merged["tender"]["items"]] == ["1", "2"]
    assert merged["tender"]["items"][0]["additionalClassifications"] == [{"id": "y"}]
    assert (merged["id"], merged["tag"]) == ("o-2026-03-02T00:00:00Z", ["compiled"])


def test_releases_without_a_date_count_as_the_oldest_and_are_merged_all_the_same() -> None:
    merged = merge([{"ocid": "o", "x": {"a": 1}}, {"ocid": "o", "date": "2026-03-02T00:00:00Z"}])

    assert merged.release["x"] == {"a": 1}
    assert merged.release["date"] == "2026-03-02T00:00:00Z"


def test_an_older_release_whose_shape_contradicts_the_newer_ones_is_left_out() -> None:
    odd = {"ocid": "o", "date": "2026-03-01T00:00:00Z", "extra": {"a": 1}, "old": 1}
    plain = {"ocid": "o", "date": "2026-03-02T00:00:00Z", "extra": [{"id": "1", "a": 2}]}
    third = {"ocid": "o", "date": "2026-03-03T00:00:00Z", "extra": [{"id": "2"}], "new": 3}

    merged = merge([odd, plain, third])

    assert merged.left_out == 1
    assert [entry["id"] for entry in merged.release["extra"]] == ["1", "2"]
    assert "old" not in merged.release


@pytest.mark.check("B9", tier=1, limit="one rule")
def test_the_version_that_holds_is_the_newest_then_the_last_delivered_then_the_fullest() -> None:
    early = Version(MARCH, run=9, size=900, hash=b"9", key="id:1")
    late = Version(APRIL, run=1, size=10, hash=b"1", key="id:1")
    again = Version(APRIL, run=2, size=5, hash=b"2", key="id:1")
    fuller = Version(APRIL, run=2, size=6, hash=b"0", key="id:1")

    assert holding([late, early]) == [late]
    assert holding([again, early, late]) == [again]
    assert holding([fuller, again]) == holding([again, fuller]) == [fuller]


def test_releases_are_told_apart_by_id_else_by_content_and_compiled_ones_are_one() -> None:
    assert release_key({"id": "7", "tag": ["tender"]}, b"\x01") == "id:7"
    assert release_key({"tag": ["tender"]}, b"\x01") == "sha256:01"
    assert release_key({"id": "o-2026", "tag": ["compiled"]}, b"\x01") == "compiled"
