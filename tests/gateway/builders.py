"""Entries of the feeds as the producers publish them, with dull values where none are given."""

import itertools
from typing import Any

import msgspec

from gateway.api.example_figures import FIGURES, NETWORK, TILE
from shared.contracts.alerts import Alert
from shared.contracts.catalogue import Indicator
from shared.contracts.profiles import Figures, Network
from shared.contracts.releases import ReleaseEntry
from shared.contracts.scores import ScoreDocument
from shared.contracts.sources import Source
from shared.contracts.statistics import Tile
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
    value = {"amount": amount, "currency": currency}
    compiled = {
        "ocid": ocid,
        "id": f"{ocid}-{revision}",
        "date": date,
        "tag": ["compiled"],
        "buyer": {"id": buyer, "name": buyer_name},
        "parties": [
            {"id": buyer, "name": buyer_name, "roles": ["buyer"]},
            *(_supplier(one) | {"roles": ["supplier", "tenderer"]} for one in named),
        ],
        "tender": {
            "id": "t",
            "title": title,
            "status": "complete",
            "procurementMethod": method,
            "datePublished": published,
            "value": value,
            **tender,
        },
        "bids": bids or {"details": [_bid(named[0])]},
        "awards": [_award(date, value, named)],
        "contracts": [{"id": "c1", "awardID": "a1", "status": "active"}],
    }
    parties = [link(buyer, source, ["buyer"])]
    parties += [link(one, source, ["supplier", "tenderer"]) for one in named]
    return _published(compiled, source, revision, parties)


def _supplier(local: str) -> dict[str, Any]:
    return {"id": local, "name": f"Поставщик {local}"}


def _bid(supplier: str) -> dict[str, Any]:
    return {"id": "b1", "status": "valid", "tenderers": [{"id": supplier}]}


def _award(date: str, value: dict[str, Any], suppliers: list[str]) -> dict[str, Any]:
    return {
        "id": "a1",
        "status": "active",
        "date": date,
        "value": value,
        "suppliers": [_supplier(one) for one in suppliers],
    }


def _published(
    compiled: dict[str, Any], source: str, revision: int, parties: list[dict[str, Any]]
) -> Entry:
    """The entry of the feed of releases that carries a compiled release."""
    key = process(compiled["ocid"], source)
    document = {
        "id": key,
        "source": source,
        "ocid": compiled["ocid"],
        "revision": revision,
        "date": compiled["date"],
        "received_at": compiled["date"],
        "origin": "live",
        "counts": {"bids": 1, "awards": 1, "contracts": 1, "items": 0},
        "quality": [],
        "parties": parties,
        "release": compiled,
    }
    return entry(key, document, ReleaseEntry)


def link(local: str, source: str, roles: list[str]) -> dict[str, Any]:
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
    **more: Any,
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
    } | more
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


def indicator(
    code: str,
    *,
    fields: Any = ("/tender/title",),
    subject: str = "process",
    publication: str = "partner",
    in_practice: Any = None,
) -> Entry:
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
        "publication": publication,
        "in_practice": in_practice,
    }
    return entry(code, document, Indicator)


def source(
    identity: str = SOURCE,
    licence: str | None = "CC-BY-4.0",
    *,
    hidden: Any = (),
    lacks: Any = (),
    run: Any = (),
    promised_hours: int | None = None,
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
            **dict(run),
        },
        "processes": 2,
        "newest_release": "2026-02-01T00:00:00Z",
        "lacks": list(lacks),
        "blind_spots": list(hidden),
        "promised_hours": promised_hours,
    }
    return entry(identity, document, Source)


def tile(name: str = "single-source", **changes: Any) -> Entry:
    """A table of figures: one row, unless more is said."""
    document = TILE | {"id": name} | changes
    return entry(name, document, Tile)


def figures(kind: str = "buyer", subject: str = "", **changes: Any) -> Entry:
    """Figures of the usual buyer, whose counterpart is the usual supplier."""
    subject = subject or organisation(BUYER_BIN)
    listed = [{**FIGURES["suppliers"]["listed"][0], "id": organisation(SUPPLIER_BIN), "name": None}]
    suppliers = FIGURES["suppliers"] | {"listed": listed}
    document = FIGURES | {"type": kind, "id": subject, "suppliers": suppliers} | changes
    return entry(f"{kind}/{subject}", document, Figures)


def network(supplier: str = SUPPLIER_BIN, **changes: Any) -> Entry:
    """The network of a supplier: one buyer, and nobody else."""
    subject = organisation(supplier)
    buyers = [{**NETWORK["buyers"][0], "id": organisation(BUYER_BIN), "name": None}]
    plain = {"id": subject, "buyers": buyers, "co_bidders": [], "shared_contacts": []}
    return entry(f"network/{subject}", NETWORK | plain | changes, Network)
