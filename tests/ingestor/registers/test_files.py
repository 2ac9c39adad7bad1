import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestor.registers import cells
from ingestor.registers.cells import Flaw
from ingestor.registers.mapping import known_lists
from ingestor.registers.regions import region
from tests.ingestor.office import Office
from tests.ingestor.registers.lists import (
    csv_file,
    iin,
    json_file,
    numbers,
    org,
    own,
    published,
    take,
    workbook_file,
)

HEADER = ["bin", "since", "until", "sum", "note"]
ONE, TWO, THREE = numbers(3)
HEAD = "Ахметов Серик Болатович"


async def entries(office: Office) -> dict[str | None, Any]:
    return {row.party: row for row in await published(office) if row.kind == "entry"}


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        (ONE, (ONE, False, True)),
        (ONE.lstrip("0"), (ONE, True, True)),
        (int(ONE), (ONE, True, True)),
        (float(ONE), (ONE, True, True)),
        (f'="{ONE}"', (ONE, False, True)),
        (f" {ONE[:6]} {ONE[6:]} ", (ONE, False, True)),
        ("12345", ("12345", False, False)),
    ],
)
def test_a_number_gets_its_zeros_back_only_where_its_control_digit_then_fits(
    written: Any, wanted: tuple[str, bool, bool]
) -> None:
    assert cells.party_number(written) == wanted


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("2024-03-01", "2024-03-01"),
        ("01.03.2024", "2024-03-01"),
        ("1/3/2024", "2024-03-01"),
        ("45352", "2024-03-01"),
        (45352, "2024-03-01"),
        (datetime(2024, 3, 1), "2024-03-01"),  # noqa: DTZ001 (as a workbook gives it)
        ("2024-02-29T20:00:00Z", "2024-03-01"),  # already March in Kazakhstan
        ("-", None),
    ],
)
def test_a_day_is_read_as_people_and_spreadsheets_write_it(written: Any, wanted: Any) -> None:
    assert cells.day(written) == (date.fromisoformat(wanted) if wanted else None)


def test_amounts_texts_and_what_is_lost_for_good() -> None:
    assert cells.number("1 234 567,89") == 1234567.89
    assert cells.number("1,234.50") == 1234.5
    assert cells.text('=HYPERLINK("http://x","y")') == 'HYPERLINK("http://x","y")'
    assert cells.text("@SUM(A1)") == "SUM(A1)"
    with pytest.raises(Flaw, match="rounded"):
        cells.party_number("1.4E+11")
    with pytest.raises(Flaw, match="No day"):
        cells.day("32.13.2024")


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("Казахстан, Акмолинская область, г. Кокшетау, ул. Жамбыла 5", "11"),
        ("г. Алматы, Алматинская обл", "75"),
        ("Алматинская область, г. Талгар", "19"),
        ("050000, АЛМАТЫ Қ., Абай даңғылы", "75"),
        ("750000000", "75"),
        ("улица Абая, дом 1", None),
    ],
)
def test_of_an_address_only_the_region_is_kept(address: str, wanted: str | None) -> None:
    assert region(address) == wanted


async def test_a_workbook_with_three_header_rows_is_read_by_place_and_names_are_dropped(
    office: Office, tmp_path: Path
) -> None:
    title = [["Список лжепредприятий"], [], ["№", "БИН", "РНН", "Наименование"]]
    row = [1, int(ONE), "600400012345", "ТОО", HEAD, HEAD, iin(), "", "№ 2-15", "15.03.2024"]
    no_bin = [2, None, "600400054321", "ТОО", HEAD, HEAD, "", "", "№ 2-16", datetime(2024, 4, 1)]  # noqa: DTZ001
    path = workbook_file(tmp_path / "list.xlsx", [*title, row, no_bin, [None] * 10])

    run = await take(office, path, "false_enterprises")

    found = await entries(office)
    assert (run.status, run.received, run.accepted, run.mended) == ("complete", 2, 2, 1)
    assert found[org(ONE)].valid_from == date(2024, 3, 15)
    assert found[org(ONE)].attributes["document"] == "№ 2-15"
    assert found[org(ONE)].attributes["head"].startswith("prs_")
    assert len({party for party in found if party != org(ONE)}) == 1


async def test_arrears_are_summed_by_nobody_and_read_from_both_sheets(
    office: Office, tmp_path: Path
) -> None:
    top: list[list[Any]] = [["Сведения"], *([] for _ in range(5))]

    def debt(number: str, total: Any) -> list[Any]:
        place = ["г. Астана", "УГД по Есильскому району", "6205", number, None, "ТОО", "ЖШС", HEAD]
        return [*place, "", total, "1 000,50", 0, "-"]

    sheets = ([*top, debt(ONE, "1 234 567,89")], [*top, debt(TWO, 5_000_000)])
    run = await take(office, workbook_file(tmp_path / "a.xlsx", *sheets), "tax_arrears")

    found = await entries(office)
    assert run.accepted == 2
    assert found[org(ONE)].attributes == {
        "tax_office": "6205",
        "region": "71",
        "total": 1234567.89,
        "main": 1000.5,
        "late_fee": 0,
    }
    assert found[org(TWO)].attributes["total"] == 5_000_000


async def test_unfair_participants_come_from_either_interface_each_inclusion_an_interval(
    office: Office, tmp_path: Path
) -> None:
    rest = {
        "id": "1",
        "supplier_biin": ONE,
        "start_date": "2024-01-10 00:00:00",
        "end_date": "1999-01-01 00:00:00",
        "founders": [{"biin": iin()}],
    }
    detail = {"id": 7, "startDate": "2025-03-01", "endDate": "2026-01-15", "refReasonId": 2}
    graphql = {
        "pid": 5,
        "supplierBiin": TWO,
        "Detail": [detail, {**detail, "id": 8, "startDate": "2025-09-01", "endDate": "2027-09-01"}],
    }
    run = await take(office, json_file(tmp_path / "r.json", [rest, graphql]), "unfair_participants")

    rows = [row for row in await published(office) if row.kind == "entry"]
    spans = sorted((str(row.party), str(row.valid_from), str(row.valid_to)) for row in rows)
    assert run.status == "complete"
    assert spans == sorted(
        [
            (org(ONE), "2024-01-10", "2026-01-10"),  # twenty-four months, as the law has it
            (org(TWO), "2025-03-01", "2026-01-15"),
            (org(TWO), "2025-09-01", "2027-09-01"),
        ]
    )


async def test_norms_bind_everybody_and_their_last_day_counts(
    office: Office, tmp_path: Path
) -> None:
    header = ["объект", "регион", "единица", "норматив", "с", "по"]
    norm = ["school", "г. Астана", "place", "2 500 000", "01.01.2026", "31.12.2026"]
    csv_file(tmp_path / "n.csv", [header, norm], delimiter=";")

    await take(office, tmp_path / "n.csv", "unit_cost_norms")

    [row] = (await entries(office)).values()
    assert (row.party, row.valid_to) == (None, date(2027, 1, 1))
    assert row.attributes == {
        "object": "school",
        "region": "71",
        "unit": "place",
        "amount": 2500000,
    }


async def test_bad_rows_are_set_aside_with_row_number_and_reason_and_the_rest_is_used(
    office: Office, tmp_path: Path
) -> None:
    rows = [
        [ONE, "2025-01-01", "", "10"],
        [TWO, "never"],
        [TWO, "2025-05-01", "2025-04-01"],
        [TWO[:-1] + str((int(TWO[-1]) + 1) % 10), ""],
        ["", "2025-01-01"],
        ["1,4E+11", ""],
        [THREE, "", "", "much"],
    ]
    run = await take(office, csv_file(tmp_path / "l.csv", [HEADER, *rows]), own())

    aside = await office.rows("SELECT line, code FROM quarantine ORDER BY line")
    assert (run.status, run.accepted, run.quarantined) == ("incomplete", 1, 6)
    assert [tuple(row) for row in aside] == [
        (3, "register_date_unreadable"),
        (4, "register_dates_reversed"),
        (5, "register_number_invalid"),
        (6, "register_party_missing"),
        (7, "register_number_rounded"),
        (8, "register_number_unreadable"),
    ]


@pytest.mark.check("B14", tier=1, limit="refused")
async def test_a_bomb_a_cut_workbook_and_a_missing_column_are_refused_with_their_reason(
    office: Office, tmp_path: Path
) -> None:
    bomb, cut = tmp_path / "bomb.xlsx", tmp_path / "cut.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 50_000_000)
    whole = workbook_file(tmp_path / "l.xlsx", [HEADER, [ONE, ""]]).read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    other = csv_file(tmp_path / "o.csv", [["number", "since", "until"], [ONE, "", ""]])

    runs = [await take(office, path, own()) for path in (bomb, cut, other)]

    assert [run.status for run in runs] == ["failed"] * 3
    assert "unpacks to far more" in (runs[0].reason or "")
    assert "damaged" in (runs[1].reason or "")
    assert "No column bin; the header is: number, since, until" in (runs[2].reason or "")


async def test_a_list_of_windows_with_semicolons_is_read_as_it_is(
    office: Office, tmp_path: Path
) -> None:
    path = tmp_path / "l.csv"
    path.write_bytes(f"bin;since;until;sum;note\n{ONE};01.02.2024;;5;долг\n".encode("cp1251"))

    await take(office, path, own())

    [row] = (await entries(office)).values()
    assert row.attributes == {"sum": 5, "note": "долг"}


def test_every_known_list_speaks_three_languages_and_says_how_long_it_holds() -> None:
    for kind, mapping in known_lists().values():
        assert all((mapping.title.kk, mapping.title.ru, mapping.title.en)), kind
        assert mapping.holds_days > 0


@pytest.mark.parametrize(
    ("name", "row", "begun"),
    [
        ("vat_payers", {"start": "2024-02-01", "end": None}, "2024-02-01"),
        ("false_enterprises", {"name": "ТОО", "decision_date": "2024-02-01"}, "2024-02-01"),
        ("inactive_taxpayers", {"name": "ТОО", "order_date": "2024-02-01"}, "2024-02-01"),
        ("wrong_address", {"name": "ТОО", "act_date": "2024-02-01"}, "2024-02-01"),
        ("tax_arrears", {"name": "ТОО", "amount": 5, "date": "2024-02-01"}, None),
        ("legal_entities", {"registered": "2024-02-01", "kato": "710000000"}, "2024-02-01"),
        ("unfair_participants", {"start": "2026-02-01", "end": "2028-02-01"}, "2026-02-01"),
    ],
)
async def test_every_list_is_also_read_as_json_rows(
    office: Office, tmp_path: Path, name: str, row: dict[str, Any], begun: str | None
) -> None:
    run = await take(office, json_file(tmp_path / "rows.json", [{"bin": ONE, **row}]), name)

    [entry] = (await entries(office)).values()
    assert (run.status, entry.party) == ("complete", org(ONE))
    assert entry.valid_from == (date.fromisoformat(begun) if begun else None)
