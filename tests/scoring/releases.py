"""Releases as the ingestor publishes them, in small: build only what a story needs."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from shared.feed import Change

BUYER = "buyer-1"
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def purchase_id(ocid: str) -> str:
    return "prc_" + hashlib.sha256(ocid.encode()).hexdigest()[:26]


def party_id(local_id: str) -> str:
    return f"org_{local_id}"


def release(ocid: str, **changes: Any) -> dict[str, Any]:
    """A dull purchase: three weeks to bid, three valid bids, the lowest of them won."""
    bids = [bid(n, f"supplier-{n}", 1000.0 + 100 * n) for n in range(3)]
    plain: dict[str, Any] = {
        "ocid": ocid,
        "id": f"{ocid}-1",
        "date": "2026-03-01T08:00:00Z",
        "tag": ["compiled"],
        "buyer": {"id": BUYER, "name": "Invented buyer"},
        "tender": {
            "id": "t",
            "status": "complete",
            "procurementMethod": "open",
            "procurementMethodDetails": "Открытый конкурс",
            "procuringEntity": {"id": BUYER},
            "numberOfTenderers": 3,
            "value": {"amount": 1500.0, "currency": "KZT"},
            "tenderPeriod": {
                "startDate": "2026-02-01T09:00:00Z",
                "endDate": "2026-02-22T09:00:00Z",
            },
        },
        "bids": {"details": bids},
        "awards": [award("supplier-0", 1000.0)],
    }
    return plain | changes


def bid(number: int, supplier: str, amount: float, status: str = "valid") -> dict[str, Any]:
    return {
        "id": f"b{number}",
        "status": status,
        "date": "2026-02-20T09:00:00Z",
        "value": {"amount": amount, "currency": "KZT"},
        "tenderers": [{"id": supplier}],
    }


def award(supplier: str, amount: float, status: str = "active") -> dict[str, Any]:
    return {
        "id": "a1",
        "status": status,
        "suppliers": [{"id": supplier}],
        "value": {"amount": amount, "currency": "KZT"},
        "items": [{"id": "1", "classification": {"scheme": "ENSTRU", "id": "101010"}}],
    }


def tender(**changes: Any) -> dict[str, Any]:
    """The tender of a dull purchase, with what the story changes."""
    found: dict[str, Any] = release("any")["tender"]
    return found | changes


def suspicious(ocid: str, **changes: Any) -> dict[str, Any]:
    """Two days to bid, one tenderer by number, both lowest bids thrown out, at one price."""
    bids = [
        bid(0, "supplier-8", 900.0, "disqualified"),
        bid(1, "supplier-9", 900.0, "disqualified"),
        bid(2, "supplier-2", 1400.0) | {"date": "2026-02-23T10:00:00Z"},
    ]
    period = {"startDate": "2026-02-20T09:00:00Z", "endDate": "2026-02-22T09:00:00Z"}
    plain = {
        "tender": tender(numberOfTenderers=1, tenderPeriod=period),
        "bids": {"details": bids},
        "awards": [award("supplier-2", 1400.0)],
    }
    return release(ocid, **(plain | changes))


def change(found: dict[str, Any], *, origin: str = "live", revision: int = 1) -> Change:
    """The entry of the feed that carries a release."""
    body = msgspec.json.encode(envelope(found, origin, revision))
    return Change(purchase_id(found["ocid"]), body)


def envelope(found: dict[str, Any], origin: str, revision: int) -> dict[str, Any]:
    bids = found.get("bids", {}).get("details", [])
    awards = found.get("awards", [])
    return {
        "id": purchase_id(found["ocid"]),
        "source": "invented",
        "ocid": found["ocid"],
        "revision": revision,
        "date": found.get("date"),
        "received_at": "2026-03-01T08:30:00Z",
        "origin": origin,
        "counts": {
            "bids": len(bids),
            "awards": len(awards),
            "contracts": len(found.get("contracts", [])),
            "items": sum(len(one.get("items", [])) for one in awards),
        },
        "quality": [],
        "parties": [
            {
                "id": party_id(local),
                "local_id": local,
                "roles": [],
                "weak": local.startswith("weak"),
                "person": False,
            }
            for local in sorted(_parties(found))
        ],
        "release": found,
    }


def _parties(found: dict[str, Any]) -> set[str]:
    named = [found.get("buyer"), found.get("tender", {}).get("procuringEntity")]
    for one in found.get("bids", {}).get("details", []):
        named += one.get("tenderers", [])
    for one in [*found.get("awards", []), *found.get("contracts", [])]:
        named += one.get("suppliers", [])
    return {one["id"] for one in named if one and one.get("id")}
