"""A small release in normal form, and shortcuts to normalise one and look at its notes."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from shared.ocds import Normal, normalise

PSEUDONYM_KEY = b"a key for tests, nothing else...."
REAL_RELEASES = Path(__file__).parents[2].parent / "shared" / "data" / "ocds"


def release(**changes: Any) -> dict[str, Any]:
    """Build a clean release: one buyer, two bids, one award, one contract."""
    buyer = {"id": "991240999991", "name": "ГУ Пример"}
    one, two = {"id": "A-1001", "name": "Alpha"}, {"id": "B-1002", "name": "Beta"}
    price = {"amount": 900, "currency": "KZT"}
    clean: dict[str, Any] = {
        "ocid": "ocds-test-1",
        "id": "r1",
        "date": "2025-03-01T09:00:00Z",
        "tag": ["compiled"],
        "buyer": dict(buyer),
        "parties": [
            buyer | {"roles": ["buyer"]},
            one | {"roles": ["tenderer", "supplier"]},
            two | {"roles": ["tenderer"]},
        ],
        "tender": {
            "id": "t1",
            "status": "complete",
            "procurementMethod": "open",
            "numberOfTenderers": 2,
            "value": {"amount": 1000, "currency": "KZT"},
            "items": [{"id": "i1", "classification": {"scheme": "ENSTRU", "id": "17.23"}}],
        },
        "bids": {
            "details": [
                {"id": "b1", "status": "valid", "value": dict(price), "tenderers": [dict(one)]},
                {"id": "b2", "status": "valid", "value": {"amount": 950}, "tenderers": [dict(two)]},
            ]
        },
        "awards": [
            {"id": "a1", "status": "active", "value": dict(price), "suppliers": [dict(one)]}
        ],
        "contracts": [{"id": "c1", "awardID": "a1", "status": "active", "value": dict(price)}],
    }
    return clean | changes


def normal(received: Any, source: str = "test") -> Normal:
    """Normalise a copy."""
    return normalise(deepcopy(received), source=source, pseudonym_key=PSEUDONYM_KEY)


def noted(received: Any) -> set[tuple[str, str]]:
    """Return where and what was mended."""
    return {(note.path, note.code) for note in normal(received).notes}
