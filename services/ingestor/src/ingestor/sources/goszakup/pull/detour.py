"""The way round: a list that GraphQL persistently refuses is read on by its REST shape.

REST has the same records, newest id first, but hardly any filter: a list is walked down and what
was not asked for is left out, until nothing that was can come any more. What GraphQL nests in a
record is asked for by itself. A question that REST has no answer for ends as GraphQL ended it.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.json import encode

from ingestor.sources.goszakup.portal.answers import Page
from ingestor.sources.goszakup.portal.client import REST_CAP, Portal
from ingestor.sources.goszakup.portal.failures import (
    PortalAwayError,
    PortalError,
    Reason,
    RequestError,
    TokenRefusedError,
)
from ingestor.sources.goszakup.portal.walk import Asking, graphql, number_of
from shared.logs import logger

LASTING: Final[frozenset[Reason]] = frozenset({"graphql_errors", "not_found", "server_error"})
"""How GraphQL fails for good, after every retry; a page that comes broken is no such failure."""

LISTS: Final[Mapping[str, str]] = {
    "TrdBuy": "/v3/trd-buy/all",
    "Lots": "/v3/lots",
    "Contract": "/v3/contract/all",
    "Acts": "/v3/acts",
    "Plans": "/v3/plans/all",
    "TrdApp": "/v3/trd-app",
}
"""The long list of a root, with every field of a record."""

NARROWER: Final[Mapping[tuple[str, str], str]] = {
    ("TrdApp", "buyId"): "/v3/trd-app?buy_id={}",
    ("Lots", "customerBin"): "/v3/lots/bin/{}",
    ("Plans", "subjectBiin"): "/v3/plans/{}",
}
"""Lists of what one value of a criterion finds."""

SINGLE: Final[Mapping[tuple[str, str], str]] = {
    ("TrdBuy", "id"): "/v3/trd-buy/{}",
    ("Contract", "id"): "/v3/contract/{}",
    ("Subjects", "pid"): "/v3/subject/{}",
}
"""Where one record is found by its id."""

OF_NOTICE: Final[Mapping[str, str]] = {
    "Lots": "/v3/lots/number-anno/{}",
    "Contract": "/v3/contract/number-anno/{}",
}
"""Lists of what belongs to a notice, by the number it goes by."""

FIRST_VERSION: Final = "/v3/plans/view/{}"
CUSTOMERS_PLANS: Final = NARROWER["Plans", "subjectBiin"]

NESTED: Final[Mapping[str, Mapping[str, str]]] = {
    "TrdBuy": {"cancel": "/v3/trd-buy/{}/cancel", "pause": "/v3/trd-buy/{}/pause"},
    "Contract": {"contract_units": "/v3/contract/{}/units"},
}
"""What GraphQL nests in a record, under the name that it is read by."""

DATES: Final[Mapping[str, tuple[str, ...]]] = {
    "publishDate": ("publish_date",),
    "lastUpdateDate": ("last_update_date",),
    "crdate": ("crdate",),
    "signDate": ("sign_date",),
    "dateAction": ("create_date_act", "approve_date", "revoke_date"),
}
"""Criteria that are periods, and the dates of a record of which the newest counts."""

SLACK: Final = timedelta(days=30)  # ids follow the days on which records were begun, not dated
DEEPEST: Final = 400  # pages of a list, some weeks of the country; what lies below waits
WRITTEN: Final = "%Y-%m-%d %H:%M:%S"

log = logger(__name__)

Row = dict[str, Any]


class Detours:
    """Which lists a run reads by REST, and why."""

    def __init__(self) -> None:
        self._reasons: dict[str, str] = {}

    def __contains__(self, root: str) -> bool:
        return root in self._reasons

    def tell(self) -> list[str]:
        """Say which lists were read by REST."""
        return [f"{root} was read by REST: {why}" for root, why in self._reasons.items()]

    def asking(self, portal: Portal, root: str, criteria: Mapping[str, Any]) -> Asking:
        """Ask a GraphQL root, or the REST shape of its list once GraphQL has failed for good."""
        straight = graphql(portal, root, criteria)
        around = by_rest(portal, root, criteria)

        async def ask(after: int | None) -> Page:
            if around is not None and root in self._reasons:
                return await around(after)
            try:
                return await straight(after)
            except (RequestError, PortalAwayError) as fault:
                if around is None or not _lasts(fault):
                    raise
                page = await self._around(root, around, after, fault)
                self._note(root, fault)
                return page

        return ask

    async def _around(
        self, root: str, around: Asking, after: int | None, fault: PortalError
    ) -> Page:
        """Ask by REST, once more where REST has answered others of the root in the meantime.

        Those who still ask GraphQL at the same time may use up the trials that a portal is given.
        """
        try:
            return await _instead(around, after, fault)
        except PortalAwayError:
            if root not in self._reasons:
                raise
            return await around(after)

    def _note(self, root: str, fault: PortalError) -> None:
        if root not in self._reasons:
            away = isinstance(fault, PortalAwayError)
            self._reasons[root] = "GraphQL does not answer" if away else str(fault)
            log.warning("read_by_rest", root=root, reason=self._reasons[root])


def _lasts(fault: PortalError) -> bool:
    """Tell whether GraphQL failed for good. Where all is away, REST shows whether it is the portal.

    Several roots that fail at once look like a portal that is away.
    """
    return isinstance(fault, PortalAwayError) or (
        isinstance(fault, RequestError) and fault.reason in LASTING
    )


async def _instead(around: Asking, after: int | None, fault: PortalError) -> Page:
    """Ask by REST; what GraphQL said is the better reason where REST answers no better."""
    try:
        return await around(after)
    except RequestError as other:
        if isinstance(other, TokenRefusedError):
            raise
        fault.about = other.about
        raise fault from other


def by_rest(portal: Portal, root: str, criteria: Mapping[str, Any]) -> Asking | None:
    """Return what asks REST the same question; None where it has no such list."""
    names = list(criteria)
    if len(names) == 1 and (root, names[0]) in SINGLE:
        return _each(portal, root, SINGLE[root, names[0]], criteria[names[0]])
    if root in OF_NOTICE and names == ["trdBuyId"]:
        return _of_notices(portal, root, criteria["trdBuyId"])
    if (root, *names) == ("Acts", "contractRootId"):
        return _of_contracts(portal, criteria["contractRootId"])
    if (root, *names) == ("Plans", "rootrecordId"):
        return _of_plans(portal, criteria["rootrecordId"])
    if root in LISTS and all(_is_told(root, name) for name in names):
        return _filtered(portal, root, _path(root, criteria), criteria, criteria)
    return None


def fits(row: Row, criteria: Mapping[str, Any]) -> bool:
    """Tell whether a record of a REST list is one that was asked for."""
    return all(_fits(row, name, wanted) for name, wanted in criteria.items())


def is_below(rows: Iterable[Row], criteria: Mapping[str, Any]) -> bool:
    """Tell whether records lie so far before a period that none below them can lie in it."""
    every = list(rows)
    for name in DATES.keys() & criteria.keys():
        begin = _span(criteria[name])[0]
        newest = max((_dated(row, name) for row in every), default="")
        if begin and newest and newest < _earlier(begin):
            return True
    return False


def _is_told(root: str, name: str) -> bool:
    """Tell whether a criterion of a root can be told by walking down its list."""
    return name in DATES or name in WHOLE or (root, name) in NARROWER


WHOLE: Final = frozenset({"strKato", "orgBin", "customerBin", "subjectBiin", "plnPointYear"})


def _path(root: str, criteria: Mapping[str, Any]) -> str:
    found = (NARROWER[root, name].format(criteria[name]) for name in criteria
             if (root, name) in NARROWER)  # fmt: skip
    return next(found, LISTS[root])


def _filtered(
    portal: Portal,
    root: str,
    path: str,
    criteria: Mapping[str, Any],
    period: Mapping[str, Any],
) -> Asking:
    """Walk down a list as far as a period goes, over pages without what was asked for."""
    pages = 0

    async def ask(after: int | None) -> Page:
        nonlocal pages
        while True:
            page = await portal.rest(_address(path, after))
            pages += 1
            rows = [row for row in page.rows if isinstance(row, dict)]
            wanted = [await _whole(portal, root, row) for row in rows if fits(row, criteria)]
            ended = page.onward is None or is_below(rows, period)
            lowest = min((n for row in rows if (n := number_of(row, "id"))), default=None)
            if ended or lowest is None or wanted:
                return Page(wanted, None, None if ended else lowest, page.raw)
            if lowest == after or pages >= DEEPEST:
                raise RequestError(
                    "refused", f"REST would have to be read below id {lowest} for {root}"
                )
            after = lowest

    return ask


def _each(portal: Portal, root: str, path: str, numbers: Any) -> Asking:
    """Ask for records one by one; one that is not there is none."""

    async def ask(_after: int | None) -> Page:
        found = [await one(number) for number in _several(numbers)]
        rows = [await _whole(portal, root, row) for row in found if row is not None]
        return _gathered(rows)

    async def one(number: int) -> Row | None:
        try:
            return await _one(portal, path.format(number))
        except PortalError as fault:
            fault.about = (root, number)
            raise

    return ask


def _of_notices(portal: Portal, root: str, notices: Any) -> Asking:
    """Ask for what belongs to notices, each by the number it goes by."""

    async def ask(_after: int | None) -> Page:
        rows: list[Row] = []
        for notice in _several(notices):
            known = await _one(portal, SINGLE["TrdBuy", "id"].format(notice))
            if known is not None:
                path = OF_NOTICE[root].format(known.get("number_anno"))
                rows += [await _whole(portal, root, row) for row in await _all(portal, path)]
        return _gathered(rows)

    return ask


def _of_contracts(portal: Portal, contracts: Any) -> Asking:
    """Walk down the acts as far as the day on which the oldest of their contracts was drawn up."""

    async def ask(after: int | None) -> Page:
        oldest = await _one(portal, SINGLE["Contract", "id"].format(min(_several(contracts))))
        period = {"dateAction": [str((oldest or {}).get("crdate") or "")]}
        criteria = {"contractRootId": contracts}
        return await _filtered(portal, "Acts", LISTS["Acts"], criteria, period)(after)

    return ask


def _of_plans(portal: Portal, roots: Any) -> Asking:
    """Ask for every version of plan points: those of their customers, told by the first version."""

    async def ask(_after: int | None) -> Page:
        first = [await _one(portal, FIRST_VERSION.format(root)) for root in _several(roots)]
        customers = dict.fromkeys(row["subject_biin"] for row in first if row is not None)
        lists = [await _all(portal, CUSTOMERS_PLANS.format(number)) for number in customers]
        asked = {"rootrecordId": roots}
        return _gathered([row for rows in lists for row in rows if fits(row, asked)])

    return ask


async def _whole(portal: Portal, root: str, row: Row) -> Row:
    """Put into a record what GraphQL would nest in it."""
    parts = {
        name: await _all(portal, path.format(row["id"]))
        for name, path in NESTED.get(root, {}).items()
    }
    return row | {name: rows for name, rows in parts.items() if rows}


async def _one(portal: Portal, path: str) -> Row | None:
    try:
        found = await portal.one(path)
    except RequestError as fault:
        if fault.reason == "not_found":
            return None
        raise
    return found if isinstance(found, dict) else None


async def _all(portal: Portal, path: str) -> list[Row]:
    """Return every row of a short list."""
    rows: dict[int, Row] = {}
    after: int | None = None
    while True:
        page = await portal.rest(_address(path, after))
        fresh = {n: row for row in page.rows if (n := number_of(row, "id")) and n not in rows}
        rows |= fresh
        if page.onward is None or not fresh:
            return list(rows.values())
        after = min(rows)


def _gathered(rows: list[Row]) -> Page:
    """Make a page of records that came in many answers; it is its own witness."""
    return Page(rows, len(rows), None, encode(rows))


def _address(path: str, after: int | None) -> str:
    written = f"{path}{'&' if '?' in path else '?'}limit={REST_CAP}"
    return written if after is None else f"{written}&page=next&search_after={after}"


def _several(value: Any) -> list[Any]:
    several = isinstance(value, Collection) and not isinstance(value, str)
    return list(value) if several else [value]


def _fits(row: Row, name: str, wanted: Any) -> bool:
    if name in DATES:
        begin, end = _span(wanted)
        return begin <= _dated(row, name) <= end if _dated(row, name) else False
    if name == "strKato":
        return any(str(code).startswith(str(wanted)) for code in _several(row.get("kato") or ()))
    return str(row.get(_snake(name))) in {str(one) for one in _several(wanted)}


def _dated(row: Row, name: str) -> str:
    return max((str(row.get(field) or "") for field in DATES[name]), default="")


def _span(wanted: list[str]) -> tuple[str, str]:
    begin, end = [*wanted, "", ""][:2]
    return begin, end or "9999"


def _earlier(moment: str) -> str:
    return (datetime.strptime(moment, WRITTEN) - SLACK).strftime(WRITTEN)  # noqa: DTZ007 (no zone)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
