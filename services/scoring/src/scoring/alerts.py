"""When a score becomes an alert: what rises on new data, where something can still be done.

A day that has come is news as data are: a term has passed, and what should have been done was not.

Nothing here waits or stores; the decision is a function of the score before, the score now and
the circumstances. Back-fill, a new method, a new population and a party's record change scores and
raise no alerts.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from scoring.score import BAND_ORDER, BANDS

ALERTING: Final = frozenset({"high", "critical"})
"""Bands whose entry is an alert."""

MARGIN: Final = 5.0
"""Score by which a band must be undercut before it counts as left: no alert for a flicker."""

ACTIONABLE: Final = {
    "tender_open": "bids may still be made, and the terms still be appealed",
    "award_unsigned": "the award may still be appealed, the contract not be signed",
    "contract_running": "the contract may still be inspected, paid or ended",
}
"""Stages in which something can still be done, and what."""

CLOCK: Final = "clock"
"""The cause of what changed because a day came, and nothing else."""

ALERTING_CAUSES: Final = frozenset({"data", CLOCK})
ALERTING_ORIGIN: Final = "live"
ELSEWHERE: Final = "who may use which route until when is shown by /v1/triage/{id}"
"""Where the windows of an alert stand: what the law opens is no part of a judgement."""

TENDER_AT_WORK: Final = frozenset({"planning", "planned", "active"})
TENDER_ENDED: Final = frozenset({"cancelled", "unsuccessful", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a purchase has come. Of the `signed` contracts, `running` ones have not ended."""

    tender_status: str | None
    tender_end: datetime | None
    active_awards: int
    signed: int
    running: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a score stands: its band, the band that alerts go by, and its flagged breaches."""

    band: str | None
    held_band: str | None
    breaches: frozenset[str]


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Why a score was made anew, of when the news is, and since when alerts are raised.

    `news_of` is the date of the release, or the moment at which a day that had come was looked at.
    """

    cause: str
    origin: str
    news_of: datetime | None
    stage: str
    alerts_since: datetime


def stage(progress: Progress, now: datetime) -> str:
    """Say what can still be done about a purchase at a moment.

    A signed contract tells most, then an award, then the tender itself.
    """
    if progress.running:
        return "contract_running"
    if progress.signed:
        return "finished"
    if progress.tender_status in TENDER_ENDED:
        return "ended"
    if progress.active_awards:
        return "award_unsigned"
    if progress.tender_end is not None:
        return "tender_open" if now <= progress.tender_end else "evaluation"
    return "tender_open" if progress.tender_status in TENDER_AT_WORK else "unknown"


def held_band(before: str | None, band: str | None, expected: float) -> str | None:
    """Return the band alerts go by: entered at once, left only when undercut by the margin.

    >>> held_band("high", "medium", 46.0)
    'high'
    >>> held_band("high", "medium", 44.9)
    'medium'
    """
    if BAND_ORDER[band] >= BAND_ORDER[before]:
        return band
    floor = next(lowest for lowest, name in BANDS if name == before)
    return before if expected >= floor - MARGIN else band


def raises(before: Standing | None, now: Standing, circumstances: Circumstances) -> bool:
    """Decide whether this score is an alert: it rose into a band, or a new breach was found."""
    return _may_alert(circumstances) and (_entered(before, now) or _new_breach(before, now))


def alert_id(
    subject_id: str,
    band: str | None,
    epoch: str | None,
    data_seq: int,
    day: date | None = None,
) -> str:
    """Name the alert of one rise by one release or day, the same however often it is worked out."""
    name = f"{subject_id}|{band}|{epoch}|{data_seq}"
    if day is not None:
        name += f"|{day}"
    digest = hashlib.sha256(name.encode()).digest()
    return "alr_" + base64.b32encode(digest).decode().lower()[:26]


def _may_alert(circumstances: Circumstances) -> bool:
    return (
        circumstances.cause in ALERTING_CAUSES
        and circumstances.origin == ALERTING_ORIGIN
        and circumstances.stage in ACTIONABLE
        and circumstances.news_of is not None
        and circumstances.news_of >= circumstances.alerts_since
    )


def _entered(before: Standing | None, now: Standing) -> bool:
    held = before.held_band if before else None
    return now.held_band in ALERTING and BAND_ORDER[now.held_band] > BAND_ORDER[held]


def _new_breach(before: Standing | None, now: Standing) -> bool:
    return bool(now.breaches - (before.breaches if before else frozenset()))
