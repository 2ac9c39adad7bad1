"""Dates as publishers write them, brought to one spelling: "2024-03-01T09:30:00Z".

One instant has one spelling, so that dates compare as text. A date without a zone is read in the
zone of its source. Years outside 1901-2100 are fillers ("0001", "9999"), not dates.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final, NamedTuple

YEARS: Final = range(1901, 2101)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

_WRITTEN: Final = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s?(?P<zone>Z|[+-]\d\d:?\d\d|[+-]\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
# 31.12.2024 and 31.12.2024 18:00:00, as forms in Kazakhstan and Russia have it.
_DOTTED: Final = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})(?:[ T](\d\d:\d\d(?::\d\d)?))?", re.ASCII)
_ZONE: Final = re.compile(r"(?:Z|[+-]\d\d(?::?\d\d)?)?$", re.ASCII | re.IGNORECASE)
LEAP_SECOND: Final = "60"
LAST_SECOND: Final = 59


class ReadDate(NamedTuple):
    """The canonical spelling, None if there is no such date; and the note's code, None if none.

    Code "date_in_utc" means that the same instant was only spelled otherwise.
    """

    text: str | None
    code: str | None


@lru_cache(maxsize=65536)
def is_canonical(text: str) -> bool:
    """Tell whether a date already stands in the one spelling."""
    return text.endswith("Z") and read_date(text, UTC) == (text, None)


@lru_cache(maxsize=65536)
def read_date(text: str, zone: tzinfo) -> ReadDate:
    """Read a date in any of the usual spellings."""
    stripped = text.strip()
    if not stripped:
        return ReadDate(None, "date_empty")
    found = _WRITTEN.fullmatch(_undotted(stripped))
    if found is None:
        return ReadDate(None, "date_unreadable")
    if int(found["year"]) not in YEARS:
        return ReadDate(None, "date_out_of_range")
    moment = _moment(found, zone)
    if moment is None or moment.year not in YEARS:
        return ReadDate(None, "date_impossible")
    return ReadDate(canonical := spell(moment), _code(found, text, canonical))


def from_milliseconds(count: int) -> ReadDate:
    """Read the milliseconds since 1970 of a document store."""
    try:
        moment = EPOCH + timedelta(milliseconds=count)
    except OverflowError:
        return ReadDate(None, "date_out_of_range")
    if moment.year not in YEARS:
        return ReadDate(None, "date_out_of_range")
    return ReadDate(spell(moment), "date_from_milliseconds")


@lru_cache(maxsize=65536)
def spelling(text: str) -> str:
    """Show how a date is spelled: "2024-03-01T09:30:00+05:00" as "9999-99-99T99:99:99+05:00"."""
    zone = _ZONE.search(text)
    end = zone.start() if zone else len(text)
    return re.sub(r"\d", "9", text[:end]) + text[end:]


def spell(moment: datetime) -> str:
    """Write an instant in the one spelling: UTC, with a fraction only where there is one."""
    text = moment.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if moment.microsecond else text) + "Z"


def _undotted(text: str) -> str:
    found = _DOTTED.fullmatch(text)
    if found is None:
        return text
    day, month, year, time = found.groups()
    return f"{year}-{month}-{day}" + (f"T{time}" if time else "")


def _moment(found: re.Match[str], zone: tzinfo) -> datetime | None:
    """Put the parts together; a leap second counts as the second before it."""
    try:
        return datetime(
            int(found["year"]),
            int(found["month"]),
            int(found["day"]),
            int(found["hour"] or 0),
            int(found["minute"] or 0),
            LAST_SECOND if found["second"] == LEAP_SECOND else int(found["second"] or 0),
            int((found["fraction"] or "0").ljust(6, "0")[:6]),
            tzinfo=_zone(found["zone"], zone),
        ).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _zone(written: str | None, default: tzinfo) -> tzinfo:
    if written is None:
        return default
    if written in "Zz":
        return UTC
    digits = written[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(offset if written[0] == "+" else -offset)


def _code(found: re.Match[str], received: str, canonical: str) -> str | None:
    if received == canonical:
        return None
    if found["hour"] is None:
        return "date_without_time"
    if found["zone"] is None:
        return "date_without_zone"
    return "date_in_utc"
