"""The dispatcher as a process: killed again and again while it sends, it loses nothing."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
import pytest

from gateway.stream import telling
from gateway.subscriptions.notifier import AT_ONCE
from gateway.view import changes
from shared import events
from tests.gateway.house import opened_house
from tests.gateway.office import opened_office
from tests.gateway.post_office import opened_bot, opened_mail_server
from tests.gateway.receiver import Message, opened_receiver
from tests.support.postgres import opened

pytestmark = pytest.mark.thorough

EVENTS = 400
KILLS = 4
MESSAGES = 60
"""Of each channel."""

DEATHS = 2
"""Of the sender of those."""

_PROGRAM = [sys.executable, "-m", "gateway", "dispatch"]


@contextmanager
def dispatcher(environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(_PROGRAM, env={**os.environ, **environment})
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.mark.check("W9", tier=1, limit="0 lost, 0 ids doubled")
async def test_a_dispatcher_killed_while_it_sends_loses_nothing(
    database_url: str, valkey_url: str
) -> None:
    environment = {
        "DATABASE_URL": database_url,
        "REDIS_URL": valkey_url,
        "INTERNAL_KEY": "i" * 32,
        "CURSOR_KEY": "c" * 32,
        "WEBHOOK_NETWORKS": "127.0.0.0/8",
        "LOG_LEVEL": "ERROR",
    }
    async with (
        opened(database_url) as database,
        opened_house(database, database_url, valkey_url, webhook_networks="127.0.0.0/8") as house,
        opened_receiver() as receiver,
    ):
        office = await opened_office(house)
        body = {"url": receiver.url, "types": ["webhook.disabled"]}
        await office.made("app", "/v1/webhooks/endpoints", body)
        async with database.transaction() as connection:
            seq = await changes.take_number(connection)
            data = {"endpoint": "whk_0", "reason": "gone", "link": "/v1/webhooks/endpoints"}
            told = [(f"e/{n}", "webhook.disabled", data) for n in range(EVENTS)]
            stream = events.organisation(office.id)
            await telling.tell(connection, stream, told, seq=seq)
        for turn in range(1, KILLS + 1):
            enough = EVENTS * turn // (KILLS + 1)
            with dispatcher(environment):
                await _received(receiver.got, enough)
            # What the dead held is let go at once, not after its minute.
            async with database.connection() as connection:
                await connection.execute("UPDATE delivery SET due_at = now()")
        with dispatcher(environment) as last:
            async with asyncio.timeout(60):
                while await _open(database):
                    assert last.poll() is None
                    await asyncio.sleep(0.05)

    seqs = {msgspec.json.decode(each.body)["data"]["seq"] for each in receiver.got}
    assert seqs == set(range(1, EVENTS + 1))
    assert len({each.id for each in receiver.got}) == EVENTS
    assert len(receiver.got) < 2 * EVENTS


_SUBSCRIBE = """
    WITH subscribed AS (
        INSERT INTO subscription (id, organisation_id, name, what, filter, events, cadence, hour,
            weekday, language, channel, address, state, since, digest_from, code_asked_at,
            created_at)
        SELECT 'sub_' || channel, $1, 'S', 'alerts', '{}', '{}', 'immediate', 9, 1, 'en', channel,
            address, 'active', 0, now(), now(), now()
        FROM (VALUES ('email', 'desk@example.org'), ('telegram', '42')) AS told (channel, address)
        RETURNING id
    )
    INSERT INTO subscription_message (id, subscription_id, kind, subject, body, due_at, created_at)
    SELECT 'sms_' || id || n, id, 'message', 'Message ' || n, 'Text', now(), now()
    FROM subscribed CROSS JOIN generate_series(1, $2) AS n
"""
_LET_GO = "UPDATE subscription_message SET due_at = now() WHERE state = 'pending'"
_STATES = "SELECT state, count(*) FROM subscription_message GROUP BY state"


@pytest.mark.check("W9", tier=1, limit="0 letters lost; those in the air twice, under one id")
async def test_a_dispatcher_killed_while_it_writes_letters_loses_none_and_doubles_few(
    database_url: str, valkey_url: str
) -> None:
    async with (
        opened(database_url) as database,
        opened_house(database, database_url, valkey_url) as house,
        opened_mail_server() as mail,
        opened_bot() as bot,
    ):
        office = await opened_office(house)
        async with database.connection() as connection:
            await connection.execute(_SUBSCRIBE, office.id, MESSAGES)
        environment = {
            "DATABASE_URL": database_url,
            "REDIS_URL": valkey_url,
            "INTERNAL_KEY": "i" * 32,
            "CURSOR_KEY": "c" * 32,
            "SMTP_URL": f"smtp://127.0.0.1:{mail.port}",
            "SMTP_TLS": "offered",
            "TELEGRAM_TOKEN": "42:token",
            "TELEGRAM_API": bot.url,
            "LOG_LEVEL": "ERROR",
        }

        def letters() -> list[str]:
            return [str(each["Message-ID"]) for each in mail.got]

        def chats() -> list[str]:
            return [each["text"] for each in bot.said]

        async with asyncio.timeout(90):
            for turn in range(1, DEATHS + 1):
                with dispatcher(environment):
                    while len({*letters(), *chats()}) < 2 * MESSAGES * turn // (DEATHS + 1):
                        await asyncio.sleep(0.01)
                async with database.connection() as connection:
                    await connection.execute(_LET_GO)
            with dispatcher(environment) as last:
                while "pending" in (states := await _states(database)):
                    assert last.poll() is None
                    await asyncio.sleep(0.05)

    assert states == {"delivered": 2 * MESSAGES}
    for sent in (letters(), chats()):
        assert len(set(sent)) == MESSAGES
        assert len(sent) <= MESSAGES + DEATHS * AT_ONCE


async def _states(database: Any) -> dict[str, int]:
    async with database.connection() as connection:
        return dict(await connection.fetch(_STATES))


async def _received(got: list[Message], number: int) -> None:
    async with asyncio.timeout(60):
        while len({each.id for each in got}) < number:
            await asyncio.sleep(0.01)


async def _open(database: Any) -> int:
    """Deliveries that are not made."""
    async with database.connection() as connection:
        number: int = await connection.fetchval(
            "SELECT count(*) FROM delivery WHERE state = 'pending'"
        )
        return number
