"""The portal as an ASGI application: who may ask, what is answered, and what goes wrong on demand.

Answers are made one at a time, from memory; only waiting and sending happen side by side.
"""

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qsl

import msgspec

from deploy.sandbox.server import carry, control, graphql, listed, rest
from deploy.sandbox.server.access import Access
from deploy.sandbox.server.carry import Reply, Send, refusal, reply
from deploy.sandbox.server.faults import CARRYING, SPOILING, Fault, Troubles, of_kind
from deploy.sandbox.server.graphql import Question, unpinned
from deploy.sandbox.server.interrupt import interrupted
from deploy.sandbox.server.listed import Lists
from deploy.sandbox.server.lists import Asked, Missing
from deploy.sandbox.server.pace import Pace, ours
from deploy.sandbox.server.portal import Portal
from deploy.sandbox.server.spoil import gone, spoil
from deploy.sandbox.server.usage import Usage, records_in
from deploy.sandbox.world import World

LARGEST_BODY: Final = 1024 * 1024
GRAPHQL, FILES = "/v3/graphql", "/download/"
FILE: Final = b"%PDF-1.4\n% A document that the sandbox invented.\n%%EOF\n"
NO_PAGE: Final = "Страница не найдена."

GROUPS: Final[Mapping[str, str]] = {
    "subject": "Subjects",
    "rnu": "Rnu",
    "plans": "Plans",
    "trd-buy": "TrdBuy",
    "trd-app": "TrdApp",
    "lots": "Lots",
    "contract": "Contract",
    "acts": "Acts",
    "treasury-pay": "TreasuryPay",
    "journal": "Journal",
}
"""The root behind a group of REST addresses."""

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Request(NamedTuple):
    """A request to the portal; GraphQL is read already, for faults are known by its roots."""

    method: str
    asked: Asked
    authorization: bytes
    question: Question | None

    @property
    def roots(self) -> list[str]:
        """The roots it asks for."""
        return self.question.roots if self.question else [root_of(self.asked.path)]


class Server:
    """The application. `now` is our own clock, from which the world's follows by its pace."""

    portal: Portal
    access: Access
    pace: Pace
    troubles: Troubles
    usage: Usage

    def __init__(
        self,
        world: World,
        access: Access,
        pace: Pace | None = None,
        now: Callable[[], datetime] = ours,
    ) -> None:
        self.portal = Portal(world)
        self.access = access
        self.pace = pace or Pace("still", world.now, now())
        self.troubles = Troubles()
        self.usage = Usage()
        self._lists = Lists()
        self._now = now

    def advance(self, to: datetime) -> None:
        """Let the world's time pass."""
        began = time.thread_time()
        self.portal.advance(to)
        self.usage.advancing += time.thread_time() - began

    def tick(self) -> None:
        """Let the clock catch up with its pace."""
        self.advance(self.pace.moment(self._now()))

    def pass_time(self, delta: timedelta) -> None:
        """Move the clock on, and go on from there at the same pace."""
        moment = self.portal.world.now + delta
        self.advance(moment)
        self.pace = replace(self.pace, stood=moment, began=self._now())

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise NotImplementedError(f"{scope['type']} is not spoken here")
        body = await _body(receive)
        path = scope["path"]
        query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
        if path == "/readyz":
            await carry.deliver(send, reply({"status": "ready"}))
        elif path.startswith(control.PREFIX):
            answer = control.answer(self, scope["method"], Asked(path, query), body)
            await carry.deliver(send, answer)
        else:
            await self._portal(_request(scope, Asked(path, query), body), send)

    async def _portal(self, request: Request, send: Send) -> None:
        self.usage.requests += 1
        faults = self.troubles.meeting(request.asked.path, request.roots)
        if faults and await interrupted(faults, self.access, self.pass_time, send):
            return
        began = time.thread_time()
        answer = self._answered(request, faults)
        self.usage.bytes += len(answer.body)
        self.usage.serving += time.thread_time() - began
        badly = of_kind(faults, CARRYING)
        await (carry.badly(send, answer, badly[0]) if badly else carry.deliver(send, answer))

    def _answered(self, request: Request, faults: list[Fault]) -> Reply:
        if request.asked.path.startswith(listed.PREFIX):
            return self._lists.answer(self.portal.world, request.asked.path, faults)
        if not self.access.admits(request.authorization, self.portal.world.now):
            return self.access.refused()
        if request.asked.path.startswith(FILES):
            return Reply(200, FILE, {"content-type": "application/pdf"})
        try:
            document = self._document(request, faults)
        except Missing as missing:
            return refusal(404, "Not Found", str(missing), "NotFoundHttpException")
        self.usage.records += records_in(document)
        return reply(document)

    def _document(self, request: Request, faults: list[Fault]) -> dict[str, Any]:
        spoiling = of_kind(faults, SPOILING)
        pin = self.troubles.pin if of_kind(faults, ("repeated_page",)) else unpinned
        if request.question is not None:
            document = graphql.answer(self.portal, request.question, gone(spoiling), pin)
        elif request.method == "GET" and request.asked.path.startswith("/v3/"):
            document = rest.answer(self.portal, request.asked.pinned(pin)).document
        else:
            raise Missing(NO_PAGE)
        spoil(document, spoiling)
        return document


async def _body(receive: Receive) -> bytes:
    """The whole body; what is too long to be a query is cut."""
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if not message.get("more_body") or len(body) > LARGEST_BODY:
            return body


def _request(scope: Mapping[str, Any], asked: Asked, body: bytes) -> Request:
    method = scope["method"]
    question = None
    if method == "POST" and asked.path == GRAPHQL:
        try:
            question = graphql.question(msgspec.json.decode(body))
        except msgspec.MsgspecError:
            question = None
    authorization = dict(scope["headers"]).get(b"authorization", b"")
    return Request(method, asked, authorization, question)


def root_of(path: str) -> str:
    """The root behind a REST address; a dictionary is known by its name."""
    parts = path.removeprefix("/v3/").split("/")
    return parts[1] if parts[0] == "refs" and len(parts) > 1 else GROUPS.get(parts[0], parts[0])
