"""`scoring evaluate` on files as they come: faults, gzip, standard input, settings, formats."""

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from scoring.__main__ import main
from scoring.cardinal.output import number, rounded
from scoring.lines import CHECKED_BYTES
from tests.scoring.offline import bid, evaluate, judged, lines, process, won

CARDINAL = ("--profile", "cardinal", "--format", "cardinal", "--no-meta")
LOST = process("p", [bid("valid", "A"), bid("disqualified", "B")], [won("A")])
RULE = "[R035]\n"


def test_a_bad_line_is_named_and_nothing_else_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = lines(LOST).encode()
    bad = [
        b'{"ocid": "p2", "bids": \n',
        b"\n",
        b"   \n",
        b"[1]\n",
        b'{"ocid": 7}\n',
        b"null\n",
        b'{"ocid": "p3", "x": NaN}\n',
        b'{"ocid": "p4", "x": [1,]}\n',
        b'{"ocid": "p5", "x": "\xff"}\n',
        b'{"ocid": "p6", "x": "\\ud800"}\n',
        b'{"ocid": "p7"} {"ocid": "p8"}\n',
        b"[" * 200 + b"]" * 200 + b"\n",
    ]
    status, out = evaluate(tmp_path, good + b"".join(bad) + good, *CARDINAL, settings=RULE)

    assert status == 0
    assert json.loads(out)["OCID"] == {"p": {"R035": 1.0}}
    told = [line for line in capsys.readouterr().err.splitlines() if "line " in line]
    numbers = [int(line.split("line ")[1].split()[0]) for line in told]
    assert numbers == [2, 8, 9, 10, 11, 12, 13]


def test_a_large_file_names_bad_lines_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    padding = process("pad", [bid("valid", "A")], [won("A")], note="x" * 100_000)
    count = CHECKED_BYTES // 100_000 + 2
    text = lines(*[padding] * count).encode() + b"\n  \n{broken\n" + lines(LOST).encode()

    status, out = evaluate(tmp_path, text, *CARDINAL, settings=RULE)

    assert status == 0
    assert json.loads(out)["OCID"] == {"p": {"R035": 1.0}}
    assert f"line {count + 3} is invalid JSON" in capsys.readouterr().err


@pytest.mark.parametrize("profile", ["cardinal", "kz"])
def test_a_line_of_forty_megabytes_is_judged_like_any_other(tmp_path: Path, profile: str) -> None:
    huge = LOST | {"ocid": "huge", "note": "x" * 40_000_000}
    text = lines(LOST, huge, LOST | {"ocid": "after"})

    _, out = evaluate(tmp_path, text, "--profile", profile, "--format", "cardinal", settings=RULE)

    assert set(json.loads(out)["OCID"]) == {"p", "huge", "after"}


def test_of_two_equal_keys_the_last_counts(tmp_path: Path) -> None:
    text = '{"ocid":"x","awards":[],"bids":{"details":[]},' + lines(LOST)[1:]

    _, out = evaluate(tmp_path, text, *CARDINAL, settings=RULE)

    assert json.loads(out)["OCID"] == {"p": {"R035": 1.0}}


def test_gzip_is_noticed_whatever_the_name(tmp_path: Path) -> None:
    _, out = evaluate(tmp_path, gzip.compress(lines(LOST).encode()), *CARDINAL, settings=RULE)

    assert json.loads(out)["OCID"] == {"p": {"R035": 1.0}}


def test_a_dash_reads_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(lines(LOST).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)

    with pytest.raises(SystemExit) as ended:
        main(["evaluate", *CARDINAL, "-"])

    assert ended.value.code == 0
    assert json.loads(capsys.readouterr().out)["OCID"] == {"p": {"R035": 1.0}}


def test_several_files_are_one_population(tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text(lines(LOST | {"ocid": "q"}), encoding="utf-8")

    _, out = evaluate(tmp_path, lines(LOST), *CARDINAL, settings=RULE, also=[other])

    assert set(json.loads(out)["OCID"]) == {"p", "q"}


def test_a_file_that_is_not_there_ends_with_status_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", "/nowhere/at-all.jsonl"])

    assert ended.value.code == 1
    assert "at-all.jsonl" in capsys.readouterr().err


def test_an_unknown_key_of_the_settings_ends_with_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _ = evaluate(tmp_path, lines(LOST), settings="[R024]\ntreshold = 1\n")

    assert status == 1
    assert "unknown key R024.treshold" in capsys.readouterr().err


def test_empty_input_gives_empty_results(tmp_path: Path) -> None:
    status, out = evaluate(tmp_path, "", *CARDINAL, "--map", settings=RULE)

    assert status == 0
    assert set(json.loads(out)) == {"Maps"}


def test_numbers_are_written_as_cardinal_writes_them() -> None:
    shown = [number(value) for value in (1.0, 0.0, 0.1, 1e-05, 1.5e-05, 1e-06, 1e16, -2.5e21)]

    assert shown == ["1.0", "0.0", "0.1", "0.00001", "0.000015", "1e-6", "1e16", "-2.5e21"]
    assert [number(None), number(float("inf")), number(float("nan"))] == ["null"] * 3


def test_meta_is_rounded_half_away_from_zero() -> None:
    assert [rounded(value) for value in (0.00005, -0.00005, 0.12344, 2.0)] == [
        0.0001,
        -0.0001,
        0.1234,
        2.0,
    ]
    assert rounded(1e305) is None


def test_in_kz_every_subject_gets_a_word_with_evidence_or_what_is_missing(tmp_path: Path) -> None:
    found = judged(tmp_path, LOST | {"tender": {"procurementMethod": "open"}})

    flagged = found["R035", "p"]
    assert flagged["status"] == "flagged"
    assert flagged["involved"] == ["A"]
    assert {"process": "p", "path": "/bids/details/1/status", "value": "disqualified"} in flagged[
        "evidence"
    ]
    assert found["R003", "p"]["status"] == "not_computable"
    assert found["R003", "p"]["missing"][-1] == "tender.tenderPeriod.endDate"


def test_in_kz_a_cancelled_process_is_still_judged(tmp_path: Path) -> None:
    found = judged(tmp_path, LOST | {"tender": {"status": "cancelled"}})

    assert found["R035", "p"]["status"] == "flagged"


def test_in_kz_odd_shapes_are_mended_before_judging(tmp_path: Path) -> None:
    odd = LOST | {"awards": won("A"), "ocid": 17}
    odd["bids"] = {"details": [bid("valid"), bid("disqualified", "B")]}
    odd["bids"]["details"][0]["tenderers"] = {"id": "A"}

    assert judged(tmp_path, odd)["R035", "17"]["status"] == "flagged"


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    text = lines(*[LOST | {"ocid": f"p{n}"} for n in range(50)])

    assert evaluate(tmp_path, text)[1] == evaluate(tmp_path, text)[1]
