"""Focus lists, and the queues from which members take one thing after another.

A list is a saved question to the triage. A queue asks one question of everything on it: each thing
is looked at by two members, never the same one, and by a third where the two differ. Among them are
things whose answer is known, so that members learn.
"""

from datetime import datetime
from typing import Annotated, Any, Final

from msgspec import Struct
from pydantic import Field

from shared.bodies import Body
from shared.contracts.casework.operation import LONGEST_ID, LONGEST_TEXT, Filter, Operation
from shared.contracts.scores import Band
from shared.errors import GuardFailed, TransitionNotAllowed

Id = Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$", max_length=LONGEST_ID)]
Short = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Long = Annotated[str, Field(min_length=1, max_length=4000)]
Word = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$", max_length=LONGEST_ID)]
Kato = Annotated[str, Field(pattern="^([0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{9})$", examples=["75"])]

VERDICTS: Final = ("sign_confirmed", "explained", "unclear")
"""What a queue lets members say, unless it says otherwise."""

MOST_TRAINING: Final = 100


class Criteria(Body):
    """Which alerts are on a list, as GET /v1/triage takes them; empty means all."""

    state: list[Word] = Field(default=[], max_length=20)
    region: list[Kato] = Field(default=[], max_length=50)
    buyer: list[Id] = Field(default=[], max_length=100)
    band: list[Band] = Field(default=[], max_length=10)
    indicator: list[Id] = Field(default=[], max_length=100)


class FocusListStart(Body):
    """A new list. Others see a public one, and take from its queues."""

    title: Short
    purpose: Long
    public: bool = False
    criteria: Criteria = Criteria()


class FocusListChange(Body):
    """What is to be different; `archived` puts a list away with its queues, or brings it back."""

    title: Short | None = None
    purpose: Long | None = None
    public: bool | None = None
    criteria: Criteria | None = None
    archived: bool | None = None


class QueueStart(Body):
    """A question that is asked of everything on a list, and what members may answer."""

    focus_list: Id
    question: Long
    verdicts: list[Word] = Field(default=[*VERDICTS], min_length=2, max_length=10)


class QueueChange(Body):
    """Close a queue, or open it again."""

    closed: bool


class TrainingItem(Body):
    """An alert whose answer is known."""

    alert: Id
    answer: Word


class Training(Body):
    """Things whose answer is known, mixed in among the others."""

    items: list[TrainingItem] = Field(min_length=1, max_length=MOST_TRAINING)


class Verdict(Body):
    """What a member found."""

    verdict: Word
    note: Long | None = None


class Sought(Struct, frozen=True):
    """Which alerts are on a list; empty means all."""

    state: list[str]
    region: list[str]
    buyer: list[str]
    band: list[str]
    indicator: list[str]


class FocusList(Struct, frozen=True):
    """A list that directs where people look. `own`: of the caller's organisation."""

    id: str
    organisation: str
    own: bool
    title: str
    purpose: str
    public: bool
    criteria: Sought
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None
    revision: int


class ReadersAgreement(Struct, frozen=True):
    """How far the first two members who looked at a thing said the same, by chance left aside.

    `kappa` is Cohen's: null where there is nothing to compare, or all said one word.
    """

    twice: int
    same: int
    share: float | None
    kappa: float | None


class MemberCount(Struct, frozen=True):
    """What a member did: how often, how often as it was settled, how often as was known before."""

    organisation: str
    member: str
    submitted: int
    settled: int
    as_settled: int
    training: int
    training_right: int


class QueueFigures(Struct, frozen=True):
    """How far a queue is. `waiting` are open, `once` of them were looked at once."""

    waiting: int
    once: int
    settled: int
    undecided: int
    training: int
    verdicts: dict[str, int]
    agreement: ReadersAgreement
    members: list[MemberCount]


class Queue(Struct, frozen=True):
    """A queue. `figures` are for its owner alone, in the answer for one queue."""

    id: str
    organisation: str
    focus_list: str
    question: str
    verdicts: list[str]
    created_at: datetime
    closed_at: datetime | None
    revision: int
    figures: QueueFigures | None = None


class QueueItem(Struct, frozen=True):
    """What a member has to look at, until `until`. What others found of it is not told."""

    id: str
    queue: str
    question: str
    verdicts: list[str]
    alert: str
    process: str
    buyer: str | None
    region: str | None
    band: str
    indicators: list[str]
    claimed_at: datetime
    until: datetime


class Submitted(Struct, frozen=True):
    """What a member said. `known` is the answer that was known before, null where none was.

    `state` of what is not for training: open while another member has to look at it, settled, or
    undecided where three said three things.
    """

    id: str
    queue: str
    verdict: str
    submitted_at: datetime
    state: str
    known: str | None


LIST_EXAMPLE: Final[dict[str, Any]] = {
    "id": "foc_5f0c1d2e3b4a59687766554433",
    "organisation": "own_a",
    "own": True,
    "title": "Single bids for road works in Almaty",
    "purpose": "Look at these first: the season of road works begins in April.",
    "public": True,
    "criteria": {
        "state": ["new"],
        "region": ["75"],
        "buyer": [],
        "band": ["high", "critical"],
        "indicator": ["R018"],
    },
    "created_at": "2026-03-02T04:00:00Z",
    "updated_at": "2026-03-02T04:00:00Z",
    "archived_at": None,
    "revision": 1,
}
QUEUE_EXAMPLE: Final[dict[str, Any]] = {
    "id": "que_6a0c1d2e3b4a59687766554433",
    "organisation": "own_a",
    "focus_list": LIST_EXAMPLE["id"],
    "question": "Does the specification name a mark, or what only one maker has?",
    "verdicts": [*VERDICTS],
    "created_at": "2026-03-02T04:00:00Z",
    "closed_at": None,
    "revision": 1,
    "figures": {
        "waiting": 1,
        "once": 1,
        "settled": 2,
        "undecided": 0,
        "training": 1,
        "verdicts": {"sign_confirmed": 1, "explained": 1},
        "agreement": {"twice": 2, "same": 2, "share": 1.0, "kappa": 1.0},
        "members": [
            {
                "organisation": "own_a",
                "member": "mem_marat",
                "submitted": 4,
                "settled": 2,
                "as_settled": 2,
                "training": 1,
                "training_right": 1,
            }
        ],
    },
}
ITEM_EXAMPLE: Final[dict[str, Any]] = {
    "id": "qit_7b0c1d2e3b4a59687766554433",
    "queue": QUEUE_EXAMPLE["id"],
    "question": QUEUE_EXAMPLE["question"],
    "verdicts": [*VERDICTS],
    "alert": "alr_n2q3ffkq2xv5mh4sg6t7ybzc4d",
    "process": "prc_a3lgw4c2yqfmxjpv5tns7hzd6e",
    "buyer": "org_b4mhx5d3zrgnykqw6uot2i3e7f",
    "region": "751110000",
    "band": "high",
    "indicators": ["R018"],
    "claimed_at": "2026-03-02T04:00:00Z",
    "until": "2026-03-03T04:00:00Z",
}

OPERATIONS: Final = (
    Operation(
        name="list_focus_lists",
        method="GET",
        path="/focus-lists",
        tag="cases",
        summary="List the focus lists",
        description="One's own, and the public ones of others, newest first.",
        scope="cases:read",
        answer=FocusList,
        example=[LIST_EXAMPLE],
        listed=True,
        filters=(
            Filter("own", "flag", "Only one's own, or only those of others."),
            Filter("archived", "flag", "Those that were put away; the others unless said."),
        ),
    ),
    Operation(
        name="add_focus_list",
        method="POST",
        path="/focus-lists",
        tag="cases",
        summary="Save a question to the triage as a focus list",
        description="It directs where members, and with a public one anybody's members, look.",
        scope="cases:write",
        body=FocusListStart,
        body_example={
            "title": LIST_EXAMPLE["title"],
            "purpose": LIST_EXAMPLE["purpose"],
            "public": True,
            "criteria": {"region": ["75"], "indicator": ["R018"]},
        },
        answer=FocusList,
        example=LIST_EXAMPLE,
        status=201,
    ),
    Operation(
        name="read_focus_list",
        method="GET",
        path="/focus-lists/{list_id}",
        tag="cases",
        summary="Read a focus list",
        description="One's own, or a public one.",
        scope="cases:read",
        answer=FocusList,
        example=LIST_EXAMPLE,
    ),
    Operation(
        name="change_focus_list",
        method="PATCH",
        path="/focus-lists/{list_id}",
        tag="cases",
        summary="Change a focus list",
        description="What is in its queues already stays there.",
        scope="cases:write",
        body=FocusListChange,
        body_example={"public": False},
        answer=FocusList,
        example=LIST_EXAMPLE,
        on_version=True,
    ),
    Operation(
        name="list_queues",
        method="GET",
        path="/queues",
        tag="cases",
        summary="List the queues",
        description="One's own, and those of public lists, newest first.",
        scope="cases:read",
        answer=Queue,
        example=[{**QUEUE_EXAMPLE, "figures": None}],
        listed=True,
        filters=(Filter("focus_list", "words", "Id of a focus list."),),
    ),
    Operation(
        name="add_queue",
        method="POST",
        path="/queues",
        tag="cases",
        summary="Ask a question of everything on a focus list",
        description="The queue fills itself from the list, as long as it is open.",
        scope="cases:write",
        body=QueueStart,
        body_example={
            "focus_list": LIST_EXAMPLE["id"],
            "question": QUEUE_EXAMPLE["question"],
        },
        answer=Queue,
        example={**QUEUE_EXAMPLE, "figures": None},
        status=201,
        problems=(GuardFailed,),
    ),
    Operation(
        name="read_queue",
        method="GET",
        path="/queues/{queue_id}",
        tag="cases",
        summary="Read a queue",
        description="Its owner is told how far it is, how far members agree, and what each did.",
        scope="cases:read",
        answer=Queue,
        example=QUEUE_EXAMPLE,
    ),
    Operation(
        name="change_queue",
        method="PATCH",
        path="/queues/{queue_id}",
        tag="cases",
        summary="Close a queue, or open it again",
        description="From a closed queue nothing is taken; what is taken can still be answered.",
        scope="cases:write",
        body=QueueChange,
        body_example={"closed": True},
        answer=Queue,
        example=QUEUE_EXAMPLE,
        on_version=True,
    ),
    Operation(
        name="add_training",
        method="POST",
        path="/queues/{queue_id}/training",
        tag="cases",
        summary="Mix in things whose answer is known",
        description="A member meets them among the others and is told the answer afterwards. What "
        "somebody has looked at already cannot be one.",
        scope="cases:write",
        body=Training,
        body_example={"items": [{"alert": ITEM_EXAMPLE["alert"], "answer": "explained"}]},
        answer=Queue,
        example=QUEUE_EXAMPLE,
        problems=(GuardFailed,),
    ),
    Operation(
        name="claim_item",
        method="POST",
        path="/queues/{queue_id}:claim",
        tag="cases",
        summary="Take the next thing of a queue for a day",
        description="Nobody else has it meanwhile. A member has one at a time: whoever has one "
        "gets the same again. What is not answered in 24 hours goes back.",
        scope="cases:read",
        answer=QueueItem,
        example=ITEM_EXAMPLE,
        problems=(GuardFailed,),
    ),
    Operation(
        name="submit_item",
        method="POST",
        path="/queues/{queue_id}/items/{item_id}:submit",
        tag="cases",
        summary="Say what one found",
        description="Two members have to say the same; where they differ a third is asked.",
        scope="cases:read",
        body=Verdict,
        body_example={"verdict": "explained", "note": "The lot was split by place of delivery."},
        answer=Submitted,
        example={
            "id": ITEM_EXAMPLE["id"],
            "queue": QUEUE_EXAMPLE["id"],
            "verdict": "explained",
            "submitted_at": "2026-03-02T05:00:00Z",
            "state": "open",
            "known": None,
        },
        problems=(GuardFailed, TransitionNotAllowed),
    ),
)
