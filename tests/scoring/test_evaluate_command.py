"""`scoring evaluate` on files as they come: faults, gzip, standard input, settings, formats."""

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from scoring.__main__ import main
from scoring.cardinal.output import number, rounded
from scoring.indicator import catalogue
from scoring.lines import CHECKED_BYTES
from tests.scoring.offline import (
    bid,
    evaluate,
    headed,
    lines,
    process,
    status_of,
    told,
    won,
)

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


@pytest.mark.thorough
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


@pytest.mark.parametrize("profile", ["cardinal", "kz"])
def test_of_a_gzip_file_cut_short_the_whole_lines_are_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], profile: str
) -> None:
    text = lines(LOST, LOST | {"ocid": "cut", "note": "x" * 100})
    cut = gzip.compress(text.encode(), compresslevel=0)[:-60]

    status, out = evaluate(
        tmp_path, cut, "--profile", profile, "--format", "cardinal", settings=RULE
    )

    assert status == 3
    assert set(json.loads(out)["OCID"]) == {"p"}
    told = capsys.readouterr().err
    assert "releases.jsonl: damaged after line 1, the rest is lost" in told
    assert "1 lines read, 1 processes judged" in told


def test_a_large_gzip_file_cut_short_is_judged_up_to_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    padding = process("pad", [bid("valid", "A")], [won("A")], note="x" * 100_000)
    count = CHECKED_BYTES // 100_000 + 2
    text = "\n" + lines(LOST, *[padding] * count, padding | {"ocid": "cut"})
    cut = gzip.compress(text.encode(), compresslevel=0)[:-60]

    status, out = evaluate(tmp_path, cut, *CARDINAL, settings=RULE)

    assert status == 3
    assert json.loads(out)["OCID"] == {"p": {"R035": 1.0}}
    told = capsys.readouterr().err
    assert f"damaged after line {count + 2}," in told
    assert f"{count + 1} lines read" in told


@pytest.mark.parametrize("profile", ["cardinal", "kz"])
@pytest.mark.parametrize(
    "content",
    [bytes(range(1, 256)) * 3, b"\x1f\x8b\x08\x00 and no more gzip than that", b"{}\n[1]\n"],
    ids=["binary", "bad gzip", "no release"],
)
def test_a_file_of_which_nothing_can_be_used_is_named_and_the_old_results_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, profile: str
) -> None:
    (tmp_path / "out.json").write_text("of yesterday", encoding="utf-8")

    status, out = evaluate(tmp_path, content, "--profile", profile)

    assert (status, out) == (1, "of yesterday")
    told = capsys.readouterr().err.splitlines()
    assert told[-1] == f"error: no line could be used: {tmp_path / 'releases.jsonl'}"
    assert {one.name for one in tmp_path.iterdir()} == {"releases.jsonl", "out.json"}


def test_results_written_to_a_pipe_do_not_take_its_place(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(lines(LOST), encoding="utf-8")

    words = ["--profile", "cardinal", "--out", "/dev/null"]
    assert status_of(["evaluate", str(file), *words]) == 0
    assert Path("/dev/null").is_char_device()


def test_when_nobody_reads_on_it_ends_without_a_word(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(lines(*[LOST | {"ocid": f"p{n}"} for n in range(500)]), encoding="utf-8")

    first, status, told = headed(["evaluate", str(file)])

    assert json.loads(first)["indicator"] in catalogue()
    assert (status, told) == (141, "")


@pytest.mark.parametrize(
    ("option", "value"),
    [("--memory", "nonsense"), ("--memory", "-1GB"), ("--threads", "0"), ("--threads", "-5")],
)
def test_an_option_that_cannot_be_is_refused_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    status, out = evaluate(tmp_path, lines(LOST), f"{option}={value}")

    assert (status, out) == (2, "")
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith(f"error: {option} is ")


def test_too_little_memory_is_told_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out = evaluate(tmp_path, lines(LOST), "--memory", "1KB")

    assert (status, out) == (1, "")
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith("error: ")


@pytest.mark.parametrize("command", ["evaluate", "prepare"])
@pytest.mark.parametrize("content", [b"[R035]\n; \xff\n", None], ids=["not UTF-8", "not there"])
def test_settings_that_are_no_text_or_not_there_end_with_status_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, content: bytes | None
) -> None:
    file, ini = tmp_path / "in.jsonl", tmp_path / "settings.ini"
    file.write_text(lines(LOST), encoding="utf-8")
    if content is not None:
        ini.write_bytes(content)

    assert status_of([command, "--settings", str(ini), str(file)]) == 2
    (told,) = capsys.readouterr().err.splitlines()
    assert told.startswith("error: ")
    assert "settings.ini" in told


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

    assert status == 2
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


ODD = LOST | {
    "ocid": 17,
    "awards": won("A"),
    "bids": {
        "details": [bid("valid") | {"tenderers": {"id": "A"}}, bid("disqualified", "B")],
    },
}
IN_KZ = lines(
    LOST | {"tender": {"procurementMethod": "open"}},
    LOST | {"ocid": "cancelled", "tender": {"status": "cancelled"}},
    ODD,
    *[LOST | {"ocid": f"p{n}"} for n in range(50)],
)


@pytest.fixture(scope="module")
def in_kz(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What every indicator of the profile kz says of them."""
    status, out = evaluate(tmp_path_factory.mktemp("kz"), IN_KZ)
    assert status == 0
    return out


@pytest.mark.thorough
def test_in_kz_every_subject_gets_a_word_with_evidence_or_what_is_missing(in_kz: str) -> None:
    found = told(in_kz)

    flagged = found["R035", "p"]
    assert flagged["status"] == "flagged"
    assert flagged["involved"] == ["A"]
    assert {"process": "p", "path": "/bids/details/1/status", "value": "disqualified"} in flagged[
        "evidence"
    ]
    assert found["R003", "p"]["status"] == "not_computable"
    assert found["R003", "p"]["missing"][-1] == "tender.tenderPeriod.endDate"


def test_in_kz_a_cancelled_process_is_still_judged(in_kz: str) -> None:
    assert told(in_kz)["R035", "cancelled"]["status"] == "flagged"


def test_in_kz_odd_shapes_are_mended_before_judging(in_kz: str) -> None:
    assert told(in_kz)["R035", "17"]["status"] == "flagged"


@pytest.mark.thorough
def test_the_same_file_gives_the_same_bytes(in_kz: str, tmp_path: Path) -> None:
    assert evaluate(tmp_path, IN_KZ)[1] == in_kz


@pytest.mark.thorough
def test_terms_pass_as_of_a_day_that_is_named_or_of_the_newest_release_never_of_the_machine(
    tmp_path: Path,
) -> None:
    contract = {
        "id": "c",
        "status": "active",
        "x_goszakup": {"method": "3"},
        "x_dates": {"planned": "2025-06-01T00:00:00+05:00"},
        "x_acts": [],
    }
    due = process("p", [], [], date="2025-06-20T00:00:00Z", contracts=[contract])
    newer = process("q", [], [], date="2025-07-30T20:00:00Z")  # 31 July in Kazakhstan

    def delay(*releases: object, options: tuple[str, ...] = ()) -> object:
        status, out = evaluate(tmp_path, lines(*releases), *options)
        assert status == 0
        return told(out)["I05", "p"]["status"]

    assert delay(due) == "not_applicable"
    assert delay(due, newer) == "flagged"
    assert delay(due, newer, options=("--as-of", "2025-07-30")) == "not_applicable"
    assert delay(due, options=("--as-of", "2025-07-31")) == "flagged"
