"""Alerts as scoring raises them, and how they arrive."""

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec

from cases.triage import arriving
from shared.contracts.alerts import Alert
from shared.contracts.scores import Subject, Value
from shared.feed import Entry
from tests.cases.office import NOW, Office

_numbers: Iterator[int] = itertools.count(1)


def alert(id_: str, process: str = "prc_1", band: str = "high", **more: Any) -> Alert:
    known = {
        "indicators": ["R018"],
        "buyer": "org_b",
        "suppliers": ["org_s"],
        "kato": "751110000",
        "raised_at": NOW,
    }
    return Alert(
        id=id_,
        subject=Subject("process", process),
        process=process,
        band=band,
        previous_band=None,
        score=61.5,
        data_date=NOW,
        data_seq=1,
        method_version="1",
        value=Value(amount="1000000.50", currency="KZT"),  # type: ignore[arg-type]  # as text in JSON
        **{**known, **more},
    )


async def arrive(office: Office, *alerts: Alert) -> list[Entry]:
    entries = [
        Entry(next(_numbers), each.id, deleted=False, body=msgspec.json.encode(each))
        for each in alerts
    ]
    async with office.tables() as connection:
        await arriving.apply(connection, entries)
    return entries
