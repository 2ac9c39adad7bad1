"""The process document: all that happened in a purchase, from its plan to its payments."""

from typing import Any

import pytest

from tests.gateway.builders import SUPPLIER_BIN, organisation, process, release
from tests.gateway.house import House
from tests.gateway.portal_builders import (
    act,
    addendum,
    contract,
    payment,
    portal_notice,
    shown,
    tenge,
)

NOTICE = process("ocds-kz0000-17379679", "goszakup")
TRADER = "prs_" + "a" * 26


async def read(house: House, **parts: Any) -> dict[str, Any]:
    """The document of a notice of the portal with these parts."""
    await house.fill("releases", portal_notice(**parts))
    found: dict[str, Any] = (await house.get(f"/v1/processes/{NOTICE}")).json()
    return found


async def test_an_addendum_shows_its_sums_and_all_that_it_changed(house: House) -> None:
    changes = [
        {"property": "value", "former_value": tenge(880), "value": tenge(990.5)},
        {
            "property": "period.endDate",
            "former_value": "2026-06-01T00:00:00+05:00",
            "value": "2026-09-01T00:00:00+05:00",
        },
        {"property": "unitPrice", "former_value": 10, "value": 9.5, "relatedLot": "42667799"},
        {"property": "quantity", "former_value": 88, "value": 104.26, "relatedLot": "42667799"},
    ]
    amendments = [
        addendum("1", x_value=tenge(990.5), x_changes=changes, x_in_force=False),
        addendum("2", x_value=tenge(990.5), x_changes=[], x_in_force=True),
        addendum("3", x_value=tenge(1000)),
        addendum("4", changes=[{"property": "/value/amount", "former_value": 500}]),
    ]

    [signed] = (await read(house, contracts=[contract(amendments=amendments)]))["contracts"]

    first, second, unknown, plain = signed["amendments"]
    assert (first["date"], first["signed"]) == ("2026-03-01T05:00:00Z", True)
    assert (first["value_before"], first["value"]) == (shown("880"), shown("990.5"))
    assert [tuple(each.values()) for each in first["changes"]] == [
        ("value", None, shown("880"), shown("990.5")),
        ("period.endDate", None, "2026-05-31T19:00:00Z", "2026-08-31T19:00:00Z"),
        ("unitPrice", "42667799", shown("10"), shown("9.5")),
        ("quantity", "42667799", "88", "104.26"),
    ]
    assert (second["value_before"], second["changes"]) == (shown("990.5"), [])
    assert (unknown["value_before"], unknown["changes"]) == (None, None)
    assert plain["changes"] == [
        {"what": "/value/amount", "lot": None, "before": "500", "after": None}
    ]
    assert (first["status_details"], first["codes"]) == ("190 Действует", {"reasons": "3 5"})
    assert signed["counts"]["amendments"] == 4


async def test_acts_count_while_they_stand_and_payments_once_they_are_made(house: House) -> None:
    approved = {"approvedDate": "2026-04-02T09:00:00+05:00"}
    acts = [
        act("1", 100, **approved),
        act("2", 300.25, **approved, revokedDate="2026-04-03T09:00:00+05:00"),
        act("3", 120, **approved, replaces="1", final=True, overdueDays=3, fine=7),
        act("4", 500),
    ]
    payments = [
        payment("1", 60),
        payment("2", 40.5, x_prepaid=40.5),
        payment("3", 900, date=None),
        payment("4", 900, status="planned"),
    ]
    signed = contract(x_acts=acts, implementation={"transactions": payments})

    found = await read(house, contracts=[signed])

    [after] = found["contracts"]
    assert [(each["id"], each["state"]) for each in after["acts"]] == [
        ("1", "approved"),
        ("2", "revoked"),
        ("3", "approved"),
        ("4", "pending"),
    ]
    assert after["acts"][2]["fine"] == shown("7")
    assert (after["acts"][0]["date"], after["acts"][0]["amount"]) == (
        "2026-04-01T04:00:00Z",
        shown("100"),
    )
    assert (after["acts"][0]["status_details"], after["acts"][0]["codes"]) == (
        "утвержден",
        {"status": "15"},
    )
    assert [each["state"] for each in after["payments"]] == ["paid", "paid", None, "planned"]
    assert after["payments"][0]["date"] == "2026-05-03T19:00:00Z"
    assert after["payments"][0]["payee"]["id"] == organisation(SUPPLIER_BIN)
    assert after["payments"][0]["codes"] == {"application": "EGZ-1", "function": "457001015"}
    assert after["payments"][1]["prepaid"] == shown("40.5")
    assert (after["accepted"], after["paid"]) == ([shown("120")], [shown("100.5")])
    assert (found["accepted"], found["paid"]) == (after["accepted"], after["paid"])
    assert (found["counts"]["acts"], found["counts"]["payments"]) == (4, 4)
    [row] = (await house.get("/v1/contracts")).json()["data"]
    assert row["acts"] == {"count": 4, "standing": 1, "sums": [shown("120")]}
    assert row["payments"] == {"count": 4, "standing": 2, "sums": [shown("100.5")]}
    assert after["link"] == f"/v1/contracts?id={row['id']}"


async def test_the_plan_the_notice_and_what_befell_it_are_shown_with_the_publishers_codes(
    house: House,
) -> None:
    found = await read(
        house,
        complaints=[
            {
                "id": "5",
                "number": "12",
                "date": "2026-02-03T09:00:00+05:00",
                "addressee": "stateAudit",
                "decisionDate": "2026-02-06T09:00:00+05:00",
                "x_goszakup": {"status": "4", "type": "3"},
            }
        ],
        relatedProcesses=[
            {
                "id": "1",
                "relationship": ["prior"],
                "scheme": "ocid",
                "identifier": "ocds-kz0000-17000000",
            }
        ],
        tender={
            "id": "17379679",
            "title": "Бумага",
            "status": "complete",
            "statusDetails": "350 Завершено",
            "enquiryPeriod": {"startDate": "2026-01-05T09:00:00+05:00"},
            "lots": [{"id": "1", "status": "complete", "x_goszakup": {"signs": {"dumping": "1"}}}],
            "amendments": [{"id": "pause-1", "date": "2026-01-20T09:00:00+05:00", "x_status": "2"}],
            "enquiries": [
                {
                    "id": "7",
                    "date": "2026-01-06T09:00:00+05:00",
                    "title": "О сроке",
                    "answer": "Срок продлён",
                    "dateAnswered": "2026-01-07T09:00:00+05:00",
                }
            ],
            "x_goszakup": {"number": "17379679-1", "status": "350", "years": ["2026", "2027"]},
        },
    )

    [point] = found["planning"]["points"]
    assert (point["id"], point["value"], point["quantity"]) == ("87361886", shown("1000"), "2.5")
    assert (found["status"], found["status_details"]) == ("complete", "350 Завершено")
    assert found["codes"] == {"number": "17379679-1", "status": "350", "years": "2026 2027"}
    assert found["lots"][0]["codes"] == {"signs.dumping": "1"}
    assert found["notice_changes"][0]["codes"] == {"status": "2"}
    assert found["enquiry_period"] == {"start": "2026-01-05T04:00:00Z", "end": None}
    assert found["enquiries"][0]["answered"] == "2026-01-07T04:00:00Z"
    assert found["complaints"][0]["decided"] == "2026-02-06T04:00:00Z"
    assert found["complaints"][0]["codes"] == {"status": "4", "type": "3"}
    [prior] = found["related"]
    assert prior["link"] == f"/v1/processes/{process('ocds-kz0000-17000000', 'goszakup')}"
    assert (found["counts"]["complaints"], found["counts"]["enquiries"]) == (1, 1)
    links = [found["lots"][0]["link"], point["link"]]
    assert [len((await house.get(link)).json()["data"]) for link in links] == [1, 1]


async def test_a_bid_shows_its_offers_and_a_natural_person_by_a_pseudonym_alone(
    house: House,
) -> None:
    bids = {
        "details": [
            {
                "id": "b1",
                "date": "2026-01-15T10:00:00+05:00",
                "status": "valid",
                "rank": 1,
                "tenderers": [{"id": TRADER, "name": "Сәулебек Айдарұлы"}],
                "value": tenge(870),
                "lotValues": [
                    {
                        "relatedLot": "1",
                        "status": "valid",
                        "statusDetails": "360 Победитель",
                        "value": tenge(870),
                        "unitPrice": tenge(8.7),
                        "rank": 1,
                        "x_goszakup": {"status": "360", "outcome": "winner"},
                    }
                ],
            },
            {"id": "b2", "tenderers": [{"id": SUPPLIER_BIN}]},
        ]
    }
    entry = release("o-1", person=TRADER, bids=bids)
    await house.fill("releases", entry)

    answer = await house.get(f"/v1/processes/{entry.key}")

    found = answer.json()
    first, second = found["bids"]
    assert (first["date"], first["value"], first["rank"]) == (
        "2026-01-15T05:00:00Z",
        shown("870"),
        1,
    )
    [offer] = first["lots"]
    assert (offer["unit_price"], offer["status_details"]) == (shown("8.7"), "360 Победитель")
    assert offer["codes"] == {"status": "360", "outcome": "winner"}
    [who] = first["tenderers"]
    assert (who["id"], who["name"], who["person"]) == (TRADER, None, True)
    assert second["status"] is None
    assert found["bids_by_status"] == [
        {"status": "valid", "count": 1},
        {"status": None, "count": 1},
    ]
    assert "Айдарұлы" not in answer.text


@pytest.mark.thorough
async def test_long_lists_end_and_their_full_numbers_and_sums_are_told(house: House) -> None:
    approved = {"approvedDate": "2026-04-02T09:00:00+05:00"}
    many = contract(
        x_acts=[act(str(n), 2, **approved) for n in range(70)],
        implementation={"transactions": [payment(str(n), 1) for n in range(60)]},
    )
    contracts = [many | {"id": str(n)} for n in range(210)]

    found = await read(house, contracts=contracts)

    assert (len(found["contracts"]), found["counts"]["acts"]) == (200, 70 * 210)
    one = found["contracts"][0]
    assert (len(one["acts"]), len(one["payments"])) == (50, 50)
    assert one["counts"] == {"amendments": 0, "acts": 70, "payments": 60}
    assert (found["accepted"], found["paid"]) == ([shown("29400")], [shown("12600")])


ODD: list[Any] = [None, 5, "x", [], {}, {"id": {}}, {"date": 7}, {"value": []}, {"amount": True}]


async def test_whatever_stands_in_the_parts_of_a_purchase_can_be_shown(house: House) -> None:
    odd = [*ODD, {"x_changes": ODD, "x_acts": ODD, "amendments": ODD, "x_dates": ODD}]
    odd += [{"implementation": {"transactions": [*ODD, {"payer": 4, "payee": {"id": [1]}}]}}]
    odd += [{"x_goszakup": {"a": {"b": [1, None, {}]}, "c\0d": True, "e": 1e308, "f": "x" * 999}}]
    odd += [{"x_changes": [{"property": p, "former_value": v} for p in ODD for v in ODD]}]
    odd += [{"amendments": [{"x_changes": [{"property": 4, "value": 1e308}]}], "lotValues": ODD}]
    wrapped = [odd, {"a": 1}, 3, None, "x"]
    for number, parts in enumerate(wrapped):
        found = await read(
            house,
            contracts=parts,
            complaints=parts,
            relatedProcesses=parts,
            planning={"budget": ODD[number], "x_plan_points": parts},
            tender={"lots": parts, "enquiries": parts, "amendments": parts},
            bids={"details": parts},
        )
        assert found["id"] == NOTICE
