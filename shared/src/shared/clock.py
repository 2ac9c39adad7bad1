"""The time of day, handed to whoever needs it, so that a test can say what time it is."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that tells the time."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""
        return datetime.now(UTC)


@dataclass
class FixedClock:
    """A clock that stands still until it is told to advance."""

    moment: datetime

    def __post_init__(self) -> None:
        if self.moment.tzinfo is None:
            raise ValueError("a moment without a time zone is no moment")

    def now(self) -> datetime:
        """Return the moment the clock stands at, in UTC."""
        return self.moment.astimezone(UTC)

    def advance(self, delta: timedelta) -> None:
        """Move the clock on by `delta`."""
        self.moment += delta
