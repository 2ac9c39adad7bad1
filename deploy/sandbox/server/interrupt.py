"""Faults that come before an answer, or in its place."""

import asyncio
import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Final

from deploy.sandbox.server import carry
from deploy.sandbox.server.access import Access
from deploy.sandbox.server.carry import HTML, Reply, Send, refusal
from deploy.sandbox.server.faults import Fault

BROKEN: Final = (500, 502, 503)

Passing = Callable[[timedelta], None]
"""Lets the world's time pass."""


async def interrupted(
    faults: Iterable[Fault], access: Access, passing: Passing, send: Send
) -> bool:
    """Let the faults happen; True where the request has had its answer, or will have none."""
    for fault in faults:
        match fault.kind:
            case "stall":
                await asyncio.sleep(fault.seconds)
            case "shifting":
                passing(timedelta(minutes=fault.minutes))
            case "huge":
                await carry.huge(send, fault)
                return True
            case "bomb":
                await carry.bomb(send, fault)
                return True
            case "reset":
                carry.reset(send)
                return True
        if broken := instead(fault, access):
            await carry.deliver(send, broken)
            return True
    return False


def instead(fault: Fault, access: Access) -> Reply | None:
    """What is answered in the place of what was asked for; None for other kinds of faults."""
    match fault.kind:
        case "rate_limited":
            wait = {} if fault.retry_after is None else {"retry_after": str(fault.retry_after)}
            kind = "TooManyRequestsHttpException"
            return refusal(429, "Too Many Requests", "Rate limit exceeded.", kind, **wait)
        case "server_error":
            status = fault.status or random.choice(BROKEN)  # noqa: S311 (any of them will do)
            return Reply(status, HTML, {"content-type": "text/html"})
        case "html":
            return Reply(200, HTML, {"content-type": "text/html"})
        case "redirect":
            return Reply(302, b"", {"location": fault.to})
        case "expired_token":
            return access.refused()
    return None
