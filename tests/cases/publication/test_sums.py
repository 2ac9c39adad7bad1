"""Sums in a public text: which are found, and that a reader checks those the case does not know."""

from decimal import Decimal
from typing import Any, Final

import pytest

from cases.publication.sums import stated, unknown_sums
from tests.cases.office import AIDA, BOLAT, Office
from tests.cases.publication.people import TEXTS, answered, asked, begun, done, moved
from tests.cases.triage.alerts import alert, arrive

MILLIONS: Final = [Decimal("4512345.60"), Decimal(184600)]


@pytest.mark.parametrize(
    ("text", "found", "unknown"),
    [
        ("Сумма договора 4 512 345,60 тенге.", ["4 512 345,60 тенге"], []),
        ("Шарт сомасы 4\u00a0512\u00a0345,6 теңгені құрайды.", ["4 512 345,6 теңгені"], []),
        ("Около 4,5 млн тенге, штраф 184 600 тг.", ["4,5 млн тенге", "184 600 тг"], []),
        ("Около 4,6 млн.", ["4,6 млн."], ["4,6 млн."]),
        ("KZT 4,512,345.60 and 4.51 million tenge", ["KZT 4,512,345.60", "4.51 million tenge"], []),
        ("₸184,600; ₸184,601", ["₸184,600", "₸184,601"], ["₸184,601"]),
        ("4 512 346 тенге, 4 512 345 тенге", ["4 512 346 тенге", "4 512 345 тенге"], [1]),
        ("185 мың теңге; 2 млрд", ["185 мың теңге", "2 млрд"], ["2 млрд"]),
        ("Лот 12345678-1, 12 км, 2026 год, 5 %, статья 25(1).", [], []),
        ("Срок 15 тыс. часов.", [], []),
    ],
)
def test_sums_are_found_in_three_languages_and_known_as_exactly_as_they_are_told(
    text: str, found: list[str], unknown: list[Any]
) -> None:
    sums = list(stated(text, "/texts/ru/body"))
    missing = unknown_sums({"ru": {"body": text}}, [], MILLIONS)

    assert [one.text for one in sums] == found
    expected = [found[one] if isinstance(one, int) else one for one in unknown]
    assert [(one.place, one.text) for one in missing] == [
        ("/texts/ru/body", one) for one in expected
    ]


def test_a_sourced_figure_makes_a_sum_known_and_one_without_a_source_does_not() -> None:
    texts = {"en": {"title": "Road", "body": "It cost 9 000 000 tenge."}}
    figure = {"value": "9000000.00", "unit": "KZT", "source": "https://goszakup.gov.kz/"}

    assert unknown_sums(texts, [figure], []) == []
    for other in ({**figure, "source": None}, {**figure, "unit": "km"}):
        assert len(unknown_sums(texts, [other], [])) == 1


async def test_a_reader_checks_the_sums_that_the_case_does_not_know_before_it_is_notified(
    office: Office,
) -> None:
    await arrive(office, alert("alr_1", "prc_road"))  # the purchase cost 1 000 000.50 tenge
    body = "Договор на 1 000 000,50 тенге, штраф 184 600 тенге, переплата 4,9 млн тенге."
    row = await begun(office, texts={**TEXTS, "ru": {"title": "Дорога", "body": body}}, figures=[])
    fine = {"kind": "fine_imposed", "case": row["case"], "amount": "184600", "amount_kind": "fined"}
    before = row["sums"]
    out = await done(office.post("/outcomes", fine))
    row = await moved(office, await answered(office, row), "submit", who=AIDA)
    by_writer = await asked(office, row, "notify")
    tick = {"answers": [{"item": "sums_checked", "answer": "yes"}]}
    at = f"/cases/{row['case']}/publication"
    row = await done(office.send("PATCH", at, tick, BOLAT, seen=row["revision"]))
    changed_amount = {"amount": "190000"}
    await done(office.send("PATCH", f"/outcomes/{out['id']}", changed_amount, AIDA, seen=1))
    another = await asked(office, row, "notify")
    row = await done(office.send("PATCH", at, tick, BOLAT, seen=row["revision"]))
    row = await moved(office, row, "notify")

    assert [one["text"] for one in before] == ["184 600 тенге", "4,9 млн тенге"]
    assert by_writer.json()["conditions"] == another.json()["conditions"] == ["sums_checked"]
    assert [one["text"] for one in row["sums"]] == ["184 600 тенге", "4,9 млн тенге"]
    [item] = [one for one in row["checklist"] if one["item"] == "sums_checked"]
    assert (item["answer"], item["member"], row["state"]) == ("yes", "mem_bolat", "notified")
