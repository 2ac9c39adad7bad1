"""What a hostile draft may try, and where it ends: refused before it runs, or stopped when it does.

The second half runs the same attacks as if no list had seen them: the settings of the engine and
the limits of the process hold by themselves.
"""

import asyncio
import time
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest

from scoring.drafts import checks, keeper, worked
from scoring.drafts.confined import Answer, Task
from scoring.drafts.copy import confine
from scoring.drafts.limits import Limits
from scoring.examples import Outcome
from scoring.facts import Facts
from scoring.indicator import Example, Expected, Indicator, catalogue
from scoring.judgements import Judgement as Judged
from scoring.normal import load_normal
from tests.scoring.drafts.documents import CLEAR, LIMIT, document, querying
from tests.scoring.releases import release

pytestmark = pytest.mark.thorough

TIGHT = Limits(memory_mb=300, cpu_seconds=3, wall_seconds=6, threads=1)
"""The usual limits, made small so that an attack that is stopped by them ends soon."""

ENDLESS = "WITH RECURSIVE a AS (SELECT 1::BIGINT AS x UNION ALL SELECT x + 1 FROM a)"

REFUSED = {
    f"SELECT count(*) AS subject, {CLEAR} FROM read_csv('/etc/passwd')": "unknown_function",
    f"SELECT count(*) AS subject, {CLEAR} FROM read_text('/etc/passwd')": "unknown_function",
    f"SELECT count(*) AS subject, {CLEAR} FROM glob('/*')": "unknown_function",
    f"SELECT count(*) AS subject, {CLEAR} FROM '/etc/passwd'": "unknown_relation",
    f"SELECT count(*) AS subject, {CLEAR} FROM read_json('https://x.invalid')": "unknown_function",
    f"SELECT len(getenv('HOME')) AS subject, {CLEAR}": "unknown_function",
    f"SELECT len(repeat('x', 4000000000)) AS subject, {CLEAR}": "unknown_function",
    f"SELECT len(range(2000000000)) AS subject, {CLEAR}": "unknown_function",
    f"SELECT i AS subject, {CLEAR} FROM range(1000000000000) t(i)": "unknown_function",
    f"SELECT len(rpad('x', 2000000000, 'y')) AS subject, {CLEAR}": "unknown_function",
    f"SELECT levenshtein('a', 'b') AS subject, {CLEAR}": "unknown_function",
    "COPY (SELECT 1) TO '/tmp/out'": "not_a_select",
    "ATTACH '/tmp/x.duckdb'": "not_a_select",
    "INSTALL httpfs": "not_a_select",
    "LOAD httpfs": "not_a_select",
    "PRAGMA database_list": "not_a_select",
    "SET memory_limit = '64GB'": "not_a_select",
    "RESET memory_limit": "not_a_select",
    "CREATE TEMP TABLE x AS SELECT 1": "not_a_select",
    "EXPORT DATABASE '/tmp/out'": "not_a_select",
    "SELECT 1; SELECT 2": "not_one_statement",
    "SELECT 1) q; COPY (SELECT 1) TO '/tmp/out'; SELECT (1": "not_a_select",
    "SELECT 1 -- and the rest": "not_a_select",
    f"{ENDLESS} SELECT max(x) AS subject, {CLEAR} FROM a": "not_allowed",
    "WITH d AS (DELETE FROM process RETURNING pid) SELECT * FROM d": "not_allowed",
    "DESCRIBE process": "not_allowed",
    "SUMMARIZE process": "not_allowed",
    "SHOW TABLES": "not_allowed",
    "SELECT * FROM information_schema.tables": "not_allowed",
    "SELECT * FROM facts.main.progress": "not_allowed",
    "SELECT * FROM duckdb_settings()": "unknown_function",
    "SELECT current_setting('temp_directory')": "unknown_function",
    "SELECT * FROM query('SELECT 1')": "unknown_function",
    "SELECT getvariable('x')": "unknown_function",
    "SELECT list_transform([1], lambda x: x)": "not_allowed",
    "SELECT * FROM progress": "unknown_relation",
    "SELECT * FROM duckdb_tables": "unknown_relation",
    "WITH process AS (SELECT 1 AS pid) SELECT pid FROM process": "not_allowed",
    'WITH "a.csv" AS (SELECT 1) SELECT * FROM "a.csv"': "not_allowed",
    "SELECT current_date": "not_reproducible",
    "SELECT now()": "unknown_function",
    "SELECT $secret": "not_allowed",
    "SELECT " + "(" * 2000 + "1" + ")" * 2000: "not_a_select",
    "SELECT '" + "x" * 30_000 + "'": "too_long",
}


@pytest.mark.parametrize(("query", "code"), REFUSED.items(), ids=lambda text: text[:50])
def test_an_attack_is_refused_before_anything_of_it_is_run(query: str, code: str) -> None:
    read = checks.read(msgspec.json.encode(querying(query)))

    assert isinstance(read, Indicator)
    found = [flaw for flaw in checks.flaws(read) if flaw.pointer == "/body/query"]
    assert code in {flaw.code for flaw in found}
    assert all(flaw.message for flaw in found)


def test_what_the_catalogue_is_written_in_is_allowed() -> None:
    for code in ("R003", "R024", "R038", "KZ-06", "KZ-20", "D01", "S13"):
        read = catalogue()[code]
        found = checks.flaws(read)
        assert [flaw.code for flaw in found if flaw.code != "code_taken"] == [], code


RUSSIAN_TWICE = {"kk": "Слова", "ru": "Слова", "en": "Words"}


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"code": "R018"}, "/body/code", "code_taken"),
        ({"points": 35}, "/body/points", "points_differ"),
        ({"kind": "breach", "legal_basis": []}, "/body/kind", "rule_not_cited"),
        ({"title": {"kk": "Сөз", "ru": "Сговор", "en": "Words"}}, "/body/title/ru", "accuses"),
        (
            {"title": {"kk": "Слова", "ru": "Слова", "en": "Words"}},
            "/body/title/kk",
            "other_language",
        ),
        ({"examples": []}, "/body/examples", "not_shown"),
        ({"overlaps": ["NONE"]}, "/body/overlaps/0", "unknown_code"),
    ],
)
def test_a_draft_passes_the_checks_of_the_files(
    changes: dict[str, Any], pointer: str, code: str
) -> None:
    read = checks.read(msgspec.json.encode(document(**changes)))

    assert isinstance(read, Indicator)
    assert (pointer, code) in {(flaw.pointer, flaw.code) for flaw in checks.flaws(read)}


def test_an_example_that_is_less_certain_than_it_says_differs() -> None:
    said = Outcome([Judged("process", 1, "p", "flagged", 1.0, 1.0, (), certain=False)], [])
    example = Example("A story.", [Expected("p", "flagged", certain=True)])

    (flaw,) = worked.flaws_of(said, example, "/body/examples/0")

    assert (flaw.pointer, flaw.message) == ("/body/examples/0/expected/0", "'p' is not certain")


def test_what_is_not_the_format_is_told_with_its_place() -> None:
    whole = document()
    whole["title"] = {"kk": "Сөз", "ru": "Слово"}

    found = checks.read(msgspec.json.encode(whole))
    unknown = checks.read(msgspec.json.encode(document() | {"tytle": 1}))

    assert not isinstance(found, Indicator)
    assert (found.pointer, found.code) == ("/body/title", "not_the_format")
    assert "en" in found.message
    assert not isinstance(unknown, Indicator)
    assert "tytle" in unknown.message


@pytest.fixture(scope="module")
def facts_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three hundred purchases with three bids each: enough for joins that explode."""
    folder = tmp_path_factory.mktemp("facts")
    lines = folder / "releases.jsonl"
    many = (msgspec.json.encode(release(f"ocds-{n}")) for n in range(300))
    lines.write_bytes(b"\n".join(many) + b"\n")
    facts = Facts.open(folder / "facts.duckdb", threads=1)
    load_normal(facts, [str(lines)])
    facts.checkpoint()
    facts.close()
    return folder / "facts.duckdb"


def run(query: str, facts: Path, limits: Limits = TIGHT) -> tuple[Answer, Task]:
    indicator = msgspec.convert(querying(query), Indicator)
    task = Task("back_test", indicator, limits, "kz", path=str(facts))
    return asyncio.run(keeper.run(task)), task


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("query", "stops"),
    [
        (f"SELECT a.pid AS subject, {CLEAR} FROM bid a, bid b, bid c, bid d", {"memory", "cpu"}),
        (f"SELECT count(*) AS subject, {CLEAR} FROM bid a, bid b, bid c, bid d", {"time", "cpu"}),
        (f"SELECT len(repeat('x', 4000000000)) AS subject, {CLEAR}", {"memory"}),
        (f"SELECT len(rpad('x', 2000000000, 'y')) AS subject, {CLEAR}", {"cpu", "memory"}),
        (f"{ENDLESS} SELECT max(x) AS subject, {CLEAR} FROM a", {"cpu", "time"}),
    ],
    ids=["cross join", "counted cross join", "huge text", "rpad", "endless recursion"],
)
def test_what_no_list_has_seen_is_stopped_by_the_limits(
    facts_file: Path, query: str, stops: set[str]
) -> None:
    began = time.monotonic()

    answer, task = run(query, facts_file)

    assert answer.stopped in stops, answer
    assert answer.result is None
    assert keeper.explain(answer, task).startswith(("it used up", "it did not end", "it needed"))
    assert time.monotonic() - began < TIGHT.wall_seconds + keeper.GRACE


def test_what_does_not_fit_into_memory_asks_for_no_folder_where_the_process_stands(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir("/proc")  # where nobody can make one
    with duckdb.connect() as connection:
        confine(connection, TIGHT)

        with pytest.raises(duckdb.OutOfMemoryException):
            connection.execute(
                "CREATE TABLE pairs AS SELECT random() FROM range(20000) a, range(20000) b"
            )


@pytest.mark.parametrize(
    "query",
    [
        f"SELECT count(*) AS subject, {CLEAR} FROM read_text('/etc/passwd')",
        f"SELECT count(*) AS subject, {CLEAR} FROM glob('/*')",
        f"SELECT count(*) AS subject, {CLEAR} FROM '/etc/hostname'",
        f"SELECT len(getenv('HOME')) AS subject, {CLEAR}",
        "SELECT 1) q; COPY (SELECT 1) TO '/tmp/out'; SELECT * FROM (SELECT 1",
    ],
)
def test_no_file_is_reached_even_past_the_list(facts_file: Path, query: str) -> None:
    answer, _ = run(query, facts_file)

    assert answer.result is None
    said = " ".join(flaw.message for flaw in answer.flaws) + (answer.reason or "")
    assert "root:" not in said
    assert "disabled" in said or "does not" in said


STATED = "CAST(NULL AS VARCHAR) AS missing"
GUILTY = f"SELECT pid AS subject, 'guilty' AS status, {LIMIT}, {STATED} FROM process"
VALUED = "SELECT pid AS subject, 'clear' AS status, {value} AS value, 1 AS threshold, {rest}"
REST = f"{STATED} FROM process"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT 1 AS x", "query_fails"),
        (f"SELECT 'x' AS subject, {CLEAR}", "wrong_columns"),
        (f"SELECT 999999 AS subject, {CLEAR}", "foreign_subject"),
        (f"SELECT 1 AS subject, {CLEAR} FROM process", "repeated_subject"),
        (f"SELECT CAST(NULL AS INTEGER) AS subject, {CLEAR}", "no_subject"),
        (GUILTY, "wrong_status"),
        (VALUED.format(value="0e0 / 0", rest=REST), "not_finite"),
        (VALUED.format(value="'x'", rest=REST), "wrong_columns"),
    ],
)
def test_what_is_no_judgement_of_its_own_subjects_is_refused(
    facts_file: Path, query: str, code: str
) -> None:
    answer, _ = run(query, facts_file)

    assert [flaw.code for flaw in answer.flaws] == [code]
    assert answer.result is None


def test_a_purchase_is_no_supplier(facts_file: Path) -> None:
    query = f"SELECT max(party) + 7 AS subject, {CLEAR} FROM bid_tenderer"
    indicator = msgspec.convert(querying(query, subject="supplier"), Indicator)
    task = Task("back_test", indicator, TIGHT, "kz", path=str(facts_file))

    answer = asyncio.run(keeper.run(task))

    assert [flaw.code for flaw in answer.flaws] == ["foreign_subject"]


def test_an_honest_draft_is_not_stopped_by_the_same_limits(facts_file: Path) -> None:
    indicator = msgspec.convert(document(), Indicator)
    task = Task("back_test", indicator, TIGHT, "kz", path=str(facts_file))

    answer = asyncio.run(keeper.run(task))

    assert answer.result is not None, answer
    assert answer.result["subjects"] == 300


def test_the_process_is_given_no_secret() -> None:
    assert set(keeper.ENVIRONMENT) == {"PATH", "LANG", "MALLOC_ARENA_MAX"}
