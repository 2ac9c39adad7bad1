"""The worker shows how the audit, the webhooks and the files fare, and names nobody."""

from datetime import timedelta

import asyncpg
import pytest
from prometheus_client import REGISTRY

from gateway import signs
from gateway.audit.chain import Actor
from gateway.subscriptions.notifier import opened
from gateway.subscriptions.outbox import Waiting, backlog
from gateway.who.doing import acting
from shared.clock import SystemClock
from tests.gateway.builders import alert, process
from tests.gateway.house import House
from tests.gateway.office import opened_office
from tests.gateway.test_subscriptions import Post, post

__all__ = ["post"]

HOUR = timedelta(hours=1)


def shown(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


_ENDPOINT = """
    INSERT INTO endpoint (id, organisation_id, url, signing, sealed, public_seq, own_seq, enabled,
                          spared_until)
    SELECT $1, (SELECT min(id) FROM organisation), 'https://canary.example', 'v1', '', 0, 0, $2, $3
"""
_DELIVERY = """
    INSERT INTO delivery (id, endpoint_id, stream, seq, type, state, tries, created_at, due_at)
    VALUES ($1, $2, 'public', 1, 'alert.created', $3, $4, $5, $5)
"""


@pytest.fixture
async def looked(house: House) -> str:
    """Four endpoints, each of which fares differently, an audit and an export; all counted."""
    await opened_office(house)
    now = SystemClock().now()
    hours = [now - timedelta(hours=number) for number in range(5)]
    async with acting(
        house.database, SystemClock(), house.state.audit, Actor("own_1", "mem_1", "k")
    ) as do:
        do.note("thing.done", "thing")
    async with house.database.transaction() as connection:
        head: int = await connection.fetchval("SELECT seq FROM audit_head")
        for name, enabled, spared in (
            ("whe_well", True, None),
            ("whe_failing", True, None),
            ("whe_spared", True, now + timedelta(minutes=5)),
            ("whe_disabled", False, None),
        ):
            await connection.execute(_ENDPOINT, name, enabled, spared)
        for number, (endpoint, state, tries) in enumerate(
            [
                ("whe_well", "delivered", 1),
                ("whe_well", "pending", 0),
                ("whe_failing", "pending", 3),
                ("whe_disabled", "pending", 2),
            ]
        ):
            await connection.execute(
                _DELIVERY, f"msg_{number}", endpoint, state, tries, hours[number]
            )
        await connection.execute(
            "INSERT INTO export (id, organisation_id, what, format, filter, created_at)"
            " SELECT 'exp_1', min(id), 'alerts', 'csv', '{}', $1 FROM organisation",
            hours[4],
        )
        signs.shown.signs = await signs.look(connection, now)
    return str(head)


async def test_webhooks_are_counted_by_how_their_endpoints_fare_and_their_age_by_who_is_late(
    looked: str,
) -> None:
    fares = {word: shown("webhook_endpoints", fares=word) for word in signs.FARES}
    every = [s for family in signs.shown.collect() for s in family.samples]
    signs.shown.signs = None

    values = {sample.name: sample.value for sample in every}
    assert fares == dict.fromkeys(signs.FARES, 1)
    assert values["webhook_endpoints_disabled"] == 1
    assert (values["webhook_pending"], values["webhook_untried"]) == (2, 1)
    assert values["webhook_oldest_untried_seconds"] == pytest.approx(3600, abs=1)
    assert values["webhook_oldest_undelivered_seconds"] == pytest.approx(7200, abs=1)
    assert values["audit_head_index"] == float(looked)
    assert values["database_bytes"] > 1_000_000
    assert shown("outbox_pending", outbox="exports") == 1
    assert shown("outbox_oldest_seconds", outbox="exports") == pytest.approx(4 * 3600, abs=1)
    assert [s for s in every if set(s.labels) - {"fares"} or "canary" in str(s)] == []
    assert [*signs.shown.collect()] == [], "before anything was counted nothing is shown"


async def test_an_act_that_the_audit_cannot_hold_is_refused_and_counted(house: House) -> None:
    before = shown("audit_append_failures_total") or 0
    async with house.database.connection() as connection:
        await connection.execute("ALTER TABLE audit_entry RENAME TO elsewhere")
        with pytest.raises(asyncpg.UndefinedTableError):
            async with acting(
                house.database, SystemClock(), house.state.audit, Actor("own_1", "mem_1", "k")
            ) as do:
                do.note("thing.done", "thing")
        await connection.execute("ALTER TABLE elsewhere RENAME TO audit_entry")

    assert shown("audit_append_failures_total") == before + 1


async def test_the_dispatcher_shows_how_much_waits_for_it_and_for_how_long(
    looked: str, house: House
) -> None:
    del looked
    async with opened(house.settings, house.database) as notifier:
        await notifier.look()

    assert shown("outbox_pending", outbox="webhook") == 3
    assert shown("outbox_oldest_seconds", outbox="webhook") == pytest.approx(3600, abs=60)
    async with house.database.transaction() as connection:
        await connection.execute("UPDATE endpoint SET spared_until = now() + interval '1 hour'")
    async with opened(house.settings, house.database) as notifier:
        await notifier.look()
    assert shown("outbox_oldest_seconds", outbox="webhook") == 0


async def test_what_waits_for_an_endpoint_that_hangs_is_not_late_by_us(
    looked: str, house: House
) -> None:
    del looked
    async with house.database.transaction() as connection:
        await connection.execute("UPDATE delivery SET tries = 1 WHERE id = 'msg_1'")
        now = SystemClock().now()
        await connection.execute(_DELIVERY, "msg_9", "whe_well", "pending", 0, now - HOUR)
        await connection.execute(
            "INSERT INTO attempt (delivery_id, at, milliseconds, fault, reply)"
            " VALUES ('msg_1', $1, 20000, 'TimeoutError', '')",
            now,
        )
        found = (await signs.look(connection, now)).deliveries
        told = await backlog(connection, now)
    assert (found["untried"], found["oldest_untried"]) == (1, None)
    assert told["webhook"] == Waiting(4, 0.0)


async def test_letters_that_nobody_tried_grow_old_until_they_are_tried(post: Post) -> None:
    await post.active()
    await post.house.fill("alerts", alert(1, process("o-1")))
    post.clock.advance(timedelta(minutes=1))
    while await post.notifier.look():
        pass
    post.clock.advance(timedelta(hours=1))
    await post.another().look()
    assert shown("outbox_pending", outbox="email") == 1
    assert shown("outbox_oldest_seconds", outbox="email") == pytest.approx(3600, abs=60)

    await post.notifier.send("email")
    await post.another().look()
    assert shown("outbox_pending", outbox="email") == 0
    assert shown("outbox_oldest_seconds", outbox="email") == 0
