"""What recipients do with tips: open, answer, move, release a summary, let others in or keep out.

A tip is seen by a member with a key that it was sealed to, and to everybody else it is not there:
not to authorities, not to who runs the platform, not to who administers the organisation.
"""

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Final

import asyncpg
from fastapi import APIRouter, Query, Request, Response

from cases.casefile import starting
from cases.desk import Attempting, Called, Desk, Shared, among, on_version, one, page, serves
from cases.events import Happened, record
from cases.lifecycle import life_cycle
from cases.vault import keys
from cases.vault.house import (
    TWO,
    add_piece,
    check_seals,
    day_of,
    flaw,
    keys_of,
    note_move,
    recipient,
    text_sized,
    to_bytes,
    to_text,
    vault_once,
)
from shared.contracts.casework.tips import (
    BASE64,
    NewSummary,
    NewTipDigests,
    NewTipMessage,
    NewTipSeals,
    PieceTaken,
    SealsTaken,
    TipDocument,
    TipExclusion,
    TipMove,
    TipPiece,
    TipTallies,
    TipTally,
)
from shared.errors import GuardFailed, NotFound, TransitionNotAllowed
from shared.security import Caller

router: Final = APIRouter(tags=["tips"])

CYCLE: Final = "tip"
ACKNOWLEDGE: Final = timedelta(days=7)
ANSWER: Final = timedelta(days=90)
"""Good practice of intake abroad; no law of Kazakhstan is behind it."""

MOST_PIECES: Final = 12
"""Of a page: a part of a file is 256 KiB."""

SUMMARISED: Final = ("triaged", "adopted")
"""States in which a summary can be released, or released anew."""


@serves(router, "list_tips")
async def list_tips(
    *,
    desk: Shared,
    caller: Called,
    limit: int,
    after: str | None = None,
    status: Annotated[list[str] | None, Query()] = None,
    digest: str | None = None,
) -> Response:
    """List the tips that the caller can open, the newest day first."""
    own, member = recipient(caller)
    among("status", status, life_cycle(CYCLE).states)
    day, last = _mark(after)
    looked_for = _digest(digest) if digest is not None else None
    async with desk.vault.connection() as connection:
        rows = await connection.fetch(
            _LIST, own, member, status or None, looked_for, day, last, limit + 1
        )
        found = [await _document(connection, row, caller, desk) for row in rows]
    return page(found, limit, lambda each: [each.received_on.isoformat(), each.id])


@serves(router, "read_tip")
async def read_tip(tip_id: str, desk: Shared, caller: Called) -> Response:
    """Show how a tip stands."""
    async with desk.vault.connection() as connection:
        tip = await _tip(connection, tip_id, caller)
        return one(await _document(connection, tip, caller, desk), tip["revision"])


@serves(router, "list_tip_pieces")
async def list_tip_pieces(
    tip_id: str, desk: Shared, caller: Called, limit: int, after: str | None = None
) -> Response:
    """List the sealed pieces of a tip, each with the data keys that the caller can open."""
    limit = min(limit, MOST_PIECES)
    async with desk.vault.connection() as connection:
        tip = await _tip(connection, tip_id, caller)
        beyond = int(json.loads(after)[0]) if after else 0
        rows = await connection.fetch(_PIECES, tip["id"], tip["keys"], beyond, limit + 1)
    return page([_piece(row) for row in rows], limit, lambda each: [each.number])


@serves(router, "send_tip_message")
async def send_tip_message(
    tip_id: str, body: NewTipMessage, request: Request, desk: Shared, caller: Called
) -> Response:
    """Take what a recipient has sealed for the sender, or for the other recipients alone."""
    async with vault_once(desk, request, caller) as doing:
        if doing.replay is not None:
            return doing.replay
        tip = await _changed(doing, tip_id, caller)
        usable = await keys_of(doing.connection, tip)
        least = min(TWO, len({key["member"] for key in usable}))
        check_seals(body.keys, usable, with_sender=not body.internal, least=least)
        number = await add_piece(
            doing.connection,
            tip["id"],
            "internal" if body.internal else "message",
            text_sized(to_bytes(body.content)),
            keys=body.keys,
            day=day_of(doing.now),
            wrote=caller.organisation,
        )
        return doing.answer(PieceTaken(number), 201)


@serves(router, "move_tip")
async def move_tip(
    tip_id: str, body: TipMove, request: Request, desk: Shared, caller: Called
) -> Response:
    """Take a step with a tip."""
    own_case = body.case is not None and await _is_own_case(desk, body.case, caller)
    async with vault_once(desk, request, caller) as doing:
        if doing.replay is not None:
            return doing.replay
        tip = await _tip(doing.connection, tip_id, caller, lock=True)
        on_version(request, tip["revision"])
        facts = await _facts(doing, tip, body, caller) | {"own_case": own_case}
        given = body.model_dump()
        cycle = life_cycle(CYCLE)
        move = cycle.decide(body.move, tip["status"], caller, given=given, facts=facts)
        today = day_of(doing.now)
        if body.move == "link" and body.case is not None:
            await _link(desk, body.case, tip["id"], caller)
        await note_move(
            doing.connection,
            tip,
            body.move,
            move.after,
            today,
            reason=body.reason,
            by=recipient(caller),
        )
        await doing.connection.execute(
            _MOVED,
            tip["id"],
            move.after,
            today if cycle.states[move.after].final else None,
            caller.organisation if body.move == "adopt" else None,
            body.case if body.move == "link" else None,
            body.tip if body.reason == "duplicate" else None,
        )
        return await _answered(doing, tip_id, caller, desk)


@serves(router, "release_tip_summary")
async def release_tip_summary(
    tip_id: str, body: NewSummary, request: Request, desk: Shared, caller: Called
) -> Response:
    """Keep what an organisation says of a tip in its own words."""
    async with vault_once(desk, request, caller) as doing:
        if doing.replay is not None:
            return doing.replay
        tip = await _changed(doing, tip_id, caller)
        foreign = tip["adopted_by"] not in (None, caller.organisation)
        if tip["status"] not in SUMMARISED or foreign:
            said = f"A summary is released by its adopter, in: {', '.join(SUMMARISED)}."
            raise TransitionNotAllowed(said, allowed=_moves(tip, caller))
        await note_move(
            doing.connection,
            tip,
            "release_summary",
            tip["status"],
            day_of(doing.now),
            by=recipient(caller),
        )
        await doing.connection.execute(_SUMMARISE, tip["id"], body.summary)
        return await _answered(doing, tip_id, caller, desk)


@serves(router, "reseal_tip")
async def reseal_tip(
    tip_id: str, body: NewTipSeals, request: Request, desk: Shared, caller: Called
) -> Response:
    """Add data keys for a recipient whose key came later, but for nobody who is excluded."""
    async with vault_once(desk, request, caller) as doing:
        if doing.replay is not None:
            return doing.replay
        tip = await _changed(doing, tip_id, caller)
        usable = await keys_of(doing.connection, tip)
        check_seals([each.key for each in body.seals], usable, with_sender=False, least=1)
        numbers = [each.number for each in body.seals]
        names = [each.key for each in body.seals]
        sealed = [to_bytes(each.sealed) for each in body.seals]
        added = await doing.connection.fetch(_RESEAL, tip["id"], numbers, names, sealed)
        return doing.answer(SealsTaken(len(added)))


@serves(router, "exclude_tip_recipient")
async def exclude_tip_recipient(
    tip_id: str, body: TipExclusion, request: Request, desk: Shared, caller: Called
) -> Response:
    """Keep a recipient of the caller's organisation out of a tip, for good. Two remain."""
    async with vault_once(desk, request, caller) as doing:
        if doing.replay is not None:
            return doing.replay
        tip = await _changed(doing, tip_id, caller)
        known = await doing.connection.fetchrow(_HOLDER, body.key, caller.organisation)
        if known is None:
            raise flaw("/body/key", "unknown", "is no key of a recipient of yours")
        who = (known["organisation"], known["member"])
        await doing.connection.execute(_EXCLUDE, tip["id"], *who)
        await doing.connection.execute(_UNSEAL, tip["id"], *who)
        if await doing.connection.fetchval(_READERS, tip["id"]) < TWO:
            raise GuardFailed("Two have to be left who can open it: let a colleague in first.")
        own = who == recipient(caller)
        await note_move(
            doing.connection,
            tip,
            "exclude",
            tip["status"],
            day_of(doing.now),
            by=recipient(caller),
        )
        if own:
            return doing.answer(await _document(doing.connection, tip, caller, desk))
        return await _answered(doing, tip_id, caller, desk)


@serves(router, "add_tip_digests")
async def add_tip_digests(
    tip_id: str, body: NewTipDigests, request: Request, desk: Shared, caller: Called
) -> Response:
    """Keep keyed digests of what a tip names, for the organisation whose secret made them."""
    async with vault_once(desk, request, caller) as doing:
        if doing.replay is not None:
            return doing.replay
        tip = await _changed(doing, tip_id, caller)
        digests = [to_bytes(each) for each in body.digests]
        await doing.connection.execute(_DIGESTS, tip["id"], caller.organisation, digests)
        return doing.answer(await _document(doing.connection, tip, caller, desk))


@serves(router, "count_tips")
async def count_tips(desk: Shared, caller: Called) -> Response:
    """Count the tips that the caller can open, and what is purged, by month, channel and state."""
    async with desk.vault.connection() as connection:
        rows = await connection.fetch(_COUNT, *recipient(caller))
    return one(TipTallies([TipTally(**row) for row in rows]))


async def _tip(
    connection: asyncpg.Connection, tip: str, caller: Caller, *, lock: bool = False
) -> asyncpg.Record:
    """Return a tip that the caller has a key of. Raises NotFound, RoleMissing."""
    query = f"{_READ} FOR UPDATE OF tip" if lock else _READ
    row = await connection.fetchrow(query, *recipient(caller), tip)
    if row is None or not row["keys"]:
        raise NotFound("There is no such tip.")
    return row


async def _changed(doing: Attempting, tip_id: str, caller: Caller) -> asyncpg.Record:
    """Return a tip, locked, that still has content. Raises TransitionNotAllowed without."""
    tip = await _tip(doing.connection, tip_id, caller, lock=True)
    if tip["status"] == "withdrawn":
        raise TransitionNotAllowed("Its sender has withdrawn it.", allowed=[])
    return tip


async def _answered(doing: Attempting, tip_id: str, caller: Caller, desk: Desk) -> Response:
    tip = await _tip(doing.connection, tip_id, caller)
    document = await _document(doing.connection, tip, caller, desk)
    return doing.answer(document, revision=tip["revision"])


async def _document(
    connection: asyncpg.Connection, tip: asyncpg.Record, caller: Caller, desk: Desk
) -> TipDocument:
    received, today = tip["received_on"], day_of(desk.clock.now())
    return TipDocument(
        id=tip["id"],
        public_key=to_text(tip["public_key"] or b""),
        status=tip["status"],
        revision=tip["revision"],
        channel=tip["channel"],
        received_on=received,
        organisations=tip["organisations"],
        adopted_by=tip["adopted_by"],
        casefile=tip["casefile"],
        merged_into=tip["merged_into"],
        summary=tip["summary"] if tip["adopted_by"] in (None, caller.organisation) else None,
        acknowledge_by=received + ACKNOWLEDGE,
        answer_by=received + ANSWER,
        overdue=_overdue(tip, today),
        keys=tip["keys"],
        recipients=[keys.shown(key) for key in await keys_of(connection, tip)],
        moves=_moves(tip, caller),
    )


def _overdue(tip: Mapping[str, Any], today: date) -> list[str]:
    if tip["ended_on"] is not None:
        return []
    late = [("answer", tip["received_on"] + ANSWER)]
    if tip["status"] == life_cycle(CYCLE).first:
        late.insert(0, ("acknowledge", tip["received_on"] + ACKNOWLEDGE))
    return [what for what, by in late if today > by]


def _moves(tip: Mapping[str, Any], caller: Caller) -> list[str]:
    return life_cycle(CYCLE).possible(tip["status"], caller)


async def _facts(
    doing: Attempting, tip: asyncpg.Record, body: TipMove, caller: Caller
) -> dict[str, bool]:
    original = body.tip is not None and body.tip != tip["id"]
    if original:
        found = await doing.connection.fetchrow(_READ, *recipient(caller), body.tip)
        original = found is not None and bool(found["keys"])
    return {
        "told": bool(await doing.connection.fetchval(_TOLD, tip["id"])),
        "summary": tip["summary"] is not None,
        "adopter": tip["adopted_by"] == caller.organisation,
        "original": original if body.reason == "duplicate" else body.tip is None,
    }


async def _is_own_case(desk: Desk, case: str, caller: Caller) -> bool:
    """Say whether a case is one of the caller's organisation; the vault itself sees no cases."""
    async with desk.database.connection() as connection:
        return bool(await connection.fetchval(_CASE, case, caller.organisation))


async def _link(desk: Desk, case: str, tip: str, caller: Caller) -> None:
    """Tell a case that it rests on a tip, before the tip says so itself: what begins is repeated.

    A case that rests on a tip is shown to nobody beside its organisation.
    """
    assert caller.organisation is not None
    async with desk.changing() as (connection, now):
        if await starting.link(connection, case, CYCLE, tip, now) is None:
            return
        happened = Happened(
            object="case",
            id=case,
            organisation=caller.organisation,
            what="linked",
            changes={"tip": (None, tip)},
        )
        await record(connection, caller, now, happened)


def _piece(row: asyncpg.Record) -> TipPiece:
    return TipPiece(
        number=row["number"],
        kind=row["kind"],
        by=row["wrote"] or "sender",
        on=row["on"],
        content=to_text(row["content"]),
        keys={
            name: to_text(sealed) for name, sealed in zip(row["keys"], row["sealed"], strict=True)
        },
        file=row["file"],
        index=row["index"],
        last=row["last"],
    )


def _mark(after: str | None) -> tuple[date | None, str | None]:
    if after is None:
        return None, None
    day, last = json.loads(after)
    return date.fromisoformat(day), last


def _digest(text: str) -> bytes:
    if re.fullmatch(BASE64, text) is None:
        raise flaw("/query/digest", "not_base64", "is no base64")
    return to_bytes(text)


_COLUMNS: Final = """
    tip.id, tip.status, tip.revision, tip.channel, tip.received_on, tip.organisations,
    tip.adopted_by, tip.casefile, tip.merged_into, tip.summary, tip.ended_on, tip.public_key,
    ARRAY(
        SELECT DISTINCT key.id FROM seal JOIN recipient_key AS key ON key.id = seal.key
        WHERE seal.tip = tip.id AND key.organisation = $1 AND key.member = $2
        ORDER BY key.id
    ) AS keys
"""

_READ: Final = f"SELECT {_COLUMNS} FROM tip WHERE tip.id = $3"

_LIST: Final = f"""
    SELECT {_COLUMNS} FROM tip
    WHERE tip.organisations @> ARRAY[$1::text]
      AND EXISTS (
          SELECT 1 FROM seal JOIN recipient_key AS key ON key.id = seal.key
          WHERE seal.tip = tip.id AND key.organisation = $1 AND key.member = $2)
      AND ($3::text[] IS NULL OR tip.status = ANY($3))
      AND ($4::bytea IS NULL OR EXISTS (
          SELECT 1 FROM digest
          WHERE digest.tip = tip.id AND digest.organisation = $1 AND digest.digest = $4))
      AND ($5::date IS NULL OR (tip.received_on, tip.id) < ($5, $6::text))
    ORDER BY tip.received_on DESC, tip.id DESC LIMIT $7
"""

_PIECES: Final = """
    SELECT piece.number, piece.kind, piece.wrote, piece."on", piece.content, piece.file,
           piece.index, piece.last, sealed.keys, sealed.sealed
    FROM piece CROSS JOIN LATERAL (
        SELECT coalesce(array_agg(seal.key ORDER BY seal.key), '{}') AS keys,
               coalesce(array_agg(seal.sealed ORDER BY seal.key), '{}') AS sealed
        FROM seal
        WHERE seal.tip = piece.tip AND seal.number = piece.number AND seal.key = ANY($2::text[])
    ) AS sealed
    WHERE piece.tip = $1 AND piece.number > $3 ORDER BY piece.number LIMIT $4
"""

_MOVED: Final = """
    UPDATE tip SET status = $2, revision = revision + 1, ended_on = coalesce($3, ended_on),
        adopted_by = coalesce($4, adopted_by), casefile = coalesce($5, casefile),
        merged_into = coalesce($6, merged_into)
    WHERE id = $1
"""
_SUMMARISE: Final = "UPDATE tip SET summary = $2, revision = revision + 1 WHERE id = $1"
_TOLD: Final = "SELECT true FROM piece WHERE tip = $1 AND kind = 'message' AND wrote IS NOT NULL"
_RESEAL: Final = """
    INSERT INTO seal (tip, number, key, sealed)
    SELECT piece.tip, piece.number, new.key, new.sealed
    FROM unnest($2::int[], $3::text[], $4::bytea[]) AS new (number, key, sealed)
    JOIN piece ON piece.tip = $1 AND piece.number = new.number
    ON CONFLICT DO NOTHING RETURNING number
"""
_HOLDER: Final = """
    SELECT organisation, member FROM recipient_key WHERE id = $1 AND organisation = $2
"""
_EXCLUDE: Final = """
    INSERT INTO excluded (tip, organisation, member) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING
"""
_UNSEAL: Final = """
    DELETE FROM seal USING recipient_key AS key
    WHERE seal.tip = $1 AND key.id = seal.key AND key.organisation = $2 AND key.member = $3
"""
_READERS: Final = """
    SELECT count(DISTINCT key.member) FROM seal JOIN recipient_key AS key ON key.id = seal.key
    WHERE seal.tip = $1 AND seal.number = 1 AND key.retired_on IS NULL
"""
_DIGESTS: Final = """
    INSERT INTO digest (tip, organisation, digest) SELECT $1, $2, unnest($3::bytea[])
    ON CONFLICT DO NOTHING
"""
_CASE: Final = "SELECT true FROM casefile WHERE id = $1 AND organisation = $2"
_COUNT: Final = """
    SELECT to_char(received_on, 'YYYY-MM') AS month, channel, status, count(*) AS tips
    FROM tip
    WHERE organisations @> ARRAY[$1::text] AND (purged_as IS NOT NULL OR EXISTS (
        SELECT 1 FROM seal JOIN recipient_key AS key ON key.id = seal.key
        WHERE seal.tip = tip.id AND key.organisation = $1 AND key.member = $2))
    GROUP BY month, channel, status ORDER BY month DESC, channel, status
"""
