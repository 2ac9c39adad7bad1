"""When a delivery is tried again, and when an endpoint is given up.

Ten tries within 75 h 35 min, as Standard Webhooks proposes. What is decided here is decided from
the answer alone; nothing is sent or stored.
"""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Literal, NamedTuple

PAUSES: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""Before each try, counted from the one before."""

JITTER: Final = 0.2
"""A pause is this share shorter or longer, so that those who failed together do not return so."""

LONGEST_RETRY_AFTER: Final = timedelta(hours=24)
THROTTLED_FOR: Final = timedelta(seconds=30)
"""How long an endpoint is spared that says it is overloaded, unless it names a time itself."""

GONE: Final = 410
THROTTLES: Final = frozenset({429, 502, 504})
_SUCCESSES: Final = range(200, 300)

State = Literal["delivered", "pending", "failed"]


class Reply(NamedTuple):
    """What came of one try: a status, or why there was none; and the first 1 kB of the body."""

    status: int | None
    fault: str | None = None
    retry_after: str | None = None
    body: bytes = b""


class Verdict(NamedTuple):
    """What follows: for the delivery, and for its endpoint."""

    state: State
    due_at: datetime
    spare_until: datetime | None = None
    disable: str | None = None


def decide(reply: Reply, *, tries: int, now: datetime, chance: float) -> Verdict:
    """Return what follows from the reply to try number `tries`; `chance` is between 0 and 1."""
    if reply.status in _SUCCESSES:
        return Verdict("delivered", now)
    if reply.status == GONE:
        return Verdict("failed", now, disable="gone")
    asked = _retry_after(reply.retry_after, now)
    spare = None
    if reply.status in THROTTLES or asked:
        spare = asked or now + THROTTLED_FOR
    if tries >= len(PAUSES):
        return Verdict("failed", now, spare, disable="failing")
    pause = PAUSES[tries] * (1 + JITTER * (2 * chance - 1))
    return Verdict("pending", max(now + pause, spare or now), spare)


def _retry_after(text: str | None, now: datetime) -> datetime | None:
    """Read the field Retry-After: seconds or a date (RFC 9110, 10.2.3); None for anything else."""
    if text is None:
        return None
    try:
        moment = now + timedelta(seconds=int(text)) if text.isdecimal() else _date(text)
    except (ValueError, OverflowError, TypeError):
        return None
    return min(max(moment, now), now + LONGEST_RETRY_AFTER)


def _date(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
