"""Dates of publishers: one instant has one spelling, what is no date is absent."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest

from shared.ocds import normalise
from shared.ocds.dates import is_canonical, read_date
from tests.support.ocds import PSEUDONYM_KEY, normal, release


@pytest.mark.parametrize(
    ("written", "read", "code"),
    [
        ("2024-03-01T09:30:00Z", "2024-03-01T09:30:00Z", None),
        ("2024-03-01T09:30:00.5Z", "2024-03-01T09:30:00.5Z", None),
        ("2024-03-01T14:30:00+05:00", "2024-03-01T09:30:00Z", "date_in_utc"),
        ("2024-03-01T09:30:00.000Z", "2024-03-01T09:30:00Z", "date_in_utc"),
        ("2024-03-01t09:30:00z", "2024-03-01T09:30:00Z", "date_in_utc"),
        ("2024-03-01T09:30Z", "2024-03-01T09:30:00Z", "date_in_utc"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", "date_in_utc"),
        ("2024-03-01", "2024-03-01T00:00:00Z", "date_without_time"),
        ("01.03.2024", "2024-03-01T00:00:00Z", "date_without_time"),
        ("01.03.2024 18:00:00", "2024-03-01T18:00:00Z", "date_without_zone"),
        ("2024-03-01 09:30:00", "2024-03-01T09:30:00Z", "date_without_zone"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z", None),
        ("2023-02-29T00:00:00Z", None, "date_impossible"),
        ("2024-02-30", None, "date_impossible"),
        ("2024-03-01T25:00:00Z", None, "date_impossible"),
        ("2024-03-01T09:30:00+99:00", None, "date_impossible"),
        ("9999-12-31T23:59:59Z", None, "date_out_of_range"),
        ("0001-01-01T00:00:00Z", None, "date_out_of_range"),
        ("0000-00-00", None, "date_out_of_range"),
        ("1900-01-01", None, "date_out_of_range"),
        ("2100-12-31T23:59:59-05:00", None, "date_impossible"),
        ("2024-W09-5", None, "date_unreadable"),
        ("03/04/2024", None, "date_unreadable"),
        ("soon", None, "date_unreadable"),
        (" ", None, "date_empty"),
    ],
)
@pytest.mark.check("B7", tier=1, limit="none or noted")
def test_a_date_has_one_spelling_or_is_none(written: str, read: str | None, code: str) -> None:
    assert read_date(written, UTC) == (read, code)
    if read is not None:
        assert is_canonical(read)


def test_a_date_without_a_zone_is_read_in_the_zone_of_its_source() -> None:
    received = release(date="2024-03-01T18:00:00")

    mended = normalise(
        received, source="kz", pseudonym_key=PSEUDONYM_KEY, zone=ZoneInfo("Asia/Almaty")
    )

    assert mended.release["date"] == "2024-03-01T13:00:00Z"
    assert (mended.notes[0].received, mended.notes[0].mended) == (
        "2024-03-01T18:00:00",
        "2024-03-01T13:00:00Z",
    )


def test_the_same_zone_in_every_date_is_said_once() -> None:
    period = {"startDate": "2024-03-01T14:30:00+05:00", "endDate": "2024-03-09T14:30:00+05:00"}

    notes = normal(release(tender={"tenderPeriod": period})).notes

    assert [(note.path, note.received) for note in notes] == [("", "9999-99-99T99:99:99+05:00")]


def test_milliseconds_of_a_document_store_are_a_date() -> None:
    received = release(date={"$date": 1606867235000})

    assert normal(received).release["date"] == "2020-12-02T00:00:35Z"
