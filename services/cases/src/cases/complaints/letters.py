"""Letters of complaints: made from confirmed templates, kept as they were made, read as files."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Final

import asyncpg
from fastapi import APIRouter, Depends, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from msgspec import Struct

from cases.complaints import store
from cases.complaints.carrying import NOTHING, known
from cases.complaints.clock import declared_of
from cases.complaints.sides import let_a_member_pass, side_of, writers
from cases.complaints.store import Row, new_id
from cases.complaints.telling import told
from cases.desk import Called, Shared, page, serves
from cases.events import record
from cases.law.catalogue import vocabulary
from cases.law.counting import local_day
from cases.laziness import later
from cases.letters import wording
from cases.letters.confirmations import stands_by, words
from cases.letters.filling import FOR_READING, Around, fill
from cases.letters.template import Template, for_route
from shared.contracts.casework.complaints import Letter, NewLetter
from shared.errors import (
    FieldError,
    GuardFailed,
    NotFound,
    ScopeMissing,
    TransitionNotAllowed,
    Unauthenticated,
    ValidationFailed,
)
from shared.security import Caller, verify
from shared.vocabulary.text import Language, Text

router: Final = APIRouter(tags=["letters"])

pdf: Final = later("cases.letters.pdf", "pdf")
docx: Final = later("cases.letters.word", "docx")

MEDIA: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}

UNCONFIRMED: Final = {
    "template": Text(
        kk="Бұл үлгінің осы нұсқасын әлі ешкім растаған жоқ; растағанша хат дайындалмайды.",
        ru="Эту версию шаблона пока никто не подтвердил; до этого письмо не составляется.",
        en="Nobody has confirmed this version of the template yet; until then no letter is made.",
    ),
    "route": Text(
        kk="Бұл тәртіпті немесе мерзімін заңгер әлі растаған жоқ; растағанша хат дайындалмайды.",
        ru="Юрист пока не подтвердил этот порядок или его срок; до этого письмо не составляется.",
        en="No lawyer has confirmed this route or its term yet; until then no letter is made.",
    ),
}


READERS: Final = frozenset({"complaints:read", "authority:respond"})

_bearer = HTTPBearer(auto_error=False, scheme_name="internal", description="An internal token.")


async def reader_of(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Caller:
    """Return who reads a file, on whichever side. Raises Unauthenticated, ScopeMissing."""
    if credentials is None:
        raise Unauthenticated("Send Authorization: Bearer with an internal token.")
    state = request.app.state
    key, clock = state.settings.internal_key, state.clock
    caller = verify(credentials.credentials, audience="cases", key=key, clock=clock)
    if not READERS & caller.scopes:
        raise ScopeMissing(f"This needs one of the scopes {', '.join(sorted(READERS))}.")
    return caller


class Set(Struct, frozen=True):
    """A letter on paper."""

    pdf: bytes
    docx: bytes


@serves(router, "make_letter")
async def make_letter(
    desk: Shared, caller: Called, request: Request, complaint_id: str, body: NewLetter
) -> Response:
    """Fill a template with what the complaint says, and keep it as it was set."""
    async with desk.once(request, caller) as attempt:
        if attempt.replay is not None:
            return attempt.replay
        connection, now = attempt.connection, attempt.now
        row = await known(connection, complaint_id, caller, "own", now=now, lock=True)
        let_a_member_pass(caller)
        template = _template(row, body)
        await _let_pass(connection, row, template, now)
        made = await _set(connection, row, template, body, now)
        id_ = new_id("let")
        columns = _columns(id_, row, body, template.version, made)
        await connection.execute(_WRITE, *columns, caller.member, now)
        if body.language != FOR_READING:
            changes = {"letter": id_, "author": caller.member, "writers": writers(row, caller)}
            await store.update(connection, complaint_id, changes, now)
        more = {"letter": id_, "template": template.code, "version": template.version}
        await record(connection, caller, now, told(row, "letter", before="draft", more=more))
        written = await connection.fetchrow(f"{_SELECT} WHERE letter.id = $1", id_)
        assert written is not None
        return attempt.answer(_shown(written), 201)


@serves(router, "list_letters")
async def list_letters(
    desk: Shared, caller: Called, complaint_id: str, limit: int, after: str | None = None
) -> Response:
    """List the letters of a complaint, the newest first."""
    at, id_ = json.loads(after) if after else (None, None)
    moment = datetime.fromisoformat(at) if at else None
    async with desk.database.connection() as connection:
        await known(connection, complaint_id, caller, "own", now=desk.clock.now())
        rows = await connection.fetch(_LISTED, complaint_id, moment, id_, limit + 1)
    shown = [_shown(row) for row in rows]
    return page(shown, limit, lambda last: [last.made_at.isoformat(), last.id])


@router.get("/internal/complaints/{complaint_id}/letters/{letter_id}/{form}", name="read_letter")
async def read_letter(
    desk: Shared,
    complaint_id: str,
    letter_id: str,
    form: str,
    caller: Annotated[Caller, Depends(reader_of)],
) -> Response:
    """Read a letter as a file: its organisation any, the body it goes to the one that was filed."""
    if form not in MEDIA:
        raise NotFound(NOTHING)
    async with desk.database.connection() as connection:
        row = await store.read(connection, complaint_id)
        side = side_of(row, caller) if row is not None else None
        if side != "addressee":
            await known(connection, complaint_id, caller, "own", now=desk.clock.now())
        elif row is None or row["letter"] != letter_id:
            raise NotFound(NOTHING)
        found = await connection.fetchrow(_FILE, letter_id, complaint_id)
    if found is None:
        raise NotFound(NOTHING)
    return Response(found[form], media_type=MEDIA[form])


def _template(row: Row, body: NewLetter) -> Template:
    """Return the template. Raises ValidationFailed for one that is not of the complaint's route."""
    if row["state"] != "draft":
        raise TransitionNotAllowed("Letters are made of a draft.", allowed=[])
    fit = {each.code: each for each in for_route(row["route"])}
    if body.template not in fit:
        said = ", ".join(fit) or "none"
        flaw = FieldError("/body/template", "not_of_this_route", f"of {row['route']}: {said}")
        raise ValidationFailed("This template is not of the complaint's route.", errors=[flaw])
    return fit[body.template]


async def _let_pass(
    connection: asyncpg.Connection, row: Row, template: Template, now: datetime
) -> None:
    """Let pass what named persons stand by. Raises GuardFailed with what nobody has confirmed."""
    declared = declared_of(row["route"], local_day(now), await words(connection))
    unmet = [
        *([] if await stands_by(connection, template) else ["template"]),
        *([] if declared is not None and declared.route.is_confirmed() else ["route"]),
    ]
    if unmet:
        said = {
            language: " ".join(getattr(UNCONFIRMED[one], language) for one in unmet)
            for language in ("kk", "ru", "en")
        }
        versions = {"template": template.version, "route": declared.version if declared else None}
        raise GuardFailed(
            Text(**said),
            conditions=[f"{one}_confirmed" for one in unmet],
            versions={one: versions[one] for one in unmet},
        )


async def _set(
    connection: asyncpg.Connection, row: Row, template: Template, body: NewLetter, now: datetime
) -> Set:
    """Fill the template with what case, complaint and caller say, the nearer over the farther."""
    language: Language = body.language
    known_ = {
        **await _customer(connection, row["casefile"]),
        **row["said"],
        "subject": row["subject"],
        "standing": vocabulary().standings[row["standing"]].title.in_(language),
        "recommendations": [one["text"] for one in row["recommendations"]],
    }
    _let_ask(body, known_["recommendations"])
    given = {name: value for name, value in known_.items() if name in template.takes}
    pieces = await _pieces(connection, row["casefile"], body.evidence)
    attached = [*pieces, *_seen(body.attachments)]
    around = Around(Text(**row["addressee_name"]), local_day(now), attached)
    letter = fill(template, language, {**given, **body.values}, around)
    return Set(await asyncio.to_thread(pdf, letter), await asyncio.to_thread(docx, letter))


def _let_ask(body: NewLetter, registered: Sequence[str]) -> None:
    """Let a letter ask what its complaint does: that is what the body has to answer."""
    asked = body.values.get("recommendations", registered)
    if asked != registered:
        said = "the letter takes them from the complaint, where they are changed"
        flaw = FieldError("/body/values/recommendations", "not_of_the_complaint", said)
        raise ValidationFailed("The letter asks other things than its complaint.", errors=[flaw])


async def _customer(connection: asyncpg.Connection, case: str) -> dict[str, str]:
    """Return the customer among the parties of a case, as letters take it."""
    found = await connection.fetchrow(_CUSTOMER, case)
    named = {"customer": found["name"], "customer_bin": found["bin"]} if found is not None else {}
    return {name: value for name, value in named.items() if value is not None}


async def _pieces(connection: asyncpg.Connection, case: str, ids: Sequence[str]) -> list[str]:
    """Return pieces of evidence as a letter lists them. Raises ValidationFailed for one unknown."""
    rows = await connection.fetch(_PIECES, case, ids)
    found = {row["id"]: f"{row['name']} (SHA-256: {row['sha256'].hex()})" for row in rows}
    flaws = [
        FieldError(f"/body/evidence/{place}", "unknown", "no such piece of evidence in the case")
        for place, id_ in enumerate(ids)
        if id_ not in found
    ]
    if flaws:
        raise ValidationFailed("The evidence is not that of the case.", errors=flaws)
    return [found[id_] for id_ in dict.fromkeys(ids)]


def _seen(attachments: Sequence[str]) -> list[str]:
    """Return attachments as a letter lists them. Raises ValidationFailed for one nobody sees."""
    found = [wording.seen(each) for each in attachments]
    flaws = [
        FieldError(f"/body/attachments/{place}", "not_fit", "has no sign that is seen")
        for place, each in enumerate(found)
        if not each
    ]
    if flaws:
        raise ValidationFailed("An attachment has no name.", errors=flaws)
    return found


def _columns(id_: str, row: Row, body: NewLetter, version: str, made: Set) -> tuple[Any, ...]:
    hashes = (hashlib.sha256(file).hexdigest() for file in (made.pdf, made.docx))
    named = (body.template, version, body.language, row["revision"])
    return (id_, row["id"], *named, made.pdf, made.docx, *hashes)


def _shown(row: Mapping[str, Any]) -> Letter:
    at = f"/v1/complaints/{row['complaint']}/letters/{row['id']}"
    return Letter(
        id=row["id"],
        complaint=row["complaint"],
        template=row["template"],
        version=row["version"],
        language=row["language"],
        for_filing=row["language"] != FOR_READING,
        approved=row["approved"],
        sha256={form: row[f"{form}_sha256"] for form in MEDIA},
        links={form: f"{at}/{form}" for form in MEDIA},
        made_by=row["made_by"],
        made_at=row["made_at"],
    )


_WRITE: Final = """
    INSERT INTO letter (id, complaint, template, version, language, revision, pdf, docx, pdf_sha256,
                        docx_sha256, made_by, made_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""

_CUSTOMER: Final = """
    SELECT name, bin FROM case_party
    WHERE case_id = $1 AND role IN ('customer', 'buyer') AND ended_at IS NULL
    ORDER BY added_at, id LIMIT 1
"""

_PIECES: Final = "SELECT id, name, sha256 FROM evidence WHERE case_id = $1 AND id = ANY($2)"

_SELECT: Final = """
    SELECT letter.id, letter.complaint, letter.template, letter.version, letter.language,
           letter.pdf_sha256, letter.docx_sha256, letter.made_by, letter.made_at,
           complaint.letter IS NOT DISTINCT FROM letter.id
               AND complaint.approver IS NOT NULL AS approved
    FROM letter JOIN complaint ON complaint.id = letter.complaint
"""

_LISTED: Final = f"""
    {_SELECT}
    WHERE letter.complaint = $1
      AND ($2::timestamptz IS NULL OR (letter.made_at, letter.id) < ($2, $3::text))
    ORDER BY letter.made_at DESC, letter.id DESC LIMIT $4
"""

_FILE: Final = "SELECT pdf, docx FROM letter WHERE id = $1 AND complaint = $2"
