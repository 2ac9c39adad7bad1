"""What lists of several days come to is the same in memory, offline, as it is when stored."""

import json
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestor.registers.book import Book
from ingestor.registers.judge import Judge
from ingestor.registers.rows import read_rows
from shared.contracts.registers import RegisterRow
from tests.ingestor.office import PSEUDONYM_KEY, Office
from tests.ingestor.registers.lists import csv_file, iin, numbers, org, own, published, take

pytestmark = pytest.mark.thorough

HEADER = ["bin", "since", "until", "sum", "note"]
ONE, TWO, THREE = numbers(3)
DAYS = {
    "2026-03-01": [[ONE, "2025-01-01"], [TWO, ""], [iin(), "2024-05-05", "2026-03-20"]],
    "2026-04-01": [[ONE, "2025-01-01", "", "5"], [THREE, "2026-03-15"]],
    "2026-05-01": [[ONE, "2025-01-01", "", "5"], [TWO, ""], [THREE, "2026-03-15", "2026-04-20"]],
    "2026-08-01": [[TWO, ""]],
}


def told(row: RegisterRow) -> tuple[Any, ...]:
    days = (row.known_from, row.known_to, row.valid_from, row.valid_to)
    return (row.kind, row.key, row.party, *days, row.ended, json.dumps(row.attributes))


async def test_four_lists_give_the_rows_that_storing_them_gives(
    office: Office, tmp_path: Path
) -> None:
    mapping = own()
    book = Book(mapping, "test-list")
    judge = Judge(mapping, "test-list", PSEUDONYM_KEY.encode())
    for day, rows in DAYS.items():
        path = csv_file(tmp_path / f"{day}.csv", [HEADER, *rows])
        await take(office, path, mapping, on=day, shrunk=True)
        statements = [judge.judge(row.cells) for row in read_rows(path, judge)]
        book.take(statements, datetime.fromisoformat(f"{day}T12:00:00+00:00"))

    stored = {told(row) for row in await published(office)}

    assert {told(row) for row in book.rows()} == stored
    assert len([one for one in stored if one[0] == "entry"]) == 5
    assert len([one for one in stored if one[0] == "coverage"]) == 2


def test_the_command_writes_the_feed_of_lists_of_several_days(tmp_path: Path) -> None:
    listed = [["bin", "start", "end"], [ONE, "2020-01-01", ""], [iin(), "2021-01-01", ""]]
    early = csv_file(tmp_path / "early.csv", listed)
    late = csv_file(tmp_path / "late.csv", [*listed[:2], ["junk", "", ""]])
    words = ["register", "translate", "--register", "vat_payers"]
    words += [f"2026-04-01={late}", f"2026-03-01={early}"]
    done = subprocess.run(
        [sys.executable, "-m", "ingestor", *words],
        capture_output=True,
        text=True,
        check=False,
        env={"PSEUDONYM_KEY": PSEUDONYM_KEY},
    )

    lines = [json.loads(line) for line in done.stdout.splitlines()]
    bodies = {line["body"]["party"]: line["body"] for line in lines}
    assert done.returncode == 0
    assert [line["seq"] for line in lines] == [1, 2, 3]
    assert "Not twelve digits, also with zeros before them (1 times)" in done.stderr
    assert bodies[org(ONE)]["valid_from"] == "2020-01-01"
    assert "valid_to" not in bodies[org(ONE)] or bodies[org(ONE)]["valid_to"] is None
    (person,) = [party for party in bodies if str(party).startswith("prs_")]
    assert (bodies[person]["valid_to"], bodies[person]["ended"]) == ("2026-04-01", "absent")
    assert (bodies[None]["known_from"], bodies[None]["known_to"]) == ("2018-01-01", "2026-04-01")
    assert date.fromisoformat(bodies[org(ONE)]["known_from"]) == date(2020, 1, 1)


def test_a_list_nobody_knows_or_that_is_none_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "page.csv"
    page.write_text("<html>502</html>")
    for register, file, status in (("nobody", page, 2), ("vat_payers", page, 1)):
        words = ["register", "translate", "--register", register, str(file)]
        done = subprocess.run(
            [sys.executable, "-m", "ingestor", *words], capture_output=True, check=False
        )
        assert done.returncode == status
