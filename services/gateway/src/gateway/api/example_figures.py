"""Figures of the invented purchase: what scoring would publish of it."""

from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import convert

from gateway import regions
from gateway.api.example_release import BUYER, MOMENT, SUPPLIER
from gateway.reads.answering import encode, listing
from gateway.reads.figures import csv_of
from shared.contracts.profiles import Figures, Network
from shared.contracts.statistics import Tile, TileBrief

OTHER: Final = "org_aaaaaaaaaaaaaaaaaaaaaaaaaa"
SUM: Final = "4990000.00"

SPAN: Final[dict[str, Any]] = {"contracts": 1, "direct": 0, "amount": SUM, "flagged": 1}

FIGURES: Final[dict[str, Any]] = {
    "type": "buyer",
    "id": BUYER,
    "volumes": {
        "purchases": 1,
        "contracts": 1,
        "valued": 1,
        "amount": SUM,
        "left_out": {"no_sum": 0, "other_currency": 0},
    },
    "methods": [{"method": "open", "contracts": 1, "amount": SUM}],
    "competition": {
        "lots": 1,
        "bidders": 1.0,
        "single": 1,
        "share_single": 1.0,
        "without_bids": 0,
        "left_out": {"no_method": 0, "cancelled": 0, "still_open": 0, "no_bids_told": 0},
    },
    "savings": {
        "lots": 1,
        "planned": "5000000.00",
        "awarded": SUM,
        "share": 0.002,
        "left_out": {"no_method": 0, "not_awarded": 0, "no_plan": 0, "no_price": 0},
    },
    "execution": {
        "due": 0,
        "in_time": 0,
        "late": 0,
        "overdue": 0,
        "ended_early": 0,
        "share_late": None,
        "median_days_late": None,
        "left_out": {"no_planned_day": 1, "no_executed_day": 0},
    },
    "bidding": None,
    "buyers": None,
    "suppliers": {
        "total": 1,
        "listed": [
            {
                "id": SUPPLIER,
                "contracts": 1,
                "amount": SUM,
                "share": 1.0,
                "name": "Үлгі Құрылыс ЖШС",
            }
        ],
        "left_out": {"unnamed": 0, "natural_persons": 0, "name_only": 0},
    },
    "flags": {
        "judged": 1,
        "flagged": 1,
        "indicators": [{"indicator": "R018", "purchases": 1}],
        "bands": {"low": 1},
    },
    "trend": {
        "years": [{"period": "2026", **SPAN}],
        "months": [{"period": "2026-03", **SPAN}],
        "undated": 0,
    },
    "data_date": MOMENT,
}

_figures = convert(FIGURES, Figures)


def _read(body: bytes) -> Any:
    return msgspec.json.decode(body)


NETWORK: Final = _read(
    encode(
        convert(
            {
                "id": SUPPLIER,
                "co_bidders": [
                    {
                        "id": OTHER,
                        "purchases": 3,
                        "won": 2,
                        "they_won": 0,
                        "share": 0.75,
                        "name": "Үлгі Сауда ЖШС",
                    }
                ],
                "co_bidders_total": 1,
                "buyers": [
                    {
                        "id": BUYER,
                        "contracts": 1,
                        "amount": SUM,
                        "share_of_supplier": 1.0,
                        "share_of_buyer": 1.0,
                        "name": "Үлгі мектеп",
                    }
                ],
                "buyers_total": 1,
                "shared_contacts": [
                    {"id": OTHER, "purchases": 1, "kinds": ["phone"], "name": "Үлгі Сауда ЖШС"}
                ],
                "shared_contacts_total": 1,
                "left_out": {"natural_persons": 0, "name_only": 0, "crowded_purchases": 0},
                "data_date": MOMENT,
            },
            Network,
        )
    )
)

_tile = convert(
    {
        "id": "single-source",
        "title": {
            "kk": "Бір көзден сатып алу үлесі",
            "ru": "Доля закупок из одного источника",
            "en": "Share of single source",
        },
        "definition": {
            "kk": "Жасалған шарттардың ішінде тікелей жасалғандарының үлесі.",
            "ru": "Доля прямых договоров среди заключённых.",
            "en": "The share of direct contracts among those concluded.",
        },
        "columns": [
            {
                "name": "year",
                "kind": "dimension",
                "unit": "year",
                "title": {"kk": "Қаржы жылы", "ru": "Финансовый год", "en": "Financial year"},
            },
            {
                "name": "share_by_count",
                "kind": "figure",
                "unit": "share",
                "title": {
                    "kk": "Сан бойынша үлесі",
                    "ru": "Доля по числу",
                    "en": "Share by number",
                },
            },
            {
                "name": "no_method",
                "kind": "left_out",
                "unit": "count",
                "title": {
                    "kk": "Тәсілі айтылмаған",
                    "ru": "Способ не сообщён",
                    "en": "Method not told",
                },
            },
        ],
        "available": True,
        "reason": None,
        "rows": [{"year": 2026, "share_by_count": 0.25, "no_method": 3}],
        "left_out": [],
        "data_date": MOMENT,
        "data_seq": 4711,
    },
    Tile,
)

TILE: Final = _read(encode(_tile))
TILE_CSV: Final = csv_of(_tile).decode()
_brief = TileBrief(_tile.id, _tile.title, _tile.definition, _tile.columns)
_told: Final[dict[str, Any]] = {
    "next_cursor": None,
    "as_of": datetime.fromisoformat(MOMENT),
    "seq": 42,
}
TILE_PAGE: Final = _read(listing([encode(_brief)], **_told))
REGION_PAGE: Final = _read(listing([encode(one) for one in regions.all_in_short()[:2]], **_told))
REGION: Final = _read(
    encode(regions.document("75", msgspec.structs.replace(_figures, type="region", id="75")))
)
