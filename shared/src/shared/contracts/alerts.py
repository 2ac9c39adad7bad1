"""Feed "alerts" (scoring to gateway and cases): events, contiguous, never changed. Key: "alr_…"."""

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
    `suppliers` have won something in it; natural persons are not named. `kato` is where it is
    delivered, else the seat of the buyer. `stage` says what can still be done, `method` is the
    law's word for how it is bought, `results_at` when the protocol of results was posted.
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
    buyer: str | None = None
    suppliers: list[str] = []
    kato: str | None = None
    stage: str | None = None
    method: str | None = None
    results_at: datetime | None = None
