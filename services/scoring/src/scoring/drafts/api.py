"""What scoring answers the gateway about drafts and back-tests, on behalf of whoever calls there.

A draft that a caller may not know of does not exist for them. Commands carry an Idempotency-Key
and are carried out once.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any, Final

import asyncpg
import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from scoring.drafts import checks, jobs, keeper, store
from scoring.drafts.confined import Task
from scoring.drafts.documents import back_test_of, brief_of, draft_of
from scoring.drafts.life import (
    READ,
    REVISABLE,
    STEPS,
    WRITE,
    decide,
    possible,
    visible,
)
from scoring.drafts.limits import Limits
from scoring.drafts.sql import Flaw
from scoring.drafts.worker import QUEUE, WHAT
from scoring.indicator import Indicator, catalogue
from shared.callers import internal_caller
from shared.clock import Clock
from shared.contracts.drafts import BackTestBody, StepBody
from shared.database import Database
from shared.errors import (
    FieldError,
    GuardFailed,
    NotFound,
    TransitionNotAllowed,
    ValidationFailed,
)
from shared.idempotency import Answer, Attempt, KeyHeader, command, once
from shared.queue import Bell
from shared.security import Caller

EXAMPLES: Final = Limits(memory_mb=300, cpu_seconds=20, wall_seconds=30, threads=1)
"""What the worked examples of one draft may use, all together."""

AT_ONCE: Final = 2
"""Drafts whose examples are run at one time."""

LONGEST_ID: Final = 40
JSON: Final = "application/json"

DraftId = Annotated[str, Path(max_length=LONGEST_ID)]
Reader = Annotated[Caller, Depends(internal_caller(READ))]
Writer = Annotated[Caller, Depends(internal_caller(WRITE))]


class Desk:
    """What the routes share."""

    def __init__(self, database: Database, redis_url: str, clock: Clock) -> None:
        self.database = database
        self.clock = clock
        self.trials = asyncio.Semaphore(AT_ONCE)
        self._redis_url = redis_url
        self._bell: Bell | None = None

    @asynccontextmanager
    async def once(
        self, request: Request, key: str | None, caller: Caller
    ) -> AsyncIterator[tuple[asyncpg.Connection, Attempt]]:
        """Carry out a command once, in one transaction."""
        who = f"{caller.organisation}/{caller.member or ''}"
        asked = await command(request, key, caller=who)
        async with (
            self.database.transaction() as connection,
            once(connection, asked, now=self.clock.now()) as attempt,
        ):
            yield connection, attempt

    async def wake(self) -> None:
        """Tell the worker that there is something to try."""
        self._bell = self._bell or await Bell.connect(self._redis_url)
        await self._bell.wake(QUEUE, WHAT, 0, long=True)

    async def close(self) -> None:
        """Give the connections back."""
        if self._bell is not None:
            await self._bell.close()


def router(desk: Desk) -> APIRouter:
    """The routes of drafts and back-tests."""
    routes = APIRouter(prefix="/internal", tags=["drafts"])
    _drafts(routes, desk)
    _steps(routes, desk)
    _back_tests(routes, desk)
    return routes


def _drafts(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/indicator-drafts", status_code=201)
    async def send_draft(
        request: Request, caller: Writer, idempotency_key: KeyHeader = None
    ) -> Response:
        """Take a document in as a draft, or as a new version of the draft with its code."""
        body = await request.body()
        async with desk.once(request, idempotency_key, caller) as (connection, attempt):
            if attempt.stored is not None:
                return attempt.stored.response(replayed=True)
            indicator = await _checked(desk, body)
            return attempt.keep(await _taken_in(desk, connection, indicator, caller))

    @routes.get("/indicator-drafts")
    async def list_drafts(
        caller: Reader,
        state: Annotated[list[str] | None, Query(max_length=10)] = None,
        after_at: datetime | None = None,
        after_id: Annotated[str | None, Query(max_length=LONGEST_ID)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> Response:
        """List the drafts that the caller may know of, the newest first, one more than asked."""
        mark = (after_at, after_id) if after_at and after_id else None
        async with desk.database.connection() as connection:
            rows = await store.listed(
                connection, caller, states=state or [], after=mark, limit=limit + 1
            )
        return _json({"data": [brief_of(row) for row in rows]})

    @routes.get("/indicator-drafts/{draft_id}")
    async def read_draft(draft_id: DraftId, caller: Reader) -> Response:
        """Read one draft in full."""
        async with desk.database.transaction() as connection:
            row = await _found(connection, draft_id, caller)
            return _json(await draft_of(connection, row))


def _steps(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/indicator-drafts/{draft_id}/steps")
    async def take_step(
        request: Request,
        draft_id: DraftId,
        body: StepBody,
        caller: Reader,
        idempotency_key: KeyHeader = None,
    ) -> Response:
        """Take a draft one step further, or end it."""
        async with desk.once(request, idempotency_key, caller) as (connection, attempt):
            if attempt.stored is not None:
                return attempt.stored.response(replayed=True)
            row = await _found(connection, draft_id, caller)
            await _move(desk, connection, row, body, caller)
            fresh = await store.find(connection, draft_id)
            assert fresh is not None
            answer = Answer(200, msgspec.json.encode(await draft_of(connection, fresh)))
            return attempt.keep(answer)


def _back_tests(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/indicator-drafts/{draft_id}/back-tests", status_code=202)
    async def ask_back_test(
        request: Request,
        draft_id: DraftId,
        body: BackTestBody,
        caller: Writer,
        idempotency_key: KeyHeader = None,
    ) -> Response:
        """Ask for a back-test of the present version; it is done as soon as there is time."""
        asked = _question(body)
        async with desk.once(request, idempotency_key, caller) as (connection, attempt):
            if attempt.stored is not None:
                return attempt.stored.response(replayed=True)
            row = await _found(connection, draft_id, caller)
            if await jobs.waiting_of(connection, row["organisation"]) >= jobs.MOST_WAITING:
                raise GuardFailed(
                    f"{jobs.MOST_WAITING} back-tests are waiting: let some end first.",
                    conditions=["waiting"],
                )
            now = desk.clock.now()
            identifier = await jobs.ask(connection, draft_id, row["version"], asked, now)
            found = await jobs.find(connection, identifier)
            assert found is not None
            answer = Answer(202, msgspec.json.encode(back_test_of(found, found)))
            response = attempt.keep(answer)
        await desk.wake()
        return response

    @routes.get("/back-tests/{back_test_id}")
    async def read_back_test(back_test_id: DraftId, caller: Reader) -> Response:
        """Read a back-test: how far it is, and what came of it."""
        async with desk.database.connection() as connection:
            row = await jobs.find(connection, back_test_id)
        if row is None or not visible(row["draft_state"], row["organisation"], caller):
            raise NotFound("There is no back-test under this id.")
        return _json(back_test_of(row, row))


async def _checked(desk: Desk, body: bytes) -> Indicator:
    """Return the indicator in a body. Raises ValidationFailed, pointing at each flaw."""
    read = checks.read(body)
    if isinstance(read, Flaw):
        raise _refused([read])
    if flaws := await asyncio.to_thread(checks.flaws, read):
        raise _refused(flaws)
    task = Task(kind="examples", indicator=read, limits=EXAMPLES, profile="kz")
    async with desk.trials:
        answer = await keeper.run(task)
    if answer.flaws:
        raise _refused(answer.flaws)
    if answer.stopped is not None:
        said = f"the examples were stopped: {keeper.explain(answer, task)}"
        raise _refused([Flaw("/body/examples", f"stopped_{answer.stopped}", said)])
    return read


async def _taken_in(
    desk: Desk, connection: asyncpg.Connection, indicator: Indicator, caller: Caller
) -> Answer:
    """Write a document down: as a new draft, or as the next version of the one with its code."""
    assert caller.organisation is not None
    now, document = desk.clock.now(), checks.canonical(indicator)
    known = await store.find_by_code(connection, caller.organisation, indicator.code)
    status = 201
    if known is None:
        draft = await store.add(connection, indicator.code, document, caller, now)
    elif known["digest"] == store.digest(document):
        draft, status = known["id"], 200
    elif known["state"] in REVISABLE:
        draft = known["id"]
        await store.revise(connection, known, document, caller, now)
    else:
        said = f"{indicator.code} is {known['state']}: retire it, or choose another code."
        raise TransitionNotAllowed(said, allowed=possible(known["state"]))
    row = await _found(connection, draft, caller)
    return Answer(status, msgspec.json.encode(await draft_of(connection, row)))


async def _move(
    desk: Desk,
    connection: asyncpg.Connection,
    row: asyncpg.Record,
    body: StepBody,
    caller: Caller,
) -> None:
    if body.step not in STEPS:
        flaw = FieldError("/body/step", "unknown_step", f"known: {', '.join(STEPS)}")
        raise ValidationFailed("There is no such step.", errors=[flaw])
    taken = row["code"] in catalogue()
    step = decide(
        body.step, await store.standing(connection, row, taken=taken), caller, body.reason
    )
    now = desk.clock.now()
    await store.move(connection, row, step.after, caller, now)
    taken_step = store.Taken(body.step, row["state"], step.after, row["version"], body.reason)
    await store.note(connection, row["id"], taken_step, caller, now)


async def _found(connection: asyncpg.Connection, draft: str, caller: Caller) -> asyncpg.Record:
    row = await store.find(connection, draft)
    if row is None or not visible(row["state"], row["organisation"], caller):
        raise NotFound("There is no draft under this id.")
    return row


def _question(body: BackTestBody) -> jobs.Asked:
    if body.first and body.last and body.first > body.last:
        flaw = FieldError("/body/to", "before_from", "the last day lies before the first")
        raise ValidationFailed("The period ends before it begins.", errors=[flaw])
    truth = {one.subject: one.positive for one in body.truth} if body.truth else None
    return jobs.Asked(body.first, body.last, body.sample, truth)


def _refused(flaws: list[Flaw]) -> ValidationFailed:
    errors = [FieldError(flaw.pointer, flaw.code, flaw.message) for flaw in flaws[:50]]
    places = ", ".join(dict.fromkeys(flaw.pointer for flaw in flaws[:5]))
    return ValidationFailed(f"Not acceptable: {places}.", errors=errors)


def _json(document: Mapping[str, Any]) -> Response:
    return Response(msgspec.json.encode(document), media_type=JSON)
