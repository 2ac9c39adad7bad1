"""One record that holds up others: what cannot be had together is parted until it stands alone.

The portal may answer for one participant or notice with an error each time. What is asked for
together with it would never come; so it is asked for in halves, and what cannot be had even alone
is told with its fault. Where nothing comes at all it is not one record: then the fault is raised.
"""

from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, Generic, NamedTuple, TypeVar

from ingestor.sources.goszakup.portal.failures import (
    PortalAwayError,
    PortalError,
    RequestError,
    TokenRefusedError,
)

T = TypeVar("T")
R = TypeVar("R")

Probe = Callable[[PortalError], Awaitable[None]]
"""Asks for anything after a fault; raises PortalError where the portal is not well as a whole."""

IN_A_ROW: Final = 5  # faults that say it is the list that fails; one record or two make fewer


class Parted(NamedTuple, Generic[T, R]):
    """What came, part by part, and what cannot be had even alone, each with its fault."""

    whole: list[tuple[Sequence[T], R]]
    alone: list[tuple[T, PortalError]]


async def apart(
    several: Sequence[T],
    ask: Callable[[Sequence[T]], Awaitable[R]],
    probe: Probe,
    *,
    proven: bool = False,
) -> Parted[T, R]:
    """Ask for several things at once, and in ever smaller parts where that fails.

    `proven` tells that such things came before: then a single one that fails is set apart too.
    Raises PortalError otherwise.
    """
    whole: list[tuple[Sequence[T], R]] = []
    alone: list[tuple[T, PortalError]] = []
    waiting = deque([several])
    failed = 0
    while waiting:
        part = waiting.popleft()
        try:
            whole.append((part, await ask(part)))
            failed = 0
        except PortalError as fault:
            own = await _own(fault, probe)
            failed += 1
            if failed == IN_A_ROW or not part:
                raise own from fault
            if len(part) == 1:
                alone.append((part[0], own))
            else:
                waiting.extend(_halves(part))
    if alone and not (whole or proven):
        raise alone[0][1]
    return Parted(whole, alone)


def _halves(part: Sequence[T]) -> tuple[Sequence[T], Sequence[T]]:
    middle = len(part) // 2
    return part[:middle], part[middle:]


async def _own(fault: PortalError, probe: Probe) -> PortalError:
    """Return a fault of what was asked for; raises one of the token, or of the portal as a whole.

    A portal that answers one question with errors alone looks as if it were away.
    """
    if isinstance(fault, TokenRefusedError):
        raise fault
    if isinstance(fault, RequestError) and not fault.passing:
        return fault
    try:
        await probe(fault)
    except PortalError:
        raise fault from None
    if isinstance(fault, PortalAwayError):
        return RequestError("server_error", "The portal answers this with errors alone")
    return fault
