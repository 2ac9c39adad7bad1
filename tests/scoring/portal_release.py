"""One purchase as the translation of the portal writes it, with all its parts; invented."""

from typing import Any

Json = dict[str, Any]

BUYER, WINNER, LOSER = "KZ-BIN-991240999991", "KZ-BIN-991240999992", "KZ-BIN-991240999993"


def tenge(amount: float) -> Json:
    return {"amount": amount, "currency": "KZT"}


def purchase(ocid: str = "ocds-kz0000-100", **changes: Any) -> Json:
    """A quotation of one lot, won and signed, amended once, accepted and paid."""
    plain: Json = {
        "ocid": ocid,
        "id": f"{ocid}-1",
        "date": "2026-06-01T00:00:00+05:00",
        "tag": ["compiled"],
        "parties": [
            {
                "id": BUYER,
                "roles": ["buyer", "procuringEntity"],
                "address": {"x_kato": "751110000"},
            },
            {"id": WINNER, "roles": ["tenderer", "supplier"], **described("2025-12-20", "one")},
            {"id": LOSER, "roles": ["tenderer"], **described("2019-01-31", "one")},
        ],
        "buyer": {"id": BUYER},
        "planning": {
            "budget": {"amount": tenge(1100.0)},
            "x_plan_points": [point("7001")],
        },
        "tender": tender(),
        "bids": {"details": [bid("b1", WINNER, 1000.0, 1), bid("b2", LOSER, 1050.0, None)]},
        "awards": [
            {
                "id": "a1",
                "status": "active",
                "date": "2026-03-05T18:00:00+05:00",
                "value": tenge(1000.0),
                "suppliers": [{"id": WINNER}],
                "relatedLots": ["501"],
                "relatedBid": "b1",
                "x_place": 1,
            }
        ],
        "contracts": [contract()],
        "complaints": [
            {
                "id": "9",
                "date": "2026-03-06T10:00:00+05:00",
                "decisionDate": "2026-03-10T00:00:00+05:00",
                "addressee": "organiser",
                "x_goszakup": {"status": "3", "type": "1"},
            }
        ],
        "relatedProcesses": [
            {
                "id": "90",
                "relationship": ["prior"],
                "scheme": "ocid",
                "identifier": "ocds-kz0000-90",
            }
        ],
    }
    return plain | changes


def described(registered: str, phone: str) -> Json:
    return {
        "address": {"streetAddress": "г. Вымышленный, ул. Первая, 5", "x_kato": "710000000"},
        "details": {
            "x_registered": f"{registered}T00:00:00+05:00",
            "x_type": "1",
            "x_activities": ["46120", "47190"],
            "x_flags": {"resident": True, "quasiState": False},
            "x_head": "prs_aaaaaaaaaaaaaaaaaaaaaaaaaa",
            "x_contact_marks": [f"tel_{phone}", "eml_two"],
        },
    }


def point(root: str, **changes: Any) -> Json:
    plain: Json = {
        "root": root,
        "id": "1",
        "customer": BUYER,
        "method": "3",
        "procurementMethod": "open",
        "justification": "пп.28 п.3 ст.16 приобретения однородных товаров",
        "justificationCode": "7",
        "year": 2026,
        "month": 3,
        "amount": 1100.0,
        "unitPrice": 110.0,
        "currency": "KZT",
        "quantity": 10,
        "enstru": "171213.100.000000",
        "unit": "796",
        "kato": ["751110000", "710000000"],
        "prepayment": 30,
        "status": "5",
        "created": "2026-01-10T00:00:00+05:00",
        "approved": "2026-01-15T00:00:00+05:00",
    }
    return plain | changes


def tender(**changes: Any) -> Json:
    plain: Json = {
        "id": "100",
        "status": "complete",
        "value": tenge(1100.0),
        "procuringEntity": {"id": BUYER},
        "procurementMethod": "open",
        "procurementMethodDetails": "3 ЗЦП Запрос ценовых предложений",
        "mainProcurementCategory": "goods",
        "datePublished": "2026-03-01T00:30:00+05:00",
        "tenderPeriod": {
            "startDate": "2026-03-01T09:00:00+05:00",
            "endDate": "2026-03-04T18:00:00+05:00",
        },
        "awardPeriod": {
            "startDate": "2026-03-04T18:00:00+05:00",
            "endDate": "2026-03-05T18:00:00+05:00",
        },
        "numberOfTenderers": 2,
        "lots": [
            {
                "id": "501",
                "title": "Бумага",
                "status": "complete",
                "value": tenge(1100.0),
                "x_number": "7001-ЗЦП2",
                "x_customer": {"id": BUYER},
                "x_kato": ["751110000"],
                "x_plan_points": ["7001"],
                "x_goszakup": {
                    "status": "360",
                    "method": "3 ЗЦП Запрос ценовых предложений",
                    "plannedMethod": "2 ОК Открытый конкурс",
                    "attempt": "2",
                    "signs": {"union_lots": "1", "psd_sign": "2"},
                },
            }
        ],
        "items": [
            {
                "id": "501-7001",
                "relatedLot": "501",
                "classification": {"scheme": "KZ-ENSTRU", "id": "171213.100.000000"},
                "quantity": 10,
                "unit": {"id": "796", "name": "Штука", "value": tenge(110.0)},
                "deliveryAddress": {"x_kato": "751110000"},
            }
        ],
        "documents": [
            {
                "id": "d",
                "documentType": "technicalSpecifications",
                "dateModified": "2026-03-01T00:00:00+05:00",
                "relatedLots": ["501"],
            }
        ],
        "amendments": [
            {
                "id": "pause-4",
                "date": "2026-03-02T10:00:00+05:00",
                "x_decided": "2026-03-03T10:00:00+05:00",
                "x_status": "2",
            }
        ],
        "x_single_source": {
            "justification": "пп.28 п.3 ст.16",
            "code": "7",
            "ground": {"article": 16, "paragraph": 3, "sub": 28},
            "supplier": {"id": WINNER},
        },
        "x_goszakup": {
            "number": "100-2",
            "status": "350",
            "method": "3",
            "kind": "2",
            "years": ["2026"],
            "signs": {"is_construction_work": "1"},
        },
    }
    return plain | changes


def bid(number: str, who: str, amount: float, rank: int | None) -> Json:
    value: Json = {
        "relatedLot": "501",
        "status": "valid",
        "value": tenge(amount),
        "unitPrice": tenge(amount / 10),
        "x_discount": 2,
        "x_conditional": tenge(amount * 0.98),
        "x_goszakup": {"status": "360" if rank else "320", "outcome": "winner" if rank else "sent"},
    }
    return {
        "id": number,
        "date": "2026-03-02T10:00:00+05:00",
        "status": "valid",
        "tenderers": [{"id": who}],
        "value": tenge(amount),
        "relatedLots": ["501"],
        "lotValues": [value | ({"rank": rank} if rank else {})],
    }


def contract(**changes: Any) -> Json:
    """Signed for 1,000 net; 1,300 since the amendment."""
    plain: Json = {
        "id": "800",
        "awardID": "a1",
        "status": "active",
        "dateSigned": "2026-03-12T00:00:00+05:00",
        "period": {
            "startDate": "2026-03-12T00:00:00+05:00",
            "endDate": "2026-12-31T00:00:00+05:00",
        },
        "value": tenge(1456.0),
        "x_net": tenge(1300.0),
        "x_with_vat": True,
        "x_paid": tenge(1120.0),
        "buyer": {"id": BUYER},
        "suppliers": [{"id": WINNER}],
        "relatedLots": ["501"],
        "items": [
            {
                "id": "1",
                "relatedLot": "501",
                "classification": {"scheme": "KZ-ENSTRU", "id": "171213.100.000000"},
                "quantity": 10,
                "unit": {"id": "796", "value": tenge(145.6)},
                "x_unit_net": tenge(130.0),
                "x_total": tenge(1456.0),
                "x_total_net": tenge(1300.0),
                "x_plan_point": "7001",
            }
        ],
        "amendments": [amendment()],
        "implementation": {
            "transactions": [
                {
                    "id": "t1",
                    "value": tenge(1120.0),
                    "date": "2026-05-20T00:00:00+05:00",
                    "payer": {"id": BUYER},
                    "payee": {"id": WINNER},
                    "x_prepaid": 120.0,
                }
            ]
        },
        "x_acts": [
            {
                "id": "1",
                "date": "2026-05-01T00:00:00+05:00",
                "approvedDate": "2026-05-03T23:30:00+05:00",
                "amount": 1000.0,
                "currency": "KZT",
                "overdueDays": 2,
                "final": True,
            },
            {"id": "2", "revokedDate": "2026-05-04T00:00:00+05:00", "amount": 1.0},
        ],
        "x_dates": {"planned": "2026-10-01T00:00:00+05:00"},
        "x_goszakup": {
            "status": "190",
            "type": "1",
            "method": "3 ЗЦП Запрос ценовых предложений",
            "year": 2026,
            "stateInstitution": True,
        },
    }
    return plain | changes


def amendment(**changes: Any) -> Json:
    plain: Json = {
        "id": "801",
        "date": "2026-04-15T00:00:00+05:00",
        "rationale": "изменение суммы; изменение срока",
        "x_reasons": ["3", "12"],
        "x_status": "190 Действует",
        "x_signed": True,
        "x_in_force": True,
        "x_value": tenge(1456.0),
        "x_net": tenge(1300.0),
        "x_changes": [
            {"property": "value", "former_value": tenge(1120.0), "value": tenge(1456.0)},
            {"property": "x_net", "former_value": tenge(1000.0), "value": tenge(1300.0)},
            {
                "property": "period.endDate",
                "former_value": "2026-06-30T00:00:00+05:00",
                "value": "2026-12-31T00:00:00+05:00",
            },
            {
                "property": "unitPrice",
                "former_value": 100.0,
                "value": 130.0,
                "relatedLot": "501",
                "x_plan_point": "7001",
            },
        ],
    }
    return plain | changes
