"""When a digest is due: every day or every week, at an hour of Kazakhstan's time.

One time for the whole country since March 2024: UTC+5, without summer time.
"""

from datetime import datetime, timedelta, timezone
from typing import Final, Literal

Cadence = Literal["immediate", "daily", "weekly"]

EAST: Final = timedelta(hours=5)
KAZAKHSTAN: Final = timezone(EAST, "UTC+5")
_PERIOD: Final = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}


def next_digest(now: datetime, cadence: Cadence, *, hour: int, weekday: int) -> datetime | None:
    """Return the first moment after `now` when a digest is due; None where each event is told.

    `weekday` counts from Monday, 1, as ISO 8601 does; of a daily digest it is not read.
    """
    if cadence == "immediate":
        return None
    period = _PERIOD[cadence]
    local = now.astimezone(KAZAKHSTAN)
    due = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    if cadence == "weekly":
        due += timedelta(days=(weekday - local.isoweekday()) % 7)
    return due if due > local else due + period
