"""What somebody does about a tip while its process dies: done or not done, never between."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from typing import Any, Final

import asyncpg
import httpx

from deploy.sdk.python.qadaga_client import tips
from shared.database import plain_url
from tests.cases.vault.people import LOT, SECRET, Vault

Act = Callable[[], Awaitable[httpx.Response]]


async def test_a_tip_whose_taking_is_killed_is_not_there_and_is_taken_once_when_it_comes_again(
    vault: Vault,
) -> None:
    asel = vault.recipients["asel"]
    channels = await vault.channels()
    told = {"text": SECRET, "objects": [LOT]}
    _, body = tips.seal_tip(channels, told, ["own_a"])
    once = base64.b64encode(b"7" * 16).decode()
    plain = {
        "once": once,
        "text": SECRET,
        "objects": [LOT],
        "organisations": ["own_a"],
        "channel": "messenger",
    }

    def worked() -> dict[str, Any]:
        """The tip in the clear, with work of its own each time: what was spent is spent."""
        return {**plain, "work": tips.work(channels, b"7" * 16)}

    ways: tuple[tuple[str, Callable[[], Any], tuple[str, ...]], ...] = (
        ("", lambda: body, ("seal", "notice")),
        (":plain", worked, ("seal",)),
    )
    for path, made, tables in ways:
        before = await kept(vault)
        for table in tables:

            async def act(path: str = path, sent: Any = made()) -> httpx.Response:  # noqa: B008
                return await vault.ask("POST", path, sent)

            assert (await killed(vault, table, act)).status_code >= 500
            assert without_work(await kept(vault)) == without_work(before)
        sent = made()
        answers = [await vault.ask("POST", path, sent) for _ in range(2)]
        assert [each.status_code for each in answers] == [201, 201]
        assert answers[0].json() == answers[1].json()
    found = await vault.inbox(asel)
    assert len(found) == 2
    for tip in found:
        [piece] = await vault.pieces(asel, tip["id"])
        assert asel.opens(piece) == told


async def test_a_reply_and_an_adoption_that_are_killed_have_not_been_made_and_are_made_once(
    vault: Vault,
) -> None:
    asel = vault.recipients["asel"]
    receipt, sealed = await vault.send()
    token, _ = await vault.session(receipt)
    [tip] = await vault.inbox(asel)
    path = f"/inbox/tips/{tip['id']}"
    readers = {key["id"]: key["public_key"] for key in tip["recipients"]}
    readers["tip"] = tip["public_key"]
    answer = tips.seal(await vault.channels(), {"text": "Қай көше?"}, readers)
    triaged = (await vault.move(asel, tip, "triage")).json()
    summary = {"summary": "Жол толық салынбаған."}
    ready = (await vault.office.post(f"{path}:release-summary", summary, asel.who)).json()
    assert ready["revision"] == triaged["revision"] + 1

    async def reply() -> httpx.Response:
        return await vault.office.post(f"{path}/messages", answer, asel.who, key="reply")

    async def adopt() -> httpx.Response:
        asked, seen = {"move": "adopt"}, ready["revision"]
        return await vault.office.post(
            f"{path}/transitions", asked, asel.who, seen=seen, key="adopt"
        )

    async def write() -> httpx.Response:
        return await say(vault, token, sealed, b"9" * 16)

    # Each dies before the last of what it writes: the seals, the move, the notice, its answer.
    for act, table in (
        (reply, "seal"),
        (reply, "idempotency"),
        (adopt, "move"),
        (adopt, "idempotency"),
        (write, "notice"),
    ):
        before = await kept(vault)
        assert (await killed(vault, table, act)).status_code >= 500, table
        assert await kept(vault) == before, table
    for act, status in ((reply, 201), (adopt, 200), (write, 201)):
        done = [await act() for _ in range(2)]
        assert [each.status_code for each in done] == [status, status]
        assert done[0].json() == done[1].json()
    after = await kept(vault)
    pieces = await vault.pieces(asel, tip["id"])
    assert [each["kind"] for each in pieces] == ["tip", "message", "message"]
    assert asel.opens(pieces[1]) == {"text": "Қай көше?"}
    assert [row[1:] for row in after["tips"]] == [["adopted", ready["revision"] + 1, "own_a"]]
    assert after["moves"] == 3


async def say(vault: Vault, token: str, sealed: dict[str, Any], once: bytes) -> httpx.Response:
    """Have the sender of a tip write again."""
    own = (await vault.ask("GET", "/me", token=token)).json()
    readers = {key["id"]: key["public_key"] for key in own["recipients"]}
    readers["tip"] = sealed["public_key"]
    said = tips.seal(await vault.channels(), {"text": SECRET}, readers)
    body = {"once": base64.b64encode(once).decode(), "sealed": said}
    return await vault.ask("POST", "/me/messages", body, token)


async def killed(vault: Vault, table: str, act: Act) -> httpx.Response:
    """Act, and end the process of the database that acts when it comes to write to a table."""
    outside = await asyncpg.connect(plain_url(vault.office.settings.vault_database_url))
    try:
        async with outside.transaction():
            await outside.execute(f"LOCK TABLE cases_vault.{table} IN EXCLUSIVE MODE")
            acting = asyncio.ensure_future(act())
            async with asyncio.timeout(30):
                while (pid := await outside.fetchval(_WAITING, table)) is None:
                    assert not acting.done(), f"nothing was written to {table}"
                    await asyncio.sleep(0.01)
            assert await outside.fetchval("SELECT pg_terminate_backend($1)", pid)
            return await acting
    finally:
        await outside.close()


async def kept(vault: Vault) -> dict[str, Any]:
    """All that the vault holds of tips."""
    async with vault.office.app.state.desk.vault.connection() as connection:
        counts = await connection.fetchrow(_COUNTS)
        tips_there = await connection.fetch(_TIPS)
    return {**counts, "tips": [list(row) for row in tips_there]}


def without_work(found: dict[str, Any]) -> dict[str, Any]:
    """What there is beside the work that was spent: a tip in the clear spends it before all."""
    return {name: value for name, value in found.items() if name != "spent"}


_WAITING: Final = """
    SELECT pid FROM pg_locks
    WHERE NOT granted AND relation = ('cases_vault.' || $1)::regclass LIMIT 1
"""
_COUNTS: Final = """
    SELECT (SELECT count(*) FROM piece) AS pieces, (SELECT count(*) FROM seal) AS seals,
           (SELECT count(*) FROM move) AS moves, (SELECT count(*) FROM notice) AS notices,
           (SELECT count(*) FROM excluded) AS excluded, (SELECT count(*) FROM spent) AS spent,
           (SELECT count(*) FROM idempotency) AS answers
"""
_TIPS: Final = "SELECT id, status, revision, adopted_by FROM tip ORDER BY id"
