"""The addresses below `/sandbox`: the clock, faults, the oracle, the truth and the cost.

GET  /sandbox/clock            POST {"to": "2026-05-01T12:00:00"} or {"days": 1, "hours": 2}
GET  /sandbox/faults           POST a list of faults, see `faults`
GET  /sandbox/oracle/{root}    the ids that exist, by ?filter={...} of GraphQL or field=value
GET  /sandbox/truth            what was planted by now, and what only looks like it
GET  /sandbox/registers        the registers outside the portal
GET  /sandbox/usage            POST to count anew
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from deploy.sandbox.server import finder
from deploy.sandbox.server.carry import Reply, reply
from deploy.sandbox.server.faults import Fault
from deploy.sandbox.server.lists import Asked
from deploy.sandbox.server.pace import portal_moment
from deploy.sandbox.server.schema import filters_of
from deploy.sandbox.server.usage import Usage
from deploy.sandbox.world.world import SERVICES

if TYPE_CHECKING:
    from deploy.sandbox.server.app import Server

PREFIX = "/sandbox/"


class Refused(Exception):  # noqa: N818 (an answer, not a fault of ours)
    """A request to the sandbox that makes no sense; the text says why."""


class Move(msgspec.Struct, forbid_unknown_fields=True):
    """Where the clock is to go."""

    to: str | None = None
    days: float = 0
    hours: float = 0
    minutes: float = 0

    def moment(self, now: datetime) -> datetime:
        """The moment that is meant. Raises ValueError for what is none."""
        if self.to is not None:
            return portal_moment(self.to)
        return now + timedelta(days=self.days, hours=self.hours, minutes=self.minutes)


def answer(server: "Server", method: str, asked: Asked, body: bytes) -> Reply:
    """Answer a request below `/sandbox`; 422 says what is wrong with it."""
    name, _, rest = asked.path.removeprefix(PREFIX).strip("/").partition("/")
    try:
        return _answer(server, (method, name), asked._replace(path=rest), body)
    except (Refused, ValueError, msgspec.MsgspecError) as error:
        return reply({"detail": str(error)}, 422)


def _answer(server: "Server", action: tuple[str, str], asked: Asked, body: bytes) -> Reply:
    match action:
        case ("POST", "clock"):
            _move(server, msgspec.json.decode(body, type=Move))
        case ("POST", "faults"):
            server.troubles.replace(msgspec.json.decode(body, type=list[Fault]))
        case ("POST", "usage"):
            server.usage = Usage()
        case ("GET", "oracle"):
            return reply(_oracle(server, asked.path, asked.query))
        case ("GET", _):
            pass
        case _:
            return reply({"detail": "That cannot be done"}, 405)
    shown = SHOWN.get(action[1])
    return reply(shown(server)) if shown else reply({"detail": "No such address"}, 404)


def _clock(server: "Server") -> dict[str, Any]:
    pace = server.pace.kind
    return {"now": server.portal.world.now.isoformat(), "zone": "+05:00", "pace": pace}


SHOWN: Final[Mapping[str, Callable[["Server"], Any]]] = {
    "clock": _clock,
    "faults": lambda server: server.troubles.report(),
    "truth": lambda server: server.portal.world.ground_truth(),
    "registers": lambda server: server.portal.world.registers(),
    "usage": lambda server: server.usage.report(),
}
"""What each address shows; a POST shows what it has come to."""


def _move(server: "Server", move: Move) -> None:
    now = server.portal.world.now
    to = move.moment(now)
    if to < now:
        raise Refused(f"The clock stands at {now.isoformat()} and never goes back")
    server.pass_time(to - now)


def _oracle(server: "Server", root: str, query: Mapping[str, str]) -> dict[str, Any]:
    if root not in SERVICES:
        raise Refused(f"There is no table {root!r}; there are {', '.join(SERVICES)}")
    criteria = msgspec.json.decode(query.get("filter", "{}"), type=dict[str, Any])
    criteria |= {name: value for name, value in query.items() if name != "filter"}
    ids = finder.exhaustive(server.portal, root, as_lists(root, criteria))
    return {"root": root, "now": server.portal.world.now.isoformat(), "ids": ids}


def as_lists(root: str, criteria: Mapping[str, Any]) -> dict[str, Any]:
    """Filters as GraphQL would hand them over: a scalar where a list is meant becomes a list."""
    listed = filters_of(root)
    return {
        name: [value] if listed.get(name) and not isinstance(value, list) else value
        for name, value in criteria.items()
    }
