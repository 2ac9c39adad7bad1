"""A purchase of the portal in which much is odd at once: a release that many indicators look at.

Five lots of goods, six bids, one winner; every call gives a release of its own to be spoilt.
"""

from typing import Any, Final

Json = dict[str, Any]

LOTS: Final = ("\u0043тол письменный", "Ноутбук Lenovo", "Шкаф", "Кресло", "Лампа")
"""Titles; the first one begins with a Latin letter."""

GOODS: Final = ("257113.900.000001", "325013.170.000000", "202011.900.000015")
KZT: Final = "KZT"


def hasty() -> Json:
    """Announced at night, bids close together, decided within an hour of the deadline."""
    return _release("hasty", (995, 999, 998, 1000, 990, 991), "2026-02-12T11:00:00+05:00")


def covered() -> Json:
    """One bid far below three that agree; the results came a week later."""
    return _release("covered", (650, 999, 999.5, 1000, 990, 991), "2026-02-19T10:00:00+05:00")


def alone() -> Json:
    """All bids but the winner's were turned down, and bidding was open for a day."""
    release = _release("alone", (995, 999, 999.5, 1000, 990, 991), "2026-02-19T10:00:00+05:00")
    for bid in release["bids"]["details"][1:]:
        bid["status"] = "disqualified"
        for value in bid["lotValues"]:
            value["status"] = "disqualified"
    release["tender"]["tenderPeriod"]["startDate"] = "2026-02-12T08:00:00+05:00"
    release["tender"]["enquiryPeriod"]["endDate"] = "2026-02-03T18:00:00+05:00"
    return release


def _release(ocid: str, prices: tuple[float, ...], results: str) -> Json:
    winner, second, *others = (_bid(number, price) for number, price in enumerate(prices))
    _place(winner, 1, discount=0, conditional=prices[0])
    _place(second, 2, discount=45, conditional=prices[1] * 0.55)
    for other in others[:2]:
        _place(other, None, discount=0, conditional=other["lotValues"][0]["value"]["amount"])
    for other in others[2:]:
        other["status"] = "disqualified"
        for value in other["lotValues"]:
            value["status"] = "disqualified"
    return {
        "ocid": ocid,
        "buyer": {"id": "KZ-BIN-1"},
        "tender": _tender(results),
        "bids": {"details": [winner, second, *others]},
        "awards": [_award(number, prices[0]) for number in range(len(LOTS))],
        "complaints": [{"id": "c1", "date": "2026-02-20T10:00:00+05:00"}],
    }


def _tender(results: str) -> Json:
    return {
        "status": "complete",
        "procurementMethod": "open",
        "procurementMethodDetails": "2 ОК Открытый конкурс",
        "mainProcurementCategory": "goods",
        "datePublished": "2026-02-02T23:00:00+05:00",
        "enquiryPeriod": {
            "startDate": "2026-02-02T23:00:00+05:00",
            "endDate": "2026-02-04T18:00:00+05:00",
        },
        "tenderPeriod": {
            "startDate": "2026-02-06T09:00:00+05:00",
            "endDate": "2026-02-12T10:00:00+05:00",
        },
        "awardPeriod": {"startDate": "2026-02-12T10:00:00+05:00", "endDate": results},
        "numberOfTenderers": 6,
        "lots": [_lot(number, title) for number, title in enumerate(LOTS)],
        "items": [
            {"id": code, "relatedLot": "L0", "classification": {"id": code}} for code in GOODS
        ],
        "documents": [{"id": "d", "documentType": "contractDraft"}],
        "x_goszakup": {"number": "900-1", "method": "2", "years": ["2026"], "kind": "1"},
    }


def _lot(number: int, title: str) -> Json:
    return {
        "id": f"L{number}",
        "title": title,
        "status": "complete",
        "value": {"amount": 1000, "currency": KZT},
        "x_number": f"{number}-ОК1",
        "x_goszakup": {"attempt": "1"},
    }


def _bid(number: int, price: float) -> Json:
    lots = [f"L{lot}" for lot in range(len(LOTS))]
    return {
        "id": f"B{number}",
        "status": "valid",
        "date": f"2026-02-10T10:0{number}:00+05:00",
        "tenderers": [{"id": f"S{number}"}],
        "value": {"amount": price * len(LOTS), "currency": KZT},
        "relatedLots": lots,
        "lotValues": [
            {
                "id": f"B{number}-{lot}",
                "relatedLot": lot,
                "status": "valid",
                "value": {"amount": price, "currency": KZT},
            }
            for lot in lots
        ],
    }


def _place(bid: Json, rank: int | None, *, discount: float, conditional: float) -> None:
    for value in bid["lotValues"]:
        if rank is not None:
            value["rank"] = rank
        value["x_discount"] = discount
        value["x_conditional"] = {"amount": conditional, "currency": KZT}


def _award(number: int, price: float) -> Json:
    return {
        "id": f"a{number}",
        "status": "active",
        "suppliers": [{"id": "S0"}],
        "value": {"amount": price, "currency": KZT},
        "relatedLots": [f"L{number}"],
        "relatedBid": "B0",
    }
