"""Lists that an organisation brings: sanctions, politically exposed companies, norms of cost."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestor.registers.judge import places
from ingestor.registers.mapping import OWN, known_lists
from shared.contracts.registers import RegisterRow
from shared.vocabulary.identifiers import person_pseudonym
from tests.ingestor.office import PSEUDONYM_KEY, Office
from tests.ingestor.registers.house import asked
from tests.ingestor.registers.lists import (
    csv_file,
    iin,
    numbers,
    org,
    published,
    take,
    workbook_file,
)

ONE, TWO, THREE = numbers(3)
PERSON = person_pseudonym("any", iin(), PSEUDONYM_KEY.encode())
WRONG = TWO[:-1] + str((int(TWO[-1]) + 1) % 10)
SANCTIONS = ["БИН", "Программа", "Дата включения", "Дата исключения", "Наименование", "Кем введены"]


async def said(office: Office, register: str) -> list[RegisterRow]:
    return [row for row in await published(office) if row.register == register]


async def entries(office: Office, register: str) -> dict[tuple[str | None, Any], RegisterRow]:
    rows = [row for row in await said(office, register) if row.kind == "entry"]
    return {(row.party, row.attributes.get("programme")): row for row in rows}


async def test_a_new_list_replaces_by_party_and_programme_and_closes_who_is_missing(
    office: Office, tmp_path: Path
) -> None:
    name = "ТОО Ромашка"
    first: list[list[Any]] = [
        [ONE, "A", "01.02.2025", "", name, "Банк"],
        [ONE, "B", "01.03.2025", "", name, "Банк"],
        [int(TWO), "A", "2025-02-01", "", name, ""],
        [iin(), "A", "2025-02-01", "", "Ахметов Серик", ""],
    ]
    second = [[ONE, "A", "01.02.2025", "31.12.2026", name, "Банк"], [*first[3][:5], "Банк"]]
    (tmp_path / "one").mkdir()

    book = workbook_file(tmp_path / "one" / "s.xlsx", [SANCTIONS, *first])
    before = await take(office, book, "sanctions", on="2026-11-01")
    then = csv_file(tmp_path / "s.csv", [SANCTIONS, *second], delimiter=";")
    after = await take(office, then, "sanctions", on="2026-11-20")
    found = await entries(office, "sanctions")

    assert (before.status, before.accepted, before.mended) == ("complete", 4, 1)
    assert after.status == "complete"
    spans = {key: (str(row.valid_from), str(row.valid_to)) for key, row in found.items()}
    assert spans == {
        (org(ONE), "A"): ("2025-02-01", "2027-01-01"),  # the last day counts
        (org(ONE), "B"): ("2025-03-01", "2026-11-20"),
        (org(TWO), "A"): ("2025-02-01", "2026-11-20"),
        (PERSON, None): ("2025-02-01", "None"),  # of a person only that there is an entry
    }
    assert found[org(ONE), "A"].attributes == {"programme": "A", "authority": "Банк"}
    rows = await said(office, "sanctions")
    assert asked(rows, TWO, date(2026, 11, 10)) == "yes"
    assert asked(rows, TWO, date(2026, 11, 20)) == "no"
    assert not any(text in str(rows) for text in (iin(), "Ахметов", name))


async def test_rows_that_cannot_be_used_are_set_aside_with_their_reason_and_close_nobody(
    office: Office, tmp_path: Path
) -> None:
    good = [[number, "A", "01.02.2025", "", "", ""] for number in (ONE, TWO)]
    bad = [
        [WRONG, "A", "01.02.2025", "", "", ""],
        [THREE, "", "01.02.2025", "", "", ""],
        [TWO, "A", "31.02.2025", "", "", ""],
        [THREE, "A", "01.02.2025", "01.01.2025", "", ""],
    ]
    await take(office, csv_file(tmp_path / "s.csv", [SANCTIONS, *good]), "sanctions")

    table = [SANCTIONS, good[0], *bad]
    run = await take(office, csv_file(tmp_path / "s.csv", table), "sanctions")

    aside = await office.rows("SELECT line, code FROM quarantine ORDER BY line")
    assert [tuple(row) for row in aside] == [
        (3, "register_number_invalid"),
        (4, "register_value_missing"),
        (5, "register_date_unreadable"),
        (6, "register_dates_reversed"),
    ]
    assert (run.status, run.quarantined) == ("incomplete", 4)
    found = await entries(office, "sanctions")
    assert {(key, row.valid_to) for key, row in found.items()} == {
        ((org(ONE), "A"), None),
        ((org(TWO), "A"), None),
    }


async def test_of_a_politically_exposed_company_the_person_is_a_pseudonym_and_no_name_is_kept(
    office: Office, tmp_path: Path
) -> None:
    header = ["БСН", "ЖСН", "Байланыс", "Тұлға", "Лауазымы", "бастап", "дейін", "Дереккөз"]
    row = [ONE, iin(), "owner", "Ахметов Серик", "әкім", "01.01.2024", "", f"есеп, {iin()}"]
    person = [iin(), iin(), "owner", "Ахметов Серик", "әкім", "01.01.2024", "", ""]
    register = "politically_exposed_companies"

    run = await take(office, csv_file(tmp_path / "p.csv", [header, row, person]), register)

    found = await entries(office, register)
    assert (run.status, set(found)) == ("complete", {(org(ONE), None), (PERSON, None)})
    company = found[org(ONE), None].attributes
    assert company == {"person": PERSON, "tie": "owner", "source": f"есеп, {PERSON}"}
    assert found[PERSON, None].attributes == {"tie": "owner"}
    rows = str(await said(office, register))
    assert not any(text in rows for text in (iin(), "Ахметов", "әкім"))


async def test_a_norm_of_an_unknown_place_or_without_amount_does_not_bind_the_whole_country(
    office: Office, tmp_path: Path
) -> None:
    header = ["нысан", "өңір", "бірлік", "сома", "бастап", "дейін"]
    norms = [
        ["мектеп", "Астана", "орын", "4 500 000", "01.01.2026", "31.12.2026"],
        ["мектеп", "", "орын", "4 000 000", "01.01.2026", "31.12.2026"],
        ["мектеп", "Атлантида", "орын", "9 000 000", "01.01.2026", "31.12.2026"],
        ["мектеп", "Шымкент", "орын", "", "01.01.2026", "31.12.2026"],
    ]

    run = await take(office, csv_file(tmp_path / "n.csv", [header, *norms]), "unit_cost_norms")

    rows = [row for row in await said(office, "unit_cost_norms") if row.kind == "entry"]
    told = {(row.attributes.get("region"), row.attributes["amount"]) for row in rows}
    assert told == {("71", 4_500_000), (None, 4_000_000)}
    aside = await office.rows("SELECT line, code FROM quarantine ORDER BY line")
    assert (run.quarantined, [tuple(row) for row in aside]) == (
        2,
        [(4, "register_value_unreadable"), (5, "register_value_missing")],
    )


@pytest.mark.parametrize("name", ["politically_exposed_companies", "sanctions", "unit_cost_norms"])
def test_columns_of_an_own_list_have_headers_in_all_three_languages(name: str) -> None:
    kind, mapping = known_lists()[name]
    columns = [*mapping.party, mapping.valid_from, mapping.valid_to]
    columns += [one.at for one in mapping.attributes.values()]

    assert kind == OWN
    for column in columns:
        headers = places(column or "")
        assert any(header.isascii() for header in headers), column
        assert sum(not header.isascii() for header in headers) >= 2, column
