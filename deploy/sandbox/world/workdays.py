"""The world's calendar: portal time in seconds, working days of Kazakhstan, and how times are told.

A day is the number of days since 1970-01-01, a moment the number of seconds since then, both on
the portal's clock (UTC+5, no summer time).
"""

from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from random import Random

from shared.law.calendar import kazakhstan

DAY = 86_400
PORTAL = timezone(timedelta(hours=5))
EPOCH = date(1970, 1, 1)
NEVER = "1999-01-01 00:00:00"
"""What the portal writes where there is no end."""

FIRST, LAST = date(2022, 1, 1), date(2036, 12, 31)

FIXED = (
    (1, 1), (1, 2), (3, 8), (3, 21), (3, 22), (3, 23), (5, 1), (5, 7), (5, 9), (7, 6), (8, 30),
    (10, 25), (12, 16),
)  # fmt: skip
"""Law on holidays: their days off move to the next working day when they fall on a weekend."""

UNMOVED = {(1, 7)}
KURBAN_AIT = {date(2023, 6, 28), date(2024, 6, 16), date(2025, 6, 6), date(2026, 5, 27),
              date(2027, 5, 16), date(2028, 5, 5)}  # fmt: skip


def day_of(day: date) -> int:
    """A calendar date as a day of the world."""
    return (day - EPOCH).days


def date_of(day: int) -> date:
    """A day of the world as a calendar date."""
    return EPOCH + timedelta(days=day)


def moment_of(instant: datetime) -> int:
    """An instant as a moment; without a zone it is taken for the portal's own clock."""
    local = instant.astimezone(PORTAL) if instant.tzinfo else instant
    return int(local.replace(tzinfo=UTC).timestamp())


def instant_of(moment: int) -> datetime:
    """A moment as the portal's clock shows it, without zone."""
    return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)


@lru_cache(maxsize=16_384)
def iso(day: int) -> str:
    """A day as YYYY-MM-DD."""
    return date_of(day).isoformat()


@lru_cache(maxsize=16_384)
def year_of(day: int) -> int:
    """The calendar year of a day."""
    return date_of(day).year


@lru_cache(maxsize=64)
def last_day(year: int) -> int:
    """The thirty-first of December."""
    return day_of(date(year, 12, 31))


def text(moment: int) -> str:
    """A moment as the portal writes it: YYYY-MM-DD HH:MM:SS."""
    day, rest = divmod(moment, DAY)
    return f"{iso(day)} {rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> int:
    """A day and a time of it as a moment."""
    return day * DAY + hour * 3600 + minute * 60 + second


def office_hour(rng: Random, day: int, first: int = 9, last: int = 18) -> int:
    """Some moment of a day between two hours."""
    return day * DAY + rng.randrange(first * 3600, last * 3600)


def _days_off() -> set[date]:
    off = set(KURBAN_AIT)
    for year in range(FIRST.year, LAST.year + 1):
        off |= {date(year, month, day) for month, day in UNMOVED}
        festive = [date(year, month, day) for month, day in FIXED]
        off |= set(festive)
        for holiday in festive:
            if holiday.weekday() >= 5:  # noqa: PLR2004 (Saturday and Sunday)
                moved = holiday
                while moved.weekday() >= 5 or moved in off:  # noqa: PLR2004 (as above)
                    moved += timedelta(days=1)
                off.add(moved)
    return off


def _calendar() -> tuple[list[int], list[int]]:
    """Days of the country's own calendar, and beyond its last year those of the usual holidays."""
    known, off = kazakhstan(), _days_off()
    days, counts = [], []
    for day in range(day_of(FIRST), day_of(LAST) + 1):
        today = date_of(day)
        usual = today.weekday() < 5 and today not in off  # noqa: PLR2004 (Monday to Friday)
        if known.is_working(today) if today <= known.last else usual:
            days.append(day)
        counts.append(len(days))
    return days, counts


_WORKING, _COUNTS = _calendar()
_BASE = day_of(FIRST)


def working_between(start: int, end: int) -> int:
    """Working days after `start`, up to and including `end` (law-facts: the event day is out)."""
    return _COUNTS[end - _BASE] - _COUNTS[start - _BASE]


def working_after(day: int, number: int) -> int:
    """The `number`-th working day after a day; 0 is the day itself, or the next working one."""
    if number == 0:
        return day if is_working(day) else working_after(day, 1)
    return _WORKING[_COUNTS[day - _BASE] + number - 1]


def is_working(day: int) -> bool:
    """Tell whether offices are open that day."""
    return working_between(day - 1, day) == 1
