"""Asks the portal until it has answered, or it is clear that it will not.

Every failure is counted under its reason. A request that fails is made again after a growing,
uneven pause; a portal that is down is left alone; a token that is refused ends everything at once.
"""

import asyncio
from collections.abc import Callable, Mapping
from copy import copy
from datetime import datetime, timedelta, timezone
from random import SystemRandom
from typing import Any, Final, Self, TypeVar

from msgspec.json import encode
from prometheus_client import Counter, Gauge

from ingestor.sources.goszakup.portal import queries
from ingestor.sources.goszakup.portal.answers import Page, document, graphql_page, rest_page
from ingestor.sources.goszakup.portal.breaker import Breaker
from ingestor.sources.goszakup.portal.failures import (
    RequestError,
    TokenRefusedError,
    UnknownFieldError,
)
from ingestor.sources.goszakup.portal.pace import Pace
from ingestor.sources.goszakup.portal.timer import Timer
from ingestor.sources.goszakup.portal.transport import Request, Transport
from ingestor.sources.goszakup.portal.turns import Ledger
from shared.logs import logger

T = TypeVar("T")

GRAPHQL: Final = "/v3/graphql"
CAP: Final = 200  # rows of a GraphQL page, whatever is asked for
REST_CAP: Final = 500
ATTEMPTS: Final = 7
FIRST_PAUSE: Final = 2.0  # seconds; doubled each time
FIRST_PATIENCE: Final = 10.0  # after 429 without Retry-After
LONGEST_PAUSE: Final = 60.0
PORTAL_TIME: Final = timezone(timedelta(hours=5))

requests_total = Counter("portal_requests_total", "Requests to the portal", ["kind"])
failures_total = Counter("portal_failures_total", "Requests that failed, by reason", ["reason"])
rate_gauge = Gauge("portal_rate", "Most requests a second at this moment; 0 is no limit")

_random: Final = SystemRandom()
log = logger(__name__)


class Portal:
    """The portal as the connector sees it. `ledger` makes several processes keep one pace."""

    def __init__(
        self,
        transport: Transport,
        *,
        rate: float,
        timer: Timer,
        concurrency: int = 2,
        ledger: Ledger | None = None,
    ) -> None:
        self._transport = transport
        self._timer = timer
        self._pace = Pace(rate, timer, ledger)
        self.gives_way = False
        self._breaker = Breaker(timer)
        self._slots = asyncio.Semaphore(concurrency)
        self._gone: dict[str, frozenset[str]] = {}
        self._texts: dict[str, str] = {}
        self.asked = 0

    @property
    def unlimited(self) -> bool:
        """Whether it is asked as fast as it answers: only the stand-in server is."""
        return self._pace.rate == 0

    @property
    def moved(self) -> list[str]:
        """Fields that the portal no longer knows, as Type.field."""
        return sorted(f"{kind}.{field}" for kind, gone in self._gone.items() for field in gone)

    def aside(self) -> Self:
        """Return the same portal for what can wait: it gives way to whoever follows."""
        other = copy(self)
        other.gives_way = True
        return other

    async def page(
        self, root: str, criteria: Mapping[str, Any], *, after: int | None = None, limit: int = CAP
    ) -> Page:
        """Return one page of a root; raises PortalError.

        A field that the portal no longer knows is left out from then on, so that the known ones
        still come; that it is gone shows in `moved`.
        """
        while True:
            left_out = dict(self._gone)
            text = self._texts.get(root) or queries.text(root, self._gone)
            self._texts[root] = text
            variables = {"filter": criteria, "limit": limit, "after": after}
            body = encode({"operationName": None, "query": text, "variables": variables})
            try:
                request = Request(GRAPHQL, body)
                return await self._answered(request, root, lambda raw: graphql_page(raw, root))
            except UnknownFieldError as moved:
                if moved.field in left_out.get(moved.kind, ()):
                    raise
                self._gone[moved.kind] = self._gone.get(moved.kind, frozenset()) | {moved.field}
                self._texts.clear()
                log.warning("schema_drift", field=moved.field, kind=moved.kind)

    @property
    def rate(self) -> float:
        """The present rate in requests a second; 0 is no limit."""
        return self._pace.rate

    async def is_well(self, rate: float) -> None:
        """Ask for anything and, if it comes, ask again as fast as `rate`; raises PortalError."""
        await self.page("TrdBuy", {}, limit=1)
        self._pace.back_to(rate)

    async def rest(self, path: str) -> Page:
        """Return one page of a REST list; raises PortalError."""
        return await self._answered(Request(path), "rest", rest_page)

    async def one(self, path: str) -> Any:
        """Return any REST document; raises PortalError, with reason not_found for HTTP 404."""
        return await self._answered(Request(path), "rest", document)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def _answered(self, request: Request, kind: str, read: Callable[[bytes], T]) -> T:
        for attempt in range(ATTEMPTS):
            is_trial = await self._breaker.admit()
            try:
                answer = read(await self._exchanged(request, kind))
            except RequestError as fault:
                await self._failed(fault, attempt)
            except BaseException:  # cancelled, or PostgreSQL is away: others wait for the outcome
                if is_trial:
                    self._breaker.gave_up()
                raise
            else:
                self._breaker.succeeded()
                self._pace.went_well()
                rate_gauge.set(self._pace.rate)
                return answer
        raise AssertionError("the last attempt raises")

    async def _exchanged(self, request: Request, kind: str) -> bytes:
        if self.gives_way:
            await self._pace.let_others_go_first()
        async with self._slots:
            await self._pace.turn(aside=self.gives_way)
            self.asked += 1
            requests_total.labels(kind).inc()
            return await self._transport.exchange(request)

    async def _failed(self, fault: RequestError, attempt: int) -> None:
        """Wait before the next attempt, or raise the fault where there is to be none."""
        failures_total.labels(fault.reason).inc()
        await self._tell(fault)
        hopeless = isinstance(fault, UnknownFieldError) or not fault.passing
        if hopeless or attempt + 1 == ATTEMPTS:
            raise fault
        log.warning("portal_asked_again", reason=fault.reason, detail=str(fault), attempt=attempt)
        await self._timer.sleep(pause(fault, attempt))

    async def _tell(self, fault: RequestError) -> None:
        """Let pace and breaker know what a failure says about the portal's health."""
        if fault.reason == "rate_limited":
            self._breaker.succeeded()  # it answers, and says what it wants
            self._pace.went_badly()
            await self._pace.hold(fault.retry_after or FIRST_PATIENCE)
        elif isinstance(fault, UnknownFieldError | TokenRefusedError) or not fault.passing:
            self._breaker.succeeded()
        else:
            self._breaker.failed()
            self._pace.went_badly()
            await self._pace.hold(fault.retry_after or 0)
        rate_gauge.set(self._pace.rate)


def pause(fault: RequestError, attempt: int) -> float:
    """Return the seconds to wait: what the portal asks for, else doubled each time and uneven."""
    if fault.retry_after is not None:
        return fault.retry_after * _random.uniform(1.0, 1.1)
    first = FIRST_PATIENCE if fault.reason == "rate_limited" else FIRST_PAUSE
    longest: float = min(LONGEST_PAUSE, first * 2.0**attempt)
    return longest * _random.uniform(0.5, 1.0)


def portal_time(moment: datetime) -> str:
    """Write a moment as the portal reads it: its own clock, without zone."""
    return moment.astimezone(PORTAL_TIME).strftime("%Y-%m-%d %H:%M:%S")
