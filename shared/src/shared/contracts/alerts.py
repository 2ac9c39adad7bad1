"""Feed "alerts" (scoring to gateway): events, append-only and contiguous. Key: "alr_…"."""

from datetime import datetime

from msgspec import Struct

from shared.contracts.scores import Subject, Value


class Window(Struct, frozen=True, gc=False):
    """A legal route that is still open, for whom, and until when."""

    route: str
    standing: str
    closes_at: datetime


class Alert(Struct, frozen=True):
    """A subject rose to a band where something can still be done.

    `windows` empty has its reason in `windows_reason`. `score` is the expected score, 0-100.
    """

    id: str
    subject: Subject
    process: str
    indicators: list[str]
    band: str
    previous_band: str | None
    score: float
    raised_at: datetime
    data_date: datetime | None
    data_seq: int
    method_version: str
    windows: list[Window] = []
    windows_reason: str | None = None
    value: Value | None = None
