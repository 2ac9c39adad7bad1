"""The proxy in front: gateways are replaced one after the other and no request fails."""

import asyncio
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from deploy.local.place import ROOT
from deploy.servers import free_port
from gateway.keys import SCOPES
from tests.gateway.builders import process, release
from tests.gateway.house import House
from tests.support.certificates import certified

PROXY = shutil.which("haproxy")
SERVERS = "    server-template gateway- 1-8 gateway-api:8000 resolvers names init-addr none\n"
"""The one line of the configuration that a test without a resolver of names replaces."""

PUBLIC = '    bind "${FRONT-:8000}"\n'
"""The line behind which a test has it listen once more, with a certificate."""

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.extra,
    pytest.mark.skipif(PROXY is None, reason="there is no haproxy on this machine"),
]


def ready(port: int) -> bool:
    with suppress(urllib.error.URLError, OSError):
        address = f"http://127.0.0.1:{port}/readyz"
        with urllib.request.urlopen(address, timeout=1) as answer:
            return bool(answer.status == 200)
    return False


@contextmanager
def running(
    command: list[str], port: int, env: dict[str, str]
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program until it answers on a port, and end it afterwards."""
    started = subprocess.Popen(command, env=os.environ | env)
    try:
        until = time.monotonic() + 30
        while not ready(port):
            assert started.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield started
    finally:
        started.kill()
        started.wait()


class Front:
    """The proxy, and two gateways that can be replaced."""

    def __init__(self, house: House, folder: Path, valkey_url: str) -> None:
        self.port = free_port()
        self._ports = [free_port(), free_port()]
        self._env = {
            "DATABASE_URL": house.settings.database_url,
            "REDIS_URL": valkey_url,
            "INTERNAL_KEY": "i" * 32,
            "CURSOR_KEY": "c" * 32,
            "LOG_LEVEL": "WARNING",
            "DRAIN_SECONDS": "3",
        }
        self._config = folder / "haproxy.cfg"
        lines = "".join(f"    server gateway-{port} 127.0.0.1:{port}\n" for port in self._ports)
        text = (ROOT / "deploy/front/haproxy.cfg").read_text()
        assert SERVERS in text
        self._config.write_text(text.replace(SERVERS, lines))

    def gateway(self, place: int) -> AbstractContextManager[subprocess.Popen[bytes]]:
        port = self._ports[place]
        command = [str(Path(sys.executable).parent / "gateway"), "serve"]
        return running(command, port, self._env | {"PORT": str(port)})

    def proxy(self) -> AbstractContextManager[subprocess.Popen[bytes]]:
        """Start it as its image does: the first process watches the one that works."""
        env = {"FRONT": f"127.0.0.1:{self.port}", "HEADER_TIMEOUT": "1s"}
        command = [str(PROXY), "-W", "-db", "-f", str(self._config)]
        return running(command, self.port, env)

    def certify(self, certificate: Path) -> int:
        """Let it speak TLS too, as its configuration says how; returns the port."""
        port, text = free_port(), self._config.read_text()
        assert PUBLIC in text
        secured = f"    bind 127.0.0.1:{port} ssl crt {certificate} alpn h2,http/1.1\n"
        self._config.write_text(text.replace(PUBLIC, PUBLIC + secured))
        return port


@pytest.fixture
def front(house: House, tmp_path: Path, valkey_url: str) -> Front:
    return Front(house, tmp_path, valkey_url)


@pytest.mark.check("F19", tier=2, limit="0 failed")
async def test_a_rolling_restart_under_load_fails_no_request(house: House, front: Front) -> None:
    await house.fill("releases", release("o-1"))
    house.key = await house.new_key(tuple(SCOPES), per_minute=10**6)
    answered: Counter[int | str] = Counter()
    going = True

    async def ask(client: httpx.AsyncClient, number: int) -> None:
        while going:
            try:
                if number % 2:
                    answer = await client.get(f"/v1/processes/{process('o-1')}")
                else:
                    body = {"ids": [process("o-1")]}
                    answer = await client.post("/v1/scores:lookup", json=body)
                answered[answer.status_code] += 1
            except httpx.HTTPError as fault:
                answered[type(fault).__name__] += 1

    headers = {"Authorization": f"Bearer {house.key}"}
    with ExitStack() as stack:
        old = [stack.enter_context(front.gateway(place)) for place in (0, 1)]
        stack.enter_context(front.proxy())
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{front.port}", headers=headers, timeout=30
        ) as client:
            asking = [asyncio.create_task(ask(client, number)) for number in range(6)]
            for place in (0, 1):
                old[place].send_signal(signal.SIGTERM)
                await asyncio.to_thread(old[place].wait, 20)
                renewed = front.gateway(place)
                stack.push(renewed)
                await asyncio.to_thread(renewed.__enter__)
                await asyncio.sleep(2)
            going = False
            await asyncio.gather(*asking)

    assert answered.keys() == {200}
    assert answered[200] > 200


@pytest.mark.check("H8", tier=2, limit="let go")
async def test_a_sender_who_dawdles_is_let_go_and_metrics_stay_inside(front: Front) -> None:
    with front.gateway(0), front.proxy():
        reader, writer = await asyncio.open_connection("127.0.0.1", front.port)
        writer.write(b"GET /v1/processes HTTP/1.1\r\nHost: q\r\nX-Slow: ")
        began = time.monotonic()
        told = await asyncio.wait_for(reader.read(), 10)
        spent = time.monotonic() - began
        writer.close()
        await writer.wait_closed()
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{front.port}") as client:
            metrics = await client.get("/metrics")
            page = await client.get("/")

    assert told.startswith(b"HTTP/1.1 408")
    assert spent < 5
    assert metrics.status_code == 404
    assert page.status_code == 200


async def test_a_renewed_certificate_is_shown_once_it_is_read_anew_and_no_request_fails(
    front: Front, tmp_path: Path
) -> None:
    shown = certified(tmp_path, "127.0.0.1", days=20)
    trusted = ssl.create_default_context(cafile=shown)
    port = front.certify(shown)
    answered: Counter[int | str] = Counter()
    going = True

    async def ask() -> None:
        while going:
            try:
                async with httpx.AsyncClient(verify=trusted, timeout=30) as client:
                    answer = await client.get(f"https://127.0.0.1:{port}/")
                answered[answer.status_code] += 1
            except httpx.HTTPError as fault:
                answered[type(fault).__name__] += 1

    with front.gateway(0), front.proxy() as proxy:
        before = ssl.get_server_certificate(("127.0.0.1", port))
        asking = [asyncio.create_task(ask()) for _ in range(3)]
        await asyncio.sleep(1)
        renewed = certified(tmp_path, "127.0.0.1", days=110).read_text()
        trusted.load_verify_locations(shown)
        kept = ssl.get_server_certificate(("127.0.0.1", port))
        proxy.send_signal(signal.SIGUSR2)
        after = await _another(port, before)
        await asyncio.sleep(1)
        going = False
        await asyncio.gather(*asking)

    assert kept == before
    assert renewed.startswith(after)
    assert answered.keys() == {200}
    assert answered[200] > 20


async def _another(port: int, before: str) -> str:
    """Wait for another certificate than the one before."""
    until = time.monotonic() + 20
    while (shown := ssl.get_server_certificate(("127.0.0.1", port))) == before:
        assert time.monotonic() < until
        await asyncio.sleep(0.1)
    return shown
