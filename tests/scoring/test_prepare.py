"""`scoring prepare`: what is always mended, what the settings ask for, what is reported."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from scoring.cardinal.prepare import Prepared, csv_line, prepare, rows
from scoring.cardinal.settings import parse_settings
from scoring.cardinal.written import read, write
from tests.scoring.offline import headed, lines, status_of


def prepared(release: dict[str, Any], settings: str = "") -> Prepared:
    return prepare(release, parse_settings(settings))


def issues(release: dict[str, Any], settings: str = "") -> list[str]:
    done = prepared(release, settings)
    return [",".join(row) for row in rows(1, release, done.issues)]


def test_objects_become_lists_and_numbers_become_texts_always() -> None:
    release = read(
        b'{"ocid":"o","parties":[{"id":1}],"buyer":{"id":2},"tender":{"procuringEntity":{"id":3.0}},'
        b'"bids":{"details":[{"status":"valid","tenderers":{"id":4}}]},'
        b'"awards":[{"id":5,"status":"active","suppliers":{"id":6},"items":[{"classification":'
        b'{"scheme":"s","id":7}}]}],"contracts":[{"id":8,"awardID":9}]}'
    )

    prepared(release)

    assert write(release) == (
        '{"ocid":"o","parties":[{"id":"1"}],"buyer":{"id":"2"},'
        '"tender":{"procuringEntity":{"id":"3.0"}},'
        '"bids":{"details":[{"status":"valid","tenderers":[{"id":"4"}]}]},'
        '"awards":[{"id":"5","status":"active","suppliers":[{"id":"6"}],'
        '"items":[{"classification":{"scheme":"s","id":"7"}}]}],'
        '"contracts":[{"id":8,"awardID":"9"}]}'
    )


def test_numbers_keep_their_digits_and_keys_their_order() -> None:
    text = '{"z":1.10,"a":1e2,"n":123456789012345678901234567890,"t":"é\\n\\u0001","b":true}'

    assert write(read(text.encode())) == text


def test_defaults_fill_what_is_missing_and_nothing_else() -> None:
    release = {
        "bids": {
            "details": [
                {"value": {"amount": 1}, "items": [{"classification": {"id": "x"}}]},
                {"value": {"amount": 1, "currency": None}, "status": None},
            ]
        },
        "awards": [{"items": [{"classification": {}}]}],
    }

    done = prepared(
        release,
        "[defaults]\ncurrency=USD\nitem_classification_scheme=UNSPSC\nbid_status=valid\n"
        "award_status=active",
    )

    first, second = done.release["bids"]["details"]
    assert first["value"]["currency"] == "USD"
    assert first["status"] == "valid"
    assert first["items"][0]["classification"]["scheme"] == "UNSPSC"
    assert second == {"value": {"amount": 1, "currency": None}, "status": None}
    assert done.release["awards"][0]["status"] == "active"
    assert done.release["awards"][0]["items"][0]["classification"] == {"scheme": "UNSPSC"}
    assert done.issues == []


def test_what_stays_wrong_is_told_with_line_path_and_positions() -> None:
    release = {
        "ocid": "o,1",
        "bids": {
            "details": [
                {"value": {"amount": 0}, "status": "qualified"},
                {"value": {"amount": 5, "currency": "USD"}, "items": [{"classification": {}}]},
            ]
        },
        "awards": [{"items": [{}, {"classification": {}}]}],
    }

    assert issues(release) == [
        "1,o,1,/bids/details[]/value/amount,0,,is zero",
        "1,o,1,/bids/details[]/value/currency,0,,not set",
        "1,o,1,/bids/details[]/status,0,qualified,invalid",
        "1,o,1,/bids/details[]/items[]/classification/scheme,1.0,,not set",
        "1,o,1,/bids/details[]/status,1,,not set",
        "1,o,1,/awards[]/items[]/classification/scheme,0.1,,not set",
        "1,o,1,/awards[]/status,0,,not set",
    ]


def test_placeholders_are_removed() -> None:
    release = {
        "buyer": {"id": "none", "name": "x"},
        "bids": {
            "details": [
                {"status": "valid", "value": {"amount": 0.0, "currency": "A", "note": 1}},
                {"status": "valid", "value": {"amount": 99999999, "currency": "A"},
                 "tenderers": [{"id": "none"}]},
            ]
        },
    }  # fmt: skip

    done = prepared(release, "[redactions]\namount = 0|99999999\norganization_id = none|nobody")

    assert done.release["buyer"] == {"name": "x"}
    # The last member takes the place of the one removed, as in Cardinal.
    assert list(done.release["bids"]["details"][0]["value"].items()) == [
        ("note", 1),
        ("currency", "A"),
    ]
    assert done.release["bids"]["details"][1]["tenderers"] == [{}]
    assert done.issues == []


def test_codes_are_mapped_before_they_are_checked() -> None:
    release = {
        "bids": {"details": [{"status": "qualified"}]},
        "awards": [{"status": "Active"}, {"status": "odd"}],
    }

    done = prepared(
        release, "[codelists.bid_status]\nqualified=valid\n[codelists.award_status]\nActive=active"
    )

    assert done.release["bids"]["details"][0]["status"] == "valid"
    assert [award["status"] for award in done.release["awards"]] == ["active", "odd"]
    assert [issue.value for issue in done.issues] == ["odd"]


def test_an_award_is_cancelled_when_all_its_contracts_are() -> None:
    release = {
        "contracts": [
            {"awardID": 1, "status": "cancelled"},
            {"awardID": "1", "status": "cancelled"},
            {"awardID": "2", "status": "cancelled"},
            {"awardID": "2", "status": "active"},
        ],
        "awards": [{"id": n, "status": "active"} for n in (1, 2, 3)],
    }

    done = prepared(release, "[corrections]\naward_status_by_contract_status = true")

    statuses = [award["status"] for award in done.release["awards"]]
    assert statuses == ["cancelled", "active", "active"]
    assert done.release["contracts"][0]["awardID"] == "1"


def test_auctions_become_bids_only_where_there_are_none() -> None:
    settings = "[modifications]\nmove_auctions = true"
    auctions = [{"stages": [{"bids": [{"status": "valid"}]}, {"id": 1}]},
                {"stages": [{"bids": [{"status": "invited"}]}]}]  # fmt: skip

    moved = prepared({"auctions": auctions}, settings)
    kept = prepared({"auctions": [], "bids": {}}, settings)

    assert [bid["status"] for bid in moved.release["bids"]["details"]] == ["valid", "invited"]
    assert moved.release["auctions"] == [{"stages": [{}, {"id": 1}]}, {"stages": [{}]}]
    assert kept.release["bids"] == {}
    assert kept.warnings == ["Can't move /auctions, because /bids is occupied."]


def test_prefixes_are_put_once_and_methods_cut_at_the_separator() -> None:
    release = {
        "buyer": {"id": "B"},
        "tender": {
            "procuringEntity": {"id": "UC-P"},
            "procurementMethodDetails": "Open  - goods - 1",
        },
        "bids": {"details": [{"status": "valid", "tenderers": [{"id": 1}, {"id": "RPE-2"}]}]},
    }

    done = prepared(
        release,
        "[modifications]\nprefix_buyer_or_procuring_entity_id = UC-\n"
        "prefix_tenderer_or_supplier_id = RPE-\nsplit_procurement_method_details = -",
    ).release

    assert done["buyer"]["id"] == "UC-B"
    assert done["tender"] == {"procuringEntity": {"id": "UC-P"}, "procurementMethodDetails": "Open"}
    assert [one["id"] for one in done["bids"]["details"][0]["tenderers"]] == ["RPE-1", "RPE-2"]


def test_roles_of_parties_follow_from_where_they_are_named() -> None:
    release = {
        "parties": [{"id": "A", "roles": ["supplier", "funder"]}, {"id": "B"}, {"id": "C"}],
        "buyer": {"id": "B"},
        "tender": {"procuringEntity": {"id": "B"}},
        "bids": {"details": [{"status": "valid", "tenderers": [{"id": "A"}]}]},
    }

    done = prepared(release, "[defaults]\nparty_roles = true").release

    assert [party.get("roles") for party in done["parties"]] == [
        ["funder", "supplier", "tenderer"],
        ["buyer", "procuringEntity"],
        None,
    ]


def test_a_null_bid_becomes_one_with_the_status_that_is_filled_in() -> None:
    release = {"bids": {"details": [None, "odd"]}, "awards": [None]}

    done = prepared(release, "[defaults]\nbid_status = pending")

    assert done.release == {"bids": {"details": [{"status": "pending"}, "odd"]}, "awards": [None]}
    assert [(one.path, one.positions) for one in done.issues] == [
        ("/bids/details[]/status", "1"),
        ("/awards[]/status", "0"),
    ]


def test_an_amount_to_remove_is_a_bare_number() -> None:
    line = b'{"bids":{"details":[{"value":{"amount":70}},{"value":{"amount":7e1}}]}}'
    with_blanks, bare = (
        prepared(read(line), f"[redactions]\namount = {text}").release
        for text in ("7 | 70", "7|70")
    )

    assert write(with_blanks) == line.decode()
    assert write(bare) == '{"bids":{"details":[{"value":{}},{"value":{}}]}}'


def test_parties_whose_id_is_no_text_get_no_roles() -> None:
    release = {
        "parties": [{"id": ["A"]}, {"id": {"a": 1}}, "A", {}, {"id": "A"}],
        "buyer": {"id": "A"},
    }

    done = prepared(release, "[defaults]\nparty_roles = true")

    assert done.release["parties"][:4] == [{"id": ["A"]}, {"id": {"a": 1}}, "A", {}]
    assert done.release["parties"][4] == {"id": "A", "roles": ["buyer"]}


def test_a_row_is_quoted_where_a_reader_would_split_it() -> None:
    assert csv_line(["8", "a,b", 'say "no"', "a\rb", ""]) == '8,"a,b","say ""no""","a\rb",\n'


def test_the_command_writes_releases_and_issues_and_names_bad_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out, errors = (tmp_path / name for name in ("in.jsonl", "out.jsonl", "errors.csv"))
    half, deep = b'{"ocid":"\\ud83d"}', b'{"x":' + b"[" * 128 + b"]" * 128 + b"}"
    good = b'{"ocid":"a","awards":[{"id":-0}]}\n\n{bad\n[]\n{"ocid":"b","n":' + b"9" * 5000 + b"}"
    file.write_bytes(b"\n".join([good, half, deep]))

    status = status_of(["prepare", "-o", str(out), "-e", str(errors), str(file)])

    assert status == 0
    first, second = out.read_text().splitlines()
    assert first == '{"ocid":"a","awards":[{"id":"-0"}]}'
    assert second == f'{{"ocid":"b","n":{"9" * 5000}}}'
    assert errors.read_text() == "1,a,/awards[]/status,0,,not set\n"
    told = capsys.readouterr().err
    assert "Line 3 is invalid JSON, skipping." in told
    assert "Line 4 is not a JSON object, skipping." in told
    assert "Line 6 is invalid JSON, skipping." in told
    assert "Line 7 is invalid JSON, skipping." in told


def test_of_a_gzip_file_cut_short_the_whole_lines_are_prepared(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, out = tmp_path / "in.jsonl.gz", tmp_path / "out.jsonl"
    text = lines({"ocid": "a"}, {"ocid": "b", "note": "x" * 100})
    file.write_bytes(gzip.compress(text.encode(), compresslevel=0)[:-60])

    assert status_of(["prepare", "-o", str(out), str(file)]) == 3
    assert out.read_text() == '{"ocid":"a"}\n'
    assert f"{file}: damaged after line 1, the rest is lost" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", [b"\x00\xff\n\xfe", b"\x1f\x8b\x08\x00 and no more"], ids=["binary", "bad gzip"]
)
def test_a_file_of_which_nothing_can_be_prepared_is_named_and_the_old_one_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    file, out, errors = (tmp_path / name for name in ("in.jsonl", "out.jsonl", "errors.csv"))
    file.write_bytes(content)
    out.write_text("of yesterday")

    assert status_of(["prepare", "-o", str(out), "-e", str(errors), str(file)]) == 1
    assert out.read_text() == "of yesterday"
    assert not errors.exists()
    assert capsys.readouterr().err.splitlines()[-1] == f"error: no line could be used: {file}"


def test_a_file_may_be_prepared_into_its_own_place(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(lines({"ocid": "a", "awards": [{"id": 1, "status": "active"}]}))
    file.chmod(0o640)

    assert status_of(["prepare", "-o", str(file), str(file)]) == 0
    assert file.read_text() == '{"ocid":"a","awards":[{"id":"1","status":"active"}]}\n'
    assert file.stat().st_mode & 0o777 == 0o640


def test_when_nobody_reads_on_prepare_ends_without_a_word(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text(lines(*[{"ocid": f"p{n}", "note": "x" * 1000} for n in range(500)]))

    first, status, told = headed(["prepare", str(file)])

    assert first.startswith('{"ocid":"p0"')
    assert (status, told) == (141, "")
