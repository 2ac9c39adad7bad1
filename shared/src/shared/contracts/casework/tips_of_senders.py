"""What whoever sends a tip asks and is answered: without a key, and without a name.

The answers and bodies of `/v1/tips`; the gateway forwards them as they come and notes nothing.
"""

from datetime import date
from typing import Annotated, Literal

from msgspec import Struct
from pydantic import Field

from shared.bodies import Body
from shared.contracts.casework.tips import (
    BASE64,
    Bytes16,
    Bytes32,
    Point,
    SealedBody,
)

Channel = Literal["web", "phone", "paper", "messenger", "api"]
Organisations = Annotated[
    list[Annotated[str, Field(pattern="^own_[A-Za-z0-9_]{1,40}$")]],
    Field(min_length=1, max_length=5),
]
Numbers = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=10)]
KeyIds = Annotated[list[Annotated[str, Field(pattern="^tky_[0-9a-f]{26}$")]], Field(max_length=20)]
Written = Annotated[str, Field(min_length=1, max_length=20_000)]


class Work(Body):
    """Proof of work: `counter` such that the digest of the subject and it begins with zeros."""

    challenge: Bytes16
    counter: Annotated[int, Field(ge=0, le=2**32 - 1)]


class SealedTip(SealedBody):
    """A tip that its sender has sealed. `once`: 16 random bytes, the same when it is sent again."""

    once: Bytes16
    lookup: Bytes16
    proof: Bytes32
    public_key: Point
    wrapped_key: Annotated[str, Field(min_length=200, max_length=344, pattern=BASE64)]
    organisations: Organisations
    channel: Channel
    work: Work


class PlainTip(Body):
    """A tip of a sender who has no client: sealed here, and forgotten as it was written."""

    once: Bytes16
    text: Written
    objects: Numbers = Field(default_factory=list)
    organisations: Organisations
    excluded: KeyIds = Field(default_factory=list)
    channel: Channel
    work: Work


class Receipt(Body):
    """What opens a tip again: derived by the client, or the receipt where there is none."""

    lookup: Bytes16 | None = None
    proof: Bytes32 | None = None
    receipt: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    work: Work


class SenderMessage(Body):
    """What a sender adds: sealed, or (in a session by receipt alone) in plain text."""

    once: Bytes16
    sealed: SealedBody | None = None
    text: Written | None = None


class SenderChunk(Body):
    """A part of a file: at most 256 KiB, sealed. All parts of a file have one data key."""

    file: Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
    index: Annotated[int, Field(ge=0, le=39)]
    last: bool
    sealed: SealedBody


class TipTaken(Struct, frozen=True):
    """The tip was taken; by its receipt its sender finds it again."""

    status: str
    received_on: date


class PlainTaken(Struct, frozen=True):
    """The tip was taken. The receipt is shown this once and kept nowhere."""

    status: str
    received_on: date
    receipt: str


class TipSession(Struct, frozen=True):
    """A short session: send `token` as the header Tip-Session. Nothing of it is stored."""

    token: str
    minutes: int
    public_key: str
    wrapped_key: str


class SenderPiece(Struct, frozen=True, kw_only=True):
    """A message: sealed, with its data key sealed to the tip; `text` in a session by receipt."""

    number: int
    by: str
    on: date
    content: str
    key: str | None
    text: str | None = None


class OpenKey(Struct, frozen=True):
    """A recipient's public key, P-256 uncompressed, base64, and what to compare it by."""

    id: str
    label: str
    public_key: str
    fingerprint: str
    since: date


class OwnTip(Struct, frozen=True, kw_only=True):
    """A tip as its sender sees it. `more`: ask on with `after`, the last number."""

    status: str
    received_on: date
    channel: str
    organisations: list[str]
    recipients: list[OpenKey]
    messages: list[SenderPiece]
    more: bool


class Recipients(Struct, frozen=True):
    """An organisation that takes tips. Seal to every key, but not of whom you leave out."""

    id: str
    name: str
    region: str | None
    keys: list[OpenKey]


class WayIn(Struct, frozen=True):
    """A channel: where the tip is sealed, and what the way reveals, and to whom."""

    code: str
    title: dict[str, str]
    sealed_by: str
    reveals: dict[str, str]


class ReceiptRule(Struct, frozen=True):
    """How a receipt is made, and derived: Argon2id to a 16-byte look-up id and a 32-byte key."""

    alphabet: str
    characters: int
    salt: str
    memory_kib: int
    iterations: int
    lanes: int


class WorkRule(Struct, frozen=True):
    """The proof of work: Argon2id (salt: challenge) of subject and counter, in 16 bytes.

    The digest begins with `bits` zero bits. The subject is `once` of a tip, `lookup` (or the
    receipt's letters) of a session; the counter is four bytes, the highest first.
    """

    challenge: str
    bits: int
    memory_kib: int
    iterations: int


class TipChannels(Struct, frozen=True):
    """Everything a client needs to send a tip, and what each channel reveals."""

    format: str
    sizes: list[int]
    chunk: int
    receipt: ReceiptRule
    work: WorkRule
    channels: list[WayIn]
    organisations: list[Recipients]
