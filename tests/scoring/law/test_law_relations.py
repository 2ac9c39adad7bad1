"""The law as queries see it: relations, look-ups as of a day, and what a change of it changes."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import pytest

from scoring import law
from scoring.law.rows import FOREVER
from shared.law import UnknownLawError
from shared.law.calendar import kazakhstan
from tests.support.pace import slowness

Connection = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    with duckdb.connect() as opened:
        opened.execute("SET threads = 1")
        law.install(opened)
        yield opened


def ask(connection: Connection, expression: str, *values: object) -> Any:
    row = connection.execute(f"SELECT {expression}", list(values)).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("law_on('vat_rate', DATE '2025-12-31')", 12),
        ("law_on('vat_rate', DATE '2026-01-01')", 16),
        ("law_share('vat_rate', DATE '2026-01-01')", 0.16),
        ("law_on('penalty_cap_supplier', DATE '2025-06-01')", 15),
        ("law_on('penalty_cap_supplier', DATE '2024-06-01')", None),
        ("law_on('no_such_key', DATE '2025-06-01')", None),
        ("law_on('vat_rate', NULL)", None),
        ("mci_of(2025)", 3932),
        ("mci_of(2027)", None),
        ("limit_of('quotations_annual', 2026)", 34_600_000),
        ("limit_of('quotations_annual', 2024)", None),
        ("limit_of('quotations_annual', NULL)", None),
        ("term_of('bid_window', 'competition', DATE '2025-03-03')", 5),
        ("term_of('bid_window', 'rating_points', DATE '2025-03-03')", 3),
        ("term_of('bid_window', 'quotations', DATE '2025-03-03')", None),
        ("term_of('bid_window', 'competition', DATE '2024-03-03')", None),
        ("term_of('payment', 'direct', DATE '2025-03-03')", 30),
        ("term_of('payment', 'any', DATE '2025-03-03')", 30),
        ("term_of('standstill', 'quasi_tender', DATE '2025-03-03')", 2),
        ("term_of('contract_term', 'quasi_tender', DATE '2025-03-03')", None),
        ("portal_code('3 ЗЦП Запрос ценовых предложений')", 3),
        ("portal_code('Открытый конкурс')", None),
        ("method_of('188 КРБС Конкурс с использованием рейтингово-балльной системы')",
         "rating_points"),
        ("method_of('Запрос ценовых предложений')", "quotations"),
        ("method_of('Draw')", None),
        ("method_of(NULL)", None),
        ("ground_law(16)", "106-VIII"),
        ("ground_law(39)", "434-V"),
        ("ground_law(7)", None),
        ("local_day(TIMESTAMP '2026-03-01 18:59:59')", date(2026, 3, 1)),
        ("local_day(TIMESTAMP '2026-03-01 19:00:00')", date(2026, 3, 2)),
        ("working_days(DATE '2025-11-14', DATE '2025-11-18')", 2),
        ("working_days(DATE '2025-11-18', DATE '2025-11-14')", -2),
        ("working_days_from(DATE '2025-11-14', DATE '2025-11-18')", 3),
        ("working_days_from(DATE '2025-11-15', DATE '2025-11-18')", 2),
        ("working_days(DATE '2025-11-14', DATE '2030-11-18')", None),
        ("working_days(NULL, DATE '2025-11-18')", None),
        ("add_working_days(DATE '2026-03-18', 3)", date(2026, 3, 26)),
        ("add_working_days(DATE '2026-03-21', 0)", date(2026, 3, 26)),
        ("add_working_days(DATE '2027-12-30', 2)", None),
        ("is_working_day(DATE '2025-01-05')", True),
        ("is_working_day(DATE '2025-01-03')", False),
        ("is_working_day(DATE '2031-01-03')", None),
    ],
)  # fmt: skip
def test_a_question_as_of_a_day_has_one_answer_or_none(
    connection: Connection, asked: str, answer: object
) -> None:
    assert ask(connection, asked) == answer


def test_queries_count_working_days_as_the_calendar_does(connection: Connection) -> None:
    days = [date(2024, 12, 20) + timedelta(days=n) for n in range(60)]
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE pair AS SELECT a, b, n FROM (SELECT unnest($1::DATE[]) AS a) "
        "CROSS JOIN (SELECT unnest($1::DATE[]) AS b) CROSS JOIN (SELECT unnest([0, 1, 7]) AS n)",
        [days],
    )
    calendar = kazakhstan()

    for a, b, n, between, since, last in connection.execute(
        "SELECT a, b, n, working_days(a, b), working_days_from(a, b), add_working_days(a, n) "
        "FROM pair"
    ).fetchall():
        assert between == calendar.working_days(a, b), (a, b)
        assert since == calendar.working_days(a, b, event_counts=True), (a, b)
        assert last == calendar.add_working_days(a, n), (a, n)


def test_the_calendar_of_queries_ends_where_the_data_end(connection: Connection) -> None:
    first, last, provisional = connection.execute(
        "SELECT min(day), max(day), min(CASE WHEN provisional THEN day END) FROM working_day"
    ).fetchall()[0]

    assert (first, last, provisional) == (date(2016, 1, 1), date(2027, 12, 31), date(2027, 1, 1))
    with pytest.raises(UnknownLawError):
        kazakhstan().is_working(last + timedelta(days=1))


def test_every_relation_holds_what_it_was_given(connection: Connection) -> None:
    given = {name: len(rows) for name, rows in law.relations().items()}

    found = {name: ask(connection, f"(SELECT count(*) FROM {name})") for name in given}

    assert found == given
    assert 0 not in found.values()


@pytest.mark.parametrize(
    ("relation", "key"),
    [
        ("law_term", "term, method"),
        ("law_value", "key"),
        ("law_floor", "kind, method"),
        ("law_ground", "ground"),
        ("law_method", "code"),
        ("law_change", "change, subject, reason"),
    ],
)
def test_a_join_as_of_a_day_never_doubles_a_row(
    connection: Connection, relation: str, key: str
) -> None:
    same = " AND ".join(f"a.{each} = b.{each}" for each in key.split(", "))

    doubled = connection.execute(
        f"SELECT a.* FROM {relation} a JOIN {relation} b ON {same} AND a.rowid < b.rowid "
        "AND a.valid_from <= b.valid_to AND b.valid_from <= a.valid_to"
    ).fetchall()

    assert doubled == []


def test_open_ends_are_far_away_and_never_null(connection: Connection) -> None:
    for name in law.relations():
        columns = [row[0] for row in connection.execute(f"DESCRIBE {name}").fetchall()]
        if "valid_to" in columns:
            counted = ask(connection, f"(SELECT count(*) - count(valid_to) FROM {name})")
            assert counted == 0, name
    assert ask(connection, "(SELECT max(valid_to) FROM law_term)") == FOREVER


def test_terms_of_the_former_law_lie_apart(connection: Connection) -> None:
    before = ask(connection, "(SELECT max(valid_to) FROM law_term_former)")
    since = ask(
        connection, "(SELECT min(valid_from) FROM law_term WHERE method NOT LIKE 'quasi_%')"
    )

    assert (before, since) == (date(2024, 12, 31), date(2025, 1, 1))


def test_an_instant_of_the_portal_keeps_its_day(connection: Connection) -> None:
    portal = datetime(2025, 1, 1, 0, 30)  # noqa: DTZ001 (the portal's own clock)

    day = ask(connection, "local_day($1::TIMESTAMP)", portal - timedelta(hours=5))

    assert day == portal.date()


QUESTIONS = {
    "working_days": "sum(working_days(a, b))",
    "add_working_days": "max(add_working_days(a, n))",
    "law_on": "sum(law_on('vat_rate', a))",
    "limit_of": "sum(limit_of('quotations_annual', y))",
    "term_of": "sum(term_of('notice_to_deadline', m, a))",
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_million_rows_are_asked_in_about_a_second(connection: Connection, name: str) -> None:
    connection.execute(
        """CREATE TEMP TABLE IF NOT EXISTS asked AS
        SELECT DATE '2020-01-01' + CAST(hash(i) % 2400 AS INTEGER) AS a,
          DATE '2020-01-01' + CAST(hash(i) % 2400 + hash(i * 7) % 30 AS INTEGER) AS b,
          CAST(i % 9 AS INTEGER) AS n, CAST(2025 + i % 2 AS INTEGER) AS y,
          CASE WHEN i % 3 = 0 THEN 'quotations' ELSE 'competition' END AS m
        FROM range(1000000) t(i)"""
    )
    began = datetime.now().timestamp()  # noqa: DTZ005 (a span, no date)
    connection.execute(f"SELECT {QUESTIONS[name]} FROM asked").fetchall()
    seconds = datetime.now().timestamp() - began  # noqa: DTZ005 (a span, no date)

    assert seconds < 1.0 * max(2.0, slowness())


def test_another_number_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = law.version()
    rows = dict(law.relations())
    changed = [
        (*row[:1], 99.0, *row[2:]) if row[0] == "vat_rate" else row for row in rows["law_value"]
    ]

    monkeypatch.setattr(law, "relations", lambda: {**rows, "law_value": changed})
    law.version.cache_clear()
    after = law.version()
    monkeypatch.undo()
    law.version.cache_clear()

    assert after != before == law.version()
