"""Making a case public: its text, what keeps it back, the notice to its parties and their reply."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

from msgspec import Struct
from pydantic import AwareDatetime, Field

from shared.bodies import Body
from shared.contracts.casework.cases import CASE_ID, Id, Long, Short
from shared.contracts.casework.naming import ProcessId
from shared.contracts.casework.operation import Filter, Operation
from shared.contracts.casework.outcomes import Amount
from shared.errors import GuardFailed, Problem, TransitionNotAllowed
from shared.vocabulary.text import Text

Texts = dict[str, str]
Title = Annotated[str, Field(min_length=3, max_length=200)]
Reply = Annotated[str, Field(min_length=1, max_length=10_000)]
Link = Annotated[str, Field(pattern=r"^https://[^\s<>\"]+$", max_length=500)]


class PublicationWithdrawn(Problem):
    """What was published was taken back; the answer says on what ground, and not what it said."""

    status = 410
    code = "publication_withdrawn"
    title = Text(
        kk="Жарияланым кері алынды", ru="Публикация отозвана", en="The publication was withdrawn"
    )
    example = "The data were wrong."


class Said(Body):
    """A text in one language: plain, shown as it is written."""

    title: Title
    body: Long


class PublicTexts(Body):
    """A text in the three languages of the platform."""

    kk: Said
    ru: Said
    en: Said


class LabelTexts(Body):
    """What a figure is, in three languages."""

    kk: Short
    ru: Short
    en: Short


class FigureStart(Body):
    """A figure of the text. Without an open source it is not published."""

    label: LabelTexts
    value: Amount
    unit: Short = Field(examples=["KZT", "%"])
    source: Link | None = None


class ItemAnswer(Body):
    """A member's answer to one item of the checklist."""

    item: Short
    answer: Literal["yes", "no"]
    note: Annotated[str, Field(max_length=2000)] = ""


class PublicationStart(Body):
    """What is to be told. `processes` are those linked to the case that may be named."""

    texts: PublicTexts | None = None
    processes: list[ProcessId] = Field(default=[], max_length=100)
    figures: list[FigureStart] = Field(default=[], max_length=50)


class PublicationChange(Body):
    """What is to be different. A changed text takes the answers of the checklist away."""

    texts: PublicTexts | None = None
    processes: list[ProcessId] | None = Field(default=None, max_length=100)
    figures: list[FigureStart] | None = Field(default=None, max_length=50)
    answers: list[ItemAnswer] | None = Field(default=None, max_length=50)


class PublicationMove(Body):
    """A move, and what it takes: see GET /v1/meta/workflows."""

    move: Short
    reason: Short | None = None
    note: Long | None = None


class NoticeTold(Body):
    """How and when a party was given the notice by other means."""

    how: Annotated[str, Field(min_length=3, max_length=500)]
    at: AwareDatetime


class ReplyStart(Body):
    """What the party says. `corrects` names the last of its replies, if there is one."""

    text: Reply
    corrects: Id | None = None


class PublicFigure(Struct, frozen=True):
    """A figure, and where it is found."""

    label: Texts
    value: Decimal
    unit: str
    source: str | None


class ChecklistItem(Struct, frozen=True):
    """An item of the checklist, and who answered it."""

    item: str
    question: Texts
    answer: str | None
    note: str | None
    member: str | None
    at: datetime | None


class PublicationHarm(Struct, frozen=True):
    """What an automatic check found: which check, where, and what."""

    check: str
    place: str
    found: str


class PublicationSum(Struct, frozen=True):
    """A sum that a text states, and where: nothing in the case says it, nor a sourced figure."""

    place: str
    text: str


class PartyReply(Struct, frozen=True):
    """A reply, as it was written. `corrects` names the one before it."""

    id: str
    at: datetime
    text: str
    corrects: str | None


class PublicationNotice(Struct, frozen=True):
    """The notice to one party: when it reached them, and until when they may reply first."""

    id: str
    bin: str
    name: str | None
    made_at: datetime
    opened_at: datetime | None
    told_at: datetime | None
    told_how: str | None
    reply_until: datetime | None
    replies: list[PartyReply]


class Publication(Struct, frozen=True):
    """A publication as its organisation works on it.

    `sums` are those the texts state and the case does not know; somebody who did not write the
    text compares each with its document (`sums_checked` of the checklist).
    """

    id: str
    case: str
    state: str
    moves: list[str]
    texts: dict[str, Texts] | None
    processes: list[str]
    figures: list[PublicFigure]
    writers: list[str]
    checklist: list[ChecklistItem]
    harms: list[PublicationHarm]
    sums: list[PublicationSum]
    notices: list[PublicationNotice]
    created_at: datetime
    updated_at: datetime
    notified_at: datetime | None
    published_at: datetime | None
    withdrawn_at: datetime | None
    ground: str | None
    revision: int


class ReceivedBrief(Struct, frozen=True):
    """A notice in short: whoever wants to know what will be told opens it."""

    id: str
    bin: str
    organisation: str
    state: str
    made_at: datetime
    opened_at: datetime | None
    reply_until: datetime | None
    published_at: datetime | None


class ReceivedNotice(ReceivedBrief, frozen=True):
    """A notice as the named party reads it: what will be told, and its own replies."""

    texts: dict[str, Texts]
    processes: list[str]
    figures: list[PublicFigure]
    replies: list[PartyReply]
    disclaimer: Texts


class PublishedParty(Struct, frozen=True):
    """A named party, and what it says; `answered` false: no explanation was received."""

    bin: str
    name: str | None
    answered: bool
    replies: list[PartyReply]


class PublishedState(Struct, frozen=True):
    """Where the case stands, and why, where a closing move takes a reason."""

    code: str
    title: Texts
    reason: str | None
    reason_text: Texts | None


class PublishedOutcome(Struct, frozen=True):
    """What came of it, confirmed: how often, and how much of what kind of sum."""

    kind: str
    amount_kind: str | None
    number: int
    amount: Decimal | None


class PublishedBrief(Struct, frozen=True):
    """A published case in short."""

    id: str
    organisation: str
    titles: Texts
    region: str | None
    processes: list[str]
    parties: list[str]
    state: str
    published_at: datetime


class PublishedCase(Struct, frozen=True):
    """A published case, with everything that belongs beside its text."""

    id: str
    organisation: str
    texts: dict[str, Texts]
    region: str | None
    processes: list[str]
    figures: list[PublicFigure]
    parties: list[PublishedParty]
    state: PublishedState
    outcomes: list[PublishedOutcome]
    method: list[str]
    disclaimer: Texts
    published_at: datetime


_AT: Final = "2026-03-02T04:00:00Z"
_LATER: Final = "2026-03-05T06:00:00Z"
PUBLICATION_ID: Final = "pub_0123456789abcdef0123456789"
_NOTICE_ID: Final = "ntc_0123456789abcdef0123456789"
_SAID: Final = {
    "kk": {"title": "Бағасы медианадан екі есе жоғары шарт", "body": "Тексеруді қажет етеді."},
    "ru": {"title": "Договор по цене в два раза от медианы", "body": "Признак для проверки."},
    "en": {"title": "A contract at twice the median", "body": "A sign that deserves review."},
}
_FIGURE: Final = {
    "label": {"kk": "Шарт сомасы", "ru": "Сумма договора", "en": "Sum of the contract"},
    "value": "4500000.00",
    "unit": "KZT",
    "source": "https://goszakup.gov.kz/",
}
_REPLY: Final = {
    "id": "rpl_0123456789abcdef0123456789",
    "at": _LATER,
    "text": "The price includes delivery to two villages.",
    "corrects": None,
}
_NOTICE: Final = {
    "id": _NOTICE_ID,
    "bin": "990340005977",
    "name": "Example buyer",
    "made_at": _AT,
    "opened_at": None,
    "told_at": _AT,
    "told_how": "by letter, handed over in the office",
    "reply_until": "2026-03-05T04:00:00Z",
    "replies": [_REPLY],
}
_DISCLAIMER: Final = {
    "kk": "Ол тексеруді қажет ететін белгілерді көрсетеді.",
    "ru": "Он показывает признаки, требующие проверки.",
    "en": "It shows signs that deserve review.",
}
_PROCESS: Final = "prc_4xhoya7oq6ntocgzoq7woqdal7"
_PUBLICATION: Final[dict[str, Any]] = {
    "id": PUBLICATION_ID,
    "case": CASE_ID,
    "state": "notified",
    "moves": ["return", "publish"],
    "texts": _SAID,
    "processes": [_PROCESS],
    "figures": [_FIGURE],
    "writers": ["mem_0123456789abcdef"],
    "checklist": [
        {
            "item": "signs_only",
            "question": {
                "kk": "Мәтін белгілер туралы ғана айта ма?",
                "ru": "Текст говорит только о признаках?",
                "en": "Does the text speak of signs only?",
            },
            "answer": "yes",
            "note": "",
            "member": "mem_0123456789abcdef",
            "at": _AT,
        }
    ],
    "harms": [],
    "sums": [{"place": "/texts/en/body", "text": "4.5 million tenge"}],
    "notices": [_NOTICE],
    "created_at": _AT,
    "updated_at": _AT,
    "notified_at": _AT,
    "published_at": None,
    "withdrawn_at": None,
    "ground": None,
    "revision": 4,
}
_RECEIVED_BRIEF: Final[dict[str, Any]] = {
    "id": _NOTICE_ID,
    "bin": "990340005977",
    "organisation": "own_0123456789abcdef",
    "state": "notified",
    "made_at": _AT,
    "opened_at": _AT,
    "reply_until": "2026-03-05T04:00:00Z",
    "published_at": None,
}
_RECEIVED: Final[dict[str, Any]] = {
    **_RECEIVED_BRIEF,
    "texts": _SAID,
    "processes": [_PROCESS],
    "figures": [_FIGURE],
    "replies": [_REPLY],
    "disclaimer": _DISCLAIMER,
}
_BRIEF: Final[dict[str, Any]] = {
    "id": PUBLICATION_ID,
    "organisation": "own_0123456789abcdef",
    "titles": {language: said["title"] for language, said in _SAID.items()},
    "region": "75",
    "processes": [_PROCESS],
    "parties": ["990340005977"],
    "state": "acting",
    "published_at": _LATER,
}
_PUBLISHED: Final[dict[str, Any]] = {
    "id": PUBLICATION_ID,
    "organisation": "own_0123456789abcdef",
    "texts": _SAID,
    "region": "75",
    "processes": [_PROCESS],
    "figures": [_FIGURE],
    "parties": [
        {"bin": "990340005977", "name": "Example buyer", "answered": True, "replies": [_REPLY]}
    ],
    "state": {
        "code": "acting",
        "title": {
            "kk": "Жолданымдар жіберілді",
            "ru": "Направлены обращения",
            "en": "Letters sent",
        },
        "reason": None,
        "reason_text": None,
    },
    "outcomes": [
        {
            "kind": "money_returned",
            "amount_kind": "returned",
            "number": 1,
            "amount": "4500000.00",
        }
    ],
    "method": ["/v1/meta/workflows", "/v1/indicators/R018"],
    "disclaimer": _DISCLAIMER,
    "published_at": _LATER,
}

_AT_CASE: Final = "/cases/{case_id}/publication"

OPERATIONS: Final = (
    Operation(
        name="start_publication",
        method="POST",
        path=_AT_CASE,
        tag="cases",
        summary="Begin to make a case public",
        description="Begin the publication of a case of one's own, as a draft.",
        scope="cases:write",
        answer=Publication,
        example=_PUBLICATION,
        body=PublicationStart,
        body_example={"texts": _SAID, "processes": [_PROCESS], "figures": [_FIGURE]},
        status=201,
        problems=(TransitionNotAllowed,),
    ),
    Operation(
        name="read_publication",
        method="GET",
        path=_AT_CASE,
        tag="cases",
        summary="Read the publication of a case",
        description="Read it with its checklist, what the automatic checks find, and whether its"
        " parties were reached and have replied.",
        scope="cases:read",
        answer=Publication,
        example=_PUBLICATION,
    ),
    Operation(
        name="change_publication",
        method="PATCH",
        path=_AT_CASE,
        tag="cases",
        summary="Change the publication of a case",
        description="Change a draft, or answer its checklist, which can be done in review too."
        " A changed text takes the answers away.",
        scope="cases:write",
        answer=Publication,
        example=_PUBLICATION,
        body=PublicationChange,
        body_example={"answers": [{"item": "signs_only", "answer": "yes"}]},
        on_version=True,
        problems=(TransitionNotAllowed,),
    ),
    Operation(
        name="move_publication",
        method="POST",
        path=f"{_AT_CASE}/moves",
        tag="cases",
        summary="Move the publication of a case",
        description="Submit, return, notify the named parties, publish, withdraw.",
        scope="cases:write",
        answer=Publication,
        example=_PUBLICATION,
        body=PublicationMove,
        body_example={"move": "submit"},
        on_version=True,
        problems=(TransitionNotAllowed, GuardFailed),
    ),
    Operation(
        name="record_notice",
        method="POST",
        path=f"{_AT_CASE}/notices/{{notice_id}}:told",
        tag="cases",
        summary="Record a notice by other means",
        description="Write down how and when a named party was given the notice; its 72 hours"
        " count from then, or from when it opened the notice here.",
        scope="cases:write",
        answer=Publication,
        example=_PUBLICATION,
        body=NoticeTold,
        body_example={"how": "by letter, handed over in the office", "at": _AT},
        problems=(TransitionNotAllowed,),
    ),
    Operation(
        name="list_received_notices",
        method="GET",
        path="/received-notices",
        tag="cases",
        summary="List notices to one's organisation",
        description="The notices of publications that name whom one was verified to speak for, the"
        " newest first.",
        scope="cases:read",
        answer=ReceivedBrief,
        example=[_RECEIVED_BRIEF],
        listed=True,
    ),
    Operation(
        name="read_received_notice",
        method="GET",
        path="/received-notices/{notice_id}",
        tag="cases",
        summary="Open a notice",
        description="Read what will be told; the first reading starts the clock of the reply.",
        scope="cases:read",
        answer=ReceivedNotice,
        example=_RECEIVED,
    ),
    Operation(
        name="reply_to_notice",
        method="POST",
        path="/received-notices/{notice_id}/reply",
        tag="cases",
        summary="Reply to a notice",
        description="Reply once, and correct the reply if need be; it stands beside the text,"
        " unchanged, wherever the text stands.",
        scope="alerts:reply",
        answer=ReceivedNotice,
        example=_RECEIVED,
        body=ReplyStart,
        body_example={"text": _REPLY["text"]},
        status=201,
        problems=(TransitionNotAllowed,),
    ),
    Operation(
        name="list_published_cases",
        method="GET",
        path="/published-cases",
        tag="cases",
        summary="List published cases",
        description="The cases that organisations made public, the newest first.",
        scope=None,
        answer=PublishedBrief,
        example=[_BRIEF],
        filters=(
            Filter("process", "words", "Id of a process that it names."),
            Filter("region", "words", "A KATO code; all below it fit."),
            Filter("organisation", "words", "Id of the organisation whose case it is."),
        ),
        listed=True,
    ),
    Operation(
        name="read_published_case",
        method="GET",
        path="/published-cases/{publication_id}",
        tag="cases",
        summary="Read a published case",
        description="Read its text, its parties' replies, where it stands and what came of it. One"
        " that was withdrawn is answered with 410 and the ground.",
        scope=None,
        answer=PublishedCase,
        example=_PUBLISHED,
        problems=(PublicationWithdrawn,),
    ),
)
