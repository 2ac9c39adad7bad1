"""Purchases that nobody made: notices with lots, bids, contracts, acts and payments, by number."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from ingestor.sources.goszakup.pull.dictionaries import NAMES
from shared.vocabulary.identifiers import control_digit
from tests.ingestor.goszakup_pull.standin import Row, Standin

FIRST = date(2026, 11, 1)
DAYS = 6  # notices are spread over these
BUYERS, SUPPLIERS = 7, 40
REGIONS = ("710000000", "750000000", "551010000")


def number_of(serial: int, kind: str = "40") -> str:
    """A BIN with a right check digit; the year it tells has not come."""
    for tail in range(serial * 10, serial * 10 + 10):
        digits = f"4912{kind}{tail % 100000:05}"
        if (digit := control_digit(digits)) is not None:
            return f"{digits}{digit}"
    raise AssertionError("one of ten has a check digit")


BUYER_BINS = [number_of(n) for n in range(BUYERS)]
SUPPLIER_BINS = [number_of(1000 + n) for n in range(SUPPLIERS)]


def day(number: int) -> str:
    """The day a purchase was published."""
    return str(FIRST + timedelta(days=number % DAYS))


def notice(number: int, **more: Any) -> Row:
    """A notice; every fourth is still without results."""
    decided = number % 4 != 3
    buyer = number % BUYERS
    return {
        "id": 17_000_000 + number,
        "numberAnno": f"{17_000_000 + number}-1",
        "nameRu": f"Закупка {number}",
        "totalSum": 2000.0,
        "countLots": 2,
        "refTradeMethodsId": 3,
        "refSubjectTypeId": 1,
        "refBuyStatusId": 350 if decided else 220,
        "orgBin": BUYER_BINS[buyer],
        "orgPid": 10 + buyer,
        "orgNameRu": f"ГУ {buyer}",
        "publishDate": f"{day(number)} 09:00:00",
        "startDate": f"{day(number)} 09:00:00",
        "endDate": f"{day(number)} 18:00:00",
        "itogiDatePublic": f"{day(number)} 20:00:00" if decided else None,
        "kato": [REGIONS[buyer % len(REGIONS)]],
        "lastUpdateDate": f"{day(number)} 20:00:01",
        "indexDate": f"{day(number)} 20:00:02",
    } | more


def lots(number: int, **more: Any) -> list[Row]:
    """Two lots, each with its plan point."""
    buyer = number % BUYERS
    return [
        {
            "id": 42_000_000 + 2 * number + n,
            "lotNumber": f"{80_000_000 + 2 * number + n}-ЗЦП1",
            "trdBuyId": 17_000_000 + number,
            "trdBuyNumberAnno": f"{17_000_000 + number}-1",
            "refLotStatusId": 360,
            "refTradeMethodsId": 3,
            "amount": 1000.0,
            "count": 2.0,
            "nameRu": "Уголь",
            "customerId": 10 + buyer,
            "customerBin": BUYER_BINS[buyer],
            "customerNameRu": f"ГУ {buyer}",
            "enstruList": [0],
            "plnPointKatoList": [REGIONS[buyer % len(REGIONS)]],
            "lastUpdateDate": f"{day(number)} 20:00:01",
            "indexDate": f"{day(number)} 20:00:02",
            "Plans": [plan(2 * number + n)],
        }
        | more
        for n in range(2)
    ]


def plan(number: int, version: int = 0, **more: Any) -> Row:
    """A plan point; a later version has a higher id and the same root."""
    return {
        "id": 80_000_000 + number + version * 5_000_000,
        "rootrecordId": 80_000_000 + number,
        "subjectBiin": BUYER_BINS[(number // 2) % BUYERS],
        "nameRu": "Уголь",
        "refTradeMethodsId": 3,
        "plnPointYear": 2026,
        "amount": 1000.0 + version,
        "price": 500.0,
        "count": 2.0,
        "refEnstruCode": "052010.900.000002",
        "dateCreate": "2026-01-10 10:00:00",
        "timestamp": "2026-01-10 10:00:00",
    } | more


def bids(number: int) -> list[Row]:
    """Two bids on both lots; the first wins."""
    return [
        {
            "id": 72_000_000 + 2 * number + n,
            "buyId": 17_000_000 + number,
            "supplierId": 1000 + (number + n) % SUPPLIERS,
            "supplierBinIin": SUPPLIER_BINS[(number + n) % SUPPLIERS],
            "dateApply": f"{day(number)} 12:00:0{n}.500000",
            "AppLots": [
                {
                    "id": 86_000_000 + 4 * number + 2 * n + lot,
                    "lotId": 42_000_000 + 2 * number + lot,
                    "statusId": 360 if n == 0 else 300,
                    "price": 450.0 + n,
                    "amount": 900.0 + 2 * n,
                }
                for lot in range(2)
            ],
        }
        for n in range(2)
    ]


def contract(number: int, amendment: int = 0, *, direct: bool = False, **more: Any) -> Row:
    """A contract of a notice, or one without; amendments have ids of their own."""
    root = 25_000_000 + 10 * number + (5_000_000 if direct else 0)
    buyer = number % BUYERS
    return {
        "id": root + amendment,
        "parentId": root if amendment else 0,
        "rootId": root,
        "trdBuyId": 0 if direct else 17_000_000 + number,
        "contractNumberSys": f"{BUYER_BINS[buyer]}/26{number:04}/{amendment:02}",
        "contractNumber": str(number),
        "refContractStatusId": 190,
        "refContractTypeId": 2 if amendment else 1,
        "supplierId": 1000 + number % SUPPLIERS,
        "supplierBiin": SUPPLIER_BINS[number % SUPPLIERS],
        "customerId": 10 + buyer,
        "customerBin": BUYER_BINS[buyer],
        "faktTradeMethodsId": 23 if direct else 3,
        "contractSum": 1800.0,
        "contractSumWnds": 2016.0 + amendment,
        "withNds": 1,
        "crdate": f"{day(number)} 21:00:00",
        "signDate": f"{day(number)} 21:30:0{amendment}",
        "lastUpdateDate": f"{day(number)} 21:30:0{amendment}",
        "indexDate": f"{day(number)} 21:30:1{amendment}",
        "ContractUnits": [
            {
                "id": root + amendment,
                "lotId": 0 if direct else 42_000_000 + 2 * number,
                "quantity": 2.0,
                "itemPrice": 450.0,
                "itemPriceWnds": 504.0,
                "totalSum": 900.0,
                "totalSumWnds": 1008.0,
            }
        ],
    } | more


def act(number: int, **more: Any) -> Row:
    """An act of acceptance of a contract."""
    root = 25_000_000 + 10 * number
    return {
        "id": 60_000_000 + number,
        "contractRootId": root,
        "contractId": root,
        "numberAct": f"A{number}",
        "aktDate": f"{day(number)} 22:00:00",
        "createDateAct": f"{day(number)} 22:00:00",
        "approveDate": f"{day(number)} 22:30:00",
        "statusId": 15,
    } | more


def payment(number: int, **more: Any) -> Row:
    """A payment of the treasury, as REST gives it."""
    return {
        "id": 96_000_000 + number,
        "contract_id": 25_000_000 + 10 * number,
        "pay_amount": 2016.0,
        "pay_date": f"{day(number)} 00:00:00",
        "supplier": "ТОО Пример",
        "iik_supplier": "KZ000000000000000000",
        "index_date": f"{day(number)} 23:00:00",
    } | more


def subjects() -> Iterable[Row]:
    """All buyers and suppliers."""
    for n, number in enumerate(BUYER_BINS):
        yield _subject(10 + n, number, f"ГУ {n}")
    for n, number in enumerate(SUPPLIER_BINS):
        yield _subject(1000 + n, number, f"ТОО Поставщик {n}")


def _subject(pid: int, number: str, name: str) -> Row:
    return {"pid": pid, "bin": number, "nameRu": name, "katoList": ["710000000"], "typeSupplier": 1}


def fill(portal: Standin, purchases: Iterable[int]) -> None:
    """Put purchases into the portal with all their parts; every fifth has a direct contract too."""
    portal.refs = {name: [] for name in NAMES}
    portal.put("Subjects", *subjects())
    for number in purchases:
        portal.put("TrdBuy", notice(number))
        portal.put("Lots", *lots(number))
        if number % 4 != 3:
            portal.put("TrdApp", *bids(number))
            portal.put("Contract", contract(number))
            portal.put("Acts", act(number))
        if number % 5 == 0:
            portal.put("Contract", contract(number, direct=True))


def oracle(portal: Standin) -> dict[str, dict[str, set[str]]]:
    """What the feed must say: lots, bids, contracts and acts of every process, by ocid."""
    found: dict[str, dict[str, set[str]]] = {}
    tables = portal.tables
    for one in tables["TrdBuy"]:
        found[f"ocds-kz0000-{one}"] = {
            "lots": _ids(tables, "Lots", "trdBuyId", one),
            "bidders": _ids(tables, "TrdApp", "buyId", one),
            "contracts": _ids(tables, "Contract", "trdBuyId", one),
        }
    for row in tables.get("Contract", {}).values():
        if not row["trdBuyId"]:
            own = found.setdefault(
                f"ocds-kz0000-c{row['rootId']}",
                {"lots": set(), "bidders": set(), "contracts": set()},
            )
            own["contracts"].add(str(row["id"]))
    return found


def _ids(tables: dict[str, dict[int, Row]], root: str, field: str, value: int) -> set[str]:
    return {str(key) for key, row in tables.get(root, {}).items() if row[field] == value}
