"""Commands sent twice: carried out once, answered alike, and never half stored."""

import asyncio
from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response

from shared import idempotency
from shared.app import create_app
from shared.bodies import Body
from shared.clock import FixedClock
from shared.database import Database
from shared.errors import IdempotencyInProgress, IdempotencyKeyReused, NotFound
from shared.idempotency import Answer, Command, KeyHeader, fingerprint, once
from shared.kept_answers import purge
from shared.settings import Settings
from shared.unit_of_work import Transaction

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIRST = Command("key_1", "k-1", fingerprint("POST", b"/v1/tips", b"{}"))
OTHER = Command("key_1", "k-1", fingerprint("POST", b"/v1/tips", b'{"a":1}'))
ANSWER = Answer(201, b'{"id":1}', {"Location": "/v1/tips/1"})


async def _carry_out(
    database: Database, command: Command, answer: Answer = ANSWER, now: datetime = NOON
) -> Answer | None:
    """Carry a command out and return the answer that was stored before."""
    async with (
        database.transaction() as connection,
        once(connection, command, now=now) as attempt,
    ):
        if attempt.stored is None:
            attempt.keep(answer)
        return attempt.stored


async def _fail_to_carry_out(database: Database, command: Command) -> None:
    async with (
        database.transaction() as connection,
        once(connection, command, now=NOON) as attempt,
    ):
        attempt.keep(ANSWER)
        raise NotFound


async def test_the_second_time_the_first_answer_is_given(producer: Database) -> None:
    assert await _carry_out(producer, FIRST) is None
    assert await _carry_out(producer, FIRST, Answer(201, b'{"id":2}')) == ANSWER


async def test_the_same_key_for_another_command_is_refused(producer: Database) -> None:
    await _carry_out(producer, FIRST)

    with pytest.raises(IdempotencyKeyReused):
        await _carry_out(producer, OTHER)


async def test_the_same_key_of_another_caller_is_another_key(producer: Database) -> None:
    await _carry_out(producer, FIRST)

    assert await _carry_out(producer, Command("key_2", "k-1", OTHER.fingerprint)) is None


async def test_while_the_first_is_carried_out_the_second_is_told_so(producer: Database) -> None:
    async with producer.transaction() as first, once(first, FIRST, now=NOON) as attempt:
        with pytest.raises(IdempotencyInProgress):
            await _carry_out(producer, FIRST)
        attempt.keep(ANSWER)

    assert await _carry_out(producer, FIRST) == ANSWER


@pytest.mark.check("F3", tier=1, limit="1 effect")
async def test_of_twenty_at_once_one_is_carried_out(producer: Database) -> None:
    tries = (_carry_out(producer, FIRST, Answer(201, str(n).encode())) for n in range(20))
    ended = await asyncio.gather(*tries, return_exceptions=True)

    assert ended.count(None) == 1
    assert all(isinstance(each, Answer | IdempotencyInProgress) for each in ended if each)


async def test_a_command_that_failed_may_be_tried_again(producer: Database) -> None:
    with pytest.raises(NotFound):
        await _fail_to_carry_out(producer, FIRST)

    assert await _carry_out(producer, FIRST) is None


async def test_after_a_day_an_answer_is_forgotten(producer: Database) -> None:
    await _carry_out(producer, FIRST)
    tomorrow = NOON + timedelta(hours=24)

    assert await _carry_out(producer, FIRST, now=tomorrow - timedelta(seconds=1)) == ANSWER
    assert await _carry_out(producer, OTHER, Answer(200, b"{}"), now=tomorrow) is None
    assert await _carry_out(producer, OTHER, now=tomorrow) == Answer(200, b"{}")


async def test_the_purge_forgets_what_is_older_than_a_day(producer: Database) -> None:
    await _carry_out(producer, FIRST)
    await _carry_out(producer, Command("key_1", "k-2", b"x"), now=NOON + timedelta(hours=1))

    async with producer.transaction() as connection:
        assert await purge(connection, now=NOON + timedelta(hours=24)) == 1
        assert await purge(connection, now=NOON + timedelta(hours=24)) == 0


def test_commands_differ_by_method_address_and_body_and_not_by_how_these_are_cut() -> None:
    prints = {
        fingerprint("POST", b"/v1/tips", b"{}"),
        fingerprint("PUT", b"/v1/tips", b"{}"),
        fingerprint("POST", b"/v1/tips?x=1", b"{}"),
        fingerprint("POST", b"/v1/tips", b"{ }"),
        fingerprint("POST", b"/v1/tip", b"s{}"),
    }

    assert len(prints) == 5


class Tip(Body):
    """A tip as these tests send it."""

    text: str


router = APIRouter(prefix="/v1")


@router.post("/tips", status_code=201)
async def _send_tip(
    tip: Tip, request: Request, connection: Transaction, key: KeyHeader = None
) -> Response:
    command = await idempotency.command(request, key, caller="key_1")
    async with once(connection, command, now=request.app.state.clock.now()) as attempt:
        if attempt.stored:
            return attempt.stored.response(replayed=True)
        await connection.execute("INSERT INTO tip (text) VALUES ($1)", tip.text)
        return attempt.keep(Answer(201, b'{"text":"' + tip.text.encode() + b'"}'))


@router.post("/orders", status_code=201)
async def _order(connection: Transaction, request: Request) -> str:
    await connection.execute("INSERT INTO tip (text) VALUES ('order')")
    request.app.state.seen.append("endpoint")
    return "done"


@router.post("/impossible", status_code=201)
async def _impossible(connection: Transaction) -> str:
    await connection.execute("INSERT INTO tip (text) VALUES ('twin'), ('twin')")
    return "done"


@pytest.fixture
async def app(producer: Database) -> FastAPI:
    """An application over a table whose uniqueness is checked at commit only."""
    async with producer.connection() as connection:
        await connection.execute(
            "CREATE TABLE tip (text text UNIQUE DEFERRABLE INITIALLY DEFERRED)"
        )
    settings = Settings(database_url="postgresql://unused", internal_key="k" * 32)
    app = create_app(
        service="cases", settings=settings, title="t", routers=[router], clock=FixedClock(NOON)
    )
    app.state.database, app.state.seen = producer, []
    return app


@pytest.fixture
def client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://cases")


async def _tips(database: Database) -> list[str]:
    async with database.connection() as connection:
        return [row["text"] for row in await connection.fetch("SELECT text FROM tip")]


@pytest.mark.check("F3", tier=1, limit="1 effect")
async def test_over_http_a_repeated_command_has_one_effect_and_one_answer(
    client: httpx.AsyncClient, producer: Database
) -> None:
    headers = {"Idempotency-Key": "0190d5a4"}
    first = await client.post("/v1/tips", json={"text": "a"}, headers=headers)
    second = await client.post("/v1/tips", json={"text": "a"}, headers=headers)

    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert await _tips(producer) == ["a"]


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 400, "idempotency_key_required"),
        ({"Idempotency-Key": ""}, 422, "validation_failed"),
        ({"Idempotency-Key": "two words"}, 422, "validation_failed"),
        ({"Idempotency-Key": "k" * 300}, 422, "validation_failed"),
    ],
)
async def test_a_command_without_a_usable_key_is_refused(
    client: httpx.AsyncClient,
    producer: Database,
    headers: dict[str, str],
    status: int,
    code: str,
) -> None:
    answer = await client.post("/v1/tips", json={"text": "a"}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await _tips(producer) == []


async def test_over_http_a_key_used_for_another_command_is_refused(
    client: httpx.AsyncClient, producer: Database
) -> None:
    headers = {"Idempotency-Key": '"quoted"'}
    await client.post("/v1/tips", json={"text": "a"}, headers=headers)
    answer = await client.post("/v1/tips", json={"text": "b"}, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert await _tips(producer) == ["a"]


@pytest.mark.check("F10", tier=1, limit="0 lost, 0 doubled")
async def test_the_commit_comes_before_the_answer(app: FastAPI, producer: Database) -> None:
    visible: list[list[str]] = []

    async def send(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            visible.append(await _tips(producer))

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "POST", "path": "/v1/orders", "raw_path": b"/v1/orders"}
    await app(scope | {"query_string": b"", "headers": []}, receive, send)

    assert visible == [["order"]]


async def test_a_commit_that_fails_is_never_answered_as_done(
    client: httpx.AsyncClient, producer: Database
) -> None:
    answer = await client.post("/v1/impossible")

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert await _tips(producer) == []
