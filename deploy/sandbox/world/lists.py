"""Registers of other bodies as the files they publish: a table of VAT payers, workbooks of lists.

Beside them are the tables that an observing organisation keeps itself.

The forms are those of the tax authority: lists have three rows of headings, or six, and tell names
of organisations and heads that nobody needs; whoever reads them has to leave those behind.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import openpyxl

from deploy.sandbox.world.tale import Row

Rows = Sequence[Row]
HEADINGS: Final = ("№", "БИН/ИИН", "РНН", "Наименование", "ФИО налогоплательщика",
                   "ФИО руководителя", "ИИН руководителя", "РНН руководителя", "Документ",
                   "Дата")  # fmt: skip


def vat_payers(rows: Rows) -> bytes:
    """A table with both dates, as programs write it for Russian spreadsheets."""
    return _table(
        ("БИН/ИИН", "Дата постановки на учет", "Дата снятия с учета"),
        ((row["bin"], _day(row["start"]), _day(row["end"])) for row in rows),
    )


def norms(rows: Rows) -> bytes:
    """A table of norms of unit cost, as an organisation keeps its own."""
    return _table(
        ("объект", "регион", "единица", "норматив", "с", "по", "акт"),
        (
            (row["object"], row["region"], row["unit"], row["amount"], _day(row["valid_from"]),
             None, row["act"])
            for row in rows
        ),
    )  # fmt: skip


def sanctions(rows: Rows) -> bytes:
    """A table of those whom somebody does not deal with, as an organisation keeps its own."""
    return _table(
        ("БИН", "наименование", "программа", "дата включения", "дата исключения", "орган"),
        (
            (row["bin"], row["name"], row["programme"], _day(row["since"]), _day(row.get("until")),
             "Invented bank")
            for row in rows
        ),
    )  # fmt: skip


def exposed(rows: Rows) -> bytes:
    """A table of companies tied to public officials, as an organisation keeps its own."""
    return _table(
        ("БСН", "атауы", "байланыс", "бастап", "дейін", "дереккөз"),
        (
            (row["bin"], row["name"], row["tie"], _day(row["since"]), _day(row.get("until")),
             "Invented report")
            for row in rows
        ),
    )  # fmt: skip


def listed(rows: Rows, *, title: str, document: str, dated: str) -> bytes:
    """A workbook of one list: three rows of headings, then a row for each taxpayer."""
    top: list[Sequence[Any]] = [(title,), (), HEADINGS]
    body = (
        (n, row["bin"], None, row["name"], None, None, None, None, f"{document} {n}",
         _day(row[dated]))
        for n, row in enumerate(rows, 1)
    )  # fmt: skip
    return _workbook([*top, *body])


def arrears(rows: Rows) -> bytes:
    """The workbook of debtors: six rows of headings, companies on the second sheet too."""
    top: list[Sequence[Any]] = [("Сведения о налоговой задолженности",), *([()] * 5)]
    body = [
        ("г. Астана", "Управление государственных доходов", "6205", row["bin"], None, row["name"],
         row["name"], None, None, row["amount"], row["amount"], 0, 0)
        for row in rows
    ]  # fmt: skip
    half = len(body) // 2
    return _workbook([*top, *body[:half]], [*top, *body[half:]])


def _day(written: str | None) -> str:
    return "" if written is None else date.fromisoformat(written).strftime("%d.%m.%Y")


def _table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    written = io.StringIO()
    table = csv.writer(written, delimiter=";")
    table.writerow(headings)
    table.writerows(rows)
    return written.getvalue().encode("utf-8-sig")


def _workbook(*sheets: Iterable[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets, 1):
        sheet = book.create_sheet(f"Лист{number}")
        for row in rows:
            sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _pseudo(rows: Rows) -> bytes:
    return listed(rows, title="Лжепредприятия", document="Решение суда", dated="decision_date")


def _inactive(rows: Rows) -> bytes:
    title = "Бездействующие налогоплательщики"
    return listed(rows, title=title, document="Приказ", dated="order_date")


def _wrong_address(rows: Rows) -> bytes:
    title = "Отсутствующие по юридическому адресу"
    return listed(rows, title=title, document="Акт", dated="act_date")


def _bankrupts(rows: Rows) -> bytes:
    return listed(rows, title="Банкроты", document="Решение суда", dated="decision_date")


def _invalid_registration(rows: Rows) -> bytes:
    title = "Регистрация признана недействительной"
    return listed(rows, title=title, document="Решение суда", dated="decision_date")


FILES: Final[Mapping[str, tuple[str, str, Callable[[Rows], bytes]]]] = {
    "vat_payers": ("vat_payers", "vat_payers.csv", vat_payers),
    "unit_cost_norms": ("unit_cost_norms", "unit_cost_norms.csv", norms),
    "sanctions": ("sanctions", "sanctions.csv", sanctions),
    "politically_exposed_companies": (
        "politically_exposed_companies",
        "politically_exposed_companies.csv",
        exposed,
    ),
    "false_enterprises": ("false_enterprises", "PSEUDO_COMPANY.xlsx", _pseudo),
    "inactive_taxpayers": ("inactive", "INACTIVE.xlsx", _inactive),
    "bankrupts": ("bankrupts", "BANKRUPT.xlsx", _bankrupts),
    "invalid_registration": (
        "invalid_registration",
        "INVALID_REGISTRATION.xlsx",
        _invalid_registration,
    ),
    "tax_arrears": ("arrears", "TAX_ARREARS_150.xlsx", arrears),
    "wrong_address": ("wrong_address", "WRONG_ADDRESS.xlsx", _wrong_address),
}
"""By the name under which a list is read: its register in the world, its file, its form."""
