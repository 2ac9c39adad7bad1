"""Natural persons leave nothing but a pseudonym in a release, its notes and its envelope.

Numbers and names are invented.
"""

from typing import Any

import msgspec
import pytest

from shared.ocds import Refused, normalise, parties
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


@pytest.mark.parametrize(
    "described",
    [
        {"contracts": [{"id": "c1", "signatories": [{"name": "Петров Пётр"}]}]},
        {"contracts": [{"id": "c1", "documents": [{"id": "d1", "author": "Петров Пётр"}]}]},
        {"awards": [{"id": "a1", "evaluationCommittee": [{"id": "9", "name": "Петров Пётр"}]}]},
        {"tender": {"id": "t1", "enquiries": [{"id": "1", "author": {"name": "Петров Пётр\0"}}]}},
        {"tender": {"id": "t1", "enquiries": {"id": "1", "Author": "Петров Пётр\0"}}},
        {"x": {"commission": {"members": [["Петров Пётр"]]}}},
    ],
)
def test_those_who_signed_asked_wrote_or_judged_are_dropped_with_a_note(
    described: dict[str, Any],
) -> None:
    text = written(release(**described))

    assert "Петров" not in text
    assert "personal_data_removed" in text


def test_an_organisation_among_the_parties_may_sign_and_ask() -> None:
    alpha = {"id": "A-1001", "name": "Alpha"}
    received = release(contracts=[{"id": "c1", "signatories": [alpha, {"name": "Петров Пётр"}]}])
    received["tender"]["enquiries"] = [{"id": "1", "author": alpha}]

    for order in (received, dict(reversed(received.items()))):
        mended, notes = normal(order)
        assert mended["contracts"][0]["signatories"] == [alpha]
        assert mended["tender"]["enquiries"][0]["author"] == alpha
        assert [(note.code, note.received) for note in notes] == [("personal_data_removed", 1)]


def test_signatories_beside_parties_nested_too_deeply_are_refused_like_the_parties() -> None:
    nested: list[Any] = []
    for _ in range(400):
        nested = [nested]
    received = {"ocid": "x", "signatories": [{"id": "1"}, nested], "parties": [{"x": nested}]}

    with pytest.raises(Refused):
        normalise(received, source="test", pseudonym_key=b"k")


def test_a_person_among_the_parties_signs_unseen() -> None:
    signed = [{"id": TRADER["id"], "name": "Ержан"}]
    received = with_trader() | {"contracts": [{"id": "c1", "signatories": signed}]}

    mended, _ = normal(received)

    assert "signatories" not in mended["contracts"][0]
    assert normal(mended) == (mended, [])


CONTACTS = (
    "+77011234567",
    "+7 (701) 123-45-67",
    "+998 90 123 45 67",
    "87011234567",
    "77011234567",
    "8 (701) 123-45-67",
    "8-701-123-45-67",
    "8(7172)55-66-77",
    "8 7172 556677",
    "7 701 123 45 67",
    "701 123-45-67",
    "(7172) 55-66-77",
    "petrov@mail.kz",
    "п.петров@почта.рф",
    "petrov @ mail.kz",
)


@pytest.mark.parametrize("contact", CONTACTS)
def test_a_phone_or_an_address_in_a_text_is_masked_with_a_note(contact: str) -> None:
    received = release(x=[{"remark": f"Звонить: {contact}"}])
    received["tender"] |= {"title": contact, "description": f"тел. {contact}, {contact}; лот 7\0"}

    mended, notes = normal(received)

    assert mended["tender"]["title"] == "[…]"
    assert mended["tender"]["description"] == "тел. […], […]; лот 7"
    assert mended["x"] == [{"remark": "Звонить: […]"}]
    assert [note.path for note in notes if note.code == "contact_masked"] == [
        "/tender/description",
        "/tender/title",
        "/x/0/remark",
    ]
    assert contact not in msgspec.json.encode(notes).decode()
    assert normal(mended) == (mended, [])


@pytest.mark.parametrize(
    "text",
    [
        "БИН 991240999991",
        "БИН 770140002674",
        "Договор 970140002674/260023/00",
        "Договор 87012345678/260023/00",
        "Лот 87012345678-ЗЦП1",
        "Объявление № 87012345678",
        "ЕНС ТРУ 17.23.14.900.000.00.00.0798.000000000000",
        "на сумму 8 701 234 567 тенге",
        "на сумму 87 012 345 678,00",
        "на сумму 77012345678.00",
        "на сумму 77012345678 тенге",
        "прибавка +10 000 000 000 тенге",
        "от 27.07.2025 № 787, с 2026-01-02 12:30 по 8.07.2026",
        "лоты 701 123 456 и 8 700 000",
        "счёт KZ86125KZT5004100100",
        "https://example.org/ru/87011234567/a@example.org?x=+77011234567",
        "5 шт @ 3.50 KZT",
    ],
)
def test_numbers_that_look_like_a_phone_stay(text: str) -> None:
    received = release(x={"remark": text})
    received["tender"]["description"] = text

    assert normal(received) == (received, [])


def test_ids_stay_even_where_they_look_like_a_phone() -> None:
    phone = "87011234567"
    received = release(ocid=phone, x={"lotId": f"{phone} a", "ids": [phone], "number": phone})
    received["contracts"][0]["id"] = phone

    assert normal(received) == (received, [])


@pytest.mark.parametrize(
    "written_as",
    [
        "Иванов И.И.",
        "ИВАНОВ И. И.",
        "Иванов И.И",
        "Иванов И.",
        "И.И. Иванов",
        "И. И.  Иванов",
        "И.Иванов",
        "Иванов Иван Иванович",
        "Иванов Иван",
        "Иван Иванов",
    ],
)
@pytest.mark.parametrize("name", ["ИП Иванов Иван Иванович", 'ИП "ИВАНОВ ИВАН ИВАНОВИЧ"'])
def test_a_known_person_is_hidden_however_a_text_shortens_the_name(
    name: str, written_as: str
) -> None:
    received = release(awards=[{"id": "a1", "suppliers": [{"id": IIN, "name": name}]}])
    received["tender"]["title"] = f"Договор с {written_as}, Иванова И.И., Иванов и партнёры"

    mended, _ = normal(received)

    person = mended["awards"][0]["suppliers"][0]["id"]
    assert mended["tender"]["title"] == f"Договор с {person}, Иванова И.И., Иванов и партнёры"


def test_a_traders_sign_of_one_word_or_in_small_letters_hides_no_word_of_a_text() -> None:
    suppliers = [{"id": "1", "name": "ИП Дорога"}, {"id": "2", "name": "ИП Ремонт дорог"}]
    received = release(awards=[{"id": "a1", "suppliers": suppliers}])
    received["tender"]["title"] = "Дорога: ремонт дорог"

    assert normal(received).release["tender"]["title"] == "Дорога: ремонт дорог"
