"""What callers ask of evidence, and the two routes of files: one takes them, one gives them."""

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any, Final
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from cases.casefile.store import found, writable, writes
from cases.desk import Called, Shared, admitted, one, page, serves
from cases.events import Happened, record
from cases.evidence import checklists, store
from cases.evidence.adding import add, check_name, seal
from cases.evidence.kinds import PICTURES, SUFFIXES
from cases.evidence.store import Piece
from cases.evidence.storing import files_of
from shared.contracts.casework.evidence import (
    FILES,
    CaseEvidence,
    Custody,
    Description,
    FieldCheck,
    FieldCheckSeen,
    Name,
    Verified,
    Which,
)
from shared.errors import GuardFailed, NotFound, RoleMissing
from shared.idempotency import fingerprint
from shared.security import Caller

router: Final = APIRouter(tags=["evidence"])

Uploading = Annotated[Caller, Depends(admitted(FILES["add_evidence"]))]
Downloading = Annotated[Caller, Depends(admitted(FILES["read_evidence_file"]))]

LOCAL: Final = timezone(timedelta(hours=5))
"""Days are those of Kazakhstan."""


@router.post("/internal/cases/{case_id}/evidence", name="add_evidence", response_model=None)
async def add_evidence(
    request: Request,
    case_id: str,
    *,
    desk: Shared,
    caller: Uploading,
    name: Annotated[Name, Query()],
    description: Annotated[Description, Query()] = "",
) -> Response:
    """Take a file in, block by block, and record it as evidence of a case."""
    check_name(name)
    async with desk.database.connection() as connection:
        _writable(await found(connection, case_id, caller, desk.clock.now()), caller)
    files = files_of(desk.settings)
    sealed = await seal(files, request.stream(), desk.settings.scanner_socket)
    address = request.scope["raw_path"] + b"?" + request.scope["query_string"]
    content = fingerprint("POST", address, sealed.sha256)
    async with desk.once(request, caller, content=content) as do:
        if do.replay is not None:
            return do.replay
        seen = await writable(do.connection, case_id, caller, do.now)
        id_ = await add(do, files, seen, caller, sealed, name=name, description=description)
        found_ = await store.piece(do.connection, id_, caller, do.now)
        return do.answer(_shown(found_), 201, at=f"/evidence/{id_}")


@router.get("/internal/evidence/{evidence_id}/file", name="read_evidence_file", response_model=None)
async def read_evidence_file(
    evidence_id: str, desk: Shared, caller: Downloading, which: Which = "cleaned"
) -> Response:
    """Give a file out: its cleaned copy, or within the organisation the sealed original."""
    async with desk.changing() as (connection, now):
        piece = await store.piece(connection, evidence_id, caller, now)
        digest, size = _wanted(piece, which, caller)
        await store.touch(connection, evidence_id, caller, now, ("read", digest, which))
    blocks = await files_of(desk.settings).read(digest)
    if blocks is None:
        raise NotFound("The file is missing from where it was kept.")
    media_type = piece.row["media_type"]
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Length": str(size),
        "Content-Disposition": f"attachment; filename*=UTF-8''{_file_name(piece.row)}",
        "ETag": f'"{digest.hex()}"',
    }
    return StreamingResponse(blocks, headers=headers, media_type=media_type)


@serves(router, "list_evidence")
async def list_evidence(
    case_id: str, desk: Shared, caller: Called, after: str | None = None, limit: int = 50
) -> Response:
    """List the evidence of a case."""
    now = desk.clock.now()
    mark = msgspec.json.decode(after, type=tuple[datetime, str]) if after else None
    async with desk.database.connection() as connection:
        seen = await store.case_with_evidence(connection, case_id, caller, now)
        rows = await store.of_case(connection, case_id, mark, limit + 1)
    shown = [_shown(Piece(row, seen)) for row in rows]
    return page(shown, limit, lambda each: (each.added_at.isoformat(), each.id))


@serves(router, "read_evidence")
async def read_evidence(evidence_id: str, desk: Shared, caller: Called) -> Response:
    """Read what is known of a piece of evidence."""
    async with desk.database.connection() as connection:
        return one(_shown(await store.piece(connection, evidence_id, caller, desk.clock.now())))


@serves(router, "list_custody")
async def list_custody(
    evidence_id: str, desk: Shared, caller: Called, after: str | None = None, limit: int = 50
) -> Response:
    """Read who touched a piece of evidence."""
    begin = msgspec.json.decode(after, type=list[int])[0] if after else 0
    async with desk.database.connection() as connection:
        piece = await store.piece(connection, evidence_id, caller, desk.clock.now())
        _within(piece)
        rows = await store.custody(connection, evidence_id, begin, limit + 1)
    return page([_touch(row) for row in rows], limit, lambda each: (each.number,))


@serves(router, "verify_evidence")
async def verify_evidence(
    request: Request, evidence_id: str, desk: Shared, caller: Called
) -> Response:
    """Read the files of a piece of evidence again."""
    files = files_of(desk.settings)
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        piece = await store.piece(do.connection, evidence_id, caller, do.now)
        original, copy = piece.row["sha256"], piece.row["cleaned_sha256"]
        states = [(digest, await files.state_of(digest)) for digest in (original, copy) if digest]
        touches = [("verified", digest, state) for digest, state in states]
        await store.touch(do.connection, evidence_id, caller, do.now, *touches)
        cleaned = states[1][1] if copy else None
        return do.answer(Verified(evidence_id, states[0][1], cleaned, do.now))


@serves(router, "add_field_check")
async def add_field_check(
    request: Request, evidence_id: str, body: FieldCheck, desk: Shared, caller: Called
) -> Response:
    """Tell where, when and what a photograph shows."""
    checklists.check(body)
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        piece = await store.piece(do.connection, evidence_id, caller, do.now)
        await writable(do.connection, piece.row["case_id"], caller, do.now)
        _photograph(piece, body, do.now)
        taken = body.model_dump_json()
        row = await do.connection.fetchrow(_TAKEN, evidence_id, taken)
        if row is None:
            raise GuardFailed("The field check of this photograph is there.", conditions=["first"])
        digest = piece.row["sha256"]
        await store.touch(do.connection, evidence_id, caller, do.now, ("described", digest, "ok"))
        await record(do.connection, caller, do.now, _checked(piece, body))
        return do.answer(_shown(Piece(row, piece.case)))


@serves(router, "list_checklists")
async def list_checklists() -> Response:
    """Read the checklists of field checks."""
    return one(checklists.shown())


def _writable(seen: Any, caller: Caller) -> None:
    """Refuse before the file has come. Raises RoleMissing."""
    if not writes(seen, caller):
        raise RoleMissing("You may not add to this case.")


def _within(piece: Piece) -> None:
    if not piece.own:
        raise RoleMissing("Only the organisation whose case it is reads this.")


def _wanted(piece: Piece, which: Which, caller: Caller) -> tuple[bytes, int]:
    """Return the SHA-256 and size of what is given out. Raises RoleMissing, NotFound."""
    if which == "original":
        _within(piece)
        if caller.role == "reader":
            raise RoleMissing("The sealed original is given to who works on the case.")
        return piece.row["sha256"], piece.row["size"]
    if piece.row["cleaned_sha256"] is None:
        raise NotFound("Of this kind there is no cleaned copy: the original alone is kept.")
    return piece.row["cleaned_sha256"], piece.row["cleaned_size"]


def _file_name(row: Mapping[str, Any]) -> str:
    """Return the name a file is given out under: what it is called, with what it is."""
    suffix = SUFFIXES[row["media_type"]]
    stem = row["name"].rpartition(".")[0] or row["name"]
    return quote(f"{stem}{suffix}", safe="")


def _photograph(piece: Piece, body: FieldCheck, now: datetime) -> None:
    if piece.row["media_type"] not in PICTURES:
        raise GuardFailed("A field check is told of a photograph.", conditions=["photograph"])
    if body.taken_at > now:
        raise GuardFailed("The photograph was not taken yet.", conditions=["taken"])


def _checked(piece: Piece, body: FieldCheck) -> Happened:
    return Happened(
        object="case",
        id=piece.row["case_id"],
        organisation=piece.row["organisation"],
        what="add_field_check",
        shown={"evidence": piece.row["id"], "work": body.work},
    )


def _shown(piece: Piece) -> CaseEvidence:
    row = piece.row
    copy = row["cleaned_sha256"]
    return CaseEvidence(
        id=row["id"],
        case=row["case_id"],
        name=row["name"],
        media_type=row["media_type"],
        size=row["size"],
        sha256=row["sha256"].hex(),
        cleaned_sha256=copy.hex() if copy else None,
        scan=row["scan"],
        description=row["description"],
        field_check=_field_check(row["taken"], own=piece.own),
        added_by=row["added_by"] if piece.own else None,
        added_at=row["added_at"],
    )


def _field_check(taken: str | None, *, own: bool) -> FieldCheckSeen | None:
    """Return a field check: to others no more than the settlement and the day."""
    if taken is None:
        return None
    told = FieldCheck.model_validate_json(taken)
    return FieldCheckSeen(
        work=told.work,
        taken_on=told.taken_at.astimezone(LOCAL).date(),
        taken_at=told.taken_at if own else None,
        settlement=told.settlement,
        latitude=told.latitude if own else None,
        longitude=told.longitude if own else None,
        answers=[one.model_dump() for one in told.answers],
    )


def _touch(row: Mapping[str, Any]) -> Custody:
    return Custody(
        number=row["id"],
        at=row["at"],
        what=row["what"],
        organisation=row["organisation"],
        member=row["member"],
        sha256=row["sha256"].hex(),
        result=row["result"],
    )


_TAKEN: Final = """
    UPDATE evidence SET taken = $2::jsonb WHERE id = $1 AND taken IS NULL RETURNING *
"""
