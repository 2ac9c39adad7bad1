"""What the routes have in common: the caller, forms of parameters, how an answer is sent."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Annotated, Any, Final

from fastapi import Header, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BeforeValidator, Field, WithJsonSchema

from gateway.door import HOLDER, is_known
from gateway.memory import Answer
from gateway.reads.answering import organisation_id
from shared.contracts.scores import Band
from shared.errors import ScopeMissing
from shared.security import Caller

JSON: Final = "application/json"
HEADERS: Final = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}
TRANSLATED: Final = HEADERS | {"Vary": "Authorization, Accept-Language"}

_DATE_LENGTH = len("2026-01-31")
_LAST_MOMENT = time(23, 59, 59, 999999)

bearer = HTTPBearer(
    auto_error=False,
    scheme_name="key",
    description="An API key, `qdg_live_<id>_<secret>`, or an access token.",
)


def allowed(scope: str | None) -> Callable[..., Awaitable[Caller]]:
    """Return a dependency: the caller, whose key the door has checked, if it holds `scope`.

    Raises ScopeMissing.
    """

    async def dependency(
        request: Request,
        _: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
    ) -> Caller:
        caller: Caller = request.scope[HOLDER].caller
        if scope is not None and scope not in caller.scopes:
            raise ScopeMissing(f"This needs the scope {scope}.")
        return caller

    return dependency


def _moment(text: Any, *, last: bool) -> datetime:
    if not isinstance(text, str):
        raise ValueError("a date or a moment is a text")  # noqa: TRY004 (a 422, no fault of ours)
    if len(text) == _DATE_LENGTH:
        return datetime.combine(
            date.fromisoformat(text), _LAST_MOMENT if last else time.min, tzinfo=UTC
        )
    moment = datetime.fromisoformat(text.replace(" ", "+"))  # a plus sign sent as it is
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("outside the calendar") from error


_MOMENT_SCHEMA = WithJsonSchema(
    {"type": "string", "description": "A date (UTC day) or an RFC 3339 moment."}
)
From = Annotated[datetime, BeforeValidator(lambda text: _moment(text, last=False)), _MOMENT_SCHEMA]
Until = Annotated[datetime, BeforeValidator(lambda text: _moment(text, last=True)), _MOMENT_SCHEMA]


def _day(text: Any) -> date:
    # pydantic alone would read "0" as the first day of 1970.
    if not isinstance(text, str) or len(text) != _DATE_LENGTH:
        raise ValueError("a day is written as 2026-01-31")
    return date.fromisoformat(text)


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]

Word = Annotated[str, Field(min_length=1, max_length=200)]
Words = Annotated[list[Word], Field(max_length=50)]
"""Alternatives, as a parameter that may be repeated."""

Bands = Annotated[list[Band], Field(max_length=50)]
"""Risk bands: a word that is none is refused, or a slip would read as "there is no risk"."""

Amount = Annotated[
    Decimal,
    Field(ge=0, max_digits=24, decimal_places=6),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(\.\d{1,6})?$"}),
]

Language = Annotated[str | None, Header(max_length=500, description="kk, ru or en.")]


def send(
    request: Request,
    answer: Answer,
    headers: dict[str, str] | None = None,
    *,
    media_type: str = JSON,
) -> Response:
    """Send a document with its version, or 304 to a caller who has it."""
    said = {"ETag": answer.etag.decode(), **(headers or HEADERS)}
    known = request.headers.get("if-none-match")
    if known is not None and is_known(known.encode("latin-1"), answer.etag):
        return Response(status_code=304, headers=said)
    return Response(answer.body, media_type=media_type, headers=said)


def send_list(body: bytes, headers: dict[str, str] | None = None) -> Response:
    """Send a page of a list."""
    return Response(body, media_type=JSON, headers=headers or HEADERS)


def each(words: Sequence[str]) -> tuple[str, ...]:
    """Return alternatives once each."""
    return tuple(dict.fromkeys(words))


def organisations(named: Sequence[str], pointer: str) -> tuple[str, ...]:
    """Return organisations given by id or BIN. Raises ValidationFailed for anything else."""
    return each([organisation_id(name, pointer=pointer) for name in named])
