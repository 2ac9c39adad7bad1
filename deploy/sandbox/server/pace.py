"""How the world's clock moves by itself."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Final, Literal

PORTAL_TIME: Final = timezone(timedelta(hours=5))

Kind = Literal["still", "real", "fast"]
FACTORS: Final = {"still": 0.0, "real": 1.0, "fast": 60.0}
"""How much faster than ours it goes: with `fast`, a minute of ours is an hour of the portal's."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The world's moment as a function of ours: `stood` when we had `began`, and never ahead of us.

    So a server that was away for a day shows the day when it is back. `stood` is by the portal's
    clock, without zone.
    """

    kind: Kind
    stood: datetime
    began: datetime

    def moment(self, now: datetime) -> datetime:
        """Where the clock has to stand at a moment of ours; the portal's time without zone."""
        reached = self.stood + FACTORS[self.kind] * (now - self.began)
        ours = now.astimezone(PORTAL_TIME).replace(tzinfo=None)
        return reached if self.kind == "still" else min(reached, max(ours, self.stood))


def ours() -> datetime:
    """The present by our clock."""
    return datetime.now(UTC)


def portal_moment(written: str) -> datetime:
    """An ISO 8601 moment by the portal's clock; with a zone it is converted. Raises ValueError."""
    moment = datetime.fromisoformat(written)
    return moment.astimezone(PORTAL_TIME).replace(tzinfo=None) if moment.tzinfo else moment
