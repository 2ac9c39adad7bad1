"""Whatever is missing or odd in an answer, the rest of it is translated."""

import copy
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestor.sources.goszakup.bundle import NoticeBundle
from ingestor.sources.goszakup.payload import Report, read
from ingestor.sources.goszakup.payloads_purchases import Application, Lot, Notice
from ingestor.sources.goszakup.translate import translate
from tests.ingestor.goszakup_translate.cases import (
    BUYER,
    KEY,
    bid,
    collection,
    company,
    contract,
    dictionaries,
    faults,
    lot,
    notice,
    person,
    plan,
)
from tests.support.pace import cost

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, None, None, "", 0, "0", -1, "x", [], {}, [None], "1999-01-01", 1e308]
)

FULL: list[dict[str, Any]] = [
    notice(Cancel=[{"id": 1}], Pause=[{"id": 2}], Files=[{"filePath": "https://x.kz/a"}], kato=[1]),
    lot(500, Plans=[{"id": 1, "RefEnstru": {"code": "1"}}], pointList=[1], refLotStatusId=360),
    bid(1, company(1), (500, 900, 360)),
    bid(2, person(1), (500, 950, 361)),
    contract(1, trdBuyId=100, ContractUnits=[{"id": 1, "lotId": 500, "quantity": 1}]),
    contract(2, f"{BUYER}/260001/01", rootId=1, refAmendmAgreemJustifId=[3]),
    {"id": 3, "numberAct": "A", "contractId": 1, "Place": [{"amount": 1}]},
    {"id": 4, "nomZa": "Z", "contractId": 1, "payAmount": 1, "payDate": "2026-01-01 00:00:00"},
    plan(1, 1, PlansSpec=[{"amount": 1}], PlansKato=[{"refKatoCode": "1"}], refMonthsId=13),
    {"id": 6, "numberAppeal": "N", "trdBuyId": 100},
    {"bin": BUYER, "typeSupplier": 1, "Address": [{"address": "x"}], "pid": 1},
]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the way to everything inside a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found: list[tuple[Any, ...]] = []
    for name, one in inner:
        found.append((*path, name))
        if isinstance(one, dict | list):
            found += places(one, (*path, name))
    return found


PLACES = [path for path in places(FULL) if len(path) > 1]


@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD), max_size=25))
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.check("B18", tier=1, limit="0 crashes")
def test_nulls_and_odd_values_anywhere_never_stop_a_translation(
    changes: list[tuple[tuple[Any, ...], Any]],
) -> None:
    records = copy.deepcopy(FULL)
    for path, odd in changes:
        put(records, path, copy.deepcopy(odd))

    made = collection(*[record for record in records if survives(record)])
    written = [translate(b, dictionaries(), key=KEY) for b in made.bundles()]

    for release in written:
        text = json.dumps(release, allow_nan=False)
        assert person(1) not in text
        assert release["ocid"].startswith("ocds-kz0000-")
        assert [fault for fault in faults(release) if "'date'" not in fault] == []


def put(records: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put a value at a place, where the place is still there."""
    holder = records
    for name in path[:-1]:
        try:
            holder = holder[name]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(holder, dict) or (isinstance(holder, list) and path[-1] in range(len(holder))):
        holder[path[-1]] = value


def survives(record: dict[str, Any]) -> bool:
    """Tell whether a record still has what it is known by; others are refused before."""
    return str(record.get("id", record.get("bin"))).strip("0") not in (
        "",
        "None",
        "[]",
        "{}",
        "[None]",
    )


def test_a_notice_with_its_lots_and_bids_is_translated_in_less_than_a_millisecond() -> None:
    lots = [lot(500 + n, pointList=[n]) for n in range(2)]
    bids = [bid(n, company(n), (500, 900 + n, 320), (501, 800 + n, 320)) for n in range(1, 5)]
    report = Report()
    known = dictionaries()

    def once() -> None:
        bundle = NoticeBundle(
            notice=read(Notice, notice(), report),
            lots=[read(Lot, one, report) for one in lots],
            bids=[read(Application, one, report) for one in bids],
        )
        translate(bundle, known, key=KEY)

    def forty() -> None:
        for _ in range(40):
            once()

    once()
    assert cost(forty, runs=5) / 40 < 0.001
