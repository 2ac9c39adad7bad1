"""Natural persons leave nothing but a pseudonym in a release, its notes and its envelope.

Numbers and names are invented.
"""

from typing import Any

import msgspec
import pytest

from shared.ocds import parties
from tests.support.ocds import normal, release

IIN = "850101399996"
TRADER = {
    "id": f"KZ-IIN-{IIN}",
    "name": "ИП Ахметов Ержан",
    "identifier": {"scheme": "KZ-IIN", "id": IIN, "legalName": "Ахметов Ержан Примерович"},
    "address": {"streetAddress": "ул. Мира 5"},
    "contactPoint": {"name": "Ержан", "email": "e@example.org", "telephone": "+7 700"},
    "roles": ["supplier", "tenderer"],
}


def written(received: Any) -> str:
    mended, notes = normal(received)
    links = parties(mended, "test")
    return msgspec.json.encode([mended, notes, links]).decode()


def with_trader() -> dict[str, Any]:
    received = release()
    received["parties"][1] = dict(TRADER)
    received["awards"][0]["suppliers"] = [{"id": TRADER["id"], "name": TRADER["name"]}]
    received["bids"]["details"][0]["tenderers"] = [{"id": TRADER["id"], "name": "Ержан"}]
    received["tender"]["description"] = f"Победил АХМЕТОВ ЕРЖАН ПРИМЕРОВИЧ, ИИН {IIN}\0"
    received["x"] = {f"note {IIN}": [f"КЗ{IIN} и {IIN}"]}
    return received


def test_a_sole_traders_number_name_address_and_contacts_are_nowhere() -> None:
    text = written(with_trader()).casefold()

    for trace in (IIN, "ержан", "ахметов", "мира 5", "example.org", "+7 700"):
        assert trace not in text, trace


def test_one_person_has_one_pseudonym_in_every_role() -> None:
    mended, _ = normal(with_trader())

    (person,) = [link for link in parties(mended, "test") if link.person]

    assert person.id == person.local_id == mended["awards"][0]["suppliers"][0]["id"]
    assert mended["bids"]["details"][0]["tenderers"] == [{"id": person.id}]
    assert set(person.roles) == {"supplier", "tenderer"}
    assert person.id in mended["tender"]["description"]


@pytest.mark.parametrize(
    "party",
    [
        {"id": IIN, "name": "Иванов Иван"},
        {"id": "77", "name": "Иванов Иван", "identifier": {"id": IIN}},
        {"id": "CO-CC-39723576", "name": "Иванов Иван"},
        {"name": "Иванов Иван", "identifier": {"scheme": "Cédula de Ciudadanía", "id": "39723576"}},
        {"id": "05071926", "name": "Иванов Иван", "organizationType": "自然人"},
        {"name": "ИП Иванов Иван"},
        {"id": "x-17", "name": "Жеке кәсіпкер Иванов Иван"},
    ],
)
def test_a_person_is_told_by_number_scheme_type_or_name(party: dict[str, Any]) -> None:
    received = release(awards=[{"id": "a1", "suppliers": [dict(party)]}])

    mended, _ = normal(received)

    assert list(mended["awards"][0]["suppliers"][0]) == ["id"]
    assert "Иванов" not in written(received)


@pytest.mark.parametrize(
    "party",
    [
        {"id": "KZ-IIN-991240999991", "name": "ТОО Пример", "identifier": {"scheme": "KZ-IIN"}},
        {"id": "990650999988", "name": "ИП Союз двух"},
        {"id": "850101399997", "name": "ТОО Пример"},
        {"id": "7", "name": "Жкх города"},
    ],
)
def test_an_organisation_keeps_its_name(party: dict[str, Any]) -> None:
    received = release(awards=[{"id": "a1", "suppliers": [dict(party)]}])

    assert normal(received).release["awards"][0]["suppliers"][0]["name"] == party["name"]


def test_contact_points_are_removed_from_organisations_too() -> None:
    received = release(committee={"member": [{"name": "Член Комиссии"}]})
    received["buyer"]["contactPoint"] = {"name": "Секретарь", "email": "s@example.org"}
    received["x"] = [{"Email": "s@example.org", "faxNumber": 5}]

    mended, notes = normal(received)

    assert mended == normal(release(x=[{}])).release
    assert [(note.code, note.received) for note in notes] == [("personal_data_removed", 4)]


def test_a_short_id_of_a_person_replaces_nothing_but_its_references() -> None:
    person = {"id": "7", "name": "ИП Ли", "roles": ["supplier"]}
    received = release(
        parties=[person], awards=[{"id": "7", "title": "Лот 7", "suppliers": [{"id": "7"}]}]
    )

    (award,) = normal(received).release["awards"]

    assert (award["id"], award["title"]) == ("7", "Лот 7")
    assert award["suppliers"][0]["id"].startswith("prs_")


def test_the_ocid_stays_even_where_it_holds_a_persons_number() -> None:
    assert normal(with_trader() | {"ocid": f"kz-{IIN}"}).release["ocid"] == f"kz-{IIN}"


def test_a_persons_number_written_as_a_bare_number_is_hidden_with_its_lost_zero() -> None:
    number = 51231599991
    received = release(x={"supplierBiin": number}, awards=[{"suppliers": [{"id": number}]}])

    mended, notes = normal(received)

    assert str(number) not in msgspec.json.encode(notes).decode()
    assert mended["x"]["supplierBiin"] == mended["awards"][0]["suppliers"][0]["id"]
    assert mended["x"]["supplierBiin"].startswith("prs_")


def test_two_spellings_of_one_person_become_one_supplier() -> None:
    received = release(awards=[{"id": "a1", "suppliers": [{"id": IIN}, {"id": f"KZ-IIN-{IIN}"}]}])

    assert len(normal(received).release["awards"][0]["suppliers"]) == 1
