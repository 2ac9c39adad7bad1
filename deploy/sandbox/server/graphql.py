"""`POST /v3/graphql`: a page of every root that is asked for, with the portal's own page info."""

from collections.abc import Callable, Collection, Hashable, Mapping
from typing import Any, NamedTuple

from graphql import GraphQLError, execute_sync, parse

from deploy.sandbox.server import finder
from deploy.sandbox.server.finder import Page
from deploy.sandbox.server.portal import Portal, key_of
from deploy.sandbox.server.query import Call, Query, QueryError, read
from deploy.sandbox.server.schema import FILLED, SCHEMA

DEFAULT, CAP = 50, 200

Document = dict[str, Any]
Pin = Callable[[Hashable, Any], Any]
"""For a list and the place asked for, gives the place from which the page is really read."""


class Question(NamedTuple):
    """A request as it was sent, and what its document was read as."""

    text: str
    variables: Mapping[str, Any]
    query: Query | QueryError

    @property
    def roots(self) -> list[str]:
        """The roots it asks for."""
        return [call.root for call in self.query.calls] if isinstance(self.query, Query) else []


def question(body: Any) -> Question | None:
    """Read a request; None for one that is none."""
    text = body.get("query") if isinstance(body, dict) else None
    if not isinstance(text, str):
        return None
    variables = body.get("variables")
    name = body.get("operationName")
    known = variables if isinstance(variables, dict) else {}
    return Question(text, known, read(text, name if isinstance(name, str) else None))


def unpinned(_question: Hashable, place: Any) -> Any:
    """Every place is where it is asked for."""
    return place


def answer(
    portal: Portal,
    asked: Question,
    gone: Collection[tuple[str, str]] = (),
    pin: Pin = unpinned,
) -> Document:
    """Answer a question; `gone` are fields that the schema is to have lost."""
    if "__schema" in asked.text or "__type(" in asked.text:
        return dict(execute_sync(SCHEMA, parse(asked.text)).formatted)
    try:
        query = _sound(asked.query, gone)
        arguments = query.arguments(asked.variables)
        pages = [
            _page(portal, call, given, pin)
            for call, given in zip(query.calls, arguments, strict=True)
        ]
    except QueryError as error:
        return {"errors": [_told(one) for one in error.errors]}
    except ValueError as error:
        return {"errors": [_told(GraphQLError(str(error)))]}
    return _document(portal, query, pages)


def _sound(query: Query | QueryError, gone: Collection[tuple[str, str]]) -> Query:
    if isinstance(query, QueryError):
        raise query
    lost = sorted(query.used & set(gone))
    if lost:
        raise QueryError(
            [GraphQLError(f'Cannot query field "{name}" on type "{kind}".') for kind, name in lost]
        )
    return query


class Answered(NamedTuple):
    """A page and the limit that was applied to it."""

    limit: int
    page: Page


def _page(portal: Portal, call: Call, given: Mapping[str, Any], pin: Pin) -> Answered:
    limit = given.get("limit")
    limit = min(limit, CAP) if limit and limit > 0 else DEFAULT
    if call.root not in FILLED:
        return Answered(limit, Page([], 0, more=False))
    criteria = dict(given.get("filter") or {})
    if since := given.get("after_index_date"):
        criteria["indexDate"] = [since]
    after = pin((call.root, repr(sorted(criteria.items())), limit), given.get("after"))
    return Answered(limit, finder.page(portal, call.root, criteria, after, limit))


def _document(portal: Portal, query: Query, pages: list[Answered]) -> Document:
    data = {
        call.key: [call.shape(row, portal) for row in one.page.rows]
        for call, one in zip(query.calls, pages, strict=True)
    }
    limit, page = pages[-1]
    root = query.calls[-1].root
    info = {
        "limitPage": limit,
        "totalCount": page.total,
        "hasNextPage": page.more,
        "lastId": key_of(root, page.rows[-1]) if page.rows else None,
    }
    return {"data": data, "extensions": {"pageInfo": info}}


def _told(error: GraphQLError) -> Document:
    """An error in the words of the portal's own library, which quotes names twice."""
    told = dict(error.formatted)
    return {**told, "message": error.message.replace("'", '"')}
