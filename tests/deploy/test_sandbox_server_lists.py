"""The registers of other bodies as files: served to everybody, dated by the world's clock."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
import openpyxl
import pytest

from deploy.sandbox.world.lists import FILES
from tests.deploy.sandbox_portal import NOON, Asker, portal


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    with portal(now=NOON + timedelta(days=120)) as lent:  # by then every register has a planted one
        yield lent


def fetched(asker: Asker, file: str) -> httpx.Response:
    return httpx.get(f"{asker.http.base_url}/lists/{file}")  # nobody's token


def test_a_table_of_vat_payers_has_both_dates(asker: Asker) -> None:
    answer = fetched(asker, "vat_payers.csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))
    payers = asker.get("/sandbox/registers")["vat_payers"]

    assert rows[0] == ["БИН/ИИН", "Дата постановки на учет", "Дата снятия с учета"]
    assert [row[0] for row in rows[1:]] == [row["bin"] for row in payers]
    day = datetime.fromisoformat(payers[0]["start"]).strftime("%d.%m.%Y")
    assert rows[1] == [payers[0]["bin"], day, ""]


def test_a_list_says_since_when_it_stands_by_the_clock_of_its_world(asker: Asker) -> None:
    made = parsedate_to_datetime(fetched(asker, "INACTIVE.xlsx").headers["last-modified"])

    assert made.isoformat() == "2026-09-17T07:00:00+00:00"


@pytest.mark.parametrize(
    ("register", "file"), [(r, f) for r, f, _ in FILES.values() if f.endswith("xlsx")]
)
def test_a_workbook_has_its_rows_of_headings_and_then_the_taxpayers(
    asker: Asker, register: str, file: str
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(fetched(asker, file).content), read_only=True)
    above, column = (6, 3) if register == "arrears" else (3, 1)
    listed = [
        row[column] for sheet in book for row in list(sheet.iter_rows(values_only=True))[above:]
    ]

    assert listed == [row["bin"] for row in asker.get("/sandbox/registers")[register]]
    assert len(listed) == 15 + 2  # strangers, and the companies of two stories


def test_faults_meet_lists_too(asker: Asker) -> None:
    whole = fetched(asker, "vat_payers.csv").content.splitlines()
    asker.trouble({"kind": "lost_rows", "path": "/lists/"})
    half = fetched(asker, "vat_payers.csv").content.splitlines()
    asker.trouble({"kind": "html", "path": "/lists/"})
    page = fetched(asker, "vat_payers.csv")
    asker.trouble()

    assert half == [whole[0], *whole[1::2]]
    assert page.text.startswith("<html>")
    assert fetched(asker, "nobody.csv").status_code == 404
