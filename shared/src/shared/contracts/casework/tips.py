"""Tips as their recipients handle them, and the keys that tips are sealed to.

What a sender asks is in `tips_of_senders`: it needs no key and is no operation of a caller.
"""

from datetime import date
from typing import Annotated, Any, Final

from msgspec import Struct
from pydantic import Field

from shared.bodies import Body
from shared.contracts.casework.operation import Filter, Operation
from shared.contracts.casework.tip_refusals import RecipientsChanged
from shared.errors import GuardFailed, TransitionNotAllowed

BASE64: Final = "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"

LARGEST_SEALED: Final = 360_000
"""Characters: a sealed piece of 256 KiB, as base64."""

KeyId = Annotated[str, Field(pattern="^(?:tip|tky_[0-9a-f]{26})$")]
Sealed113 = Annotated[str, Field(min_length=152, max_length=152, pattern=BASE64)]
Point = Annotated[str, Field(min_length=88, max_length=88, pattern=BASE64)]
Content = Annotated[str, Field(min_length=40, max_length=LARGEST_SEALED, pattern=BASE64)]
Bytes16 = Annotated[str, Field(min_length=24, max_length=24, pattern=BASE64)]
Bytes32 = Annotated[str, Field(min_length=44, max_length=44, pattern=BASE64)]


class SealedBody(Body):
    """A piece, sealed by its author: `keys` has its data key, sealed to each who may open it."""

    content: Content
    keys: Annotated[dict[KeyId, Sealed113], Field(min_length=1, max_length=60)]


class TipKey(Struct, frozen=True):
    """A public key of a recipient: a point of P-256, uncompressed, as base64.

    `fingerprint` is what recipient and sender can compare: SHA-256 of the key, its first 16 bytes.
    """

    id: str
    member: str
    label: str
    public_key: str
    fingerprint: str
    since: date
    retired_on: date | None = None


class TipKeys(Struct, frozen=True):
    """The keys of an organisation; it takes tips while at least two members have one in use."""

    data: list[TipKey]
    takes_tips: bool


class NewTipKey(Body):
    """Your own public key. The private one stays with you; nobody here ever has it."""

    member: Annotated[str, Field(pattern="^mem_[A-Za-z0-9_]{1,40}$")]
    label: Annotated[str, Field(min_length=1, max_length=80)]
    public_key: Point
    replaces: Annotated[str, Field(pattern="^tky_[0-9a-f]{26}$")] | None = None


class TipDocument(Struct, frozen=True, kw_only=True):
    """A tip as a recipient sees it: everything but what it says, which only its keys open.

    Dates are days in Astana. `public_key` is the sender's, for what is sealed to `tip`.
    `acknowledge_by` and `answer_by` are good practice, no law: within 7
    and 90 days; `overdue` says which of them has passed. `keys` are the caller's own that this tip
    is sealed to, `recipients` whose to seal a message to; `moves` what the caller's role can do.
    """

    id: str
    public_key: str
    status: str
    revision: int
    channel: str
    received_on: date
    organisations: list[str]
    adopted_by: str | None
    casefile: str | None
    merged_into: str | None
    summary: str | None
    acknowledge_by: date
    answer_by: date
    overdue: list[str]
    keys: list[str]
    recipients: list[TipKey]
    moves: list[str]


class TipPiece(Struct, frozen=True, kw_only=True):
    """A sealed piece of a tip: what the sender or a recipient wrote, or a part of a file.

    `kind`: tip, message, internal (not for the sender) or chunk. `keys` has the data key as it is
    sealed to the keys of who asks.
    """

    number: int
    kind: str
    by: str
    on: date
    content: str
    keys: dict[str, str]
    file: str | None = None
    index: int | None = None
    last: bool | None = None


class PieceTaken(Struct, frozen=True):
    """A piece was taken."""

    number: int


class NewTipMessage(SealedBody):
    """What a recipient writes: to the sender (sealed to `tip` too), or among recipients."""

    internal: bool = False


class TipMove(Body):
    """A step of a tip. No free text: what there is to say is said in a sealed message."""

    move: Annotated[str, Field(max_length=40)]
    reason: Annotated[str, Field(max_length=40)] | None = None
    case: Annotated[str, Field(pattern="^cas_[0-9a-f]{26}$")] | None = None
    tip: Annotated[str, Field(pattern="^tip_[0-9a-f]{26}$")] | None = None


class NewSummary(Body):
    """What an organisation says of a tip in its own words: all that ever leaves the vault."""

    summary: Annotated[str, Field(min_length=1, max_length=4000)]


class Resealed(Body):
    """The data key of one piece, sealed to the key of another recipient."""

    number: Annotated[int, Field(ge=1, le=10_000)]
    key: Annotated[str, Field(pattern="^tky_[0-9a-f]{26}$")]
    sealed: Sealed113


class NewTipSeals(Body):
    """Data keys opened by one recipient and sealed to a colleague's key, new or changed."""

    seals: Annotated[list[Resealed], Field(min_length=1, max_length=500)]


class SealsTaken(Struct, frozen=True):
    """How many data keys were added."""

    added: int


class TipExclusion(Body):
    """A recipient who has an interest in the matter, by a key of theirs."""

    key: Annotated[str, Field(pattern="^tky_[0-9a-f]{26}$")]


class NewTipDigests(Body):
    """Keyed digests of the numbers that a tip names (lots, processes).

    HMAC-SHA256 of each number under a secret of the recipients' organisation, which is not here.
    """

    digests: Annotated[list[Bytes32], Field(min_length=1, max_length=20)]


class TipTally(Struct, frozen=True):
    """How many tips came in a month by one channel, and how they stand; purged ones count on."""

    month: str
    channel: str
    status: str
    tips: int


class TipTallies(Struct, frozen=True):
    """The counts of an organisation."""

    data: list[TipTally]


_DAY: Final = "2026-03-02"
_TIP: Final = "tip_0123456789abcdef0123456789"
_KEY: Final = "tky_0123456789abcdef0123456789"
_POINT: Final = (
    "BGsX0fLhLEJH+Lzm5WOkQPJ3A32BLeszoPShOUXYmMKWT+NC4v4af5uO5+tKfA+eFivOM1drMV7Oy7ZAaDe/UfU="
)
_SEAL: Final = "QUFB" * 37 + "QUE="
_CONTENT: Final = "QUFB" * 14
_SEALED: Final = {"content": _CONTENT, "keys": {"tip": _SEAL, _KEY: _SEAL}}
_SHOWN_KEY: Final = {
    "id": _KEY,
    "member": "mem_0123456789",
    "label": "Айнұр",
    "public_key": _POINT,
    "fingerprint": "3f5a1c0e9b7d24680f1e2d3c4b5a6978",
    "since": _DAY,
    "retired_on": None,
}
_SHOWN_TIP: Final[dict[str, Any]] = {
    "id": _TIP,
    "public_key": _POINT,
    "status": "triaged",
    "revision": 2,
    "channel": "web",
    "received_on": _DAY,
    "organisations": ["own_0123456789abcdef"],
    "adopted_by": None,
    "casefile": None,
    "merged_into": None,
    "summary": None,
    "acknowledge_by": "2026-03-09",
    "answer_by": "2026-05-31",
    "overdue": [],
    "keys": [_KEY],
    "recipients": [_SHOWN_KEY],
    "moves": ["ask", "adopt", "reject", "refer"],
}
_SHOWN_PIECE: Final = {
    "number": 1,
    "kind": "tip",
    "by": "sender",
    "on": _DAY,
    "content": _CONTENT,
    "keys": {_KEY: _SEAL},
    "file": None,
    "index": None,
    "last": None,
}
_OWN: Final = (
    "Only a member with a key that the tip is sealed to finds it; to all others it is not."
)

OPERATIONS: Final = (
    Operation(
        name="list_tip_keys",
        method="GET",
        path="/tips/keys",
        tag="tips",
        summary="List the keys that tips are sealed to",
        description="Your organisation's public keys, retired ones too.",
        scope=None,
        answer=TipKeys,
        example={"data": [_SHOWN_KEY], "takes_tips": False},
    ),
    Operation(
        name="register_tip_key",
        method="POST",
        path="/tips/keys",
        tag="tips",
        summary="Register your public key",
        description=(
            "Make the pair with the client; the private key never comes here. `member` is yourself:"
            " nobody registers a key for another. `replaces` retires your earlier key: nothing more"
            " is sealed to it, and a client that has it from before is told so and reads the keys"
            " anew. Keep the earlier private key, which goes on opening what was sealed to it; if"
            " it is lost, a colleague seals that to the new one"
            " (`POST /v1/inbox/tips/{tip_id}/seals`)."
        ),
        scope="tips:receive",
        answer=TipKey,
        example=_SHOWN_KEY,
        body=NewTipKey,
        problems=(GuardFailed,),
        body_example={"member": "mem_0123456789", "label": "Айнұр", "public_key": _POINT},
        status=201,
    ),
    Operation(
        name="retire_tip_key",
        method="DELETE",
        path="/tips/keys/{key_id}",
        tag="tips",
        summary="Retire a recipient's public key",
        description="Lost, or of somebody who leaves: no tip is sealed to it any more.",
        scope="org:admin",
        answer=TipKey,
        example={**_SHOWN_KEY, "retired_on": _DAY},
    ),
    Operation(
        name="list_tips",
        method="GET",
        path="/inbox/tips",
        tag="tips",
        summary="List the tips you can open",
        description=f"The newest day first. {_OWN}",
        scope="tips:receive",
        answer=TipDocument,
        example=[_SHOWN_TIP],
        filters=(
            Filter("status", "words", "States of the life cycle `tip`."),
            Filter("digest", "text", "A keyed digest: tips that name the same number."),
        ),
        listed=True,
    ),
    Operation(
        name="read_tip",
        method="GET",
        path="/inbox/tips/{tip_id}",
        tag="tips",
        summary="Read how a tip stands",
        description=_OWN,
        scope="tips:receive",
        answer=TipDocument,
        example=_SHOWN_TIP,
    ),
    Operation(
        name="list_tip_pieces",
        method="GET",
        path="/inbox/tips/{tip_id}/pieces",
        tag="tips",
        summary="List the sealed pieces of a tip",
        description="The first first: the tip itself, messages, parts of files.",
        scope="tips:receive",
        answer=TipPiece,
        example=[_SHOWN_PIECE],
        listed=True,
    ),
    Operation(
        name="send_tip_message",
        method="POST",
        path="/inbox/tips/{tip_id}/messages",
        tag="tips",
        summary="Write to the sender, or among recipients",
        description=(
            "Sealed by your client to every recipient's key, and to `tip` unless it is internal."
        ),
        scope="tips:receive",
        answer=PieceTaken,
        example={"number": 2},
        body=NewTipMessage,
        body_example=_SEALED,
        status=201,
        problems=(TransitionNotAllowed, RecipientsChanged),
    ),
    Operation(
        name="move_tip",
        method="POST",
        path="/inbox/tips/{tip_id}/transitions",
        tag="tips",
        summary="Take a step with a tip",
        description="The steps are those of the life cycle `tip` (`GET /v1/meta/workflows`).",
        scope="tips:receive",
        answer=TipDocument,
        example=_SHOWN_TIP,
        body=TipMove,
        body_example={"move": "reject", "reason": "out_of_scope"},
        on_version=True,
        problems=(TransitionNotAllowed, GuardFailed),
    ),
    Operation(
        name="release_tip_summary",
        method="POST",
        path="/inbox/tips/{tip_id}:release-summary",
        tag="tips",
        summary="Release a summary",
        description=(
            "In your own words, for a case: nothing else of a tip leaves the vault. Leave out"
            " whatever only the sender can know."
        ),
        scope="tips:receive",
        answer=TipDocument,
        example={**_SHOWN_TIP, "summary": "Жолдың бір бөлігі салынбаған."},
        body=NewSummary,
        body_example={"summary": "Жолдың бір бөлігі салынбаған."},
        problems=(TransitionNotAllowed,),
    ),
    Operation(
        name="reseal_tip",
        method="POST",
        path="/inbox/tips/{tip_id}/seals",
        tag="tips",
        summary="Let a colleague open a tip",
        description=(
            "For a key that came later, or in place of a lost one. Not for who is excluded."
        ),
        scope="tips:receive",
        problems=(TransitionNotAllowed, RecipientsChanged),
        answer=SealsTaken,
        example={"added": 1},
        body=NewTipSeals,
        body_example={"seals": [{"number": 1, "key": _KEY, "sealed": _SEAL}]},
    ),
    Operation(
        name="exclude_tip_recipient",
        method="POST",
        path="/inbox/tips/{tip_id}:exclude",
        tag="tips",
        summary="Exclude a recipient from a tip",
        description=(
            "For a conflict of interest: what was sealed to them is dropped, for good. A recipient"
            " of your organisation, or yourself; two members who can open it have to be left."
        ),
        scope="tips:receive",
        answer=TipDocument,
        example=_SHOWN_TIP,
        body=TipExclusion,
        body_example={"key": _KEY},
        problems=(TransitionNotAllowed, GuardFailed),
    ),
    Operation(
        name="add_tip_digests",
        method="POST",
        path="/inbox/tips/{tip_id}/digests",
        tag="tips",
        summary="Note which numbers a tip names",
        description="As keyed digests that your client makes; `digest` finds similar tips.",
        scope="tips:receive",
        answer=TipDocument,
        example=_SHOWN_TIP,
        body=NewTipDigests,
        problems=(TransitionNotAllowed,),
        body_example={"digests": ["QUFB" * 10 + "QUE="]},
    ),
    Operation(
        name="count_tips",
        method="GET",
        path="/inbox/tip-counts",
        tag="tips",
        summary="Count tips",
        description="Those you can open, by month, channel and state; what was purged counts on.",
        scope="tips:receive",
        answer=TipTallies,
        example={"data": [{"month": "2026-03", "channel": "web", "status": "purged", "tips": 4}]},
    ),
)
