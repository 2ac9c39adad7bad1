"""The windows of an alert: which routes of the law are open, until when, and for whom.

An alert does not know who reads it: each route is shown with every standing that may use it. The
complaint of article 25, for one, is open to potential suppliers only, and only after the results of
a competition or an auction.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from cases.law.catalogue import Declared, routes, vocabulary
from cases.law.counting import local_day
from cases.law.deadlines import Event, window
from shared.contracts.casework.triage import OpenWindow
from shared.vocabulary.text import Text

STAGES: Final = {
    "tender_open": "bidding",
    "award_unsigned": "results",
    "contract_running": "execution",
}
"""Stages of an alert in the words of the routes."""


def windows(alert: Mapping[str, Any], now: datetime) -> list[OpenWindow]:
    """Return the routes that are open for a purchase now, those that end first before others.

    None of a purchase of which the stage is not known; without its method those of any method.
    """
    stage, method = STAGES.get(alert["stage"] or ""), alert["method"]
    if stage is None:
        return []
    open_now = list(_open(routes(local_day(now)).values(), stage, method, alert, now))
    return sorted(open_now, key=lambda each: (each.closes_at is None, each.closes_at or now))


def windows_reason(alert: Mapping[str, Any], found: Sequence[OpenWindow]) -> str | None:
    """Say in a word why routes are not shown; None where all that fit are."""
    if STAGES.get(alert["stage"] or "") is None:
        return "stage_unknown"
    if alert["method"] is None:
        return "method_unknown"
    return None if found else "none_open"


def _open(
    declared: Iterable[Declared],
    stage: str,
    method: str | None,
    alert: Mapping[str, Any],
    now: datetime,
) -> Iterable[OpenWindow]:
    posted = alert["results_at"]
    events = [Event("results_posted", posted)] if posted is not None else []
    for one in declared:
        route = one.route
        fits = stage in route.stages and ("any" in route.methods or method in route.methods)
        if not fits or "public" not in route.regimes or route.requires:
            continue
        term = window(one, events, now=now)
        if term.state == "closed":
            continue
        yield OpenWindow(
            route=one.code,
            title=_texts(route.title),
            standing=list(route.standing),
            who=[_texts(vocabulary().standings[each].title) for each in route.standing],
            closes_at=term.ends_at and term.ends_at.astimezone(UTC),
            confirmed=term.confirmed,
        )


def _texts(text: Text) -> dict[str, str]:
    return {"kk": text.kk, "ru": text.ru, "en": text.en}
