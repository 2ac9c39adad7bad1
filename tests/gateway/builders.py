"""Entries of the feeds as the producers publish them, with dull values where none are given."""

import itertools
from typing import Any

import msgspec

from shared.contracts.alerts import Alert
from shared.contracts.catalogue import Indicator
from shared.contracts.registers import RegisterRow
from shared.contracts.releases import ReleaseEntry
from shared.contracts.scores import ScoreDocument
from shared.contracts.sources import Source
from shared.feed import Entry
from shared.vocabulary.identifiers import party_id, process_id

SOURCE = "kz-test"
BUYER_BIN = "990140000017"
SUPPLIER_BIN = "050140000011"

_numbers = itertools.count(1)


def entry(key: str, document: Any, kind: Any) -> Entry:
    """One entry of a feed; the document must be what the contract says."""
    body = msgspec.json.encode(document)
    msgspec.json.decode(body, type=kind)
    return Entry(next(_numbers), key, deleted=False, body=body)


def gone(key: str) -> Entry:
    return Entry(next(_numbers), key, deleted=True, body=b"null")


def process(ocid: str, source: str = SOURCE) -> str:
    return process_id(source, ocid)


def organisation(local: str, source: str = SOURCE) -> str:
    return party_id(source, local, "").id


def release(
    ocid: str,
    *,
    source: str = SOURCE,
    buyer: str = BUYER_BIN,
    buyer_name: str = "Акимат",
    suppliers: tuple[str, ...] = (SUPPLIER_BIN,),
    person: str | None = None,
    amount: Any = 1000,
    currency: str = "KZT",
    published: str = "2026-01-10T00:00:00Z",
    date: str = "2026-02-01T00:00:00Z",
    method: str = "open",
    title: str = "Школьная мебель",
    revision: int = 1,
    bids: dict[str, Any] | None = None,
    **tender: Any,
) -> Entry:
    """An awarded purchase; `person` adds a natural person (pseudonym) as a supplier."""
    named = [*suppliers, *([person] if person else [])]
    compiled = {
        "ocid": ocid,
        "id": f"{ocid}-{revision}",
        "date": date,
        "tag": ["compiled"],
        "buyer": {"id": buyer, "name": buyer_name},
        "parties": [{"id": buyer, "name": buyer_name, "roles": ["buyer"]}]
        + [{"id": s, "name": f"Поставщик {s}", "roles": ["supplier", "tenderer"]} for s in named],
        "tender": {
            "id": "t",
            "title": title,
            "status": "complete",
            "procurementMethod": method,
            "datePublished": published,
            "value": {"amount": amount, "currency": currency},
            **tender,
        },
        "bids": bids
        or {"details": [{"id": "b1", "status": "valid", "tenderers": [{"id": named[0]}]}]},
        "awards": [
            {
                "id": "a1",
                "status": "active",
                "date": date,
                "value": {"amount": amount, "currency": currency},
                "suppliers": [{"id": s, "name": f"Поставщик {s}"} for s in named],
            }
        ],
        "contracts": [{"id": "c1", "awardID": "a1", "status": "active"}],
    }
    parties = [_link(buyer, source, ["buyer"])]
    parties += [_link(s, source, ["supplier", "tenderer"]) for s in named]
    document = {
        "id": process(ocid, source),
        "source": source,
        "ocid": ocid,
        "revision": revision,
        "date": date,
        "received_at": date,
        "origin": "live",
        "counts": {"bids": 1, "awards": 1, "contracts": 1, "items": 0},
        "quality": [],
        "parties": parties,
        "release": compiled,
    }
    return entry(process(ocid, source), document, ReleaseEntry)


def portal_notice(notice: str = "17379679", **more: Any) -> Entry:
    """A notice of the state's portal as its translation writes it: plan, lot and contract."""
    buyer, supplier = f"KZ-BIN-{BUYER_BIN}", f"KZ-BIN-{SUPPLIER_BIN}"
    compiled = {
        "ocid": f"ocds-kz0000-{notice}",
        "date": "2026-02-01T00:00:00Z",
        "parties": [
            {"id": buyer, "name": "Мектеп", "address": {"x_kato": "632810000"}},
            {"id": supplier, "name": "Жеткізуші"},
        ],
        "buyer": {"id": buyer, "name": "Мектеп"},
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
                    "x_customer": {"id": buyer},
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
                "buyer": {"id": buyer},
                "suppliers": [{"id": supplier}],
                "relatedLots": ["42667799"],
                "amendments": [{"id": "24699999"}],
                "x_goszakup": {"id": "24699999", "number": "№ 12-ГЗ"},
            }
        ],
    } | more
    links = [_link(buyer, "goszakup", ["buyer"]), _link(supplier, "goszakup", ["supplier"])]
    return _portal_entry(f"ocds-kz0000-{notice}", compiled, links)


def plan_alone(root: str = "87000001") -> Entry:
    """A plan point that no purchase has taken up, of the feed "plans"."""
    buyer, ocid = f"KZ-BIN-{BUYER_BIN}", f"ocds-kz0000-p{root}"
    parties = [{"id": buyer, "name": "Мектеп", "address": {"x_kato": "710000000"}}]
    compiled = {
        "ocid": ocid,
        "parties": parties,
        "planning": {"x_plan_points": [plan_point(root)]},
    }
    return _portal_entry(ocid, compiled, [_link(buyer, "goszakup", ["buyer"])])


def plan_point(root: str) -> dict[str, Any]:
    return {
        "root": root,
        "id": f"{root}9",
        "title": "Қағаз",
        "customer": f"KZ-BIN-{BUYER_BIN}",
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


def _link(local: str, source: str, roles: list[str]) -> dict[str, Any]:
    person = local.startswith("prs_")
    known = local if person else party_id(source, local, "").id
    return {"id": known, "local_id": local, "roles": roles, "weak": False, "person": person}


def line(code: str, status: str = "flagged", **more: Any) -> dict[str, Any]:
    points = 20.0 if status == "flagged" else 0.0
    return {
        "code": code,
        "status": status,
        "kind": "signal",
        "family": "competition",
        "value": 1.0,
        "threshold": 1.0,
        "points": 20.0,
        "discount": 1.0,
        "counted": points,
        "evidence": [{"path": "/tender/title", "value": "Школьная мебель"}],
    } | more


def score(
    subject: str,
    *,
    kind: str = "process",
    ocid: str | None = None,
    expected: float = 30.0,
    band: str | None = "medium",
    lines: tuple[dict[str, Any], ...] = (),
) -> Entry:
    document = {
        "subject": {"type": kind, "id": subject, "source": SOURCE, "ocid": ocid},
        "score": {"lower": expected, "expected": expected, "upper": 100.0},
        "points": {"lower": expected, "expected": expected, "upper": 100.0},
        "coverage": 0.9,
        "band": band,
        "provisional": False,
        "value": None,
        "indicators": list(lines) or [line("R018", counted=expected)],
        "method_version": "m1",
        "profile": "kz",
        "data_date": "2026-02-01T00:00:00Z",
        "data_seq": 5,
        "computed_at": "2026-02-01T00:00:01Z",
        "cause": "data",
    }
    return entry(f"{kind}/{subject}", document, ScoreDocument)


def alert(number: int, subject: str, *, band: str = "high", indicators: Any = ("R018",)) -> Entry:
    document = {
        "id": f"alr_{number:04d}",
        "subject": {"type": "process", "id": subject, "source": SOURCE, "ocid": "o"},
        "process": subject,
        "indicators": list(indicators),
        "band": band,
        "previous_band": None,
        "score": 55.0,
        "raised_at": f"2026-02-{number:02d}T00:00:00Z",
        "data_date": None,
        "data_seq": 1,
        "method_version": "m1",
        "windows": [],
        "windows_reason": "none open",
        "value": None,
    }
    made = entry(f"alr_{number:04d}", document, Alert)
    return Entry(number, made.key, deleted=False, body=made.body)


def words(text: str) -> dict[str, str]:
    return {"kk": f"{text} kk", "ru": f"{text} ru", "en": f"{text} en"}


def indicator(code: str, *, fields: Any = ("/tender/title",), subject: str = "process") -> Entry:
    document = {
        "code": code,
        "version": "1",
        **{
            name: words(f"{code} {name}")
            for name in (
                "title",
                "meaning",
                "why_it_matters",
                "innocent_explanations",
                "how_to_check",
                "what_would_clear_it",
            )
        },
        "subject": subject,
        "kind": "signal",
        "stage": "tender",
        "family": "competition",
        "severity": "medium",
        "points": 20.0,
        "parameters": [
            {"name": "fewest", "unit": words("bids"), "default": 1, "origin": "OCP guide"}
        ],
        "legal_basis": [{"article": words("Article 5"), "valid_from": "2024-07-01"}],
        "cross_references": {},
        "fields": list(fields),
    }
    return entry(code, document, Indicator)


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


def source(
    identity: str = SOURCE, licence: str | None = "CC-BY-4.0", *, hidden: Any = (), lacks: Any = ()
) -> Entry:
    document = {
        "id": identity,
        "title": f"Data of {identity}",
        "publisher": f"Publisher of {identity}",
        "licence": licence,
        "attribution": None,
        "url": None,
        "kind": "file",
        "last_run": {
            "id": "run_1",
            "status": "complete",
            "started_at": "2026-02-01T00:00:00Z",
            "finished_at": "2026-02-01T00:00:09Z",
            "expected": 2,
            "received": 2,
            "accepted": 2,
            "unchanged": 0,
            "quarantined": 0,
        },
        "processes": 2,
        "newest_release": "2026-02-01T00:00:00Z",
        "lacks": list(lacks),
        "blind_spots": list(hidden),
    }
    return entry(identity, document, Source)
