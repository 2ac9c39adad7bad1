"""Payloads of the portal for tests, invented, and the short way from them to releases."""

import json
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ingestor.sources.goszakup.dictionaries import Dictionaries
from ingestor.sources.goszakup.join import Collection
from ingestor.sources.goszakup.kinds import of_fields
from ingestor.sources.goszakup.payload import Report
from ingestor.sources.goszakup.translate import translate
from shared.vocabulary.identifiers import control_digit
from tests.ingestor.goszakup_translate.ocds import RELEASE

KEY = b"test-only-pseudonym-key-0123456789-01"
FOLDER = Path(__file__).parent
SAMPLES = FOLDER.parents[3] / "shared" / "data" / "goszakup-samples"

BUYER, SECOND_BUYER = "991240999991", "971240001315"
TRADER = "ИП Вымышленный Персонаж"

STATUSES = {
    "ref_buy_status": [{"id": 210, "name_ru": "Опубликовано", "code": "Published"}],
    "ref_lots_status": [{"id": 370, "name_ru": "Закупка не состоялась"}],
    "ref_po_st": [
        {"id": 360, "code": "FirstWinner", "name_ru": "Победитель"},
        {"id": 361, "code": "SecondWinner", "name_ru": "Второй победитель"},
        {"id": 320, "code": "Sent", "name_ru": "Подано"},
        {"id": 371, "code": "Rejected", "name_ru": "Отклонена"},
    ],
    "ref_justification": [{"id": 7, "name_ru": "пп.28 п.3 ст.16 приобретения однородных товаров"}],
}


def notice(number: int = 100, **more: Any) -> dict[str, Any]:
    """Build a notice of one organiser."""
    own = {"id": number, "numberAnno": f"{number}-1", "nameRu": "Бумага", "orgBin": BUYER}
    dates = {"publishDate": "2026-03-01 09:00:00", "refBuyStatusId": 350}
    return {**own, **dates, "refTradeMethodsId": 3, "totalSum": 1000, **more}


def lot(number: int = 500, buy: int = 100, **more: Any) -> dict[str, Any]:
    """Build a lot of a notice."""
    own = {"id": number, "trdBuyId": buy, "lotNumber": f"{number + 7000}-ЗЦП1", "nameRu": "Бумага"}
    about = {"amount": 1000, "count": 10, "customerBin": BUYER}
    return {**own, **about, "lastUpdateDate": "2026-02-28 09:00:00", **more}


def bid(number: int, supplier: str, *offers: tuple[int, float, int], buy: int = 100) -> Any:
    """Build an application; an offer is (lot, amount, status)."""
    lots = [
        {"id": number * 10 + at, "lotId": lot, "amount": amount, "price": amount, "statusId": state}
        for at, (lot, amount, state) in enumerate(offers)
    ]
    date = "2026-03-02 10:00:00.123000"
    return {"id": number, "buyId": buy, "supplierBinIin": supplier, "dateApply": date} | {
        "AppLots": lots
    }


def contract(number: int, serial: str = f"{BUYER}/260001/00", **more: Any) -> dict[str, Any]:
    """Build a contract; its number ends in the count of its amendments."""
    own = {"id": number, "contractNumberSys": serial, "refContractStatusId": 190}
    sums = {"contractSum": 1000, "contractSumWnds": 1120, "supplierBiin": company(1)}
    return {**own, **sums, "signDate": "2026-03-10 12:00:00", "trdBuyId": 0, **more}


def plan(number: int, root: int, **more: Any) -> dict[str, Any]:
    """Build a version of a plan point."""
    own = {"id": number, "rootrecordId": root, "subjectBiin": BUYER, "nameRu": "Бумага"}
    about = {"plnPointYear": 2026, "amount": 1000, "refEnstruCode": "171214.100.000001"}
    return {**own, **about, "dateCreate": "2026-01-15 09:00:00", **more}


@cache
def company(number: int) -> str:
    """Return a BIN that nobody has, registered in December 1999; its control digit is right."""
    return _checked("991240", number)


@cache
def person(number: int) -> str:
    """Return an IIN that nobody has: born on the first of January 1801."""
    return _checked("010101" + "1", number)


def _checked(beginning: str, number: int) -> str:
    for serial in count(number * 20):
        digits = beginning + f"{serial:0{11 - len(beginning)}}"
        digit = control_digit(digits)
        if digit is not None:
            return digits + str(digit)
    raise AssertionError


def collection(*records: dict[str, Any]) -> Collection:
    """Join records of any kind, told by their fields."""
    made = Collection()
    for record in records:
        kind = of_fields(record)
        assert kind is not None
        made.add(kind, json.loads(json.dumps(record)))
    return made


def releases(*records: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Translate records of any kind; by what follows the prefix of the ocid."""
    made = [translate(b, dictionaries(), key=KEY) for b in collection(*records).bundles()]
    for release in made:
        assert faults(release) == []
    return {release["ocid"].removeprefix("ocds-kz0000-"): release for release in made}


def only(*records: dict[str, Any]) -> dict[str, Any]:
    """Translate records of one process."""
    (release,) = releases(*records).values()
    return release


@cache
def dictionaries() -> Dictionaries:
    """Return small dictionaries."""
    made = Dictionaries()
    for name, rows in STATUSES.items():
        made.add(name, rows, Report())
    return made


def faults(release: dict[str, Any]) -> list[str]:
    """Say where a release is no OCDS 1.1."""
    return [f"{list(e.absolute_path)}: {e.message}" for e in _validator().iter_errors(release)]


@cache
def _validator() -> jsonschema.Draft4Validator:
    return jsonschema.Draft4Validator(RELEASE, format_checker=jsonschema.FormatChecker())


def sample_files() -> list[str]:
    """Return the recorded answers beside the repository; skips, saying so, without them."""
    found = sorted(map(str, SAMPLES.glob("*.json")))
    if not found:
        pytest.skip(f"the recorded answers are not at {SAMPLES}")
    return found
