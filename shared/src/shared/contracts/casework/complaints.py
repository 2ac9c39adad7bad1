"""Complaints: one route, one addressee, one clock; their letters, and what became of them."""

from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from msgspec import Struct, to_builtins
from pydantic import Field

from shared.bodies import Body
from shared.contracts.casework.operation import LONGEST_ID, LONGEST_TEXT, Filter, Operation
from shared.errors import GuardFailed, TransitionNotAllowed, WindowClosed

AnswerCode = Literal["accepted", "partly_accepted", "refused", "already_done", "not_answered"]
"""How a body answers a recommendation; `not_answered` is what its organisation writes down."""

MOST: Final = 100
"""Complaints that are moved at once."""

Id = Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$", max_length=LONGEST_ID)]
Code = Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$", max_length=LONGEST_ID)]
Short = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Note = Annotated[str, Field(min_length=1, max_length=4000)]
Addressee = Annotated[
    str,
    Field(
        pattern=r"^(bin:[0-9]{12}|authority:[a-z0-9_.-]{2,80})$",
        description="An authority by its code, or an organisation by its BIN.",
    ),
]
Values = Annotated[
    dict[Code, Note | Annotated[list[Note], Field(max_length=100)]], Field(max_length=60)
]


class EventGiven(Body):
    """What the route's term runs from: an event of its declaration, and the day it happened."""

    kind: Code
    on: date


class NewComplaint(Body):
    """What is complained of, by whom, by which route, to whom; what its letters say is in `values`.

    `happened` are events that a term is counted from: the day a protocol was posted, a decision
    became known. What a route needs and lacks is refused.
    """

    case: Id
    route: Code
    addressee: Addressee
    addressee_name: Short | None = Field(None, description="Needed for an organisation by its BIN.")
    standing: Code
    stage: Code
    object: Code
    method: Code
    regime: Literal["public", "quasi_state"] = "public"
    region: str | None = Field(None, pattern=r"^\d{2,9}$", description="KATO code.")
    subject: Short
    happened: list[EventGiven] = Field([], max_length=20)
    values: Values = Field(default_factory=dict)
    recommendations: list[Note] = Field([], max_length=50)
    previous: Id | None = Field(None, description="The complaint that this one goes on from.")


class ComplaintChange(Body):
    """What of a draft is to be otherwise; what is not named stays."""

    subject: Short | None = None
    values: Values | None = None
    recommendations: list[Note] | None = Field(None, max_length=50)
    happened: list[EventGiven] | None = Field(None, max_length=20)


class RecommendationAnswer(Body):
    """The answer to one recommendation, with its reason."""

    number: int = Field(ge=1, le=50)
    code: AnswerCode
    reason: Note
    attachment: Id | None = Field(None, description="Id of what goes with it.")


class ComplaintMove(Body):
    """A move of the life cycle, and what it takes.

    `day` is the day it happened, today unless said. `number` is the number of the slip where it is
    filed, of the register where it is registered. `evidence` is the signed copy where it is filed,
    what came with the answer where it is answered. What was not at hand when it was filed is added
    once by `add_slip`.
    """

    move: Code
    day: date | None = None
    reason: Code | None = None
    note: Note | None = None
    until: date | None = None
    number: Short | None = None
    addressee: Addressee | None = None
    addressee_name: Short | None = None
    evidence: Id | None = None
    complaint: Id | None = None
    answers: list[RecommendationAnswer] = Field([], max_length=50)


class MovedTogether(Body):
    """One of several complaints: what is said of it alone stands before what is said of all."""

    id: Id
    number: Short | None = None
    evidence: Id | None = None
    complaint: Id | None = None
    answers: list[RecommendationAnswer] = Field([], max_length=50)


class ComplaintsMove(ComplaintMove):
    """One move of several complaints: all of them, or none."""

    complaints: list[MovedTogether] = Field(min_length=1, max_length=MOST)


class NewLetter(Body):
    """From which template, in which language, and what it takes beside the complaint's values.

    What the complaint does not say of the customer is taken from the parties of its case.
    """

    template: Code
    language: Literal["kk", "ru", "en"]
    values: Values = Field(default_factory=dict)
    evidence: list[Id] = Field(
        [], max_length=100, description="Pieces of evidence of the case: listed with their SHA-256."
    )
    attachments: list[Short] = Field([], max_length=100)


class Clock(Struct, frozen=True):
    """Days that count. `confirmed`: a named person stands by the term; else nothing is overdue."""

    window_closes_on: date | None
    filed_on: date | None
    slip_number: str | None
    registered_on: date | None
    registration_number: str | None
    due_on: date | None
    extended_until: date | None
    answered_on: date | None
    days_late: int | None
    confirmed: bool


class Recommendation(Struct, frozen=True):
    """What was recommended, and what was answered."""

    number: int
    text: str
    code: str | None
    reason: str | None
    attachment: str | None


class OwnComplaint(Struct, frozen=True):
    """A complaint.

    `moves` are those that the caller's role may take now, `next_routes` the routes that go on from
    how it stands.
    """

    id: str
    case: str
    organisation: str
    route: str
    addressee: str
    addressee_name: dict[str, str]
    standing: str
    stage: str
    object: str
    method: str
    subject: str
    state: str
    overdue: bool
    clock: Clock
    values: dict[str, Any]
    recommendations: list[Recommendation]
    letter: str | None
    signed_copy: str | None
    author: str | None
    approver: str | None
    answer: str | None
    answer_attachment: str | None
    previous: str | None
    next: str | None
    moves: list[str]
    next_routes: list[str]
    revision: int
    created_at: datetime
    updated_at: datetime


class ComplaintsMoved(Struct, frozen=True):
    """The complaints that were moved, in the order in which they were named."""

    data: list[OwnComplaint]


class ClockStep(Struct, frozen=True):
    """One step of counting: a day, and in words what was done with it."""

    on: date | None
    text: str


class ClockTerm(Struct, frozen=True):
    """One term: what it is, where it ends, whether it is confirmed, and how it was counted."""

    term: str
    due_on: date | None
    state: str
    confirmed: bool
    provisional: bool
    days_late: int | None
    cite: list[str]
    flaws: list[str]
    steps: list[ClockStep]


class ComplaintClock(Struct, frozen=True):
    """How every day of a complaint came about, in the caller's language."""

    id: str
    route: str
    language: str
    terms: list[ClockTerm]


class Letter(Struct, frozen=True):
    """A letter that was made. `sha256`: of its files; `for_filing`: no translation to read."""

    id: str
    complaint: str
    template: str
    version: str
    language: str
    for_filing: bool
    approved: bool
    sha256: dict[str, str]
    links: dict[str, str]
    made_by: str | None
    made_at: datetime


_AT: Final = datetime.fromisoformat("2026-03-02T04:00:00+00:00")
EXAMPLE_ID: Final = "cmp_5d41402abc4b2a76b9719d911f"
_LETTER_ID: Final = "let_7d793037a0760186574b0282f2"

EXAMPLE_CLOCK: Final = Clock(
    window_closes_on=None,
    filed_on=date(2026, 3, 2),
    slip_number="ЖТ-2026-00412345",
    registered_on=date(2026, 3, 3),
    registration_number="01-12/345",
    due_on=date(2026, 3, 27),
    extended_until=None,
    answered_on=None,
    days_late=None,
    confirmed=False,
)
EXAMPLE: Final = OwnComplaint(
    id=EXAMPLE_ID,
    case="cas_098f6bcd4621d373cade4e8326",
    organisation="own_3f1c9a7e5b2d4c60",
    route="appc76_appeal",
    addressee="authority:internal_audit",
    addressee_name={
        "kk": "Ішкі мемлекеттік аудит комитеті",
        "ru": "Комитет внутреннего государственного аудита",
        "en": "Internal State Audit Committee",
    },
    standing="person",
    stage="execution",
    object="performance",
    method="competition",
    subject="Road repair, lot 12345678-1",
    state="registered",
    overdue=False,
    clock=EXAMPLE_CLOCK,
    values={"purchase": "12345678-1", "facts": ["The layer measured at three points is 2 cm."]},
    recommendations=[
        Recommendation(1, "Measure the layer of the road.", None, None, None),
    ],
    letter=_LETTER_ID,
    signed_copy=None,
    author="mem_aida",
    approver="mem_bolat",
    answer=None,
    answer_attachment=None,
    previous=None,
    next=None,
    moves=["consider", "transfer", "extend", "suspend", "answer", "withdraw"],
    next_routes=[],
    revision=6,
    created_at=_AT,
    updated_at=_AT,
)
_CLOCK_EXAMPLE: Final = ComplaintClock(
    id=EXAMPLE_ID,
    route="appc76_appeal",
    language="en",
    terms=[
        ClockTerm(
            term="answer",
            due_on=date(2026, 3, 27),
            state="running",
            confirmed=False,
            provisional=False,
            days_late=None,
            cite=["appc 76"],
            flaws=[],
            steps=[ClockStep(date(2026, 3, 3), "The body received it: day 0.")],
        )
    ],
)
_LETTER_EXAMPLE: Final = Letter(
    id=_LETTER_ID,
    complaint=EXAMPLE_ID,
    template="general_appeal",
    version="1-af88b422",
    language="kk",
    for_filing=True,
    approved=True,
    sha256={"pdf": "9f86d081884c7d65", "docx": "60303ae22b998861"},
    links={
        "pdf": f"/v1/complaints/{EXAMPLE_ID}/letters/{_LETTER_ID}/pdf",
        "docx": f"/v1/complaints/{EXAMPLE_ID}/letters/{_LETTER_ID}/docx",
    },
    made_by="mem_aida",
    made_at=_AT,
)
_SENDER: Final = {
    "sender_name": "«Қадаға» ҚБ",
    "sender_bin": "000240000016",
    "sender_address": "Астана қ., Абай к., 1",
    "sender_contact": "+7 700 000 00 00",
    "signatory": "А. Серік",
    "signatory_position": "Директор",
}

READ: Final = "complaints:read"
WRITE: Final = "complaints:write"

OPERATIONS: Final = (
    Operation(
        name="create_complaint",
        method="POST",
        path="/complaints",
        tag="cases",
        summary="Draft a complaint",
        description=(
            "Standing, stage, object, method and day decide whether the route is open to you: one "
            "that is not is refused with its reason and with the routes that are."
        ),
        scope=WRITE,
        answer=OwnComplaint,
        example=to_builtins(EXAMPLE),
        body=NewComplaint,
        body_example={
            "case": "cas_098f6bcd4621d373cade4e8326",
            "route": "appc76_appeal",
            "addressee": "authority:internal_audit",
            "standing": "person",
            "stage": "execution",
            "object": "performance",
            "method": "competition",
            "subject": "Road repair, lot 12345678-1",
            "values": {"facts": ["The layer measured at three points is 2 cm."]},
            "recommendations": ["Measure the layer of the road."],
        },
        status=201,
        problems=(WindowClosed, GuardFailed),
    ),
    Operation(
        name="list_complaints",
        method="GET",
        path="/complaints",
        tag="cases",
        summary="List complaints",
        description="Complaints of your organisation, the last changed first.",
        scope=READ,
        answer=OwnComplaint,
        example=[EXAMPLE],
        filters=(
            Filter("case", "text", "Id of the case."),
            Filter("state", "words", "States."),
            Filter("route", "words", "Codes of routes."),
            Filter("addressee", "text", "authority:<code> or bin:<BIN>."),
            Filter("overdue", "flag", "Whether a confirmed term has ended without an answer."),
            Filter("due_until", "day", "Those whose answer is due by this day."),
            Filter(
                "slip_missing", "flag", "Whether it was filed and its slip or signed copy lacks."
            ),
        ),
        listed=True,
    ),
    Operation(
        name="read_complaint",
        method="GET",
        path="/complaints/{complaint_id}",
        tag="cases",
        summary="Read a complaint",
        description="A complaint of your organisation, with the moves your role may take now.",
        scope=READ,
        answer=OwnComplaint,
        example=to_builtins(EXAMPLE),
    ),
    Operation(
        name="change_complaint",
        method="PATCH",
        path="/complaints/{complaint_id}",
        tag="cases",
        summary="Change a draft",
        description="Only a draft can be changed; letters made before are not of the new text.",
        scope=WRITE,
        answer=OwnComplaint,
        example=to_builtins(EXAMPLE),
        body=ComplaintChange,
        body_example={"subject": "Road repair, lots 1 and 2"},
        on_version=True,
        problems=(TransitionNotAllowed, WindowClosed, GuardFailed),
    ),
    Operation(
        name="move_complaint",
        method="POST",
        path="/complaints/{complaint_id}/moves",
        tag="cases",
        summary="Move a complaint",
        description=(
            "Take a move of the life cycle `complaint`. The text is approved by somebody else than "
            "its author; filing takes the scope complaints:file and is refused after the window. "
            "Nothing is sent for you: the organisation signs and files, the numbers are kept here."
        ),
        scope=WRITE,
        answer=OwnComplaint,
        example=to_builtins(EXAMPLE),
        body=ComplaintMove,
        body_example={"move": "register", "number": "01-12/345", "day": "2026-03-03"},
        on_version=True,
        problems=(TransitionNotAllowed, GuardFailed, WindowClosed),
    ),
    Operation(
        name="move_complaints",
        method="POST",
        path="/complaints:batch",
        tag="cases",
        summary="Move several complaints at once",
        description=(
            "File, answer, escalate, close or remind (`follow_up`) many at once: all of them or "
            "none, each that cannot be moved named by its pointer. The slip number, the file, the "
            "answers and the complaint that goes on stand with each of them where they differ."
        ),
        scope=WRITE,
        answer=ComplaintsMoved,
        example={"data": [to_builtins(EXAMPLE)]},
        body=ComplaintsMove,
        body_example={
            "complaints": [{"id": EXAMPLE_ID}],
            "move": "follow_up",
            "note": "The term has passed; we asked for the answer by telephone.",
        },
    ),
    Operation(
        name="read_complaint_clock",
        method="GET",
        path="/complaints/{complaint_id}/clock",
        tag="cases",
        summary="Read how the days of a complaint came about",
        description="Every term of its route, counted step by step, in kk, ru or en.",
        scope=READ,
        answer=ComplaintClock,
        example=to_builtins(_CLOCK_EXAMPLE),
    ),
    Operation(
        name="make_letter",
        method="POST",
        path="/complaints/{complaint_id}/letters",
        tag="cases",
        summary="Make a letter",
        description=(
            "Fill a template with the complaint's values and set it as PDF and DOCX. Refused while "
            "no named person has confirmed the template and the route. A letter in English is a "
            "translation to read."
        ),
        scope=WRITE,
        answer=Letter,
        example=to_builtins(_LETTER_EXAMPLE),
        body=NewLetter,
        body_example={"template": "general_appeal", "language": "kk", "values": _SENDER},
        status=201,
        problems=(GuardFailed, TransitionNotAllowed),
    ),
    Operation(
        name="list_letters",
        method="GET",
        path="/complaints/{complaint_id}/letters",
        tag="cases",
        summary="List the letters of a complaint",
        description="Every letter that was made, the newest first.",
        scope=READ,
        answer=Letter,
        example=[_LETTER_EXAMPLE],
        listed=True,
    ),
)
