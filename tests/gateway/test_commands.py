"""The gateway command, as an operator types it."""

import asyncio
import json
from typing import NamedTuple

import asyncpg
import pytest

from gateway.__main__ import main
from gateway.keys import parse_key
from shared.migrations import check


class Said(NamedTuple):
    status: object
    out: str
    err: str


class Terminal:
    """Types commands; each runs in a thread, for it starts an event loop of its own."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    async def type(self, *words: str) -> Said:
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main, words)
        out, err = self._capsys.readouterr()
        return Said(ended.value.code, out, err)


@pytest.fixture
def terminal(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Terminal:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("INTERNAL_KEY", "i" * 32)
    monkeypatch.setenv("CURSOR_KEY", "c" * 32)
    return Terminal(capsys)


async def test_an_operator_adds_an_organisation_a_member_and_a_key_and_revokes_it(
    terminal: Terminal,
) -> None:
    organisation = (await terminal.type("organisation", "add", "Қор")).out.strip()
    member = (await terminal.type("member", "add", "Айгүл", "--organisation", "Қор")).out.strip()
    made = await terminal.type(
        *("key", "add", "--organisation", organisation, "--member", member),
        *("--scopes", "scores:read,alerts:read", "--expires", "2030-01-31", "--json"),
    )
    key = json.loads(made.out)
    revoked = await terminal.type("key", "revoke", key["key"])
    again = await terminal.type("key", "revoke", key["id"])
    listed = (await terminal.type("key", "list")).out

    assert organisation.startswith("own_")
    assert parse_key(key["key"]) is not None
    assert (revoked.status, again.status) == (0, 1)
    assert "there is no valid key" in again.err
    line = listed.splitlines()[1]
    assert "scores:read,alerts:read" in line
    assert "2030-01-31" in line
    assert key["key"].rpartition("_")[2] not in listed


async def test_a_refusal_is_one_line_and_exit_status_1(terminal: Terminal) -> None:
    unknown = await terminal.type("key", "add", "--organisation", "nobody")
    nameless = await terminal.type("organisation", "add", " ")

    assert unknown == (1, "", "there is no organisation 'nobody'\n")
    assert nameless == (1, "", "an organisation has a name\n")


async def test_without_a_sub_command_the_command_lists_them(terminal: Terminal) -> None:
    said = await terminal.type()

    assert said.status == 2
    assert "organisation" in said.err


async def test_the_tables_are_those_that_are_declared(database_url: str) -> None:
    await asyncio.to_thread(check, database_url, "gateway")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--per-minute", "-4"), "a number from 1 to 1000000, not '-4'"),
        (("--per-minute", "0"), "a number from 1 to 1000000, not '0'"),
        (("--expires", "2020-01-01"), "2020-01-01 is over: the key would never be valid"),
        (("--expires", "xx"), "no day of the form 2027-01-31: 'xx'"),
    ],
)
async def test_a_key_that_could_never_be_used_is_not_made(
    terminal: Terminal, words: tuple[str, str], said: str
) -> None:
    await terminal.type("organisation", "add", "Қор")
    refused = await terminal.type("key", "add", "--organisation", "Қор", *words)

    assert refused.status == 2
    assert said in refused.err
    assert "Қор" not in (await terminal.type("key", "list")).out


async def test_a_signing_key_is_changed_by_two_operators_and_the_audit_tells_so(
    terminal: Terminal,
) -> None:
    await terminal.type("organisation", "add", "Qadaga", "--kind", "operator")
    first, second = [
        (
            await terminal.type(
                "member", "add", name, "--organisation", "Qadaga", "--role", "operator"
            )
        ).out.strip()
        for name in ("Айгүл", "Дана")
    ]
    stranger = (await terminal.type("member", "add", "a", "--organisation", "Qadaga")).out.strip()
    refused = await terminal.type("signing-key", "rotate", "--by", stranger)
    asked = (await terminal.type("signing-key", "rotate", "--by", first)).out.strip()
    alone = await terminal.type("approval", "approve", asked, "--by", first)
    nothing = (await terminal.type("signing-key", "list")).out.splitlines()
    done = await terminal.type("approval", "approve", asked, "--by", second)
    again = await terminal.type("approval", "reject", asked, "--by", second)
    nobody = await terminal.type("approval", "approve", asked, "--by", "mem_0")
    listed = (await terminal.type("approval", "list")).out.splitlines()

    assert refused == (1, "", "operators ask for this\n")
    assert alone.status == again.status == nobody.status == 1
    assert "Somebody who did not ask" in alone.err
    assert len(nothing) == 1
    assert done.status == 0
    assert len((await terminal.type("signing-key", "list")).out.splitlines()) == 2
    assert listed[1].split()[:2] == [asked, "rotate_signing_key"]
    assert listed[1].split()[-2:] == [first, second]


async def test_an_operator_verifies_the_audit_against_a_head_that_was_kept(
    terminal: Terminal, database_url: str
) -> None:
    await terminal.type("organisation", "add", "Қор")
    kept = (await terminal.type("audit", "verify")).out.strip()
    await terminal.type("member", "add", "a", "--organisation", "Қор")
    whole = await terminal.type("audit", "verify", "--head", kept, "--json")
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_is_appended")
        await connection.execute("UPDATE audit_entry SET actor = 'somebody' WHERE seq = 1")
    finally:
        await connection.close()
    changed = await terminal.type("audit", "verify")
    nonsense = await terminal.type("audit", "verify", "--head", "x")

    assert kept.startswith("1:")
    assert (whole.status, json.loads(whole.out)["seq"]) == (0, 2)
    assert changed == (1, "", "entry 1 was changed, or what stands before it was\n")
    assert nonsense.status == 2


async def test_a_client_and_a_key_bound_to_networks_are_made_by_command(terminal: Terminal) -> None:
    await terminal.type(
        "organisation", "add", "Орган", "--kind", "authority", "--tier", "authority"
    )
    words = ("key", "add", "--organisation", "Орган", "--scopes", "alerts:read")
    client = await terminal.type(*words, "--client", "--networks", "192.0.2.0/24,2001:db8::/32")
    wrong = await terminal.type(*words, "--networks", "192.0.2.1/24")
    role = await terminal.type("member", "add", "a", "--organisation", "Орган", "--role", "editor")
    listed = (await terminal.type("key", "list")).out

    assert client.out.startswith("qdg_client_")
    assert wrong == (1, "", "cannot be read\n")
    assert role.status == 1
    assert "officer" in role.err
    assert "client" in listed.splitlines()[1]
