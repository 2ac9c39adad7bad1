"""One delivery on the wire: to the checked address, under its name, with little read."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest

from gateway.push import transport
from gateway.push.guard import Guard
from gateway.push.schedule import Reply
from gateway.push.transport import post
from tests.gateway.receiver import Receiver, opened_receiver
from tests.support.certificates import certified

NAME = "hooks.example.org"
NEAR = [ip_network("127.0.0.0/8")]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with opened_receiver() as receiver:
        yield receiver


async def here(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


@pytest.mark.check("W6", tier=1, limit="the checked address only")
async def test_the_name_is_asked_for_and_certified_at_the_address_that_was_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certified(tmp_path, NAME)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    names: list[str | None] = []
    context.sni_callback = lambda _, name, __: names.append(name)
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    guard = Guard(nearby=NEAR, resolve=here)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    transport._trust.cache_clear()
    try:
        told = await post(guard, f"https://{NAME}:{port}/a?b", {}, b"{}")
        other = await post(guard, f"https://other.example.org:{port}/", {}, b"{}")
    finally:
        transport._trust.cache_clear()
        server.close()

    assert told == Reply(204)
    assert names[0] == NAME
    assert (receiver.got[0].headers["host"], receiver.got[0].path) == (f"{NAME}:{port}", "/a?b")
    assert other.status is None
    assert str(other.fault).startswith("TLS")
    assert len(receiver.got) == 1


@pytest.mark.check("W2", tier=1, limit="1 kB kept")
async def test_of_an_endless_answer_one_kilobyte_is_kept_and_little_more_read(
    receiver: Receiver,
) -> None:
    receiver.answer = lambda _: (200, {"Content-Length": str(10**9)}, b"x" * 10**7)

    reply = await post(Guard(nearby=NEAR), receiver.url, {}, b"{}", within=10)

    assert (reply.status, reply.body) == (200, b"x" * 1024)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        (200, {"Content-Length": "5"}, b"x"),
    ],
)
@pytest.mark.check("W2", tier=1, limit="its time-out")
async def test_an_answer_that_does_not_end_in_time_is_none(
    receiver: Receiver, answer: None
) -> None:
    receiver.answer = lambda _: answer

    reply = await post(Guard(nearby=NEAR), receiver.url, {}, b"{}", within=0.5)

    assert reply.status is None


async def test_what_is_no_http_and_who_is_not_there_are_faults_not_crashes() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x00\xffnonsense\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    url = f"http://127.0.0.1:{port}/"
    replies = [await post(Guard(nearby=NEAR), url, {}, b"{}")]
    server.close()
    await server.wait_closed()
    replies.append(await post(Guard(nearby=NEAR), url, {}, b"{}"))

    assert [reply.status for reply in replies] == [None, None]
    assert all(reply.fault for reply in replies)


async def test_of_what_comes_before_an_answer_no_more_is_read_than_of_an_answer() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"{}")
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" * 10_000)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(endless, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        reply = await post(Guard(nearby=NEAR), url, {}, b"{}", within=10)

    assert reply == Reply(None, "EOFError: no answer in the first 64 kB")


async def test_a_name_whose_servers_say_nothing_is_waited_for_briefly(receiver: Receiver) -> None:
    async def nothing(host: str, port: int) -> Sequence[str]:
        await asyncio.Event().wait()
        return []

    guard = Guard(resolve=nothing, resolve_within=0.05)

    reply = await post(guard, f"https://{NAME}/", {}, b"{}", within=10)

    assert reply == Reply(None, "OSError: the name is not resolved in time")
    assert (await guard.check(f"https://{NAME}/")).host == NAME


async def test_proxies_of_the_environment_are_not_asked(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    assert (await post(Guard(nearby=NEAR), receiver.url, {}, b"{}")).status == 204
