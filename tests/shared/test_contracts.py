"""What crosses a border survives it: written as JSON and read again, nothing changes."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from shared.contracts.alerts import Alert, Window
from shared.contracts.releases import Counts, PartyLink, QualityNote, ReleaseEntry
from shared.contracts.scores import (
    Evidence,
    IndicatorResult,
    Range,
    ScoreDocument,
    Subject,
    Value,
)
from shared.contracts.sources import Run, Source

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
SUBJECT = Subject("process", "prc_a", "kz", "ocds-1")
VALUE = Value(Decimal("100.10"), "KZT")
RELEASE = ReleaseEntry(
    id="prc_a",
    source="kz",
    ocid="ocds-1",
    revision=3,
    date=NOON,
    received_at=NOON,
    origin="live",
    counts=Counts(bids=1, awards=2, contracts=3, items=4),
    quality=[QualityNote("/awards", "object_for_array", "object with 2 keys", "array of 1")],
    parties=[PartyLink("org_a", "991240999991", ["buyer"], weak=False, person=False)],
    release=msgspec.Raw(b'{"ocid":"ocds-1"}'),
)
SCORE = ScoreDocument(
    subject=SUBJECT,
    score=Range(1.0, 2.0, 3.0),
    points=Range(4.0, 5.0, 6.0),
    coverage=0.7,
    band=None,
    provisional=True,
    value=VALUE,
    indicators=[
        IndicatorResult(
            "R018",
            "flagged",
            "signal",
            "competition",
            evidence=[Evidence("/tender/numberOfTenderers", 1)],
        )
    ],
    method_version="1",
    profile="kz",
    data_date=NOON,
    data_seq=9,
    computed_at=NOON,
    cause="data",
)
ALERT = Alert(
    id="alr_a",
    subject=SUBJECT,
    process="prc_a",
    indicators=["R018"],
    band="high",
    previous_band=None,
    score=61.5,
    raised_at=NOON,
    data_date=NOON,
    data_seq=9,
    method_version="1",
    windows=[Window("appeal", "supplier", NOON)],
)
SOURCE = Source(
    id="kz",
    title="Kazakhstan",
    publisher=None,
    licence=None,
    attribution=None,
    url=None,
    kind="file",
    last_run=Run("run_1", "incomplete", NOON, None, None, 3, 2, 0, 1),
    processes=2,
    newest_release=NOON,
)


@pytest.mark.parametrize(
    "body", [RELEASE, SCORE, ALERT, SOURCE], ids=lambda body: type(body).__name__
)
def test_a_body_read_again_is_the_same(body: Any) -> None:
    written = msgspec.json.encode(body)

    assert msgspec.json.encode(msgspec.json.decode(written, type=type(body))) == written


def test_money_crosses_as_text_and_time_as_utc() -> None:
    written = msgspec.json.decode(msgspec.json.encode(ALERT))

    assert msgspec.json.decode(msgspec.json.encode(VALUE)) == {
        "amount": "100.10",
        "currency": "KZT",
    }
    assert written["raised_at"] == "2026-01-15T12:00:00Z"
    assert written["previous_band"] is None


def test_the_release_travels_undecoded_inside_its_entry() -> None:
    written = msgspec.json.encode(RELEASE)

    assert written.endswith(b'"release":{"ocid":"ocds-1"}}')
    assert bytes(msgspec.json.decode(written, type=ReleaseEntry).release) == b'{"ocid":"ocds-1"}'
