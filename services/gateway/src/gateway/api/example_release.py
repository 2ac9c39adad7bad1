"""The invented purchase that the documentation shows, as the feed of releases would bring it."""

from typing import Any, Final

import msgspec

from shared.contracts.releases import ReleaseEntry
from shared.vocabulary.identifiers import party_id, process_id

SOURCE: Final = "example"
OCID: Final = "ocds-example-000001"
PROCESS: Final = process_id(SOURCE, OCID)
BUYER: Final = party_id(SOURCE, "B-1", "").id
SUPPLIER: Final = party_id(SOURCE, "S-1", "").id
MOMENT: Final = "2026-03-02T06:00:00Z"

RELEASE: Final[dict[str, Any]] = {
    "ocid": OCID,
    "id": "ocds-example-000001-3",
    "date": MOMENT,
    "tag": ["compiled"],
    "initiationType": "tender",
    "parties": [
        {"id": "B-1", "name": "Үлгі мектеп", "roles": ["buyer"]},
        {"id": "S-1", "name": "Үлгі Құрылыс ЖШС", "roles": ["supplier", "tenderer"]},
    ],
    "buyer": {"id": "B-1", "name": "Үлгі мектеп"},
    "planning": {
        "x_plan_points": [
            {
                "root": "900001",
                "title": "Жиһаз",
                "procurementMethod": "open",
                "year": 2026,
                "month": 2,
                "amount": 5000000,
                "currency": "KZT",
                "kato": ["751110000"],
            }
        ]
    },
    "tender": {
        "id": "T-1",
        "title": "Мектеп асханасына арналған жиһаз",
        "status": "complete",
        "procurementMethod": "open",
        "datePublished": "2026-02-02T04:00:00Z",
        "tenderPeriod": {"startDate": "2026-02-02T04:00:00Z", "endDate": "2026-02-09T04:00:00Z"},
        "value": {"amount": 5000000, "currency": "KZT"},
        "numberOfTenderers": 1,
        "lots": [{"id": "L-1", "title": "Жиһаз", "value": {"amount": 5000000, "currency": "KZT"}}],
    },
    "bids": {
        "details": [
            {"id": "1", "status": "valid", "tenderers": [{"id": "S-1", "name": "Үлгі Құрылыс ЖШС"}]}
        ]
    },
    "awards": [
        {
            "id": "A-1",
            "status": "active",
            "date": "2026-02-12T04:00:00Z",
            "value": {"amount": 4990000, "currency": "KZT"},
            "suppliers": [{"id": "S-1", "name": "Үлгі Құрылыс ЖШС"}],
        }
    ],
    "contracts": [
        {
            "id": "C-1",
            "awardID": "A-1",
            "title": "ГЗ-1/01",
            "status": "active",
            "statusDetails": "190 Действует",
            "dateSigned": "2026-02-20T05:00:00Z",
            "value": {"amount": 4500000, "currency": "KZT"},
            "suppliers": [{"id": "S-1", "name": "Үлгі Құрылыс ЖШС"}],
            "relatedLots": ["L-1"],
            "amendments": [
                {
                    "id": "C-2",
                    "date": "2026-03-02T05:00:00Z",
                    "rationale": "Уменьшение объёма",
                    "x_number": "ГЗ-1/01",
                    "x_signed": True,
                    "x_in_force": True,
                    "x_value": {"amount": 4500000, "currency": "KZT"},
                    "x_changes": [
                        {
                            "property": "value",
                            "former_value": {"amount": 4990000, "currency": "KZT"},
                            "value": {"amount": 4500000, "currency": "KZT"},
                        }
                    ],
                }
            ],
            "x_acts": [
                {
                    "id": "AC-1",
                    "number": "A1/01/1",
                    "date": "2026-04-01T05:00:00Z",
                    "approvedDate": "2026-04-01T11:00:00Z",
                    "amount": 4500000,
                    "currency": "KZT",
                    "status": "15",
                    "statusDetails": "утвержден",
                }
            ],
            "implementation": {
                "transactions": [
                    {
                        "id": "P-1",
                        "date": "2026-04-20T05:00:00Z",
                        "value": {"amount": 4500000, "currency": "KZT"},
                        "payer": {"id": "B-1"},
                        "payee": {"id": "S-1"},
                    }
                ]
            },
            "x_goszakup": {"status": "190", "type": "2"},
        }
    ],
}

_LINKS_OF_PARTIES = [
    {
        "id": BUYER,
        "local_id": "B-1",
        "roles": ["buyer"],
        "weak": False,
        "person": False,
    },
    {
        "id": SUPPLIER,
        "local_id": "S-1",
        "roles": ["supplier", "tenderer"],
        "weak": False,
        "person": False,
    },
]

ENTRY: Final = msgspec.convert(
    {
        "id": PROCESS,
        "source": SOURCE,
        "ocid": OCID,
        "revision": 3,
        "date": MOMENT,
        "received_at": "2026-03-02T06:05:00Z",
        "origin": "live",
        "counts": {"bids": 1, "awards": 1, "contracts": 1, "items": 0},
        "quality": [],
        "parties": _LINKS_OF_PARTIES,
        "release": msgspec.Raw(msgspec.json.encode(RELEASE)),
    },
    ReleaseEntry,
)
