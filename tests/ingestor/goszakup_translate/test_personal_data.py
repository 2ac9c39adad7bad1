import json
import re
from typing import Any

import pytest

from shared.ocds import normalise
from tests.ingestor.goszakup_translate.cases import (
    BUYER,
    KEY,
    TRADER,
    bid,
    company,
    contract,
    lot,
    notice,
    only,
    person,
)

PHONE, EMAIL, ACCOUNT = "+77011234567", "someone@example.kz", "KZ75125KZT1001300335"
NAMES = ("Вымышленный Персонаж", "Подписавшая Особа", "Первый Руководитель")


def full_of_persons() -> list[dict[str, Any]]:
    """Return a process in which persons stand wherever the portal puts them."""
    trader = {"bin": "", "iin": person(1), "nameRu": TRADER, "typeSupplier": 3, "pid": 77}
    head = {"iin": person(2), "fio": NAMES[2], "roleName": "Первый руководитель"}
    buyer = {"bin": BUYER, "nameRu": "ГУ Отдел", "phone": PHONE, "email": EMAIL, "typeSupplier": 1}
    typed = {"crFio": NAMES[1], "modFio": NAMES[1], "Supplier": trader}
    private = {"supplierFio": NAMES[1], "supplierIik": ACCOUNT, "supplierPhone": PHONE}
    commission = {"Commission": [{"id": 1, "fio": NAMES[1], "refCommRolesId": 2}]}
    return [
        notice(nameRu=f"Услуги, исполнитель {TRADER}, ИИН {person(3)}", biinSupplier=person(1))
        | commission,
        lot(500, descriptionRu=f"Поставщик {person(1)}"),
        bid(1, person(1), (500, 900, 360)) | typed,
        contract(1, trdBuyId=100, supplierBiin=person(1), supplierId=77) | private,
        {"id": 2, "numberAct": "A/1", "contractId": 1, "Signature": {"signFio": NAMES[1]}},
        {"id": 3, "nomZa": "Z", "contractId": 1, "payAmount": 1, "iikSupplier": ACCOUNT},
        buyer | {"Employees": [head]},
    ]


def test_no_name_number_telephone_or_account_of_a_person_leaves_the_translation() -> None:
    release = only(*full_of_persons())

    written = json.dumps(release, ensure_ascii=False)
    forbidden = [*NAMES, PHONE, EMAIL, ACCOUNT, "Вымышленный", *map(person, (1, 2, 3))]
    assert [text for text in forbidden if text.lower() in written.lower()] == []


def test_a_sole_trader_is_one_pseudonym_wherever_the_trader_stands() -> None:
    release = only(*full_of_persons())

    (who,) = release["bids"]["details"][0]["tenderers"]
    assert re.fullmatch(r"prs_[a-z2-7]{26}", who["id"])
    assert release["awards"][0]["suppliers"] == [who]
    assert release["contracts"][0]["suppliers"] == [who]
    (party,) = [party for party in release["parties"] if party["id"] == who["id"]]
    assert set(party) == {"id", "roles"}


FULL, KAZAKH = "ИП Вымыслов Небыл Небылович", "ЖК Ойданов Шығар"


@pytest.mark.parametrize(
    "written",
    [
        "Вымыслов Н.Н.",
        "Н. Н. Вымыслов",
        "ВЫМЫСЛОВ Н. Н.",
        "Вымыслов Небыл Небылович",
        "ип «вымыслов небыл небылович»",
        "Небыл Вымыслов",
        "Вымышленный П.",
        "Ойданов Ш.",
    ],
)
def test_a_text_that_shortens_the_name_of_a_sole_trader_shows_the_pseudonym_instead(
    written: str,
) -> None:
    trader = {"bin": "", "iin": person(1), "nameRu": TRADER, "typeSupplier": 3, "pid": 77}
    names = {"fullNameRu": FULL, "nameKz": KAZAKH, "fullNameKz": "ЖК Ойданов Шығар Бекұлы"}
    release = only(
        notice(),
        lot(500, descriptionRu=f"Ранее работы вёл {written}, без замечаний"),
        bid(1, person(1), (500, 900, 360)),
        trader | names,
    )

    (who,) = release["bids"]["details"][0]["tenderers"]
    assert written.casefold() not in json.dumps(release, ensure_ascii=False).casefold()
    assert who["id"] in release["tender"]["lots"][0]["description"]


def test_two_sole_traders_whose_names_shorten_alike_are_hidden_without_telling_which() -> None:
    traders = [
        {"bin": "", "iin": person(1 + at), "nameRu": name, "typeSupplier": 3, "pid": 77 + at}
        for at, name in enumerate(("ИП Вымыслов Небыл", "ИП Вымыслов Нарочит"))
    ]
    bids = [bid(1 + at, person(1 + at), (500, 900, 360)) for at in range(2)]
    release = only(notice(), lot(500, descriptionRu="Вымыслов Н. обещал"), *bids, *traders)

    assert release["tender"]["lots"][0]["description"] == "prs обещал"


def test_a_sole_trader_with_a_number_of_an_organisation_is_a_person_by_type() -> None:
    trader = {"bin": company(5), "nameRu": TRADER, "typeSupplier": 3}
    release = only(notice(), lot(), bid(1, company(5), (500, 9, 320)), trader)

    assert release["tender"]["tenderers"][0]["id"].startswith("prs_")
    assert company(5) not in json.dumps(release)


def test_heads_and_telephones_leave_only_keyed_marks_that_two_purchases_share() -> None:
    shared = {"bin": company(1), "nameRu": "ТОО Два", "phone": PHONE, "typeSupplier": 1}
    release = only(*full_of_persons(), bid(2, company(1), (500, 950, 320)), shared)

    details = {party["id"]: party.get("details", {}) for party in release["parties"]}
    buyer, bidder = details[f"KZ-BIN-{BUYER}"], details[f"KZ-BIN-{company(1)}"]
    assert buyer["x_head"].startswith("prs_")
    assert bidder["x_contact_marks"][0] in buyer["x_contact_marks"]


def test_the_normal_form_finds_no_more_persons_and_mends_nothing_but_times() -> None:
    release = only(*full_of_persons())

    normal = normalise(json.loads(json.dumps(release)), source="goszakup", pseudonym_key=KEY)

    assert {note.code for note in normal.notes} <= {"date_in_utc"}
    pseudonyms = {p["id"] for p in release["parties"] if p["id"].startswith("prs_")}
    assert pseudonyms <= {party["id"] for party in normal.release["parties"]}
