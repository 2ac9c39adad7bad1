"""Risk scores: as computed, explained in the reader's language, or many in short."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

import msgspec
from fastapi import Depends, Path, Query, Request, Response
from msgspec import Struct, field
from pydantic import Field

from gateway.api import examples
from gateway.api.asking import TRANSLATED, Day, Language, allowed, send, send_list
from gateway.api.describing import answers
from gateway.api.example_release import PROCESS
from gateway.api.metering import Rows, charge
from gateway.documents import ScoreSummary
from gateway.explain.documents import Explanation
from gateway.explain.render import explain
from gateway.memory import Answer
from gateway.reads import scores
from gateway.reads.answering import answer, encode
from gateway.state import Gateway, State
from gateway.subscriptions.documents import AlertReply
from gateway.texts import NOTICE, Notice
from gateway.usage import QuotaSpent
from gateway.view.score import score_row
from gateway.withheld import NAMED, Withheld, parted, public_codes, sees_all, shortened
from shared.bodies import Body
from shared.contracts.scores import ScoreDocument, SubjectType
from shared.errors import FieldError, NotFound, RateLimited, ScopeMissing, ValidationFailed
from shared.errors import Unauthenticated as NoKey
from shared.late import Router
from shared.security import Caller
from shared.vocabulary.text import negotiate

router = Router(prefix="/v1", tags=["scores"])
Reader = Annotated[Caller, Depends(allowed("scores:read"))]

TypeInPath = Annotated[
    str, Path(max_length=40, pattern="^[a-z_]+$", description="process, buyer or supplier.")
]
SubjectId = Annotated[
    str, Path(max_length=100, pattern="^[a-z0-9_]+$", description="prc_… or org_….")
]
At = Annotated[Day | None, Query(description="The score as it stood at the end of this day (UTC).")]

NO_SCORE: Final = (
    "There is no score of this subject. Subjects are a process (prc_…), and a buyer or a supplier"
    " (org_…): GET /v1/resolve?q= finds the id."
)


@dataclass(frozen=True)
class Asked:
    """Which score: whose, and of which day."""

    subject_type: str
    subject_id: str
    at: date | None = None


async def _asked(subject_type: TypeInPath, subject_id: SubjectId, at: At = None) -> Asked:
    return Asked(subject_type, subject_id, at)


Question = Annotated[Asked, Depends(_asked)]


class ServedScore(ScoreDocument, frozen=True, kw_only=True):
    """A risk score, 0-100, with what every indicator says; a sign, not an accusation.

    `status`, `code`, `kind` and `family` are open words: new ones may come at any time. `withheld`
    stands where lines that name a supplier are for partners only (scope scores:partner), `replies`
    where a party gave one to an alert.
    """

    notice: Notice
    links: dict[str, str]
    withheld: Withheld | None = None
    replies: list[AlertReply] = field(default_factory=list)


class ScoreInShort(ScoreSummary, frozen=True, kw_only=True):
    """A score in one line, with the id it belongs to."""

    id: str


_served = msgspec.json.Decoder(ServedScore).decode
_short = msgspec.json.Decoder(ScoreInShort).decode


class Lookup(Struct, frozen=True):
    """The scores that were asked for, in that order, and the ids that have none."""

    data: list[ScoreInShort]
    missing: list[str]
    as_of: str
    seq: int
    notice: Notice


class LookupBody(Body):
    """Up to 100 subjects of one type."""

    ids: list[Annotated[str, Field(min_length=1, max_length=100)]] = Field(
        min_length=1, max_length=100, examples=[[PROCESS]]
    )
    subject_type: SubjectType = "process"


@router.get(
    "/scores/{subject_type}/{subject_id}",
    operation_id="read_score",
    summary="Read a score",
    response_model=None,
    responses=answers(
        ServedScore,
        examples.SCORE_DOCUMENT,
        NoKey,
        ScopeMissing,
        NotFound,
        RateLimited,
        QuotaSpent,
        conditional=True,
    ),
)
async def read_score(
    request: Request,
    asked: Question,
    caller: Reader,
    gateway: Gateway,
) -> Response:
    """Read the score of a process, a buyer or a supplier, as it is or as it was."""
    found = await _read(request, gateway, caller, asked)
    return send(request, found if sees_all(caller) else await _for_public(gateway, found))


@router.get(
    "/scores/{subject_type}/{subject_id}/explanation",
    operation_id="explain_score",
    summary="Explain a score",
    response_model=None,
    responses=answers(
        Explanation,
        examples.EXPLANATION,
        NoKey,
        ScopeMissing,
        NotFound,
        RateLimited,
        QuotaSpent,
        conditional=True,
    ),
)
async def explain_score(
    request: Request,
    asked: Question,
    caller: Reader,
    gateway: Gateway,
    accept_language: Language = None,
) -> Response:
    """Explain a score in Kazakh, Russian or English: one line per indicator, adding up."""
    found = await _read(request, gateway, caller, asked)
    language = negotiate(accept_language)
    catalogue, version = await scores.known_catalogue(gateway)
    public = None if sees_all(caller) else public_codes(catalogue)
    score = _served(found.body)
    told = explain(score, catalogue, language, public=public, replies=score.replies)
    body = encode(told)
    revision = found.etag.decode().strip('"')
    revisions = (revision, version, language, *(() if public is None else ("public",)))
    return send(request, answer(body, *revisions), TRANSLATED | {"Content-Language": language})


@router.post(
    "/scores:lookup",
    operation_id="lookup_scores",
    summary="Look up many scores",
    response_model=None,
    responses=answers(Lookup, examples.LOOKUP, NoKey, ScopeMissing, RateLimited, QuotaSpent),
)
async def lookup_scores(
    asked: LookupBody, caller: Reader, gateway: Gateway, meter: Rows
) -> Response:
    """Read up to 100 scores in short, for lists on small screens."""
    async with gateway.database.connection() as connection:
        found, missing = await scores.in_short(connection, asked.subject_type, asked.ids)
    if asked.subject_type == NAMED and not sees_all(caller):
        public = public_codes((await scores.known_catalogue(gateway))[0])
        found = [encode(shortened(_short(each), public)) for each in found]
    meter.give(len(found))
    rest = encode({"missing": missing, **gateway.as_of(), "notice": NOTICE})
    return send_list(b'{"data":[%b],%b' % (b",".join(found), rest[1:]))


async def _read(request: Request, gateway: State, caller: Caller, asked: Asked) -> Answer:
    if asked.at is not None:
        return await _past(request, gateway, caller, asked, asked.at)
    key = f"{asked.subject_type}/{asked.subject_id}"
    remembered: Answer | None = gateway.memory.get("score", key)
    if remembered is not None:
        return remembered
    mark = gateway.memory.mark()
    async with gateway.database.connection() as connection:
        found = await scores.by_subject(connection, asked.subject_type, asked.subject_id)
    if found is None:
        raise NotFound(NO_SCORE)
    gateway.memory.put("score", key, found, size=len(found.body), mark=mark)
    return found


async def _for_public(gateway: State, found: Answer) -> Answer:
    """Return a score without the lines that name a supplier to partners only."""
    catalogue, version = await scores.known_catalogue(gateway)
    score = _served(found.body)
    lines, withheld = parted(score, public_codes(catalogue))
    if withheld is None:
        return found
    body = encode(msgspec.structs.replace(score, indicators=lines, withheld=withheld))
    return answer(body, found.etag.decode().strip('"'), version, "public")


async def _past(request: Request, gateway: State, caller: Caller, asked: Asked, at: date) -> Answer:
    if at > gateway.clock.now().date():
        raise ValidationFailed(
            "That day has not come.",
            errors=[FieldError("/query/at", "future", "must not lie in the future")],
        )
    await charge(request, gateway, "past_scores")
    document = await gateway.past.read(asked.subject_type, asked.subject_id, at, caller)
    row = score_row(document)
    return answer(row.body, row.revision)
