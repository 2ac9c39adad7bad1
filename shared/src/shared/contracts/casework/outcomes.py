"""Outcomes: what came of a recommendation or a violation, with its money, its proof and its state.

Money is tenge, exact, as decimal text. `counted_once_key` is what two organisations that report the
same result have in common: the number of the order or protocol if they name one; else the process
where a purchase was stopped or made cheaper, and the contract where anything else came of it.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from msgspec import Struct
from pydantic import Field

from shared.bodies import Body
from shared.contracts.casework.naming import ProcessId
from shared.contracts.casework.operation import LONGEST_ID, LONGEST_TEXT, Filter, Operation
from shared.errors import GuardFailed, NotFound, Problem, TransitionNotAllowed
from shared.vocabulary.money import ABSURD
from shared.vocabulary.text import Text

Kind = Literal[
    "contract_cancelled",
    "contract_void",
    "procedure_cancelled",
    "results_revised",
    "terms_changed",
    "price_reduced",
    "money_returned",
    "works_redone",
    "notice_issued",
    "order_issued",
    "audit_started",
    "administrative_protocol",
    "fine_imposed",
    "disciplinary",
    "criminal_case_registered",
    "criminal_case_closed",
    "conviction",
    "acquittal",
    "register_entry",
    "register_entry_removed",
    "law_changed",
    "data_published",
    "no_action",
    "not_confirmed",
]
AmountKind = Literal["flagged", "confirmed", "prevented", "fined", "returned"]

IN_MONEY: Final = frozenset({"price_reduced", "money_returned", "fine_imposed"})
"""Kinds that say nothing without an amount."""

Id = Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$", max_length=LONGEST_ID)]
Short = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
Note = Annotated[str, Field(min_length=1, max_length=4000)]
Amount = Annotated[Decimal, Field(ge=0, lt=ABSURD, max_digits=17, decimal_places=2)]
Codes = Annotated[
    list[Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,40}$")]], Field(max_length=50)
]


class CountedAlready(Problem):
    """The organisation has an outcome of this kind under this key."""

    status = 409
    code = "counted_already"
    title = Text(
        kk="Бұл нәтиже есептелген",
        ru="Этот результат уже учтён",
        en="This outcome is counted already",
    )
    example = "An outcome of this kind has this key: name the number of the order or protocol."


class NewOutcome(Body):
    """What is expected of whom. Either `case` names the case it belongs to, or it stands alone.

    An outcome without a case is one of an earlier time; `region`, `campaign` and `indicators` come
    from the case where there is one.
    """

    kind: Kind
    case: Id | None = None
    complaint: Id | None = None
    subject: Short | None = Field(
        None, description="The recommendation or violation that it answers, in its own numbering."
    )
    authority: Id | None = Field(None, description="Code of the authority it is expected of.")
    process: ProcessId | None = Field(None, description="Id of the process (prc_…).")
    contract: Short | None = Field(None, description="Number of the contract.")
    counted_once_key: Short | None = Field(
        None,
        description="What all who report it have in common, such as the number of the order. Left"
        " out, where money of a purchase is not spent (an amount can be `prevented`): the process,"
        " else the contract; of all other kinds the contract, else the process.",
    )
    region: str | None = Field(
        None, pattern=r"^(\d{2}|\d{4}|\d{6}|\d{9})$", description="KATO code."
    )
    campaign: Id | None = None
    indicators: Codes = Field([], description="Codes of the indicators that led there.")
    amount: Amount | None = Field(None, description="Tenge, exact: text or a number.")
    amount_kind: AmountKind | None = Field(
        None,
        description="What the amount is: one that this kind of outcome can have. A fine is fined,"
        " money that came back is an outcome of its own.",
    )
    happened_on: date | None = Field(
        None, description="The day of the document, or of the fact: from 2000 to today."
    )
    proof: Id | None = Field(None, description="Id of a piece of evidence of the case (evd_…).")


class OutcomeChange(Body):
    """What of an outcome is told anew; only while it is expected or claimed."""

    subject: Short | None = None
    amount: Amount | None = None
    amount_kind: AmountKind | None = None
    happened_on: date | None = None
    proof: Id | None = None
    counted_once_key: Short | None = None


class OutcomeMove(Body):
    """A move of the life cycle "outcome", and what it takes."""

    move: Short
    reason: Short | None = None
    note: Note | None = None


class Outcome(Struct, frozen=True):
    """What came of a recommendation or a violation.

    Null in `case`, `complaint`, `subject`, `proof` and `process` may also mean that they are not
    public: of others' outcomes only what is confirmed is told. `moves` are those that the caller's
    role may take now.
    """

    id: str
    organisation: str
    kind: str
    state: str
    case: str | None
    complaint: str | None
    subject: str | None
    authority: str | None
    process: str | None
    contract: str | None
    counted_once_key: str | None
    region: str | None
    campaign: str | None
    indicators: list[str]
    amount: Decimal | None
    amount_kind: str | None
    happened_on: date | None
    proof: str | None
    claimed_at: datetime | None
    confirmed_at: datetime | None
    created_at: datetime
    revision: int
    moves: list[str] = []


EXAMPLE: Final[dict[str, Any]] = {
    "id": "out_5f0c1d2e3b4a59687766554433",
    "organisation": "own_a",
    "kind": "money_returned",
    "state": "claimed",
    "case": "cas_0a1b2c3d4e5f60718293a4b5c6",
    "complaint": None,
    "subject": "1",
    "authority": "kvga",
    "process": "prc_a3lgw4c2yqfmxjpv5tns7hzd6e",
    "contract": "990240000001/250012/00",
    "counted_once_key": "990240000001/250012/00",
    "region": "75",
    "campaign": None,
    "indicators": ["R018"],
    "amount": "4500000.00",
    "amount_kind": "returned",
    "happened_on": "2026-02-20",
    "proof": "evd_00112233445566778899aabbcc",
    "claimed_at": "2026-02-21T05:00:00Z",
    "confirmed_at": None,
    "created_at": "2026-02-01T05:00:00Z",
    "revision": 2,
    "moves": ["confirm"],
}
_ONE: Final = "/outcomes/{outcome_id}"

OPERATIONS: Final = (
    Operation(
        name="create_outcome",
        method="POST",
        path="/outcomes",
        tag="cases",
        summary="Expect an outcome",
        description="Write down what is expected of whom, for one recommendation or violation. "
        "Several of one kind on the same contract need keys of their own: the number of each "
        "order, protocol or payment.",
        scope="outcomes:write",
        body=NewOutcome,
        body_example={"kind": "money_returned", "case": EXAMPLE["case"], "amount": "4500000.00"},
        answer=Outcome,
        example=EXAMPLE,
        status=201,
        problems=(NotFound, CountedAlready),
    ),
    Operation(
        name="list_outcomes",
        method="GET",
        path="/outcomes",
        tag="cases",
        summary="List outcomes",
        description="One's own, those asked of the authority one speaks for, and everybody's that "
        "are confirmed; newest first. Nothing of a case that is embargoed or ever rested on a tip "
        "is among others'.",
        scope=None,
        answer=Outcome,
        example=[EXAMPLE],
        listed=True,
        filters=(
            Filter("kind", "words", "Kind of outcome."),
            Filter("state", "words", "expected, claimed, disputed, confirmed, refuted, none."),
            Filter("case", "text", "Id of the case; one's own alone."),
            Filter("organisation", "words", "Whose."),
            Filter("region", "words", "KATO code: all within it."),
            Filter("campaign", "words", "Id of a campaign."),
            Filter("amount_from", "number", "Least amount, tenge."),
        ),
    ),
    Operation(
        name="read_outcome",
        method="GET",
        path=_ONE,
        tag="cases",
        summary="Read an outcome",
        description="An outcome of one's own or a confirmed one, with the moves that one may take.",
        scope=None,
        answer=Outcome,
        example=EXAMPLE,
    ),
    Operation(
        name="change_outcome",
        method="PATCH",
        path=_ONE,
        tag="cases",
        summary="Tell an outcome anew",
        description="While it is expected or claimed. What a claimed one says of its money is "
        "claimed by whoever changed it: another person confirms it.",
        scope="outcomes:write",
        body=OutcomeChange,
        body_example={"amount": "4500000.00", "amount_kind": "returned"},
        answer=Outcome,
        example=EXAMPLE,
        on_version=True,
        problems=(TransitionNotAllowed, CountedAlready),
    ),
    Operation(
        name="move_outcome",
        method="POST",
        path=f"{_ONE}/moves",
        tag="cases",
        summary="Claim, confirm, dispute or refute an outcome",
        description='A move of the life cycle "outcome" of GET /v1/meta/workflows.',
        scope="outcomes:write",
        body=OutcomeMove,
        body_example={"move": "confirm"},
        answer=Outcome,
        example=EXAMPLE,
        on_version=True,
        problems=(TransitionNotAllowed, GuardFailed),
    ),
)
