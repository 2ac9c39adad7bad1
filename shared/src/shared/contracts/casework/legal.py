"""The law as callers ask it: routes, deadlines, working days, authorities, templates.

Nothing here is legal advice, and what no lawyer has confirmed says so.
"""

from datetime import date, datetime
from typing import Final, Literal

from msgspec import Struct, to_builtins
from pydantic import Field

from shared.bodies import Body
from shared.contracts.casework.complaints import (
    Code,
    EventGiven,
    Note,
    Short,
)
from shared.contracts.casework.operation import Filter, Operation

Texts = dict[str, str]
"""A wording in kk, ru and en."""


class RouteFound(Struct, frozen=True):
    """A route that is open to the asker, the best first.

    `window_closes_on` None: it has no end, or none that is known (`window` says which).
    `answer_due_on`: if it were received today. `renders`: whether a letter may be made.
    """

    code: str
    version: str
    title: Texts
    summary: Texts
    window: str
    window_closes_on: date | None
    answer_due_on: date | None
    answer_unknown: Texts | None
    addressee: Texts
    authorities: list[str]
    channels: list[str]
    effect: Texts
    silence: Texts
    after_refusal: list[str]
    after_silence: list[str]
    cautions: list[Texts]
    cite: list[str]
    confidence: str
    confirmed: bool
    renders: bool
    templates: list[str]


class RouteReason(Struct, frozen=True):
    """Why a route is not open: the kind of reason, in words, with the passage or the day."""

    code: str
    words: Texts
    cite: list[str]
    on: date | None


class RouteRefused(Struct, frozen=True):
    """A route that is not open, with every reason."""

    code: str
    version: str
    title: Texts
    reasons: list[RouteReason]


class Routes(Struct, frozen=True):
    """What is open and what is not, for one standing, stage, object, method and day."""

    routes: list[RouteFound]
    refused: list[RouteRefused]


class DeadlineAsked(Body):
    """Which term of which route, and what has happened so far. `as_of` is today unless said."""

    route: Code
    term: Code = "answer"
    happened: list[EventGiven] = Field(max_length=20)
    as_of: date | None = None


class DeadlineStep(Struct, frozen=True):
    """One step of counting."""

    on: date | None
    text: Texts


class Deadline(Struct, frozen=True):
    """Where a term ends, and how it was counted."""

    route: str
    term: str
    due_on: date | None
    state: str
    confirmed: bool
    provisional: bool
    days_late: int | None
    cite: list[str]
    flaws: list[str]
    steps: list[DeadlineStep]


class CalendarDay(Struct, frozen=True):
    """A day, whether offices are open, why, and whether that may still change."""

    day: date
    working: bool
    provisional: bool
    ground: str
    words: Texts


class Calendar(Struct, frozen=True):
    """Days of Kazakhstan, of which something is known up to `known_until`."""

    first: date
    last: date
    known_until: date
    working_days: int
    days: list[CalendarDay]


class Authority(Struct, frozen=True):
    """A body that complaints go to, as of a day. `region` None: the whole country."""

    code: str
    kind: str
    name: Texts
    region: str | None
    channels: list[dict[str, str | None]]
    higher: str | None
    valid_from: date
    valid_to: date | None
    confidence: str
    cite: list[str]


class TemplateTakes(Struct, frozen=True):
    """Something a letter takes.

    A `choice` takes the code of one of its `options`. `needed_if`: with which choices it is needed,
    where it is not always.
    """

    name: str
    kind: str
    title: Texts
    needed: bool
    options: dict[str, Texts] = {}
    needed_if: dict[str, str] = {}


class LetterTemplate(Struct, frozen=True):
    """A kind of letter: for which routes, what it takes, and whether somebody stands by it."""

    code: str
    version: str
    title: Texts
    routes: list[str]
    takes: list[TemplateTakes]
    articles: list[str]
    text_as_of: date
    confirmed: bool


class NewConfirmation(Body):
    """A named person's word for one version of a route or a template."""

    kind: Literal["route", "template"]
    code: Code
    version: Short
    name: Short = Field(description="Who stands by it: a person's full name.")
    capacity: Short = Field(description="In what capacity: advocate, legal counsel of whom.")
    confirmed_on: date
    note: Note | None = None


class Confirmation(Struct, frozen=True):
    """Who confirmed which version, when, and who wrote it down. `present`: it is that version."""

    id: str
    kind: str
    code: str
    version: str
    name: str
    capacity: str
    confirmed_on: date
    note: str | None
    recorded_by: str | None
    recorded_at: datetime
    present: bool


def _t(kk: str, ru: str, en: str) -> Texts:
    return {"kk": kk, "ru": ru, "en": en}


_APPEAL: Final = _t("Жолданым", "Обращение", "Appeal")
_ROUTES_EXAMPLE: Final = Routes(
    routes=[
        RouteFound(
            code="appc76_appeal",
            version="c4ca4238a0b9",
            title=_APPEAL,
            summary=_t("Органға жолданым.", "Обращение в орган.", "An appeal to a body."),
            window="always",
            window_closes_on=None,
            answer_due_on=date(2026, 3, 27),
            answer_unknown=None,
            addressee=_t("құзыретті орган", "компетентный орган", "competent body"),
            authorities=["internal_audit_region.75", "internal_audit"],
            channels=["e_otinish"],
            effect=_t("Мәні бойынша жауап.", "Ответ по существу.", "An answer on the substance."),
            silence=_t("Бас тарту.", "Отказ.", "A refusal."),
            after_refusal=["appc91_complaint"],
            after_silence=["appc91_complaint"],
            cautions=[],
            cite=["appc 76"],
            confidence="secondary",
            confirmed=False,
            renders=False,
            templates=["general_appeal"],
        )
    ],
    refused=[
        RouteRefused(
            code="pp25_supplier",
            version="1679091c5a88",
            title=_t(
                "Әлеуетті өнім берушінің шағымы",
                "Жалоба потенциального поставщика",
                "Complaint of a potential supplier",
            ),
            reasons=[
                RouteReason(
                    "standing",
                    _t(
                        "Тек әлеуетті өнім берушіге арналған.",
                        "Только для потенциального поставщика.",
                        "Only for a potential supplier.",
                    ),
                    ["106-VIII 25(1)"],
                    None,
                )
            ],
        )
    ],
)
_DEADLINE_EXAMPLE: Final = Deadline(
    route="pp25_supplier",
    term="window",
    due_on=date(2025, 2, 13),
    state="running",
    confirmed=False,
    provisional=False,
    days_late=None,
    cite=["106-VIII 25(1)"],
    flaws=[],
    steps=[
        DeadlineStep(
            date(2025, 2, 10),
            _t(
                "Хаттама орналастырылды: 0-күн.",
                "Протокол размещён: день 0.",
                "The protocol was posted: day 0.",
            ),
        )
    ],
)
_CALENDAR_EXAMPLE: Final = Calendar(
    first=date(2026, 3, 23),
    last=date(2026, 3, 23),
    known_until=date(2027, 12, 31),
    working_days=0,
    days=[
        CalendarDay(date(2026, 3, 23), False, False, "holiday", _t("Наурыз", "Наурыз", "Nauryz"))
    ],
)
_AUTHORITY_EXAMPLE: Final = Authority(
    code="internal_audit",
    kind="internal_audit",
    name=_t(
        "Ішкі мемлекеттік аудит комитеті",
        "Комитет внутреннего государственного аудита",
        "Internal State Audit Committee",
    ),
    region=None,
    channels=[{"kind": "e_otinish", "address": "https://eotinish.kz"}],
    higher=None,
    valid_from=date(2025, 1, 1),
    valid_to=None,
    confidence="secondary",
    cite=["392-V"],
)
_TEMPLATE_EXAMPLE: Final = LetterTemplate(
    code="general_appeal",
    version="1-af88b422",
    title=_APPEAL,
    routes=["appc76_appeal"],
    takes=[TemplateTakes("facts", "list", _t("Мән-жайлар", "Обстоятельства", "Facts"), True)],
    articles=["appc 63", "appc 76"],
    text_as_of=date(2026, 2, 4),
    confirmed=False,
)
_CONFIRMATION_EXAMPLE: Final = Confirmation(
    id="cnf_8277e0910d750195b448797616",
    kind="template",
    code="general_appeal",
    version="1-af88b422",
    name="Серік Айдана Болатқызы",
    capacity="Advocate, Astana bar",
    confirmed_on=date(2026, 2, 20),
    note=None,
    recorded_by="mem_bolat",
    recorded_at=datetime.fromisoformat("2026-03-02T04:00:00+00:00"),
    present=True,
)

OPERATIONS: Final = (
    Operation(
        name="list_legal_routes",
        method="GET",
        path="/legal/routes",
        tag="cases",
        summary="Find the routes that are open",
        description=(
            "Routes for a standing, stage, object and method on a day, the best first; and those "
            "that are not open, each with every reason. `event` and `since` say what opened a "
            "window and when. Nothing here promises that a check will start."
        ),
        scope=None,
        answer=Routes,
        example=to_builtins(_ROUTES_EXAMPLE),
        filters=(
            Filter("standing", "text", "Who asks: potential_supplier, public_control, person, ..."),
            Filter("stage", "text", "At which stage: results, contract, execution, ..."),
            Filter("method", "text", "By which method: competition, direct, quotations, ..."),
            Filter("object", "text", "What about: results, act, inaction, contract, ..."),
            Filter("regime", "text", "public, unless said, or quasi_state."),
            Filter("region", "text", "KATO code of the place."),
            Filter("event", "text", "What a window opens with: results_posted, learned, ..."),
            Filter("since", "day", "The day of that event."),
            Filter("taken", "words", "Routes that were taken before."),
            Filter("day", "day", "The day it is asked for; today unless said."),
        ),
    ),
    Operation(
        name="compute_deadline",
        method="POST",
        path="/legal/deadline",
        tag="cases",
        summary="Compute a deadline",
        description="The end of a route's term after what happened, counted step by step.",
        scope=None,
        answer=Deadline,
        example=to_builtins(_DEADLINE_EXAMPLE),
        body=DeadlineAsked,
        body_example={
            "route": "pp25_supplier",
            "term": "window",
            "happened": [{"kind": "results_posted", "on": "2025-02-10"}],
        },
    ),
    Operation(
        name="read_legal_calendar",
        method="GET",
        path="/legal/calendar",
        tag="cases",
        summary="Read the working days",
        description="Days between two days that are off or moved, why, and the working days.",
        scope=None,
        answer=Calendar,
        example=to_builtins(_CALENDAR_EXAMPLE),
        filters=(
            Filter("first", "day", "The first day."),
            Filter("last", "day", "The last day, 366 after the first at most."),
        ),
    ),
    Operation(
        name="list_authorities",
        method="GET",
        path="/authorities",
        tag="cases",
        summary="List authorities",
        description="Bodies that complaints go to, by code, as they are on a day.",
        scope=None,
        answer=Authority,
        example=[_AUTHORITY_EXAMPLE],
        filters=(
            Filter("kind", "text", "What kind of body."),
            Filter("region", "text", "KATO code: bodies of that region, and of the country."),
            Filter("day", "day", "The day it is asked for; today unless said."),
        ),
        listed=True,
    ),
    Operation(
        name="list_letter_templates",
        method="GET",
        path="/templates",
        tag="cases",
        summary="List the templates of letters",
        description="What letters there are, what each takes, and whether somebody stands by it.",
        scope=None,
        answer=LetterTemplate,
        example=[_TEMPLATE_EXAMPLE],
        filters=(Filter("route", "text", "Code of a route."),),
        listed=True,
    ),
    Operation(
        name="list_confirmations",
        method="GET",
        path="/legal/confirmations",
        tag="cases",
        summary="List who stands by routes and templates",
        description="Every word that was given, the newest first.",
        scope=None,
        answer=Confirmation,
        example=[_CONFIRMATION_EXAMPLE],
        filters=(Filter("code", "text", "Code of a route or a template."),),
        listed=True,
    ),
    Operation(
        name="confirm_declaration",
        method="POST",
        path="/legal/confirmations",
        tag="cases",
        summary="Write down that a named person confirms a route or a template",
        description=(
            "For one version: when its words or terms change, it has to be confirmed again. Until "
            "then it raises no overdue and renders no letter."
        ),
        scope="platform:admin",
        answer=Confirmation,
        example=to_builtins(_CONFIRMATION_EXAMPLE),
        body=NewConfirmation,
        body_example={
            "kind": "template",
            "code": "general_appeal",
            "version": "1-af88b422",
            "name": "Серік Айдана Болатқызы",
            "capacity": "Advocate, Astana bar",
            "confirmed_on": "2026-02-20",
        },
        status=201,
    ),
)
