"""Whatever an answer is wrapped in, its records are found; what is no answer is said."""

import gzip
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from ingestor.__main__ import main
from ingestor.sources.goszakup.recorded import Fault, Found, Rows, recorded
from tests.ingestor.goszakup_translate.cases import bid, company, contract, lot, notice

GRAPHQL = {"data": {"TrdBuy": [notice()]}, "extensions": {"pageInfo": {"hasNextPage": False}}}
REST = {"total": 1, "limit": 50, "next_page": "", "items": [notice()]}


def found_in(document: Any, name: str = "answer.json") -> list[Found | Rows | Fault]:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return list(recorded(BytesIO(content), name))


@pytest.mark.parametrize(
    "document",
    [
        notice(),
        [notice()],
        GRAPHQL,
        REST,
        {"request": {"query": "{TrdBuy{id}}"}, "response": GRAPHQL},
        {"url": "/v3/trd-buy/all", "status": 200, "body": REST},
        {"url": "/v3/trd-buy/100", "body": json.dumps(notice())},
        {"GET /v3/trd-buy/{id}": notice()},
        gzip.compress(json.dumps(GRAPHQL).encode()),
    ],
)
def test_a_notice_is_found_in_every_wrapping(document: Any) -> None:
    (found,) = found_in(document)

    assert isinstance(found, Found)
    assert (found.kind.name, found.record["id"]) == ("notice", 100)


def test_lines_may_hold_answers_of_different_roots() -> None:
    lines = [GRAPHQL, {"data": {"Lots": [lot()]}}, contract(1)]
    content = "\n".join(json.dumps(line) for line in lines).encode()

    found = found_in(content, "answers.jsonl")

    assert [one.kind.name for one in found if isinstance(one, Found)] == [
        "notice",
        "lot",
        "contract",
    ]


def test_a_request_tells_the_notice_of_bids_that_do_not() -> None:
    nameless = bid(1, company(1)) | {"buyId": None}
    variables = {"f": {"buyId": 100}}

    (found,) = found_in({"variables": variables, "response": {"data": {"TrdApp": [nameless]}}})

    assert isinstance(found, Found)
    assert found.notice == "100"


def test_a_dictionary_is_known_by_its_file_its_path_or_its_key() -> None:
    rows = {"items": [{"id": 210, "name_ru": "Опубликовано"}]}

    by_file = found_in(rows, "ref_buy_status.json")
    by_path = found_in({"url": "/v3/refs/ref_buy_status?limit=500", "response": rows})
    by_key = found_in({"ref_buy_status": rows})

    assert by_file == by_path == by_key == [Rows("ref_buy_status", rows["items"])]


@pytest.mark.parametrize(
    ("content", "broken"),
    [
        (b"", True),
        (b"<html>502</html>", True),
        (b'{"data": {"TrdBuy": [{"id": 1', True),
        (gzip.compress(b"{}", mtime=0)[:10], True),
        (b'{"types": {}}', False),
        (b"5", False),
    ],
)
def test_what_is_no_answer_is_a_fault(content: bytes, broken: bool) -> None:
    (fault,) = found_in(content)

    assert isinstance(fault, Fault)
    assert fault.broken == broken


def test_a_last_line_cut_off_costs_only_itself() -> None:
    content = json.dumps(notice()).encode() + b"\n" + json.dumps(lot()).encode()[:20]

    first, second = found_in(content)

    assert isinstance(first, Found)
    assert second == Fault(second.reason, 2, broken=True)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"a.json": GRAPHQL}, 0),
        ({"a.json": GRAPHQL, "b.json": {"types": {}}}, 0),
        ({"a.json": {"types": {}}}, 1),
        ({"a.json": GRAPHQL, "b.json": "cut"}, 1),
        ({"a.json": GRAPHQL, "b.json": None}, 1),
    ],
)
def test_the_status_tells_how_it_ended(
    files: dict[str, Any], status: int, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    for name, document in files.items():
        if document is not None:
            text = '{"data": [' if document == "cut" else json.dumps(document)
            (tmp_path / name).write_text(text, "utf-8")

    with pytest.raises(SystemExit) as ended:
        main(["translate", "goszakup", *(str(tmp_path / name) for name in files)])

    assert ended.value.code == status
    lines = capsysbinary.readouterr().out.splitlines()
    assert [json.loads(line)["tender"]["id"] for line in lines] == (
        [] if files == {"a.json": {"types": {}}} else ["100"]
    )


def test_records_in_different_files_are_joined_and_one_bad_record_costs_no_other(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    (tmp_path / "notices.json").write_text(json.dumps([notice(), {"numberAnno": "x-1"}]), "utf-8")
    (tmp_path / "lots.json").write_text(json.dumps({"items": [lot(), lot(501)]}), "utf-8")
    (tmp_path / "bids.jsonl").write_text(json.dumps(bid(1, company(1), (500, 1, 360))), "utf-8")

    with pytest.raises(SystemExit) as ended:
        main(["translate", "goszakup", *map(str, sorted(tmp_path.iterdir()))])

    said = capsysbinary.readouterr()
    (release,) = [json.loads(line) for line in said.out.splitlines()]
    assert ended.value.code == 0
    assert len(release["tender"]["lots"]) == 2
    assert release["awards"][0]["relatedBid"] == "1"
    assert b"a notice is refused: It has no id" in said.err
