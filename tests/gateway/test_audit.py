"""What was done is written down so that nobody, we included, takes it back without a trace."""

import asyncio
import hashlib
import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import jwt
import pytest

from gateway.audit.chain import Actor, Audit, Break, Head
from gateway.audit.daily import Daily
from gateway.audit.merkle import Tree
from gateway.who.doing import acting
from gateway.who.sealing import derive
from shared.clock import SystemClock
from tests.gateway.builders import BUYER_BIN, process, score
from tests.gateway.house import House, problem
from tests.gateway.office import opened_office

SEED = 20260302
SOMEBODY = Actor("own_1", "mem_1", "key1")


class Clock(SystemClock):
    """A clock that is some days ahead."""

    def __init__(self, days: int) -> None:
        self._ahead = timedelta(days=days)

    def now(self) -> Any:
        return super().now() + self._ahead


async def written(house: House, count: int) -> Head:
    """Write entries, and return the head then."""
    async with acting(house.database, SystemClock(), house.state.audit, SOMEBODY) as do:
        for number in range(count):
            do.note("thing.done", f"thing{number}", number=number, text="қ\u2028\r\n\x1b[31m")
    head = await verified(house)
    assert isinstance(head, Head)
    return head


async def verified(house: House, known: Head | None = None) -> Any:
    async with house.database.connection() as connection:
        return await house.state.audit.verify(connection, known=known)


async def tampered(house: House, *statements: str) -> Any:
    """Do what only the owner of the table can do, check, and undo it."""
    async with house.database.connection() as connection:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_is_appended")
            for statement in statements:
                await connection.execute(statement)
            return await house.state.audit.verify(connection)
        finally:
            await transaction.rollback()


@pytest.mark.check("L1", tier=1, limit="122 of 122 at their place")
async def test_every_change_of_the_log_is_found_at_its_place(house: House) -> None:
    head = await written(house, 120)
    chosen = random.Random(SEED)
    fields = {
        "actor": "'mem_2'",
        "object": "'other'",
        "details": "'{}'",
        "at": "at + interval '1 microsecond'",
        "organisation_id": "NULL",
        "credential": "NULL",
        "act": "'x'",
        "request_id": "'x'",
        "mac": "decode(repeat('00', 32), 'hex')",
    }

    assert head.seq == 120
    for _ in range(40):
        at = chosen.randrange(1, 120)
        field, value = chosen.choice([*fields.items()])
        edited = f"UPDATE audit_entry SET {field} = {value} WHERE seq = {at}"
        deleted = f"DELETE FROM audit_entry WHERE seq = {at}"
        swap = (
            f"UPDATE audit_entry SET seq = -1 WHERE seq = {at}",
            f"UPDATE audit_entry SET seq = {at} WHERE seq = {at + 1}",
            f"UPDATE audit_entry SET seq = {at + 1} WHERE seq = -1",
        )
        for statements in ((edited,), (deleted,), swap):
            found = await tampered(house, *statements)
            assert isinstance(found, Break), statements
            assert found.seq == at, statements
    slipped_in = await tampered(
        house,
        "INSERT INTO audit_entry SELECT 121, at, organisation_id, actor, credential, act, object,"
        " details, request_id, mac FROM audit_entry WHERE seq = 120",
    )
    cut = await tampered(house, "DELETE FROM audit_entry WHERE seq > 100")
    assert isinstance(slipped_in, Break)
    assert slipped_in.seq == 121
    assert cut == Break(101, "was cut off, with all that followed")
    assert await verified(house) == head


@pytest.mark.check("L1", tier=1, limit="found by the head")
async def test_a_log_written_anew_is_found_by_a_head_that_was_published(house: House) -> None:
    published = await written(house, 10)
    async with house.database.transaction() as connection:
        await connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_is_appended")
        await connection.execute("DELETE FROM audit_entry WHERE seq > 5")
        mac = await connection.fetchval("SELECT mac FROM audit_entry WHERE seq = 5")
        await connection.execute("UPDATE audit_head SET seq = 5, mac = $1", mac)
    short = await verified(house)
    assert short == Head(5, mac)  # whole in itself: only what was published tells
    assert isinstance(await verified(house, published), Break)

    await written(house, 7)
    again = await verified(house, published)
    stranger = Audit(derive(b"x" * 32, "audit"))
    async with house.database.connection() as connection:
        by_another_key = await stranger.verify(connection)
    assert again == Break(10, "is not what was published")
    assert isinstance(by_another_key, Break)
    assert by_another_key.seq == 1


@pytest.mark.check("L3", tier=1, limit="50 in a row")
@pytest.mark.check("L4", tier=1, limit="denied")
async def test_the_log_is_only_ever_appended_to_and_has_no_fork(house: House) -> None:
    for statement in (
        "UPDATE audit_entry SET actor = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with house.database.transaction() as connection:
                await connection.execute(statement)

    await asyncio.gather(*(_one(house, number) for number in range(50)))
    head = await verified(house)
    assert isinstance(head, Head)
    assert head.seq == 50


async def _one(house: House, number: int) -> None:
    async with acting(house.database, SystemClock(), house.state.audit, SOMEBODY) as do:
        do.note("thing.done", str(number))


@pytest.mark.check("L2", tier=1, limit="refused; reads go on")
async def test_what_cannot_be_written_down_is_not_done_and_reads_of_data_go_on(
    house: House,
) -> None:
    office = await opened_office(house)
    async with house.database.transaction() as connection:
        await connection.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END $$"
        )
        await connection.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON audit_entry"
            " FOR EACH STATEMENT EXECUTE FUNCTION full_disk()"
        )
    body = {"name": "a", "scopes": ["scores:read"]}
    refused = [
        await house.client.request(
            method,
            path,
            headers={
                "Authorization": f"Bearer {office.keys['first']}",
                "Idempotency-Key": "k",
                "If-Match": "*",
            },
            **more,
        )
        for method, path, more in (
            ("POST", "/v1/keys", {"json": body}),
            ("PATCH", "/v1/organisation", {"json": {"name": "b"}}),
            ("GET", "/v1/members", {}),
            ("GET", "/v1/audit", {}),
        )
    ]
    reads = (await house.get("/v1/processes")).status_code
    async with house.database.connection() as connection:
        keys = await connection.fetchval("SELECT count(*) FROM api_key WHERE name = 'a'")
        kept = await connection.fetchval("SELECT count(*) FROM idempotency")

    assert {problem(answer) for answer in refused} == {(503, "dependency_down")}
    assert (reads, keys, kept) == (200, 0, 0)


async def test_admins_read_what_was_done_in_their_organisation_and_no_more(house: House) -> None:
    office, other = await opened_office(house), await opened_office(house, "Басқа")
    await other.made("first", "/v1/keys", {"name": "a", "scopes": ["alerts:read"]})
    made = await office.made("first", "/v1/keys", {"name": "a", "scopes": ["scores:read"]})
    await office.ask("second", "GET", "/v1/members")
    await office.made(
        "first", "/v1/verifications", {"speaks_for": f"bin:{BUYER_BIN}", "document": "Order 12"}
    )
    page = (await office.ask("second", "GET", "/v1/audit")).json()
    first = (await office.ask("second", "GET", "/v1/audit?limit=1&act=key.added")).json()
    reader = await office.ask("reader", "GET", "/v1/audit")
    acts = [(one["act"], one["actor"], one["object"]) for one in page["data"]]

    assert acts[0][:2] == ("approval.asked", office.members["first"])
    assert acts[1:] == [
        ("members.read", office.members["second"], office.id),
        ("key.added", office.members["first"], made["id"]),
    ]
    assert page["data"][2]["credential"] == office.keys["first"].split("_")[2]
    assert page["data"][2]["request_id"]
    assert [one["act"] for one in first["data"]] == ["key.added"]
    assert BUYER_BIN not in str(page)
    assert problem(reader) == (403, "scope_missing")
    assert isinstance(await verified(house), Head)
    again = (await office.ask("first", "GET", "/v1/audit")).json()["data"]
    assert [one["act"] for one in again[:2]] == ["audit.read", "audit.read"]


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root as RFC 9162, 2.1.1 defines it: independently of how we count it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    parts = root_of(leaves[:half]) + root_of(leaves[half:])
    return hashlib.sha256(b"\x01" + parts).digest()


@pytest.mark.check("L5", tier=1, limit="as RFC 9162")
def test_the_root_is_that_of_the_standard_for_every_number_of_leaves() -> None:
    for count in range(70):
        tree = Tree()
        leaves = [b"leaf %d" % number for number in range(count)]
        for leaf in leaves:
            tree.add(leaf)
        assert tree.root() == root_of(leaves), count


@pytest.mark.check("L5", tier=1, limit="missed")
async def test_a_flag_that_is_removed_is_missed_by_whoever_keeps_the_checkpoints(
    house: House,
) -> None:
    await house.fill("scores", *(score(process(f"o-{n}"), expected=float(n)) for n in range(5)))
    office = await opened_office(house)
    await office.made("first", "/v1/keys", {"name": "a", "scopes": ["scores:read"]})
    for day in (0, 0, 1):  # a second look on the same day makes nothing
        await Daily(house.settings, house.database, Clock(day)).look()
        async with house.database.transaction() as connection:
            await connection.execute(
                "DELETE FROM score WHERE subject_id = $1 AND $2", process("o-3"), day == 0
            )
    newest, oldest = (await office.ask("app", "GET", "/v1/transparency/checkpoints")).json()["data"]
    one = (await office.ask("app", "GET", f"/v1/transparency/checkpoints/{newest['day']}")).json()
    lists = []
    for point in (oldest, newest):
        answer = await house.get(point["list"])
        assert answer.headers["content-type"].startswith("text/plain")
        lists.append(answer.content.splitlines())
    head = await verified(house)
    published = (await house.client.get("/.well-known/jwks.json")).json()["keys"]

    assert one == newest
    for point, lines in zip((oldest, newest), lists, strict=True):
        signed = jwt.decode(
            point["signed"],
            jwt.PyJWK(point["key"]),
            algorithms=["EdDSA"],
            issuer=house.settings.public_url,
        )
        assert jwt.get_unverified_header(point["signed"])["typ"] == "checkpoint+jws"
        assert point["key"] in published
        assert (
            signed["scores"]
            == point["scores"]
            == {
                "count": len(lines),
                "root": root_of(lines).hex(),
            }
        )
        assert signed["audit"] == point["audit"]
    assert oldest["before"] is None
    assert newest["before"] == hashlib.sha256(oldest["signed"].encode()).hexdigest()
    assert Head(oldest["audit"]["seq"], bytes.fromhex(oldest["audit"]["mac"])) == head
    assert [line.split()[0].decode() for line in lists[0] if line not in lists[1]] == [
        f"process/{process('o-3')}"
    ]
    served = (await house.get(f"/v1/scores/process/{process('o-1')}")).content
    assert any(hashlib.sha256(served).hexdigest().encode() in line for line in lists[1])
    passes_for_a_token = await house.client.get(
        "/v1/me", headers={"Authorization": f"Bearer {newest['signed']}"}
    )
    assert problem(passes_for_a_token) == (401, "unauthenticated")
    gone = await office.ask("app", "GET", "/v1/transparency/checkpoints/2020-01-01")
    assert problem(gone) == (404, "not_found")


async def test_lists_are_kept_for_a_week_and_checkpoints_for_good(house: House) -> None:
    for day in (0, 3, 9):
        await Daily(house.settings, house.database, Clock(day)).look()
    points = (await house.get("/v1/transparency/checkpoints")).json()["data"]
    pages = (await house.get("/v1/transparency/checkpoints?limit=2")).json()
    rest = (
        await house.get(
            f"/v1/transparency/checkpoints?limit=2&cursor={pages['page']['next_cursor']}"
        )
    ).json()

    assert [point["scores"]["count"] for point in points] == [0, 0, 0]
    assert pages["data"] + rest["data"] == points
