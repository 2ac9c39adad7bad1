"""Entries of the feeds as the ingestor publishes them of Kazakhstan's portal and registers."""

from typing import Any

from shared.contracts.registers import RegisterRow
from shared.contracts.releases import ReleaseEntry
from shared.feed import Entry
from tests.gateway.builders import BUYER_BIN, SUPPLIER_BIN, entry, link, process, words

BUYER, SUPPLIER = f"KZ-BIN-{BUYER_BIN}", f"KZ-BIN-{SUPPLIER_BIN}"


def portal_notice(notice: str = "17379679", **more: Any) -> Entry:
    """A notice of the state's portal as its translation writes it: plan, lot and contract."""
    compiled = {
        "ocid": f"ocds-kz0000-{notice}",
        "date": "2026-02-01T00:00:00Z",
        "parties": [
            {"id": BUYER, "name": "Мектеп", "address": {"x_kato": "632810000"}},
            {"id": SUPPLIER, "name": "Жеткізуші"},
        ],
        "buyer": {"id": BUYER, "name": "Мектеп"},
        "planning": {"x_plan_points": [plan_point("87361886")]},
        "tender": {
            "id": notice,
            "title": "Бумага",
            "procurementMethod": "open",
            "datePublished": "2026-01-10T09:00:00+05:00",
            "lots": [
                {
                    "id": "42667799",
                    "title": "Бумага А4",
                    "status": "active",
                    "value": {"amount": 900.5, "currency": "KZT"},
                    "x_number": "87361886-ЗЦП2",
                    "x_customer": {"id": BUYER},
                    "x_kato": ["751110000"],
                }
            ],
            "x_goszakup": {"number": f"{notice}-1"},
        },
        "contracts": [
            {
                "id": "24694320",
                "title": "970140002674/260023/01",
                "description": "Поставка бумаги",
                "status": "active",
                "dateSigned": "2026-02-20T10:00:00+05:00",
                "value": {"amount": 880, "currency": "KZT"},
                "buyer": {"id": BUYER},
                "suppliers": [{"id": SUPPLIER}],
                "relatedLots": ["42667799"],
                "amendments": [{"id": "24699999"}],
                "x_goszakup": {"id": "24699999", "number": "№ 12-ГЗ"},
            }
        ],
    } | more
    links = [link(BUYER, "goszakup", ["buyer"]), link(SUPPLIER, "goszakup", ["supplier"])]
    return _portal_entry(f"ocds-kz0000-{notice}", compiled, links)


def plan_alone(root: str = "87000001") -> Entry:
    """A plan point that no purchase has taken up, of the feed "plans"."""
    buyer, ocid = BUYER, f"ocds-kz0000-p{root}"
    parties = [{"id": buyer, "name": "Мектеп", "address": {"x_kato": "710000000"}}]
    compiled = {
        "ocid": ocid,
        "parties": parties,
        "planning": {"x_plan_points": [plan_point(root)]},
    }
    return _portal_entry(ocid, compiled, [link(buyer, "goszakup", ["buyer"])])


def moved_notice() -> Entry:
    """A notice whose buyer and place of delivery got new codes when their regions were parted."""
    seat = {"x_kato": "621010000", "x_kato_published": "351810000"}
    delivery = {"x_kato": ["103635100"], "x_kato_published": ["634235100"]}
    point = plan_point("87361886") | {"kato": ["103635100"], "katoPublished": ["634235100"]}
    lot = {"id": "42667799", "x_customer": {"id": BUYER}} | delivery
    signed = {"id": "24694320", "buyer": {"id": BUYER}, "relatedLots": ["42667799"]}
    return portal_notice(
        "17379680",
        parties=[{"id": BUYER, "name": "Мектеп", "address": seat}],
        planning={"x_plan_points": [point]},
        tender={"id": "17379680", "lots": [lot]},
        contracts=[signed],
    )


def plan_point(root: str) -> dict[str, Any]:
    return {
        "root": root,
        "id": f"{root}9",
        "title": "Қағаз",
        "customer": BUYER,
        "procurementMethod": "open",
        "year": 2026,
        "month": 3,
        "amount": 1000,
        "currency": "KZT",
        "quantity": 2.5,
        "enstru": "171213.100.000000",
        "kato": ["751110000"],
    }


def _portal_entry(ocid: str, compiled: dict[str, Any], links: list[dict[str, Any]]) -> Entry:
    document = {
        "id": process(ocid, "goszakup"),
        "source": "goszakup",
        "ocid": ocid,
        "revision": 1,
        "date": "2026-02-01T00:00:00Z",
        "received_at": "2026-02-01T00:00:00Z",
        "origin": "live",
        "counts": {"bids": 0, "awards": 0, "contracts": 0, "items": 0},
        "quality": [],
        "parties": links,
        "release": compiled,
    }
    return entry(process(ocid, "goszakup"), document, ReleaseEntry)


def tenge(amount: float) -> dict[str, Any]:
    return {"amount": amount, "currency": "KZT"}


def shown(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "KZT"}


def addendum(number: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "date": "2026-03-01T10:00:00+05:00",
        "rationale": "Изменение сроков",
        "x_number": f"970140002674/260023/0{number}",
        "x_signed": True,
        "x_status": "190 Действует",
        "x_reasons": ["3", "5"],
    } | more


def act(number: str, amount: float, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "number": f"A{number}",
        "date": "2026-04-01T09:00:00+05:00",
        "amount": amount,
        "currency": "KZT",
        "status": "15",
        "statusDetails": "утвержден",
    } | more


def payment(number: str, amount: float, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "value": tenge(amount),
        "date": "2026-05-04T00:00:00+05:00",
        "payer": {"id": BUYER},
        "payee": {"id": SUPPLIER},
        "x_treasury": {"application": "EGZ-1", "function": "457001015"},
    } | more


def contract(**more: Any) -> dict[str, Any]:
    return {
        "id": "24694320",
        "awardID": "a1",
        "title": "970140002674/260023/02",
        "status": "active",
        "statusDetails": "190 Действует",
        "dateSigned": "2026-02-20T10:00:00+05:00",
        "value": tenge(990.5),
        "suppliers": [{"id": SUPPLIER}],
        "x_goszakup": {"status": "190", "type": "2", "year": 2026, "security": True},
    } | more


def register_known(
    register: str, known_from: str, known_to: str, *, party: str | None = None
) -> Entry:
    """A stretch of days on which a register is known, of everybody or of one party."""
    key = f"{register}-{known_from}-{party or '*'}"
    document = {
        "key": key,
        "kind": "coverage",
        "register": register,
        "source": "tax",
        "party": party,
        "known_from": known_from,
        "known_to": known_to,
        "retrieved_at": "2026-02-01T00:00:00Z",
    }
    return entry(key, document, RegisterRow)


def register_entry(register: str, party: str) -> Entry:
    """A party's stay in a register."""
    key = f"e-{register}-{party}"
    document = {
        "key": key,
        "kind": "entry",
        "register": register,
        "source": "tax",
        "party": party,
        "known_from": "2026-01-01",
        "known_to": None,
        "retrieved_at": "2026-02-01T00:00:00Z",
        "valid_from": "2025-01-01",
    }
    return entry(key, document, RegisterRow)


def blind_spot(code: str = "KZ-16-3-6") -> dict[str, Any]:
    """What the law keeps off a source."""
    told = {name: words(f"{code} {name}") for name in ("text", "reason", "article")}
    return {"code": code, "extent": "never", **told, "valid_from": "2025-01-01", "valid_to": None}
