"""Who may call: keys as they are kept, shown, limited in what they may do, and revoked."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from gateway import management
from gateway.guessing import network_of
from gateway.keys import USUAL, make_key, parse_key
from gateway.withheld import PARTNER
from gateway.worker import APPLIED
from shared.clock import SystemClock
from shared.database import Database
from tests.gateway.builders import process, score
from tests.gateway.house import House, opened_house, problem

PATH = f"/v1/scores/process/{process('o-1')}"


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def test_nothing_under_v1_answers_without_a_valid_key(house: House) -> None:
    good = await house.new_key()
    expired = await house.new_key(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    other = make_key().text
    wrong: list[dict[str, Any]] = [
        {},
        {"Authorization": good},
        {"Authorization": f"Basic {good}"},
        bearer(""),
        bearer(other),
        bearer(good[:-1]),
        bearer(good[:-4] + "aaaa"),
        bearer(good + "a"),
        bearer(expired),
        {"Authorization": b"Bearer \xff\xfe"},
    ]

    answers = [await house.client.get("/v1/processes", headers=headers) for headers in wrong]
    unknown_path = await house.client.get("/v1/nothing")
    right = await house.client.get("/v1/processes", headers=bearer(good))

    for answer in [*answers, unknown_path]:
        assert problem(answer) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert good not in answer.text
    assert right.status_code == 200


@pytest.mark.check("K2", tier=1, limit="0 found")
async def test_a_key_is_found_in_the_database_only_as_a_hash(house: House) -> None:
    key = await house.new_key()
    secret = key.rpartition("_")[2]

    async with house.database.connection() as connection:
        rows = await connection.fetch("SELECT api_key::text FROM api_key")
        kept = await connection.fetchval("SELECT secret_hash FROM api_key LIMIT 1")

    assert len(kept) == 32
    assert not any(secret in row["api_key"] for row in rows)
    assert len(secret) * 5 >= 128  # bits: base 32 has five each


async def test_a_key_does_only_what_its_scopes_permit(house: House) -> None:
    await house.fill("scores", score(process("o-1")))
    await house.get(PATH)  # the score is in memory now: the short way must ask for the scope too
    reader = bearer(await house.new_key(scopes=["processes:read"]))

    allowed = [
        (await house.client.get(path, headers=reader)).status_code
        for path in ("/v1/processes", "/v1/indicators", "/v1/meta/freshness", "/v1/ocds/releases")
    ]
    refused = [
        problem(await house.client.get(path, headers=reader))
        for path in (PATH, f"{PATH}/explanation", "/v1/alerts")
    ]

    assert allowed == [200] * 4
    assert refused == [(403, "scope_missing")] * 3


@pytest.mark.check("K1", tier=1, limit="5 s")
async def test_a_revoked_key_is_refused_by_every_process_within_five_seconds(
    house: House, database_url: str, valkey_url: str
) -> None:
    key = await house.new_key()
    async with opened_house(house.database, database_url, valkey_url) as second:
        for each in (house, second):
            assert (await each.client.get("/v1/processes", headers=bearer(key))).status_code == 200

        began = time.monotonic()
        shown = parse_key(key)
        assert shown is not None
        await management.revoke_key(house.database, SystemClock(), shown.id)
        for each in (house, second):
            while (await each.client.get("/v1/processes", headers=bearer(key))).status_code == 200:
                assert time.monotonic() - began < 5
                await asyncio.sleep(0.01)
            answer = await each.client.get("/v1/processes", headers=bearer(key))
            assert problem(answer) == (401, "unauthenticated")


async def test_revoking_works_once_and_says_so(house: House) -> None:
    shown = parse_key(await house.new_key())
    assert shown is not None
    await management.revoke_key(house.database, SystemClock(), shown.id)

    with pytest.raises(management.UnknownError):
        await management.revoke_key(house.database, SystemClock(), shown.id)


@pytest.mark.check("K1", tier=1, limit="5 s")
async def test_a_process_that_lost_touch_trusts_no_remembered_key(house: House) -> None:
    key = await house.new_key()
    assert (await house.client.get("/v1/processes", headers=bearer(key))).status_code == 200
    house.state.memory._valid_until = time.monotonic() - 0.001

    async with house.database.transaction() as connection:  # nobody is told
        await connection.execute("UPDATE api_key SET revoked_at = now()")
    answer = await house.client.get("/v1/processes", headers=bearer(key))

    assert problem(answer) == (401, "unauthenticated")


async def test_changes_missed_while_the_connection_was_away_are_still_forgotten(
    house: House,
) -> None:
    await house.fill("scores", score(process("o-1"), expected=1.0))
    assert (await house.get(PATH)).json()["score"]["expected"] == 1.0

    async with house.database.transaction() as connection:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'gateway-api' AND datname = current_database()"
        )
        await APPLIED["scores"][0](connection, [score(process("o-1"), expected=2.0)])
    await house.level()

    assert (await house.get(PATH)).json()["score"]["expected"] == 2.0


async def test_a_follower_that_missed_too_much_forgets_everything(house: House) -> None:
    await house.fill("scores", score(process("o-1"), expected=1.0))
    await house.get(PATH)
    async with house.database.transaction() as connection:
        await APPLIED["scores"][0](connection, [score(process("o-1"), expected=2.0)])
        await connection.execute("DELETE FROM change")
    await house.level()

    assert (await house.get(PATH)).json()["score"]["expected"] == 2.0


async def test_when_a_key_was_last_used_is_written_for_all_keys_together(house: House) -> None:
    key = await house.new_key()
    shown = parse_key(key)
    assert shown is not None
    await house.client.get("/v1/indicators", headers=bearer(key))

    await house.state.callers.flush()

    async with house.database.connection() as connection:
        used = await connection.fetchval("SELECT last_used_at FROM api_key WHERE id = $1", shown.id)
    assert abs((datetime.now(UTC) - used).total_seconds()) < 30


async def test_organisations_and_keys_are_managed_with_their_names(
    gateway_database: Database,
) -> None:
    clock = SystemClock()
    made = await management.add_organisation(gateway_database, clock, " Қор ", region="75")
    member = await management.add_member(
        gateway_database, clock, organisation="Қор", name="Айгүл", role="editor"
    )
    await management.add_key(
        gateway_database, clock, organisation=made.id, scopes=["scores:read"], member=member.id
    )

    listed = await management.keys(gateway_database)

    assert [(key.scopes, owner.name, owner.region) for key, owner in listed] == [
        (["scores:read"], "Қор", "75")
    ]
    with pytest.raises(ValueError, match="already"):
        await management.add_organisation(gateway_database, clock, "Қор")
    with pytest.raises(ValueError, match="no such scope"):
        await management.add_key(gateway_database, clock, organisation="Қор", scopes=["x"])
    with pytest.raises(management.UnknownError):
        await management.add_key(gateway_database, clock, organisation="nobody", scopes=[])


@pytest.mark.check("K5", tier=1, limit="throttled, valid keys not")
async def test_wrong_keys_of_one_network_are_throttled_and_its_valid_keys_are_not(
    house: House, database_url: str, valkey_url: str
) -> None:
    good = await house.new_key()
    async with (
        opened_house(house.database, database_url, valkey_url, failed_keys_per_minute=5) as one,
        opened_house(house.database, database_url, valkey_url, failed_keys_per_minute=5) as two,
    ):

        async def ask(key: str, door: House, host: str) -> httpx.Response:
            transport = httpx.ASGITransport(door.app, client=(host, 4711))
            async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
                return await client.get("/v1/indicators", headers=bearer(key))

        wrong = [
            await ask(key, door, f"192.0.2.{n}")
            for n, (key, door) in enumerate(
                [(make_key().text, one), (good[:-4] + "aaaa", two), ("nonsense", one)] * 3
            )
        ]
        valid = [await ask(good, door, "192.0.2.1") for door in (one, two, one)]
        elsewhere = await ask(make_key().text, one, "192.0.3.1")
        mapped = await ask(make_key().text, two, "::ffff:192.0.2.9")

    codes = [problem(answer) for answer in wrong]
    assert codes == [(401, "unauthenticated")] * 5 + [(429, "too_many_failures")] * 4
    assert 1 <= int(wrong[-1].headers["retry-after"]) <= 60
    assert [answer.status_code for answer in valid] == [200, 200, 200]
    assert problem(elsewhere) == (401, "unauthenticated")
    assert problem(mapped) == (429, "too_many_failures")
    assert good not in wrong[-1].text


async def test_who_shows_no_key_guesses_at_none(house: House) -> None:
    answers = [await house.client.get("/v1/indicators") for _ in range(40)]

    assert {problem(answer) for answer in answers} == {(401, "unauthenticated")}


@pytest.mark.check("K5", tier=1, limit="no address kept")
async def test_what_is_kept_of_guesses_names_no_address_and_is_soon_gone(
    house: House, valkey_url: str
) -> None:
    for n in range(50):
        transport = httpx.ASGITransport(house.app, client=(f"2001:db8:{n:x}::1", 4711))
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
            await client.get("/v1/indicators", headers=bearer("nonsense"))

    async with Redis.from_url(valkey_url) as client:
        keys = [key async for key in client.scan_iter("quota:guess:*")]
        lives = [await client.ttl(key) for key in keys]
    assert len(keys) == 50
    assert not any(b"2001" in key for key in keys)
    assert all(0 < seconds <= 61 for seconds in lives)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:22ff::1", "2001:db8:1:2200::/56"),
        ("::ffff:192.0.2.1", "192.0.2.0/24"),
        ("fe80::1%eth0", "fe80::/56"),
        ("testclient", "elsewhere"),
        ("", "elsewhere"),
        (None, "elsewhere"),
    ],
)
def test_the_network_of_an_address(host: str | None, network: str) -> None:
    assert network_of(host) == network


async def test_keys_from_before_there_was_a_public_read_as_partners_and_so_do_usual_ones(
    gateway_database: Database,
) -> None:
    grant = import_module("gateway.migrations.versions.0007_partners").GRANT
    clock = SystemClock()
    made = await management.add_organisation(gateway_database, clock, "Бұрынғы")
    for scopes in (["scores:read"], ["alerts:read"], [PARTNER, "scores:read"]):
        await management.add_key(gateway_database, clock, organisation=made.id, scopes=scopes)

    async with gateway_database.transaction() as connection:
        await connection.execute(grant)

    assert [key.scopes for key, _ in await management.keys(gateway_database)] == [
        ["scores:read", PARTNER],
        ["alerts:read"],
        [PARTNER, "scores:read"],
    ]
    assert PARTNER in USUAL
