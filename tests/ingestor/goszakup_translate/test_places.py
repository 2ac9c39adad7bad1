"""Places with codes of regions that were parted: known by the portal's own dictionary."""

from typing import Any

import pytest

from ingestor.sources.goszakup.dictionaries import Dictionaries
from ingestor.sources.goszakup.payload import Report
from ingestor.sources.goszakup.places import shortened
from ingestor.sources.goszakup.translate import translate
from tests.ingestor.goszakup_translate.cases import (
    BUYER,
    KEY,
    collection,
    faults,
    lot,
    notice,
    plan,
)

ROWS = [
    {"code": "630000000", "name_ru": "Восточно-Казахстанская область"},
    {"code": "100000000", "name_ru": "область Абай"},
    {"code": "634200000", "name_ru": "Жаңалы район"},  # it went over, with two villages
    {"code": "634235100", "name_ru": "с.Ақсел"},
    {"code": "634240100", "name_ru": "с.Көкбел"},
    {"code": "103600000", "name_ru": "Жаңалы  район"},
    {"code": "103635100", "name_ru": "с.Ақсел"},
    {"code": "634600000", "name_ru": "Төменгі район"},  # it stayed, though a village is called so
    {"code": "634635100", "name_ru": "с.Ақсел"},
    {"code": "750000000", "name_ru": "г.Алматы"},
    {"code": "516000000", "name_ru": "Биікті район"},  # of a region that is no more
    {"code": "614400000", "name_ru": "Биікті район"},
    {"code": "351800000", "name_ru": "Жез қаласы"},  # twice by that name: nobody can tell
    {"code": "621000000", "name_ru": "Жез қаласы"},
    {"code": "621400000", "name_ru": "Жез қаласы"},
]

PLACES = [
    ("634235100", "103635100", "область Абай"),  # the village itself
    ("634240100", "103600000", "область Абай"),  # its district: the village is not found there
    ("634200000", "103600000", "область Абай"),
    ("634635100", "634635100", "Восточно-Казахстанская область"),
    ("516035100", "614400000", "Туркестанская область"),
    ("351810000", "351810000", "область Ұлытау"),  # its region is known without the dictionary
    ("751110000", "751110000", "город Алматы"),
    ("639900000", "639900000", "Восточно-Казахстанская область"),  # in no dictionary
]


def release(*records: dict[str, Any]) -> dict[str, Any]:
    known = Dictionaries()
    known.add("ref_kato", shortened(ROWS), Report())
    (bundle,) = collection(*records).bundles()
    made = translate(bundle, known, key=KEY)
    assert faults(made) == []
    return made


@pytest.mark.parametrize(("published", "today", "region"), PLACES)
def test_a_place_has_its_code_of_today_and_keeps_the_published_one(
    published: str, today: str, region: str
) -> None:
    made = release(notice(), lot(plnPointKatoList=[published]))

    (one,) = made["tender"]["lots"]
    (item,) = made["tender"]["items"]
    assert one["x_kato"] == [today]
    assert one.get("x_kato_published", [today]) == [published]
    assert item["deliveryAddress"]["x_kato"] == today
    assert item["deliveryAddress"]["region"] == region
    assert item["deliveryAddress"].get("x_kato_published", today) == published


def test_seats_and_plans_have_their_codes_of_today_too() -> None:
    seat = {"addressType": 1, "address": "ул. Жаңа 1", "katoCode": "634240100"}
    made = release(
        notice(),
        lot(pointList=[1]),
        plan(1, 1, PlansKato=[{"refKatoCode": "634235100"}]),
        {"bin": BUYER, "typeSupplier": 1, "pid": 1, "refKopfCode": "ГУ", "Address": [seat]},
    )

    (party,) = made["parties"]
    assert party["address"]["x_kato"] == "103600000"
    assert party["address"]["x_kato_published"] == "634240100"
    (point,) = made["planning"]["x_plan_points"]
    assert (point["kato"], point["katoPublished"]) == (["103635100"], ["634235100"])


def test_without_the_dictionary_a_code_stands_as_it_is() -> None:
    (bundle,) = collection(notice(), lot(plnPointKatoList=["634235100"])).bundles()
    (one,) = translate(bundle, Dictionaries(), key=KEY)["tender"]["lots"]

    assert one["x_kato"] == ["634235100"]


def test_of_the_dictionary_only_the_regions_that_were_parted_are_kept() -> None:
    kept = shortened([*ROWS, {"code": 990000000}, None, {"nameRu": "x"}])

    assert len(kept) == len(ROWS) - 1
    assert {"code": "634200000", "name_ru": "Жаңалы район"} in kept
