"""The legal navigator: from what was seen to the article, the evidence, the routes, the letter.

It says what the law asks and what would show it, of no purchase and of nobody in particular.
"""

from datetime import date
from typing import Any, Final

from msgspec import Struct

from shared.contracts.casework.operation import Filter, Operation
from shared.contracts.casework.workflows import Texts


class Basis(Struct, frozen=True):
    """A rule: where it stands, what it says in our words, and since when."""

    cite: str
    words: Texts
    valid_from: date
    valid_to: date | None


class RouteOf(Struct, frozen=True):
    """A route for this: who may take it and when. GET /v1/legal/routes says whether it is open.

    `window`: after an event, until an event, open always, or unknown.
    """

    code: str
    title: Texts
    standing: list[str]
    stages: list[str]
    window: str
    confirmed: bool
    templates: list[str]


class Retold(Struct, frozen=True):
    """An example. `origin`: retold of what happened, without names, or composed to show the way."""

    origin: str
    text: Texts


class ViolationBrief(Struct, frozen=True):
    """A kind of violation in short; `code` is a word for the violations of a case."""

    code: str
    title: Texts
    meaning: Texts
    stages: list[str]
    indicators: list[str]


class Violation(ViolationBrief, frozen=True):
    """A kind of violation: what it rests on, what would show it, and where one may go with it.

    `innocent` is what else may explain the sign. `confirmed`: a lawyer stands by it.
    """

    innocent: Texts
    stakeholders: list[Texts]
    stage_titles: list[Texts]
    basis: list[Basis]
    evidence: list[Texts]
    routes: list[RouteOf]
    templates: list[str]
    example: Retold
    confirmed: bool


def _t(kk: str, ru: str, en: str) -> Texts:
    return {"kk": kk, "ru": ru, "en": en}


BRIEF: Final[dict[str, Any]] = {
    "code": "price_above_market",
    "title": _t("Нарықтан жоғары баға", "Цена выше рыночной", "Price above the market"),
    "meaning": _t(
        "Баға салыстырмалы бағадан жоғары.",
        "Цена выше сопоставимой.",
        "The price is above comparable ones.",
    ),
    "stages": ["contract", "execution"],
    "indicators": ["C08"],
}
EXAMPLE: Final[dict[str, Any]] = {
    **BRIEF,
    "innocent": _t("Жеткізу қымбат.", "Дорогая доставка.", "Delivery is dear."),
    "stakeholders": [_t("тапсырыс беруші", "заказчик", "customer")],
    "stage_titles": [_t("шарт жасасу", "заключение договора", "conclusion of the contract")],
    "basis": [
        {
            "cite": "106-VIII 24(2)",
            "words": _t("Қоғамдық мониторинг.", "Общественный мониторинг.", "Public monitoring."),
            "valid_from": "2025-01-01",
            "valid_to": None,
        }
    ],
    "evidence": [_t("шарт", "договор", "the contract")],
    "routes": [
        {
            "code": "audit_request",
            "title": _t("Аудитке өтініш", "Обращение об аудите", "Request for an audit"),
            "standing": ["person"],
            "stages": ["paid"],
            "window": "open",
            "confirmed": False,
            "templates": ["general_appeal"],
        }
    ],
    "templates": ["general_appeal"],
    "example": {"origin": "composed", "text": _t("…", "…", "…")},
    "confirmed": False,
}

OPERATIONS: Final = (
    Operation(
        name="list_violations",
        method="GET",
        path="/legal/violations",
        tag="cases",
        summary="List the kinds of violations",
        description="By code. A case may name these words, and others.",
        scope=None,
        answer=ViolationBrief,
        example=[BRIEF],
        listed=True,
        filters=(
            Filter("stage", "words", "A stage at which it is seen: results, contract, paid, ..."),
            Filter("indicator", "words", "Code of an indicator that points to it."),
        ),
    ),
    Operation(
        name="read_violation",
        method="GET",
        path="/legal/violations/{code}",
        tag="cases",
        summary="Read what to do about a kind of violation",
        description="Its rules and routes as of a day; what no lawyer has confirmed says so.",
        scope=None,
        answer=Violation,
        example=EXAMPLE,
        filters=(Filter("day", "day", "The day it is asked for; today unless said."),),
    ),
)
