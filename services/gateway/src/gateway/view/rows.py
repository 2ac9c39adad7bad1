"""The rows of the published view, as the worker writes them."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, NamedTuple

LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)
"""Stands for an unknown date in the order of a list."""

UNKNOWN_AMOUNT: Final = Decimal(-1)
"""Stands for an unknown amount in the order of a list."""


class ProcessRow(NamedTuple):
    """A process: what it is found by, and the bytes that are served.

    `amount`: what was awarded where that is one currency, else the planned value.
    """

    id: str
    source: str
    ocid: str
    date: datetime
    published: datetime
    method: str | None
    amount: Decimal
    currency: str | None
    search: str
    revision: str
    brief: bytes
    detail: bytes
    release: bytes
    buyer_region: str
    delivery_region: str
    shape: str | None = None


class ListedRow(NamedTuple):
    """A lot, a contract or a plan point; lists of ids and places are words in one text."""

    id: str
    kind: str
    process_id: str
    source: str
    status: str | None
    method: str | None
    amount: Decimal
    currency: str | None
    date: datetime
    search: str
    buyers: str
    suppliers: str
    buyer_region: str
    delivery_region: str
    body: bytes


class Handle(NamedTuple):
    """A number that people hold, in one spelling, and what it names."""

    key: str
    type: str
    id: str
    process_id: str


class Part(NamedTuple):
    """The part an organisation takes in a process; one row per currency of its money."""

    process_id: str
    party_id: str
    role: str
    name: str | None
    bin: str | None
    weak: bool
    amount: Decimal | None
    currency: str


class ScoreRow(NamedTuple):
    """A score: its document as served, its short form, and what processes are found by."""

    subject_type: str
    subject_id: str
    revision: str
    body: bytes
    summary: bytes
    band: str | None
    expected: float
    flagged: str
    outcome: str | None
    at_risk: Decimal | None


class AlertRow(NamedTuple):
    """An alert at its place in the order of events."""

    position: int
    id: str
    process_id: str
    source: str | None
    subject_type: str
    subject_id: str
    band: str
    indicators: str
    raised_at: datetime
    body: bytes
