"""The facts follow the feed: what comes, what changes, what goes, and what cannot be read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from scoring.facts import Facts
from scoring.filling import filling
from scoring.normal import envelope
from tests.scoring.offline import bid, process, won


@pytest.fixture
def facts(tmp_path: Path) -> Iterator[Facts]:
    found = Facts.open(tmp_path / "facts.duckdb", threads=1)
    yield found
    found.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "batch.ndjson"


def line(seq: int, release: dict[str, Any]) -> bytes:
    return msgspec.json.encode(envelope(release) | {"seq": seq})


def gone(seq: int, key: str) -> bytes:
    return msgspec.json.encode({"seq": seq, "key": key, "deleted": True, "body": None})


def load(facts: Facts, file: Path, *lines: bytes, seq: int) -> Any:
    file.write_bytes(b"".join(one + b"\n" for one in lines))
    return facts.load(file, last_seq=seq, epoch="e")


def rows(facts: Facts, sql: str) -> list[tuple[Any, ...]]:
    return facts.connection.execute(sql).fetchall()


def test_a_release_becomes_rows_with_numbers_for_names(facts: Facts, file: Path) -> None:
    release = process("p", [bid("valid", "A", 10.5), bid("odd", "A+B", 9)], [won("A")])

    loaded = load(facts, file, line(1, release), seq=1)

    assert loaded.changed == [0]
    assert rows(
        facts, "SELECT bid_no, status::VARCHAR, amount, sole, tenderers, named FROM bid"
    ) == [
        (0, "valid", 10.5, 1, 1, 1),
        (1, "other", 9.0, None, 2, 2),
    ]
    assert rows(facts, "SELECT who > 0 FROM bid ORDER BY bid_no") == [(True,), (False,)]
    assert rows(facts, "SELECT id FROM party ORDER BY party") == [("A",), ("B",)]
    assert rows(facts, "SELECT submitted, winner, open_awards FROM process") == [(2, 1, 0)]


def test_a_changed_release_keeps_its_number_and_leaves_no_bid_behind(
    facts: Facts, file: Path
) -> None:
    load(facts, file, line(1, process("p", [bid("valid", "A"), bid("valid", "B")], [])), seq=1)

    loaded = load(facts, file, line(2, process("p", [bid("valid", "C")], [won("C")])), seq=2)

    assert loaded.changed == [0]
    assert rows(facts, "SELECT pid, bid_no FROM bid_tenderer") == [(0, 0)]
    assert rows(facts, "SELECT count(*) FROM process") == [(1,)]


def test_a_tombstone_takes_everything_and_is_remembered_until_the_process_returns(
    facts: Facts, file: Path
) -> None:
    release = process("p", [bid("valid", "A")], [won("A")])
    load(facts, file, line(1, release), seq=1)

    loaded = load(facts, file, gone(2, "p"), gone(3, "never-seen"), seq=3)

    assert (loaded.changed, loaded.deleted) == ([], [0])
    for table in filling().tables:
        assert rows(facts, f"SELECT count(*) FROM {table}") == [(0,)]
    assert facts.changed_since(1).deleted == [0]

    load(facts, file, line(4, release), seq=4)
    assert facts.changed_since(1) == facts.changed_since(3)
    assert facts.changed_since(3).changed == [0]


def test_of_two_lines_of_one_process_in_a_batch_the_later_counts(facts: Facts, file: Path) -> None:
    first, second = process("p", [bid("valid", "A")], []), process("p", [bid("valid", "B")], [])

    load(facts, file, line(2, second), line(1, first), seq=2)

    assert rows(facts, "SELECT o.id FROM bid_tenderer t JOIN party o USING (party)") == [("B",)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (b'{"seq":2,"key":"x","deleted":false,"body":', "Malformed JSON"),
        (b'{"seq":2,"key":"x","deleted":false,"body":null}', "without key or body"),
        (
            b'{"seq":2,"key":"x","deleted":false,"body":{"ocid":"x","release":{"awards":{}}}}',
            "ARRAY",
        ),
        (b"null", "without key or body"),
    ],
    ids=["truncated", "no body", "object for array", "null"],
)
def test_a_line_that_cannot_be_read_is_found_and_the_others_are_loaded(
    facts: Facts, file: Path, bad: bytes, reason: str
) -> None:
    good = [line(n, process(f"p{n}", [bid("valid", "A")], [])) for n in (1, 3, 4, 5, 6)]

    loaded = load(facts, file, *good[:3], bad, *good[3:], seq=6)

    assert [(fault.line, fault.content) for fault in loaded.faults] == [(4, bad)]
    assert reason in loaded.faults[0].reason
    assert str(file.parent) not in loaded.faults[0].reason
    assert rows(facts, "SELECT count(*) FROM process") == [(5,)]
    assert facts.cursor() == (6, "e")


def test_rows_that_the_envelope_does_not_count_are_a_fault(facts: Facts, file: Path) -> None:
    lying = msgspec.json.decode(line(1, process("p", [bid("valid", "A")], [])))
    lying["body"]["counts"]["bids"] = 2

    loaded = load(facts, file, msgspec.json.encode(lying), seq=1)

    assert "counts in the envelope differ" in loaded.faults[0].reason
    assert rows(facts, "SELECT count(*) FROM bid") == [(0,)]


def test_a_failure_leaves_cursor_and_facts_as_they_were(facts: Facts, file: Path) -> None:
    load(facts, file, line(1, process("p", [], [])), seq=1)

    with pytest.raises(FileNotFoundError):
        facts.load(file.with_name("absent"), last_seq=9, epoch="e")

    assert facts.cursor() == (1, "e")
    assert rows(facts, "SELECT count(*) FROM process") == [(1,)]


def test_facts_survive_closing_compacting_and_a_second_reader_is_refused(tmp_path: Path) -> None:
    path, file = tmp_path / "facts.duckdb", tmp_path / "batch.ndjson"
    facts = Facts.open(path, threads=1)
    for seq in range(1, 6):
        load(facts, file, line(seq, process("p", [bid("valid", "A")] * 3, [won("A")])), seq=seq)

    facts.compact()
    load(facts, file, line(6, process("q", [bid("valid", "B")], [])), seq=6)
    facts.checkpoint()
    facts.close()
    again = Facts.open(path, threads=1)

    assert again.cursor() == (6, "e")
    assert rows(again, "SELECT pid, submitted FROM process ORDER BY pid") == [(0, 3), (1, 1)]
    again.close()


def test_a_reset_forgets_everything_and_starts_at_zero(facts: Facts, file: Path) -> None:
    load(facts, file, line(1, process("p", [bid("valid", "A")], [])), seq=1)

    facts.reset("new")

    assert facts.cursor() == (0, "new")
    for table in filling().tables:
        assert rows(facts, f"SELECT count(*) FROM {table}") == [(0,)]


def test_an_amount_that_is_not_finite_cannot_get_in(facts: Facts) -> None:
    with pytest.raises(duckdb.ConstraintException):
        facts.connection.execute("INSERT INTO bid (pid, bid_no, amount) VALUES (1, 1, 'inf')")
