"""The side of the bodies that complaints go to: what was sent to them, and what they answer.

A body sees the complaints that are addressed to whom it was verified to speak for, from the day
they are filed: the text, the letter and the clock, nothing of the case behind it, and never a tip.
"""

from datetime import date, datetime
from typing import Annotated, Final

from msgspec import Struct, to_builtins
from pydantic import Field

from shared.bodies import Body
from shared.contracts.casework.complaints import (
    EXAMPLE,
    EXAMPLE_CLOCK,
    Addressee,
    Clock,
    Code,
    Id,
    Note,
    Recommendation,
    RecommendationAnswer,
    Short,
)
from shared.contracts.casework.operation import Filter, Operation
from shared.errors import GuardFailed, TransitionNotAllowed, WindowClosed

RESPOND: Final = "authority:respond"

Today = Annotated[
    date | None,
    Field(description="Today, where it is said: what a body does counts from when it tells it."),
]


class ReceivedComplaint(Struct, frozen=True):
    """A complaint as the body sees it that it is addressed to."""

    id: str
    organisation: str
    route: str
    addressee: str
    addressee_name: dict[str, str]
    subject: str
    state: str
    overdue: bool
    clock: Clock
    recommendations: list[Recommendation]
    letter: str | None
    answer: str | None
    answer_attachment: str | None
    moves: list[str]
    revision: int
    updated_at: datetime


class Registered(Body):
    """The number and the day of the register."""

    number: Short
    day: Today = None


class Transferred(Body):
    """To which body it was passed on, and when."""

    addressee: Addressee
    addressee_name: Short | None = None
    day: Today = None


class Extended(Body):
    """To which day, on what ground, and when that was decided."""

    until: date
    note: Note
    day: Today = None


class Suspended(Body):
    """On what ground, and when."""

    note: Note
    day: Today = None


class Resumed(Body):
    """When."""

    day: Today = None


class NotAccepted(Body):
    """Why, and when."""

    reason: Code
    note: Note | None = None
    day: Today = None


class Answered(Body):
    """The answer, recommendation by recommendation, each with its reason; and on which day."""

    note: Note
    answers: list[RecommendationAnswer] = Field([], max_length=50)
    attachment: Id | None = Field(None, description="Id of what goes with it.")
    day: Today = None


class AuthorityFigures(Struct, frozen=True):
    """How a body answered: complaints with a confirmed term count as in time or late, no others.

    `on_substance`: of the answers assessed, those not found to miss the substance. `upheld`:
    granted, in whole or in part. `median_days`: calendar days from filing to the answer.
    """

    addressee: str
    addressee_name: dict[str, str]
    filed: int
    answered: int
    waiting: int
    answered_in_time: int
    answered_late: int
    overdue: int
    assessed: int
    on_substance: int
    upheld: int
    median_days: float | None


_EXAMPLE: Final = ReceivedComplaint(
    id=EXAMPLE.id,
    organisation=EXAMPLE.organisation,
    route=EXAMPLE.route,
    addressee=EXAMPLE.addressee,
    addressee_name=EXAMPLE.addressee_name,
    subject=EXAMPLE.subject,
    state="filed",
    overdue=False,
    clock=EXAMPLE_CLOCK,
    recommendations=EXAMPLE.recommendations,
    letter=EXAMPLE.letter,
    answer=None,
    answer_attachment=None,
    moves=["not_accept", "register", "transfer", "answer"],
    revision=5,
    updated_at=EXAMPLE.updated_at,
)
_FIGURES: Final = AuthorityFigures(
    addressee=EXAMPLE.addressee,
    addressee_name=EXAMPLE.addressee_name,
    filed=40,
    answered=31,
    waiting=9,
    answered_in_time=24,
    answered_late=5,
    overdue=3,
    assessed=28,
    on_substance=20,
    upheld=12,
    median_days=17.0,
)


def _command(
    verb: str, name: str, summary: str, body: type[Body], example: dict[str, object]
) -> Operation:
    return Operation(
        name=name,
        method="POST",
        path=f"/authority/complaints/{{complaint_id}}:{verb}",
        tag="cases",
        summary=summary,
        description="By the body it is addressed to, on the version it has seen.",
        scope=RESPOND,
        answer=ReceivedComplaint,
        example=to_builtins(_EXAMPLE),
        body=body,
        body_example=example,
        on_version=True,
        problems=(TransitionNotAllowed, GuardFailed, WindowClosed),
    )


OPERATIONS: Final = (
    Operation(
        name="list_received_complaints",
        method="GET",
        path="/authority/complaints",
        tag="cases",
        summary="List the complaints addressed to you",
        description="Of those your organisation speaks for, the last changed first.",
        scope=RESPOND,
        answer=ReceivedComplaint,
        example=[_EXAMPLE],
        filters=(
            Filter("state", "words", "States."),
            Filter("overdue", "flag", "Whether a confirmed term has ended without an answer."),
        ),
        listed=True,
    ),
    Operation(
        name="read_received_complaint",
        method="GET",
        path="/authority/complaints/{complaint_id}",
        tag="cases",
        summary="Read a complaint addressed to you",
        description="Its text, its clock, and the moves that are yours.",
        scope=RESPOND,
        answer=ReceivedComplaint,
        example=to_builtins(_EXAMPLE),
    ),
    _command(
        "register",
        "register_complaint",
        "Tell the number of your register",
        Registered,
        {"number": "01-12/345"},
    ),
    _command(
        "refuse-acceptance",
        "refuse_complaint",
        "Tell that it is not accepted",
        NotAccepted,
        {"reason": "signature"},
    ),
    _command(
        "transfer",
        "transfer_complaint",
        "Pass it on to the competent body",
        Transferred,
        {"addressee": "authority:ministry_of_finance"},
    ),
    _command(
        "extend",
        "extend_complaint",
        "Extend the term",
        Extended,
        {"until": "2026-04-10", "note": "An expert is asked."},
    ),
    _command(
        "suspend",
        "suspend_complaint",
        "Suspend the term",
        Suspended,
        {"note": "Documents were asked of the customer."},
    ),
    _command("resume", "resume_complaint", "Resume the term", Resumed, {}),
    _command(
        "answer",
        "answer_complaint",
        "Answer, recommendation by recommendation",
        Answered,
        {
            "note": "The layer was measured.",
            "answers": [
                {"number": 1, "code": "accepted", "reason": "Measured: 3 cm at two points."}
            ],
        },
    ),
    Operation(
        name="list_authority_figures",
        method="GET",
        path="/stats/authorities",
        tag="cases",
        summary="Read how bodies answer",
        description=(
            "By addressee: answers in time, on the substance, upheld, median days. Of complaints "
            "that your organisation filed, and of those whose case is published."
        ),
        scope="complaints:read",
        answer=AuthorityFigures,
        example=[_FIGURES],
        filters=(
            Filter("filed_from", "day", "Filed on this day or later."),
            Filter("filed_until", "day", "Filed on this day or earlier."),
            Filter("route", "words", "Codes of routes."),
        ),
        listed=True,
    ),
)
