"""What whoever sends a tip asks, without a key and without a name: `/v1/tips` at the gateway.

Nothing here is written down but ciphertext, days, and keyed digests of what opens a tip. Answers
leave at a steady pace, a wrong receipt is answered as one that never was, and a repeat is known by
a random value of the sender's own.
"""

import asyncio
import hmac
import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Final

import asyncpg
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from cases.desk import Desk, Shared, one
from cases.vault import receipts, sealing, sessions, telling
from cases.vault.house import (
    TWO,
    add_piece,
    check_seals,
    day_of,
    flaw,
    keys_in_use,
    keys_of,
    new_id,
    note_move,
    salts_of,
    steady,
    text_sized,
    to_bytes,
    to_text,
)
from cases.vault.keeping import shred
from cases.vault.receipts import Derived
from cases.vault.sealing import CHUNK, FORMAT, OF_SENDER, OVERHEAD, SIZES
from cases.vault.sessions import Session
from cases.vault.ways import WAYS
from shared.contracts.casework.tip_holders import HeldChannels
from shared.contracts.casework.tip_refusals import (
    ReceiptTaken,
    RecipientsChanged,
    SessionOver,
    WorkMissing,
)
from shared.contracts.casework.tips import SealedBody
from shared.contracts.casework.tips_of_senders import (
    OpenKey,
    OwnTip,
    PlainTaken,
    PlainTip,
    Receipt,
    ReceiptRule,
    Recipients,
    SealedTip,
    SenderChunk,
    SenderMessage,
    SenderPiece,
    TipSession,
    TipTaken,
    Work,
    WorkRule,
)
from shared.errors import NotFound, RateLimited, ScopeMissing, TransitionNotAllowed, Unauthenticated
from shared.security import verify

SENDS: Final = "tips:send"
"""The scope of the gateway's own token for senders; no key has it."""

MESSAGES_A_DAY: Final = 50
CHUNKS: Final = 40
PAGE: Final = 50

_UNKNOWN: Final = "No tip is opened by this receipt."
_NOBODY: Final = b"\0" * 32
_bearer = HTTPBearer(auto_error=False, scheme_name="internal", description="An internal token.")
_deriving = asyncio.Semaphore(2)  # each takes 64 MiB and most of a second


async def for_senders(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Let in the gateway, which asks for somebody it does not name.

    Raises Unauthenticated, ScopeMissing.
    """
    if credentials is None:
        raise Unauthenticated("Send Authorization: Bearer with an internal token.")
    state = request.app.state
    key, clock = state.settings.internal_key, state.clock
    caller = verify(credentials.credentials, audience="cases", key=key, clock=clock)
    if SENDS not in caller.scopes:
        raise ScopeMissing(f"This needs the scope {SENDS}.")


router: Final = APIRouter(prefix="/internal/tips", dependencies=[Depends(for_senders)])


def session_of(desk: Shared, tip_session: Annotated[str, Header()] = "") -> Session:
    """Return the session that a request shows. Raises SessionOver."""
    return sessions.resume(tip_session, key=salts_of(desk).session_key(), now=desk.clock.now())


Opened = Annotated[Session, Depends(session_of)]


@router.get("/channels")
async def read_channels(desk: Shared) -> Response:
    """Tell everything that a client needs, and what each channel reveals; who holds which key."""
    salts, settings = salts_of(desk), desk.settings
    async with desk.vault.connection() as connection:
        keys = await keys_in_use(connection, [])
    named = list(dict.fromkeys(key["organisation"] for key in keys))
    return one(
        HeldChannels(
            format=FORMAT,
            sizes=list(SIZES),
            chunk=CHUNK,
            receipt=ReceiptRule(
                receipts.ALPHABET,
                receipts.LENGTH,
                to_text(salts.receipt),
                receipts.MEMORY_KIB,
                receipts.ITERATIONS,
                receipts.LANES,
            ),
            work=WorkRule(
                to_text(salts.challenge(day_of(desk.clock.now()))),
                settings.tip_work_bits,
                receipts.WORK_MEMORY_KIB,
                receipts.WORK_ITERATIONS,
            ),
            channels=list(WAYS),
            organisations=[
                Recipients(own, own, None, _open(k for k in keys if k["organisation"] == own))
                for own in named
            ],
            holders={key["id"]: key["member"] for key in keys},
        )
    )


@router.post("")
async def send_tip(body: SealedTip, desk: Shared) -> Response:
    """Take a tip that its sender has sealed."""
    async with steady(desk.settings.tip_answer_seconds):
        await _check_work(desk, body.work, to_bytes(body.once))
        taken = await _take(desk, body)
    return Response(_encoded(taken), 201, media_type="application/json")


@router.post(":plain")
async def send_plain_tip(body: PlainTip, desk: Shared) -> Response:
    """Seal a tip for a sender who has no client, and forget what it says."""
    async with steady(desk.settings.tip_answer_seconds):
        await _check_work(desk, body.work, to_bytes(body.once))
        receipt = salts_of(desk).receipt_of(to_bytes(body.once))
        taken = await _taken_before(desk, body.once)
        if taken is None:
            await _spend(desk, body.work, to_bytes(body.once))
            derived = await _derive(desk, receipt)
            taken = await _take(desk, await _sealed(desk, body, derived))
    answer = PlainTaken(taken.status, taken.received_on, receipt)
    return Response(_encoded(answer), 201, media_type="application/json")


@router.post("/session")
async def begin_session(body: Receipt, desk: Shared) -> Response:
    """Open a tip by its receipt. Raises NotFound for one that is wrong, in the same time."""
    async with steady(desk.settings.tip_answer_seconds):
        lookup, proof, wrapping = await _shown(desk, body)
        salts = salts_of(desk)
        async with desk.vault.connection() as connection:
            tip = await connection.fetchrow(_BY_LOOKUP, salts.kept("lookup", lookup))
        kept = tip["proof"] if tip is not None else _NOBODY
        fits = hmac.compare_digest(salts.kept("proof", proof), kept)
        if tip is None or not fits:
            raise NotFound(_UNKNOWN)
        token = sessions.begin(tip["id"], wrapping, key=salts.session_key(), now=desk.clock.now())
    told = TipSession(
        token, sessions.MINUTES, to_text(tip["public_key"]), to_text(tip["wrapped_key"])
    )
    return Response(_encoded(told), 201, media_type="application/json")


@router.get("/me")
async def read_own_tip(
    desk: Shared, session: Opened, after: Annotated[int, Query(ge=0, le=10_000)] = 0
) -> Response:
    """Show a tip to its sender: how it stands, and what was written since `after`."""
    async with desk.vault.connection() as connection:
        tip = await _tip(connection, session)
        rows = await connection.fetch(_TALK, tip["id"], after, PAGE + 1)
        keys = await keys_of(connection, tip)
    return one(
        OwnTip(
            status=tip["status"],
            received_on=tip["received_on"],
            channel=tip["channel"],
            organisations=tip["organisations"],
            recipients=_open(keys),
            messages=[_message(row, tip, session) for row in rows[:PAGE]],
            more=len(rows) > PAGE,
        )
    )


@router.post("/me/messages")
async def write_as_sender(body: SenderMessage, desk: Shared, session: Opened) -> Response:
    """Take what a sender adds; one that came before is answered as it was."""
    today = day_of(desk.clock.now())
    async with desk.vault.transaction() as connection:
        tip = await _tip(connection, session, lock=True)
        sealed = await _sealed_message(connection, tip, session, body)
        mark = salts_of(desk).kept("message", to_bytes(body.once))
        number = await connection.fetchval(_SENT, tip["id"], mark)
        if number is None:
            if await connection.fetchval(_WRITTEN, tip["id"], today) >= MESSAGES_A_DAY:
                raise RateLimited(f"{MESSAGES_A_DAY} messages a day are used up.")
            content = text_sized(to_bytes(sealed.content))
            number = await add_piece(
                connection, tip["id"], "message", content, keys=sealed.keys, day=today, once=mark
            )
            await telling.note(connection, tip["id"], tip["organisations"], "tip.answered")
    return Response(_encoded({"number": number}), 201, media_type="application/json")


@router.post("/me/chunks")
async def add_chunk(body: SenderChunk, desk: Shared, session: Opened) -> Response:
    """Take a part of a file. Its parts can come in any order, and twice."""
    content = to_bytes(body.sealed.content)
    if len(content) != CHUNK + OVERHEAD:
        raise flaw("/body/sealed/content", "not_padded", f"a part has {CHUNK} bytes")
    async with desk.vault.transaction() as connection:
        tip = await _tip(connection, session, lock=True)
        check_seals(body.sealed.keys, await keys_of(connection, tip), with_sender=True, least=1)
        number = await connection.fetchval(_PART, tip["id"], body.file, body.index)
        if number is None:
            if await connection.fetchval(_PARTS, tip["id"]) >= CHUNKS:
                raise RateLimited(f"{CHUNKS} parts of files are as much as one tip takes.")
            number = await add_piece(
                connection,
                tip["id"],
                "chunk",
                content,
                keys=body.sealed.keys,
                day=day_of(desk.clock.now()),
                file=body.file,
                index=body.index,
                last=body.last,
            )
    return Response(_encoded({"number": number}), 201, media_type="application/json")


@router.post("/me:withdraw")
async def withdraw_tip(desk: Shared, session: Opened) -> Response:
    """Take a tip back: what it says is gone at once; doing it again changes nothing."""
    today = day_of(desk.clock.now())
    async with desk.vault.transaction() as connection:
        tip = await _tip(connection, session, lock=True, closed=True)
        if tip["status"] != "withdrawn":
            await note_move(connection, tip, "withdraw", "withdrawn", today)
            await connection.execute(_WITHDRAW, tip["id"], today)
            await shred(connection, [tip["id"]])
            await telling.note_withdrawal(connection, tip["id"], tip["organisations"])
    return one(TipTaken("withdrawn", tip["received_on"]))


async def _check_work(desk: Desk, work: Work, subject: bytes) -> None:
    """Let work of today pass, or of yesterday: clocks and midnights. Raises WorkMissing."""
    today, salts = day_of(desk.clock.now()), salts_of(desk)
    challenge, bits = to_bytes(work.challenge), desk.settings.tip_work_bits
    known = {salts.challenge(day) for day in (today, today - timedelta(1))}
    good = challenge in known and await asyncio.to_thread(
        receipts.done, challenge, subject, work.counter, bits
    )
    if not good:
        raise WorkMissing(WorkMissing.example)


async def _spend(desk: Desk, work: Work, subject: bytes) -> None:
    """Let work pass that was not let through before. Raises WorkMissing.

    What a client seals needs none of this: work for it is bound to `once`, which is taken once.
    """
    done = to_bytes(work.challenge) + work.counter.to_bytes(4, "big") + subject
    kept, today = salts_of(desk).kept("work", done), day_of(desk.clock.now())
    async with desk.vault.transaction() as connection:
        if not await connection.fetchval(_SPEND, kept, today):
            raise WorkMissing(WorkMissing.example)


async def _taken_before(desk: Desk, once: str) -> TipTaken | None:
    """Return the answer to a tip that was sealed here before, without deriving anything again."""
    kept = salts_of(desk).kept("once", to_bytes(_once_here(desk, once)))
    async with desk.vault.connection() as connection:
        received: date | None = await connection.fetchval(_RECEIVED, kept)
    return TipTaken("received", received) if received is not None else None


def _once_here(desk: Desk, once: str) -> str:
    """Return what marks a tip that is sealed here: never what marks one that a client sealed."""
    return to_text(salts_of(desk).kept("plain", to_bytes(once))[:16])


async def _take(desk: Desk, body: SealedTip) -> TipTaken:
    """Store a sealed tip, or know it again."""
    salts, today = salts_of(desk), day_of(desk.clock.now())
    once, lookup = salts.kept("once", to_bytes(body.once)), to_bytes(body.lookup)
    content = text_sized(to_bytes(body.content))
    point = _point(to_bytes(body.public_key))
    async with desk.vault.transaction() as connection:
        keys = await keys_in_use(connection, body.organisations)
        earlier = await connection.fetchrow(_ONCE, once, salts.kept("lookup", lookup))
        if earlier is not None:
            return _known(earlier, once, salts.kept("lookup", lookup))
        _check_recipients(body, keys)
        if await connection.fetchval(_TODAY, today) >= desk.settings.tips_per_day:
            raise RateLimited("No more tips can be taken today. Try again tomorrow.")
        tip = new_id("tip")
        values = (lookup, to_bytes(body.proof), once)
        await connection.execute(
            _INSERT,
            tip,
            salts.kept("lookup", values[0]),
            salts.kept("proof", values[1]),
            once,
            point,
            to_bytes(body.wrapped_key),
            sorted({*body.organisations}),
            body.channel,
            today,
        )
        await add_piece(connection, tip, "tip", content, keys=body.keys, day=today)
        left_out = [key for key in keys if key["id"] not in body.keys]
        await connection.executemany(
            _EXCLUDE, [(tip, key["organisation"], key["member"]) for key in left_out]
        )
        await telling.note(connection, tip, sorted({*body.organisations}), "tip.received")
    return TipTaken("received", today)


def _known(earlier: asyncpg.Record, once: bytes, lookup: bytes) -> TipTaken:
    if (earlier["once"], earlier["lookup"]) != (once, lookup):
        raise ReceiptTaken(ReceiptTaken.example)
    return TipTaken("received", earlier["received_on"])


def _check_recipients(body: SealedTip, keys: Sequence[asyncpg.Record]) -> None:
    """Let pass what is sealed to two recipients, and to one of each organisation at least."""
    check_seals(body.keys, keys, with_sender=True, least=TWO)
    reached = {key["organisation"] for key in keys if key["id"] in body.keys}
    if reached != {*body.organisations}:
        raise RecipientsChanged(RecipientsChanged.example)


def _point(point: bytes) -> bytes:
    try:
        sealing.public_key(point)
    except ValueError as fault:
        raise flaw("/body/public_key", "not_a_key", "is no point of P-256") from fault
    return point


async def _derive(desk: Desk, receipt: str) -> Derived:
    """Derive what a receipt opens with, in a thread. One that cannot be a receipt takes as long."""
    letters = receipts.read(receipt) or "0" * receipts.LENGTH
    async with _deriving:
        return await asyncio.to_thread(receipts.derive, letters, salts_of(desk).receipt)


async def _sealed(desk: Desk, body: PlainTip, derived: Derived) -> SealedTip:
    """Seal a tip as a client would have done."""
    async with desk.vault.connection() as connection:
        keys = await keys_in_use(connection, body.organisations)
    private, point = sealing.new_pair()
    points = {key["id"]: key["public_key"] for key in keys if key["id"] not in body.excluded}
    text = json.dumps({"text": body.text, "objects": body.objects}, ensure_ascii=False)
    sealed = _seal(text, {**points, OF_SENDER: point})
    return SealedTip(
        content=sealed.content,
        keys=sealed.keys,
        once=_once_here(desk, body.once),
        lookup=to_text(derived.lookup),
        proof=to_text(derived.proof),
        public_key=to_text(point),
        wrapped_key=to_text(sealing.wrap(private, derived.wrapping)),
        organisations=body.organisations,
        channel=body.channel,
        work=body.work,
    )


def _seal(text: str, points: dict[str, bytes]) -> SealedBody:
    try:
        sealed = sealing.seal(text.encode(), points)
    except ValueError as fault:
        raise flaw("/body/text", "too_long", str(fault)) from fault
    keys = {name: to_text(key) for name, key in sealed.keys.items()}
    return SealedBody(content=to_text(sealed.content), keys=keys)


async def _shown(desk: Desk, body: Receipt) -> tuple[bytes, bytes, bytes | None]:
    """Return look-up id and proof as they were shown, or derived from a receipt."""
    if body.receipt is not None and body.lookup is None and body.proof is None:
        await _check_work(desk, body.work, body.receipt.encode())
        await _spend(desk, body.work, body.receipt.encode())
        derived = await _derive(desk, body.receipt)
        return derived.lookup, derived.proof, derived.wrapping
    if body.receipt is not None or body.lookup is None or body.proof is None:
        raise flaw("/body", "either", "send lookup and proof, or a receipt alone")
    lookup = to_bytes(body.lookup)
    await _check_work(desk, body.work, lookup)
    await _spend(desk, body.work, lookup)
    return lookup, to_bytes(body.proof), None


async def _sealed_message(
    connection: asyncpg.Connection, tip: asyncpg.Record, session: Session, body: SenderMessage
) -> SealedBody:
    keys = await keys_of(connection, tip)
    if body.sealed is not None and body.text is None:
        least = min(TWO, len({key["member"] for key in keys}))
        check_seals(body.sealed.keys, keys, with_sender=True, least=least)
        return body.sealed
    if body.text is None or body.sealed is not None or session.wrapping is None:
        raise flaw("/body", "either", "send sealed, or text in a session by receipt")
    points = {key["id"]: key["public_key"] for key in keys}
    written = json.dumps({"text": body.text}, ensure_ascii=False)
    return _seal(written, {**points, OF_SENDER: tip["public_key"]})


async def _tip(
    connection: asyncpg.Connection, session: Session, *, lock: bool = False, closed: bool = False
) -> asyncpg.Record:
    """Return the tip of a session. Raises SessionOver for one that is gone."""
    tip = await connection.fetchrow(_OWN_LOCKED if lock else _OWN, session.tip)
    if tip is None:
        raise SessionOver(SessionOver.example)
    if lock and not closed and tip["status"] == "withdrawn":
        raise TransitionNotAllowed("This tip was withdrawn.", allowed=[])
    return tip


def _message(row: asyncpg.Record, tip: asyncpg.Record, session: Session) -> SenderPiece:
    text = None
    if session.wrapping is not None and row["sealed"]:
        private = sealing.unwrap(tip["wrapped_key"], session.wrapping)
        sealed = sealing.Sealed(row["content"], {OF_SENDER: row["sealed"]})
        text = json.loads(sealing.open_text(sealed, OF_SENDER, private))["text"]
    return SenderPiece(
        number=row["number"],
        by="sender" if row["wrote"] is None else row["wrote"],
        on=row["on"],
        content=to_text(row["content"]),
        key=to_text(row["sealed"]) if row["sealed"] else None,
        text=text,
    )


def _open(keys: object) -> list[OpenKey]:
    return [
        OpenKey(
            key["id"],
            key["label"],
            to_text(key["public_key"]),
            sealing.fingerprint(key["public_key"]),
            key["since"],
        )
        for key in keys  # type: ignore[attr-defined]
    ]


def _encoded(document: object) -> bytes:
    return one(document).body  # type: ignore[return-value]


_BY_LOOKUP: Final = """
    SELECT id, proof, public_key, wrapped_key FROM tip WHERE lookup = $1
"""

_OWN: Final = """
    SELECT id, status, revision, received_on, channel, organisations, public_key, wrapped_key
    FROM tip WHERE id = $1 AND purged_as IS NULL
"""
_OWN_LOCKED: Final = f"{_OWN} FOR UPDATE"

_TALK: Final = """
    SELECT piece.number, piece.wrote, piece."on", piece.content, seal.sealed
    FROM piece LEFT JOIN seal
      ON seal.tip = piece.tip AND seal.number = piece.number AND seal.key = 'tip'
    WHERE piece.tip = $1 AND piece.kind IN ('tip', 'message') AND piece.number > $2
    ORDER BY piece.number LIMIT $3
"""

_ONCE: Final = "SELECT once, lookup, received_on FROM tip WHERE once = $1 OR lookup = $2"
_RECEIVED: Final = "SELECT received_on FROM tip WHERE once = $1"
_SPEND: Final = """
    INSERT INTO spent (work, "on") VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true
"""
_TODAY: Final = "SELECT count(*) FROM tip WHERE received_on = $1"
_SENT: Final = "SELECT number FROM piece WHERE tip = $1 AND once = $2"
_WRITTEN: Final = """
    SELECT count(*) FROM piece
    WHERE tip = $1 AND "on" = $2 AND kind = 'message' AND wrote IS NULL
"""
_PART: Final = "SELECT number FROM piece WHERE tip = $1 AND file = $2 AND index = $3"
_PARTS: Final = "SELECT count(*) FROM piece WHERE tip = $1 AND kind = 'chunk'"
_WITHDRAW: Final = """
    UPDATE tip SET status = 'withdrawn', ended_on = $2, revision = revision + 1 WHERE id = $1
"""
_INSERT: Final = """
    INSERT INTO tip (id, lookup, proof, once, public_key, wrapped_key, organisations, channel,
                     status, revision, received_on)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'received', 1, $9)
"""
_EXCLUDE: Final = "INSERT INTO excluded (tip, organisation, member) VALUES ($1, $2, $3)"
