"""Endpoints and deliveries, as they are served."""

from datetime import datetime
from typing import Literal

from msgspec import Struct


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where your organisation has events sent, signed as Standard Webhooks 1.0 says.

    `secret` (`whsec_`) is shown when it is made and never again; with `signing` v1a there is none:
    check with `public_key` (`whpk_`). Until `rotates_until` the secret or key before is used too.
    """

    id: str
    url: str
    description: str | None
    contact: str | None
    types: list[str]
    signing: Literal["v1", "v1a"]
    secret: str | None
    public_key: str | None
    rotates_until: datetime | None
    enabled: bool
    disabled_for: str | None
    spared_until: datetime | None
    public_seq: int
    own_seq: int
    pending: int
    created_at: datetime
    revision: int


class Attempt(Struct, frozen=True, kw_only=True):
    """One try: the status that came back, or why none did; the first 1 kB of the answer."""

    at: datetime
    milliseconds: int
    status: int | None
    fault: str | None
    reply: str


class Delivery(Struct, frozen=True, kw_only=True):
    """One event for one endpoint; `id` is the `webhook-id` of every try."""

    id: str
    endpoint: str
    stream: str
    seq: int
    type: str
    state: str
    tries: int
    due_at: datetime | None
    created_at: datetime
    attempts: list[Attempt]


class Replay(Struct, frozen=True, kw_only=True):
    """How many events are sent again, and up to which number; ask on with `after` = `last_seq`."""

    queued: int
    last_seq: int
