"""The process document: everything that is known of one purchase, on one page."""

from datetime import datetime

from msgspec import field

from gateway.documents import Money, ProcessFacts, ScoreSummary
from gateway.execution import Contract
from gateway.stages import (
    Award,
    Bid,
    BidCount,
    Codes,
    Complaint,
    Enquiry,
    Lot,
    Mended,
    NoticeChange,
    Period,
    Planning,
    Related,
)
from gateway.subscriptions.documents import AlertReply
from shared.quality import Check


class ProcessDetail(ProcessFacts, frozen=True, kw_only=True):
    """Everything that happened in a purchase; the whole release is at `links.releases`.

    The lists end after 200 rows, lists within them after 50; `counts` has the full numbers.
    `contracted`, `accepted` and `paid` add up its contracts, acts and payments, per currency.
    `checks` are doubts about the record, not about anybody: ok, doubtful or unknown.
    """

    description: str | None
    status_details: str | None
    tender_period: Period | None
    enquiry_period: Period | None
    award_period: Period | None
    planning: Planning | None
    notice_changes: list[NoticeChange]
    lots: list[Lot]
    bids: list[Bid]
    bids_by_status: list[BidCount]
    awards: list[Award]
    contracts: list[Contract]
    enquiries: list[Enquiry]
    complaints: list[Complaint]
    related: list[Related]
    contracted: list[Money]
    accepted: list[Money]
    paid: list[Money]
    counts: dict[str, int]
    codes: Codes
    quality: list[Mended]
    checks: list[Check]
    origin: str
    received_at: datetime
    revision: int


class Process(ProcessDetail, frozen=True, kw_only=True):
    """A process with its score in short; `score` is null until it has been computed.

    `replies` stand where a party of the purchase gave one to an alert.
    """

    score: ScoreSummary | None
    replies: list[AlertReply] = field(default_factory=list)
