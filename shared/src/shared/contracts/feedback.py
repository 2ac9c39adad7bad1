"""Feed "triage" (cases to scoring): what people found of what indicators flagged. Events.

Nobody is named: neither who judged nor whose case it was. Nothing of an embargoed case is told.
"""

from datetime import datetime

from msgspec import Struct


class Feedback(Struct, frozen=True):
    """Somebody has judged a flag.

    `verdict` is "dismissed" (an alert was, `reason` says why), "confirmed" (an outcome was, by a
    second person), "refuted" (it was), or "unfounded" (a case was closed so).
    """

    verdict: str
    indicators: list[str]
    at: datetime
    reason: str | None = None
    alert: str | None = None
    process: str | None = None
