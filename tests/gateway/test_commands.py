"""The gateway command, as an operator types it."""

import asyncio
import json
from typing import NamedTuple

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
