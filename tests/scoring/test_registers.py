"""Whether a party stood in a register on a day: yes, no, or nobody can tell."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from scoring.batches import REGISTERS
from scoring.facts import Facts
from scoring.reading import views
from shared.contracts.registers import RegisterRow, answer
from tests.scoring.register_lines import RETRIEVED, VAT, coverage, entry, line

Load = Callable[..., Sequence[str]]


@pytest.fixture
def facts() -> Iterator[Facts]:
    found = Facts.open(":memory:", threads=1)
    yield found
    found.close()


@pytest.fixture
def load(facts: Facts, tmp_path: Path) -> Load:
    """Load lines of the register feed; gives the reasons of those that were refused."""

    def loader(*rows: RegisterRow | str, start: int = 1) -> list[str]:
        lines = [line(start + n, row) for n, row in enumerate(rows)]
        return load_lines(facts, tmp_path, lines, start + len(rows) - 1)

    return loader


def load_lines(facts: Facts, folder: Path, lines: Sequence[bytes], last: int) -> list[str]:
    file = folder / "lines.ndjson"
    file.write_bytes(b"".join(one + b"\n" for one in lines))
    loaded = facts.load(file, last_seq=last, epoch="e", feed=REGISTERS)
    return [fault.reason for fault in loaded.faults]


def asked(facts: Facts, party: str, *days: str, register: str = VAT) -> str:
    """The answers on some days, by their first letters."""
    for name in ("register_span", "register_on"):
        facts.connection.execute(views()[name])
    found = facts.connection.execute(
        """SELECT register_on($1, (SELECT party FROM party WHERE id = $2), day)
        FROM (SELECT unnest($3::DATE[]) AS day)""",
        [register, party, list(days)],
    ).fetchall()
    return "".join(row[0][0] for row in found)


def test_both_ends_of_an_entry_and_of_what_is_covered(facts: Facts, load: Load) -> None:
    load(
        entry("e1", "org_a", "2024-03-01", "2025-01-01"),
        coverage("c1", "2020-01-01", "2026-06-30"),
    )

    assert asked(facts, "org_a", "2024-02-29", "2024-03-01") == "ny"
    assert asked(facts, "org_a", "2024-12-31", "2025-01-01") == "yn"
    assert asked(facts, "org_a", "2019-12-31", "2020-01-01") == "un"
    assert asked(facts, "org_a", "2026-06-30", "2026-07-01") == "nu"
    assert asked(facts, "org_a", "2024-05-05", register="bankrupts") == "u"


def test_a_party_nobody_named_is_not_listed_where_everybody_is_covered(
    facts: Facts, load: Load
) -> None:
    load(
        entry("e1", "org_a", "2024-03-01"),
        coverage("c1", "2024-01-01", "2024-12-31"),
        coverage("c2", "2023-01-01", "2023-12-31", "org_b"),
        coverage("c3", "2022-05-05", None, "org_b"),
    )

    assert asked(facts, "org_b", "2024-06-01", "2023-06-01", "2022-05-05", "2022-05-06") == "nnnu"
    assert asked(facts, "org_a", "2023-06-01") == "u"
    assert asked(facts, "org_nobody", "2024-06-01") == "u"  # without a number nobody is asked of


def test_an_open_entry_is_known_as_long_as_its_own_source_is_covered(
    facts: Facts, load: Load
) -> None:
    load(
        entry("e1", "org_a", "2024-03-01"),
        entry("e2", "org_b", "2024-03-01", source="answers", known="2024-03-01"),
        coverage("c1", "2020-01-01", "2025-06-30"),
        coverage("c2", "2020-01-01", "2099-01-01", source="answers", party="org_c"),
    )

    assert asked(facts, "org_a", "2025-06-30", "2025-07-01") == "yu"
    last = RETRIEVED.date().isoformat()
    assert asked(facts, "org_b", last, "2026-07-01") == "yu"
    load(coverage("c1", "2020-01-01", "2025-07-01"), start=9)
    assert asked(facts, "org_a", "2025-07-01", "2025-07-02") == "yu"


def test_whoever_says_yes_is_believed_before_who_says_no(facts: Facts, load: Load) -> None:
    load(
        entry("e1", "org_a", "2024-03-01", source="one"),
        coverage("c1", "2024-01-01", "2024-12-31", source="other"),
        coverage("c2", "2024-01-01", "2024-12-31", source="one"),
    )

    assert asked(facts, "org_a", "2024-02-01", "2024-04-01") == "ny"


@pytest.mark.thorough
def test_the_answers_are_those_of_the_contract_of_the_feed(facts: Facts, tmp_path: Path) -> None:
    rnd = random.Random(5)
    found: set[str] = set()
    for number in range(40):
        facts.reset(None, REGISTERS)
        rows = [_any_row(rnd, n) for n in range(rnd.randrange(1, 9))]
        load_lines(facts, tmp_path, [line(n, row) for n, row in enumerate(rows, 1)], len(rows))
        for party in ("org_a", "org_b"):
            days = [date(2024, 1, 1) + timedelta(n) for n in range(0, 60, 3)]
            given = asked(facts, party, *(day.isoformat() for day in days))
            if not facts.connection.execute("SELECT 1 FROM party WHERE id = ?", [party]).fetchall():
                continue
            assert given == "".join(_answer(rows, party, day)[0] for day in days), number
            found |= set(given)
    assert found == {"y", "n", "u"}


def _any_row(rnd: random.Random, number: int) -> RegisterRow:
    def some_day() -> str:
        return (date(2024, 1, 1) + timedelta(rnd.randrange(60))).isoformat()

    party, source = rnd.choice(["org_a", "org_b"]), rnd.choice(["one", "two"])
    if rnd.random() < 0.4:
        party_or_all = rnd.choice([party, None])
        first, last = sorted([some_day(), some_day()])
        until = rnd.choice([last, last, None])
        return coverage(f"k{number}", first, until, party_or_all, source=source)
    since, until = sorted([some_day(), some_day()])
    return entry(
        f"k{number}",
        party,
        rnd.choice([since, None]),
        rnd.choice([until if until > since else None, None]),
        known=rnd.choice([since, "2024-01-01"]),
        known_to=rnd.choice([until, None]),
        source=source,
        retrieved_at=RETRIEVED.replace(year=2024, month=2, day=1),
    )


def _answer(rows: Sequence[RegisterRow], party: str, day: date) -> str:
    entries = [row for row in rows if row.kind == "entry" and row.party == party]
    stretches = [row for row in rows if row.kind == "coverage" and row.party in {party, None}]
    return answer(entries, stretches, day)


def test_a_tombstone_takes_a_line_back(facts: Facts, load: Load) -> None:
    load(entry("e1", "org_a", "2024-03-01"), coverage("c1", "2020-01-01", "2026-06-30"))

    load("e1", start=3)
    assert asked(facts, "org_a", "2024-05-05") == "n"
    load("c1", "never-seen", start=4)
    assert asked(facts, "org_a", "2024-05-05") == "u"
    assert facts.cursor(REGISTERS) == (5, "e")


def test_reading_from_zero_gives_the_same_registers(facts: Facts, tmp_path: Path) -> None:
    history: list[RegisterRow | str] = [
        entry("e1", "org_a", "2024-03-01"),
        entry("e2", "org_b", "2024-03-01"),
        coverage("c1", "2024-01-01", "2024-06-30"),
        entry("e1", "org_a", "2024-03-01", "2024-04-01", known_to="2024-04-01", ended="absent"),
        "e2",
        coverage("c1", "2024-01-01", "2024-07-31"),
    ]
    for seq, row in enumerate(history, 1):
        load_lines(facts, tmp_path, [line(seq, row)], seq)
    step_by_step = _all_registers(facts)
    present = {row if isinstance(row, str) else row.key: (n, row) for n, row in enumerate(history)}

    facts.reset("e", REGISTERS)
    assert _all_registers(facts) == []
    lines = [line(seq + 1, row) for seq, row in present.values()]
    load_lines(facts, tmp_path, lines, len(history))

    assert _all_registers(facts) == step_by_step
    assert len(step_by_step) == 2


def _all_registers(facts: Facts) -> list[Any]:
    columns = "e.key, e.register, e.source, p.id, valid_from, valid_to, known_from, known_to"
    return facts.connection.execute(
        f"""SELECT {columns}, ended, retrieved_on, attributes
        FROM register_entry e LEFT JOIN party p USING (party)
        UNION ALL SELECT e.key, register, source, p.id, NULL, NULL, known_from, known_to,
          NULL, NULL, NULL FROM register_coverage e LEFT JOIN party p USING (party)
        ORDER BY 1"""
    ).fetchall()


def test_a_line_that_is_none_is_refused_alone(facts: Facts, tmp_path: Path) -> None:
    bad = b'{"seq":2,"key":"e2","deleted":false,"body":{"kind":"entry","register":"vat_payers"}}'

    reasons = load_lines(
        facts,
        tmp_path,
        [
            line(1, entry("e1", "org_a", "2024-03-01")),
            bad,
            line(3, coverage("c", "2024-01-01", None)),
        ],
        3,
    )

    assert reasons == ["1 lines, 1 read, 1 without key or body"]
    assert len(_all_registers(facts)) == 2


def test_attributes_can_be_read(facts: Facts, load: Load) -> None:
    load(entry("e1", "org_a", "2024-03-01", attributes={"reason": "2", "amount": 5}))

    read = (
        "SELECT attributes ->> '$.reason', (attributes ->> '$.amount')::DOUBLE FROM register_entry"
    )
    assert facts.connection.execute(read).fetchall() == [("2", 5.0)]
