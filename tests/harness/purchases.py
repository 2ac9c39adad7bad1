"""Purchases whose outcome is known beforehand: some must raise an alert, the others must not.

The alarming ones lost every reason to be calm: two days to bid, the lowest bids disqualified with
one and the same price, and a late bid won. They are awarded and not signed yet, so something can
still be done. The calm ones are ordinary.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

Release = dict[str, Any]


def mixed(count: int, *, alarming: int, now: datetime) -> list[tuple[Release, bool]]:
    """`count` purchases, every n-th of them alarming, each with whether it is."""
    step = count // alarming
    alarms = (n % step == 0 for n in range(count))
    return [(purchase(n, alarm=alarm, now=now), alarm) for n, alarm in enumerate(alarms)]


def line(release: Release) -> bytes:
    """A release as one line of JSON."""
    return json.dumps(release, ensure_ascii=False).encode() + b"\n"


def purchase(number: int, *, alarm: bool, now: datetime) -> Release:
    """A purchase under a number of its own, alarming or calm, as of a moment."""
    days = 2 if alarm else 30
    end = now - timedelta(days=3)
    bids = _alarming_bids(number, end) if alarm else _calm_bids(number, end)
    winner = bids[-1]["tenderers"][0]
    buyer = {"id": f"BUYER-{number % 40}", "name": f"Invented buyer {number % 40}"}
    ocid = f"ocds-harness-{number:05}"
    return {
        "ocid": ocid,
        "id": f"{ocid}-1",
        "date": _text(now + timedelta(minutes=5)),
        "tag": ["compiled"],
        "initiationType": "tender",
        "parties": [
            {**buyer, "roles": ["buyer", "procuringEntity"]},
            *({**bid["tenderers"][0], "roles": ["tenderer"]} for bid in bids),
        ],
        "buyer": buyer,
        "tender": {
            "id": f"T-{number}",
            "title": f"Purchase {number}",
            "status": "complete",
            "procurementMethod": "open",
            "procurementMethodDetails": "Открытый конкурс",
            "datePublished": _text(end - timedelta(days=days)),
            "procuringEntity": buyer,
            "numberOfTenderers": len(bids),
            "value": {"amount": 1_500_000, "currency": "KZT"},
            "tenderPeriod": {"startDate": _text(end - timedelta(days=days)), "endDate": _text(end)},
        },
        "bids": {"details": bids},
        "awards": [
            {
                "id": f"A-{number}",
                "status": "active",
                "date": _text(now),
                "suppliers": [winner],
                "value": bids[-1]["value"],
                "items": [{"id": "1", "classification": {"scheme": "ENSTRU", "id": "101010"}}],
            }
        ],
    }


def _alarming_bids(number: int, end: datetime) -> list[dict[str, Any]]:
    late, in_time = end + timedelta(hours=5), end - timedelta(hours=5)
    return [
        _bid(number, 1, 1_000_000, "disqualified", in_time),
        _bid(number, 2, 1_000_000, "disqualified", in_time),
        _bid(number, 3, 1_450_000, "valid", late),
    ]


def _calm_bids(number: int, end: datetime) -> list[dict[str, Any]]:
    in_time = end - timedelta(hours=5)
    prices = (1_480_000 + number, 1_390_000 + number, 1_300_000 + number)
    return [_bid(number, n, price, "valid", in_time) for n, price in enumerate(prices, 1)]


def _bid(number: int, place: int, amount: int, status: str, at: datetime) -> dict[str, Any]:
    supplier = f"SUPPLIER-{(number * 3 + place) % 90}"
    return {
        "id": f"B-{number}-{place}",
        "status": status,
        "date": _text(at),
        "tenderers": [{"id": supplier, "name": f"Invented supplier {supplier}"}],
        "value": {"amount": amount, "currency": "KZT"},
    }


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
