"""Cases: what an organisation works on, with whom it shares it, and all that was done about it."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from msgspec import Struct
from pydantic import AwareDatetime, Field

from shared.bodies import Body
from shared.contracts.casework.naming import (
    LINKED,
    MemberId,
    OrganisationId,
    PartnerId,
    ProcessId,
)
from shared.contracts.casework.operation import LONGEST_ID, LONGEST_TEXT, Filter, Operation
from shared.errors import GuardFailed, TransitionNotAllowed

Id = Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$", max_length=LONGEST_ID)]
Short = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Long = Annotated[str, Field(min_length=1, max_length=20_000)]
Reason = Annotated[str, Field(min_length=3, max_length=2000)]
Kato = Annotated[str, Field(pattern="^[0-9]{2}([0-9]{7})?$", examples=["75"])]
Bin = Annotated[str, Field(pattern="^[0-9]{12}$", examples=["990340005977"])]
Severity = Literal["low", "medium", "high"]
Part = Literal["summary", "links", "parties", "notes", "tasks", "evidence", "complaints"]
"""What of a case can be shared; its number, title and state always are."""

PARTS: Final[tuple[Part, ...]] = (
    *("summary", "links", "parties", "notes", "tasks", "evidence", "complaints"),
)


class CaseStart(Body):
    """A new case; `processes` and `alerts` are linked to it at once.

    An alert goes into it as by its own move: one that was dismissed or put off is taken up first.
    """

    title: Short
    summary: Long | Literal[""] = ""
    severity: Severity = "medium"
    violations: list[Short] = Field(
        default=[], max_length=20, description="Codes of /v1/legal/violations, or their indicators."
    )
    region: Kato | None = None
    branch: Short | None = None
    campaign: Id | None = None
    assignees: list[MemberId] = Field(default=[], max_length=20)
    embargoed: bool = False
    processes: list[ProcessId] = Field(default=[], max_length=100)
    alerts: list[Id] = Field(default=[], max_length=100)


class CaseChange(Body):
    """What is to be different; what is left out stays as it is."""

    title: Short | None = None
    summary: Long | Literal[""] | None = None
    severity: Severity | None = None
    violations: list[Short] | None = Field(default=None, max_length=20)
    region: Kato | None = None
    branch: Short | None = None
    campaign: Id | None = None
    assignees: list[MemberId] | None = Field(default=None, max_length=20)
    embargoed: bool | None = None


class CaseMove(Body):
    """A move, and what it takes: see GET /v1/meta/workflows."""

    move: Short
    reason: Short | None = None
    note: Long | None = None
    until: date | None = None
    case: Id | None = None


class CaseHandOver(Body):
    """To whom a case goes, and what they should know."""

    organisation: PartnerId
    note: Long


class NoteStart(Body):
    """A note; `corrects` names one that it corrects, which stays as it is."""

    text: Long
    corrects: Id | None = None


class TaskStart(Body):
    """Something to be done."""

    title: Short
    assignee: MemberId | None = None
    due_on: date | None = None


class TaskChange(Body):
    """What is to be different; `done` ends the task, or opens it again."""

    title: Short | None = None
    assignee: MemberId | None = None
    due_on: date | None = None
    done: bool | None = None


class PartyStart(Body):
    """Who has a part. An organisation is told by its BIN; a person by their part alone."""

    role: Short = Field(examples=["named_party", "lawyer", "expert", "journalist", "witness"])
    bin: Bin | None = None
    name: Short | None = Field(
        default=None, description="of an organisation; persons are not named"
    )
    note: Short | None = None


class LinkStart(Body):
    """What the case is about or rests on."""

    kind: Literal["process", "alert", "tip", "case"]
    target: Annotated[Id, LINKED]


class Ending(Body):
    """Why something is taken away; it stays in the history."""

    reason: Reason


class ShareStart(Body):
    """Who may see which parts, and until when."""

    organisation: OrganisationId
    parts: list[Part] = Field(min_length=1, max_length=len(PARTS))
    may_comment: bool = False
    expires_at: AwareDatetime


class CaseLink(Struct, frozen=True):
    """What a case is about or rests on."""

    id: str
    kind: str
    target: str
    linked_at: datetime


class CaseParty(Struct, frozen=True):
    """Who has a part in a case."""

    id: str
    role: str
    bin: str | None
    name: str | None
    note: str | None
    added_at: datetime


class CaseShare(Struct, frozen=True):
    """Who may see which parts of a case, and until when."""

    id: str
    organisation: str
    parts: list[str]
    may_comment: bool
    shared_at: datetime
    expires_at: datetime


class CaseOffer(Struct, frozen=True):
    """A hand-over that waits for the other organisation: until it accepts, nothing of it is theirs.

    `offered_by` is told to the giver alone.
    """

    organisation: str
    note: str | None
    offered_at: datetime
    offered_by: str | None


class CaseBrief(Struct, frozen=True, kw_only=True):
    """A case in short. `access`: own, region (of a coordinator) or shared; `moves`: what next.

    `offer`: a hand-over that waits, told to both sides of it.
    """

    id: str
    organisation: str
    number: str
    title: str
    severity: str
    state: str
    region: str | None
    branch: str | None
    campaign: str | None
    assignees: list[str]
    violations: list[str]
    on_hold_until: date | None
    embargoed: bool
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    revision: int
    access: str
    moves: list[str]
    offer: CaseOffer | None = None


class Case(CaseBrief, frozen=True):
    """A case as its reader may see it; what is not shared with them is null."""

    summary: str | None
    merged_into: str | None
    created_by: str | None
    links: list[CaseLink] | None
    parties: list[CaseParty] | None
    shares: list[CaseShare] | None


class CaseNote(Struct, frozen=True):
    """A note. `corrects` names the one it corrects."""

    id: str
    at: datetime
    organisation: str
    member: str | None
    text: str
    corrects: str | None


class CaseTask(Struct, frozen=True):
    """Something to be done."""

    id: str
    title: str
    assignee: str | None
    due_on: date | None
    done_at: datetime | None
    created_at: datetime
    revision: int


class CaseEvent(Struct, frozen=True):
    """Something that was done: by whom, from which state to which, with old and new values."""

    id: int
    what: str
    at: datetime
    by_organisation: str | None
    by_member: str | None
    before: str | None
    after: str | None
    reason: str | None
    note: str | None
    changes: dict[str, list[Any]]


CASE_ID: Final = "cas_0123456789abcdef0123456789"
_AT: Final = "2026-03-02T04:00:00Z"
_BRIEF: Final[dict[str, Any]] = {
    "id": CASE_ID,
    "organisation": "own_0123456789abcdef",
    "number": "2026-000001",
    "title": "VAT paid to a supplier that pays none",
    "severity": "medium",
    "state": "open",
    "region": "75",
    "branch": None,
    "campaign": None,
    "assignees": ["mem_0123456789abcdef"],
    "violations": ["vat_to_non_payer"],
    "on_hold_until": None,
    "embargoed": False,
    "created_at": _AT,
    "updated_at": _AT,
    "published_at": None,
    "revision": 2,
    "access": "own",
    "moves": ["investigate", "close_unfounded", "hold", "merge"],
    "offer": None,
}
_OFFER: Final = {
    "organisation": "own_fedcba9876543210",
    "note": "You are nearer to the school.",
    "offered_at": _AT,
    "offered_by": "mem_0123456789abcdef",
}
_LINK: Final = {
    "id": "lnk_0123456789abcdef0123456789",
    "kind": "process",
    "target": "prc_4xhoya7oq6ntocgzoq7woqdal7",
    "linked_at": _AT,
}
_PARTY: Final = {
    "id": "pty_0123456789abcdef0123456789",
    "role": "named_party",
    "bin": "990340005977",
    "name": "Example buyer",
    "note": None,
    "added_at": _AT,
}
_SHARE: Final = {
    "id": "shr_0123456789abcdef0123456789",
    "organisation": "own_fedcba9876543210",
    "parts": ["summary", "links"],
    "may_comment": False,
    "shared_at": _AT,
    "expires_at": "2026-09-02T04:00:00Z",
}
_CASE: Final[dict[str, Any]] = {
    **_BRIEF,
    "summary": "The contract price contains VAT; the supplier is on no list of those who pay it.",
    "merged_into": None,
    "created_by": "mem_0123456789abcdef",
    "links": [_LINK],
    "parties": [_PARTY],
    "shares": [],
}
_NOTE: Final = {
    "id": "nte_0123456789abcdef0123456789",
    "at": _AT,
    "organisation": "own_0123456789abcdef",
    "member": "mem_0123456789abcdef",
    "text": "Called the school: the contract is not yet paid.",
    "corrects": None,
}
_TASK: Final = {
    "id": "tsk_0123456789abcdef0123456789",
    "title": "Ask the tax register again",
    "assignee": None,
    "due_on": "2026-03-09",
    "done_at": None,
    "created_at": _AT,
    "revision": 1,
}
_EVENT: Final = {
    "id": 7,
    "what": "open",
    "at": _AT,
    "by_organisation": "own_0123456789abcdef",
    "by_member": "mem_0123456789abcdef",
    "before": "draft",
    "after": "open",
    "reason": None,
    "note": None,
    "changes": {},
}

_FILTERS: Final = (
    Filter("state", "words", "A state, see GET /v1/meta/workflows."),
    Filter("region", "words", "A KATO code; all below it fit."),
    Filter("assignee", "words", "Id of a member."),
    Filter("severity", "words", "low, medium, high."),
    Filter("campaign", "words", "Id of a campaign."),
    Filter("process", "words", "Id of a process it is linked to."),
    Filter("alert", "words", "Id of an alert it is linked to."),
    Filter("stale", "flag", "Open, and nothing was done for thirty days."),
    Filter("q", "text", "Words of its title or number."),
)

OPERATIONS: Final = (
    Operation(
        name="start_case",
        method="POST",
        path="/cases",
        tag="cases",
        summary="Start a case",
        description="Start a case as a draft, and link purchases and alerts to it.",
        scope="cases:write",
        answer=Case,
        example=_CASE,
        body=CaseStart,
        status=201,
        problems=(TransitionNotAllowed, GuardFailed),
    ),
    Operation(
        name="list_cases",
        method="GET",
        path="/cases",
        tag="cases",
        summary="List cases",
        description="List one's own cases, those shared with one, and of a coordinator those of"
        " the region; the newest first.",
        scope="cases:read",
        answer=CaseBrief,
        example=[_BRIEF],
        filters=_FILTERS,
        listed=True,
    ),
    Operation(
        name="read_case",
        method="GET",
        path="/cases/{case_id}",
        tag="cases",
        summary="Read a case",
        description="Read a case, with what it is linked to, who has a part, and what comes next.",
        scope="cases:read",
        answer=Case,
        example=_CASE,
    ),
    Operation(
        name="change_case",
        method="PATCH",
        path="/cases/{case_id}",
        tag="cases",
        summary="Change a case",
        description="Change what a case says of itself; its state changes by moves alone. One that"
        " was verified by who opened or examined it becomes severe only after it was reopened.",
        scope="cases:write",
        answer=Case,
        example=_CASE,
        body=CaseChange,
        on_version=True,
        problems=(TransitionNotAllowed, GuardFailed),
    ),
    Operation(
        name="move_case",
        method="POST",
        path="/cases/{case_id}/moves",
        tag="cases",
        summary="Move a case",
        description="Take a case from its state to another, by a move of its life cycle.",
        scope="cases:write",
        answer=Case,
        example=_CASE,
        body=CaseMove,
        on_version=True,
        problems=(TransitionNotAllowed, GuardFailed),
    ),
    Operation(
        name="hand_over_case",
        method="POST",
        path="/cases/{case_id}:hand-over",
        tag="cases",
        summary="Offer a case to another organisation",
        description="Offer a case to another partner organisation, with a note of what they should"
        " know. Until they accept they see its number and title, and it stays one's own. An"
        " embargoed case is not handed over, a severe one by a second person; an authority or a"
        " buyer is sent a complaint, or the case is shared with it.",
        scope="cases:write",
        answer=CaseBrief,
        example={**_BRIEF, "offer": _OFFER},
        body=CaseHandOver,
        on_version=True,
        problems=(TransitionNotAllowed, GuardFailed),
    ),
    Operation(
        name="accept_case",
        method="POST",
        path="/cases/{case_id}:accept-hand-over",
        tag="cases",
        summary="Accept a case that is offered",
        description="Take a case over that another organisation offers. It becomes one's own; its"
        " shares end, its history goes along, and what points to tips stays with the giver.",
        scope="cases:write",
        answer=CaseBrief,
        example=_BRIEF,
        on_version=True,
        problems=(TransitionNotAllowed, GuardFailed),
    ),
    Operation(
        name="decline_case",
        method="POST",
        path="/cases/{case_id}:decline-hand-over",
        tag="cases",
        summary="Decline a case that is offered",
        description="Say no to a case that is offered, or take one's own offer back; the reason"
        " stands in its history.",
        scope="cases:write",
        answer=CaseOffer,
        example=_OFFER,
        body=Ending,
        on_version=True,
        problems=(TransitionNotAllowed,),
    ),
    Operation(
        name="list_case_events",
        method="GET",
        path="/cases/{case_id}/events",
        tag="cases",
        summary="Read the history of a case",
        description="Everything that was done, the first first, with old and new values.",
        scope="cases:read",
        answer=CaseEvent,
        example=[_EVENT],
        listed=True,
    ),
    Operation(
        name="add_case_note",
        method="POST",
        path="/cases/{case_id}/notes",
        tag="cases",
        summary="Add a note",
        description="Add a note. Notes are never changed: a correction is a note of its own.",
        scope="cases:write",
        answer=CaseNote,
        example=_NOTE,
        body=NoteStart,
        status=201,
    ),
    Operation(
        name="list_case_notes",
        method="GET",
        path="/cases/{case_id}/notes",
        tag="cases",
        summary="List notes",
        description="The notes of a case, the newest first.",
        scope="cases:read",
        answer=CaseNote,
        example=[_NOTE],
        listed=True,
    ),
    Operation(
        name="add_case_task",
        method="POST",
        path="/cases/{case_id}/tasks",
        tag="cases",
        summary="Add a task",
        description="Add something to be done.",
        scope="cases:write",
        answer=CaseTask,
        example=_TASK,
        body=TaskStart,
        status=201,
    ),
    Operation(
        name="list_case_tasks",
        method="GET",
        path="/cases/{case_id}/tasks",
        tag="cases",
        summary="List tasks",
        description="What is or was to be done for a case, the newest first.",
        scope="cases:read",
        answer=CaseTask,
        example=[_TASK],
        filters=(Filter("open", "flag", "Only what is not done, or only what is."),),
        listed=True,
    ),
    Operation(
        name="change_case_task",
        method="PATCH",
        path="/cases/{case_id}/tasks/{task_id}",
        tag="cases",
        summary="Change a task",
        description="Change a task, or say that it is done.",
        scope="cases:write",
        answer=CaseTask,
        example=_TASK,
        body=TaskChange,
        on_version=True,
    ),
    Operation(
        name="add_case_party",
        method="POST",
        path="/cases/{case_id}/parties",
        tag="cases",
        summary="Add who has a part",
        description="Add who has a part in a case. Persons are told by their part, not by name.",
        scope="cases:write",
        answer=CaseParty,
        example=_PARTY,
        body=PartyStart,
        status=201,
    ),
    Operation(
        name="end_case_party",
        method="POST",
        path="/cases/{case_id}/parties/{party_id}:end",
        tag="cases",
        summary="Take a party out",
        description="Take somebody's part away, with the reason; the history keeps it.",
        scope="cases:write",
        answer=CaseParty,
        example=_PARTY,
        body=Ending,
    ),
    Operation(
        name="link_case",
        method="POST",
        path="/cases/{case_id}/links",
        tag="cases",
        summary="Link a case",
        description="Link a case to a purchase, an alert, a tip one has adopted, or another case;"
        " 200 if the link is there already. An alert goes into it as by its own move, with its"
        " purchase.",
        scope="cases:write",
        answer=CaseLink,
        example=_LINK,
        body=LinkStart,
        status=201,
        problems=(TransitionNotAllowed, GuardFailed),
    ),
    Operation(
        name="unlink_case",
        method="POST",
        path="/cases/{case_id}/links/{link_id}:end",
        tag="cases",
        summary="Take a link away",
        description="Take a link away, with the reason; the history keeps it.",
        scope="cases:write",
        answer=CaseLink,
        example=_LINK,
        body=Ending,
    ),
    Operation(
        name="share_case",
        method="POST",
        path="/cases/{case_id}/shares",
        tag="cases",
        summary="Share a case",
        description="Let another organisation see parts of a case until a day; shared again, what"
        " was shared with it before ends.",
        scope="cases:write",
        answer=CaseShare,
        example=_SHARE,
        body=ShareStart,
        status=201,
        problems=(GuardFailed,),
    ),
    Operation(
        name="end_case_share",
        method="POST",
        path="/cases/{case_id}/shares/{share_id}:end",
        tag="cases",
        summary="End a share",
        description="Let another organisation see a case no longer.",
        scope="cases:write",
        answer=CaseShare,
        example=_SHARE,
        body=Ending,
    ),
)
