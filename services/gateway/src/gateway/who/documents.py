"""What the gateway answers about who calls, and what takes two to decide."""

from datetime import date, datetime
from typing import Any

from msgspec import Struct


class Me(Struct, frozen=True, kw_only=True):
    """Who calls with this key or token, what they may, and until when.

    `credential`: key, client, token (of a client or a member) or device.
    """

    id: str
    credential: str
    mode: str
    organisation: str | None
    member: str | None
    role: str
    region: str | None
    scopes: list[str]
    per_minute: int
    expires_at: datetime | None


class OwnOrganisation(Struct, frozen=True, kw_only=True):
    """An organisation, as its own members see it. `speaks_for`: BINs and authorities, verified."""

    id: str
    name: str
    kind: str
    region: str | None
    tier: str
    speaks_for: list[str]
    created_at: datetime
    revision: int


class Member(Struct, frozen=True, kw_only=True):
    """Somebody of an organisation. `reference`: the organisation's own id of the person."""

    id: str
    name: str
    role: str
    reference: str | None
    created_at: datetime
    revision: int


class MemberToken(Struct, frozen=True, kw_only=True):
    """A token for ten minutes, in the name of a member; null where an answer is repeated."""

    access_token: str | None
    token_type: str
    expires_in: int
    scope: str
    member: str


class Invitation(Struct, frozen=True, kw_only=True):
    """An invitation to become a member. `state`: open, accepted, withdrawn or expired.

    `token` is shown once, to be handed to who is invited; afterwards it is null.
    """

    id: str
    role: str
    state: str
    token: str | None
    member: str | None
    created_at: datetime
    expires_at: datetime
    revision: int


class Credential(Struct, frozen=True, kw_only=True):
    """An API key or an OAuth client of an organisation. `secret` is shown once, then null.

    `pending`: what has been asked for and waits for another person: see /v1/approvals.
    """

    id: str
    name: str | None
    member: str | None
    mode: str
    scopes: list[str]
    networks: list[str]
    origins: list[str]
    per_minute: int | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revision: int
    secret: str | None = None
    pending: list[str] = []


class Approval(Struct, frozen=True, kw_only=True):
    """Something that takes more than one person. `state`: waiting, done, rejected or expired.

    `level`: who decides, the organisation's other admins or the platform's operators.
    """

    id: str
    organisation: str
    act: str
    level: str
    object: str
    details: dict[str, Any]
    state: str
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    needed: int
    approved_by: list[str]
    revision: int


class Device(Struct, frozen=True, kw_only=True):
    """A device that reads scores in nobody's name. `token` is shown once."""

    id: str
    token: str
    scopes: list[str]
    per_minute: int


class AuditEntry(Struct, frozen=True, kw_only=True):
    """What was done, by whom, to what. `mac` chains it to the entry before."""

    seq: int
    at: datetime
    actor: str
    credential: str | None
    act: str
    object: str
    details: dict[str, Any]
    request_id: str | None
    mac: str


class Checkpoint(Struct, frozen=True, kw_only=True):
    """How far the audit and the published scores had come on a day, signed.

    `audit`: the number and MAC of its last entry. `scores`: how many, and the Merkle root
    (RFC 9162) over the list that `list` leads to while it is kept. `before`: the SHA-256 of
    what the checkpoint before had as `signed`. `signed`: all this as a JWS, by `key`.
    """

    day: date
    made_at: datetime
    audit: dict[str, Any]
    scores: dict[str, Any]
    before: str | None
    kid: str
    key: dict[str, str]
    signed: str
    list: str | None
