"""What the routes of one gateway process share, made when the application is made."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from gateway.audit.chain import Audit
from gateway.callers import Callers
from gateway.desk import Desk
from gateway.follower import Follower
from gateway.guessing import Guesses
from gateway.memory import Counted, Level, Memory
from gateway.past import PastScores
from gateway.quotas import Quotas
from gateway.reads.freshness import Held
from gateway.settings import GatewaySettings
from gateway.stream.waiting import Waiting
from gateway.usage import Usage
from gateway.who.crowds import Crowds
from gateway.who.networks import Network
from gateway.who.sealing import Seal
from gateway.who.signing import Signer
from shared.clock import Clock
from shared.database import Database
from shared.paging import Cursor


@dataclass(frozen=True)
class State:
    """The parts of the gateway, by what they do."""

    settings: GatewaySettings
    clock: Clock
    database: Database
    memory: Memory
    counted: Counted
    held: Held
    level: Level
    follower: Follower
    callers: Callers
    quotas: Quotas
    guesses: Guesses
    usage: Usage
    crowds: Crowds
    proxies: tuple[Network, ...]
    signer: Signer
    seal: Seal
    audit: Audit
    waiting: Waiting
    cursor: Cursor
    past: PastScores
    drafts: Desk
    cases: Desk
    typesetting: asyncio.Semaphore
    """Few dossiers are made at a time: each takes two connections, and a core."""

    def as_of(self) -> dict[str, Any]:
        """How far the view is known here, for the envelope of a list."""
        return {"as_of": self.follower.changed_at, "seq": max(0, self.follower.seq)}


def state_of(request: Request) -> State:
    """Return the parts of the gateway that answers a request."""
    state: State = request.app.state.gateway
    return state


async def _state(request: Request) -> State:
    """Be awaited where it stands: what is no coroutine the framework runs in a thread."""
    return state_of(request)


Gateway = Annotated[State, Depends(_state)]
