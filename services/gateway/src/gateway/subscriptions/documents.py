"""Subscriptions, what they would have sent, and replies, as they are served."""

from datetime import date, datetime
from typing import Any, Literal

from msgspec import Struct, field

from gateway.texts import Notice

What = Literal["alerts", "processes"]
State = Literal["unconfirmed", "active", "paused"]


class Channel(Struct, frozen=True, kw_only=True):
    """Where messages go: `address` is an endpoint (whk_…), an e-mail address or a chat id."""

    kind: Literal["webhook", "email", "telegram"]
    address: str


class Subscription(Struct, frozen=True, kw_only=True):
    """A saved filter of a list, and how your organisation is told of what newly fits it.

    `unconfirmed`: the address got a code and is sent nothing until it is told. `paused_for`: asked,
    unsubscribed (by the link in a message), gone (there is no such address), failing (ten tries),
    refused (its list takes no such filter any more).
    `pending`: messages that are still to be sent; those of a webhook stand with its deliveries.
    """

    id: str
    name: str
    what: What
    filter: dict[str, Any]
    events: list[str]
    cadence: Literal["immediate", "daily", "weekly"]
    hour: int
    weekday: int
    language: Literal["kk", "ru", "en"]
    channel: Channel
    state: State
    paused_for: str | None
    next_at: datetime | None
    pending: int
    created_at: datetime
    revision: int


class Item(Struct, frozen=True, kw_only=True):
    """One event that fits: `seq` is its number in the public stream, `link` where more is told."""

    seq: int
    type: str
    alert: str | None
    process: str | None
    title: str | None
    buyer: str | None
    band: str | None
    indicators: list[str]
    link: str


class OnDay(Struct, frozen=True, gc=False):
    """How many events of a day (UTC+5)."""

    day: date
    events: int


class Preview(Struct, frozen=True, kw_only=True):
    """What the last 30 days would have sent: events by day, and the newest of them.

    `looked_from` is later than 30 days ago where there was more than is looked through.
    """

    looked_from: datetime
    events: int
    days: list[OnDay]
    sample: list[Item]
    notice: Notice


class AlertReply(Struct, frozen=True, kw_only=True):
    """What a party of the purchase says of an alert, in its own words: nobody's but its own.

    `party` is who speaks (org_…), verified by document and two approvals.
    """

    id: str
    alert: str
    party: str
    name: str | None
    role: Literal["buyer", "supplier"]
    language: Literal["kk", "ru", "en"]
    text: str
    at: datetime
    links: dict[str, str] = field(default_factory=dict)
