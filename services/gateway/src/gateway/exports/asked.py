"""What can be exported: the lists, each by the very filters and the very reader of its route."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import asyncpg
import msgspec
from pydantic import BaseModel, ValidationError

from gateway.api.alerts import AlertFilter
from gateway.api.alerts import question_of as of_alerts
from gateway.api.filters import CurrencyRequired
from gateway.api.finding import ContractFilter, LotFilter, of_contracts, of_lots
from gateway.api.processes import ProcessFilter
from gateway.api.processes import question_of as of_processes
from gateway.exports import scored
from gateway.reads import alerts, listed, processes
from shared.errors import FieldError, ValidationFailed

Page = tuple[list[bytes], Any]
Find = Callable[[asyncpg.Connection, Any, Any, int], Awaitable[Page]]

RELEASES: Final = 100
"""Releases of one page: they are larger than what lists tell of a purchase."""

_RELEASES: Final = """
    SELECT release FROM unnest($1::text[]) WITH ORDINALITY AS wanted (id, place)
    JOIN process USING (id) ORDER BY place
"""

NO_FILTER: Final = frozenset({"limit", "cursor", "sort"})


class _Named(msgspec.Struct):
    id: str


_id = msgspec.json.Decoder(_Named).decode


class Kind(NamedTuple):
    """A list: the scope it takes, the filter of its route, its question, how a page is found."""

    scope: str
    filter: type[BaseModel]
    question: Callable[[Any], Any]
    find: Find


async def _processes(connection: asyncpg.Connection, question: Any, after: Any, limit: int) -> Page:
    return await processes.find(connection, question, after=after, limit=limit)


async def _listed(connection: asyncpg.Connection, question: Any, after: Any, limit: int) -> Page:
    return await listed.find(connection, question, after=after, limit=limit)


async def releases(connection: asyncpg.Connection, question: Any, after: Any, limit: int) -> Page:
    """Return the releases of a page of processes, as they are published."""
    documents, last = await _processes(connection, question, after, min(limit, RELEASES))
    ids = [_id(document).id for document in documents]
    rows = await connection.fetch(_RELEASES, ids)
    return [row["release"] for row in rows], last


async def _alerts(connection: asyncpg.Connection, question: Any, after: Any, limit: int) -> Page:
    return await alerts.find(connection, question, mark=after, limit=limit)


KINDS: Final[Mapping[str, Kind]] = {
    "processes": Kind("processes:read", ProcessFilter, of_processes, _processes),
    "lots": Kind("processes:read", LotFilter, of_lots, _listed),
    "contracts": Kind("processes:read", ContractFilter, of_contracts, _listed),
    "alerts": Kind("alerts:read", AlertFilter, of_alerts, _alerts),
    "scores": Kind("scores:read", scored.ScoreFilter, scored.of_scores, scored.find),
    "findings": Kind("scores:read", scored.FindingFilter, scored.of_findings, scored.find),
}
OF_PARTNERS: Final = frozenset({"scores", "findings"})
"""What holds more for who reads as a partner."""


def question(
    what: str, asked: Mapping[str, Any], *, public: frozenset[str] | None = frozenset()
) -> Any:
    """Return the question of a filter, in the usual order of its list.

    `public` are the indicators that may name a supplier to whoever asks; None means all.

    Raises ValidationFailed, CurrencyRequired.
    """
    kind = KINDS[what]
    unknown = asked.keys() - _words(kind.filter)
    if unknown:
        raise _refused([(name, "extra_forbidden", "is no filter here") for name in sorted(unknown)])
    try:
        # As JSON, where a list is a list and no number passes for a text.
        found = kind.filter.model_validate_json(msgspec.json.encode(asked))
    except ValidationError as error:
        flaws = error.errors(include_url=False, include_input=False, include_context=False)
        raise _refused(
            [("/".join(map(str, each["loc"])), each["type"], each["msg"]) for each in flaws]
        ) from error
    try:
        wanted = kind.question(found)
    except (CurrencyRequired, ValidationFailed) as refused:
        raise type(refused)(refused.detail, errors=list(map(_in_body, refused.errors))) from refused
    return replace(wanted, public=public) if what in OF_PARTNERS else wanted


def _in_body(flaw: FieldError) -> FieldError:
    """Point at the filter in the body: its list would have found it in the query."""
    return replace(flaw, pointer=flaw.pointer.replace("/query/", "/body/filter/", 1))


def _words(model: type[BaseModel]) -> frozenset[str]:
    words = {field.alias or name for name, field in model.model_fields.items()}
    return frozenset(words) - NO_FILTER


def _refused(flaws: Sequence[tuple[str, str, str]]) -> ValidationFailed:
    errors = [FieldError(f"/body/filter/{place}", code, text) for place, code, text in flaws]
    return ValidationFailed("The filter is not one of this list.", errors=errors)
