"""A gateway that the clients call over a line with faults."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from deploy.servers import free_port
from gateway.exports.making import Exporter
from shared.clock import SystemClock
from tests.gateway.builders import alert, indicator, line, process, release, score, source
from tests.gateway.house import House, opened_house
from tests.gateway.office import Office, opened_office
from tests.support.postgres import SERVICES, Cluster, opened

ONE = process("o-1")
OPENED: list[Any] = []
"""Clients that a test must close."""


@dataclass
class Asked:
    """A request as it came, and the status that it got."""

    verb: str
    path: str
    key: str | None
    match: str | None
    status: int = 0


@dataclass
class Line:
    """The gateway behind a line whose next answers are spoilt as `faults` says.

    A fault is a status, which is answered in the gateway's place, or a word. `cut`: the gateway
    does what it is asked, and its answer is lost; `part`: half of it is; `whole`: whichever part of
    a file is asked for, all of it is sent. `pause` is what a status asks to wait, in seconds.
    """

    app: ASGIApp
    faults: list[int | str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    pause: bytes = b"7"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/line":
            await self._ordered(receive, send)
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        key, match = headers.get("idempotency-key"), headers.get("if-match")
        asked = Asked(scope["method"], scope["path"], key, match)
        self.asked.append(asked)

        async def told(message: Message) -> None:
            asked.status = message.get("status", asked.status)
            if fault == "part" and (body := message.get("body")):
                message = {**message, "body": body[: len(body) // 2], "more_body": False}
                lost.append(True)
                await send(message)
            elif fault != "cut" and not lost:
                await send(message)

        lost: list[bool] = []
        fault = self.faults.pop(0) if self.faults else None
        if fault == "whole":
            scope["headers"] = [each for each in scope["headers"] if each[0] != b"range"]
        if isinstance(fault, int):
            asked.status = fault
            await _answered(send, fault, [(b"retry-after", self.pause), (b"content-length", b"0")])
            return
        await self.app(scope, receive, told)
        if fault == "cut":
            await _answered(send, 200, [(b"content-length", b"9")])

    async def _ordered(self, receive: Receive, send: Send) -> None:
        """Take the next faults from who asks, and tell what was asked up to now."""
        self.faults[:] = json.loads((await receive())["body"])
        told = json.dumps([asdict(each) for each in self.asked]).encode()
        self.asked.clear()
        await _answered(send, 200, [(b"content-length", b"%d" % len(told))], told)


async def _answered(
    send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b""
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@dataclass
class Site:
    """A running gateway with something in it, its address, and an organisation with people."""

    house: House
    office: Office
    line: Line
    url: str


@asynccontextmanager
async def _served(app: ASGIApp) -> AsyncIterator[str]:
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_config=None))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture(scope="module")
async def site(cluster: Cluster, valkey_server_url: str) -> AsyncIterator[Site]:
    """Five purchases, two in danger, one of them with an alert."""
    async with (
        cluster.copy("gateway", SERVICES["gateway"]) as name,
        opened(cluster.url("gateway", name)) as database,
        opened_house(
            database,
            cluster.url("gateway", name),
            valkey_server_url,
            webhook_networks="127.0.0.0/8",
        ) as house,
    ):
        await house.fill("sources", source())
        await house.fill("catalogue", indicator("R018"))
        await house.fill("releases", *(release(f"o-{each}") for each in range(1, 6)))
        lines = (line("R018"), line("R024"))
        two = score(process("o-2"), expected=60.0, band="high", lines=lines)
        await house.fill("scores", score(ONE, expected=55.0, band="high", lines=lines), two)
        await house.fill("alerts", alert(1, ONE))
        line_ = Line(house.app)
        async with _served(line_) as url:
            yield Site(house, await opened_office(house), line_, url)


async def export(site: Site) -> dict[str, Any]:
    """A file that was asked for and made, and what stands in it."""
    office = site.office
    made = await office.made("app", "/v1/exports", {"what": "processes", "format": "ndjson"})
    assert await Exporter(site.house.database, SystemClock()).step() == 1
    path = f"/v1/exports/{made['id']}/files/processes.ndjson"
    answer = await office.house.client.get(
        path, headers={"Authorization": f"Bearer {office.keys['app']}"}
    )
    digest = hashlib.sha256(answer.content).hexdigest()
    name = path.rpartition("/")[2]
    return {"id": made["id"], "name": name, "sha256": digest, "text": answer.text}


def client_of(site: Site, key: str = "", **more: Any) -> Any:
    """A client with the house's key; it notes how long it would have slept."""
    from qadaga_client.client import Client  # noqa: PLC0415

    slept: list[float] = []
    client = Client(site.url, key or site.house.key, sleep=slept.append, **more)
    client.slept = slept
    OPENED.append(client)
    return client
