"""A service's HTTP interface: what all of them have, around the routes that each brings.

`/healthz` says that the process is alive, `/readyz` whether it can work and if not why, `/metrics`
what it has done. Everything else is the service's own.
"""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import FrameType
from typing import Any, Final

import prometheus_client
import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response

from shared import logs, metrics, openapi, problems, telemetry
from shared.access import AccessLog
from shared.clock import Clock, SystemClock
from shared.edge import Edge
from shared.errors import DependencyDown
from shared.intake import Limits
from shared.observed import observe
from shared.routes import Routes
from shared.settings import Settings
from shared.traced import Traced

Check = Callable[[], Awaitable[None]]
"""Returns when the thing is there; raises what is wrong when it is not."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

DOCUMENT_AFTER: Final = 20.0
"""Seconds after the start: the document takes two of CPU, and nothing else waits for it."""

CHECK_TIMEOUT: Final = 0.5
CHECK_KEPT: Final = 1.0
"""Seconds that one answer of the checks serves: probes must not become a load."""


def create_app(
    *,
    service: str,
    settings: Settings,
    title: str,
    routers: Sequence[APIRouter],
    lifespan: Lifespan | None = None,
    readiness: Mapping[str, Check] | None = None,
    public: bool = False,
    clock: Clock | None = None,
    limits: Limits | None = None,
    quiet: tuple[str, ...] = (),
    version: str = "1",
    description: str = "",
) -> FastAPI:
    """Return the application of one service.

    `lifespan` opens what the routes need and puts it on `app.state`; `readiness` names what must
    answer for the service to work. Only a `public` application shows its OpenAPI document. Of what
    begins with a path of `quiet` nothing is noted anywhere.
    """
    access = AccessLog(service=service, level=settings.log_level, form=settings.log_format)
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        openapi_url="/openapi.json" if public else None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_around(lifespan or _nothing_to_open, access),
    )
    app.state.service, app.state.settings = service, settings
    app.state.draining = False
    app.state.clock, app.state.routes = clock or SystemClock(), Routes(app)
    for router in (*routers, _probes(readiness or {}, settings)):
        # Not include_router: its routers within the router cost every request a sixth more.
        app.router.routes.extend(router.routes)
    problems.install(app)
    openapi.install(app)
    app.add_middleware(
        Edge,
        service=service,
        routes=app.state.routes,
        limits=limits or Limits(),
        access=access,
        quiet=quiet,
    )
    telemetry.begin(service, settings)
    if telemetry.on():
        app.add_middleware(Traced, routes=app.state.routes, public=public, quiet=quiet)
    return app


@asynccontextmanager
async def _nothing_to_open(app: FastAPI) -> AsyncIterator[None]:
    del app
    yield


def _around(lifespan: Lifespan, access: AccessLog) -> Lifespan:
    """Return the life of a service with what every service does besides its own."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        reading = asyncio.create_task(_read_document(app))
        watch = asyncio.create_task(metrics.watch_loop())
        try:
            async with lifespan(app):
                yield
        finally:
            watch.cancel()
            reading.cancel()
            access.flush()

    return life


async def _read_document(app: FastAPI) -> None:
    """Have the document ready for who asks for it, a while after all that starts has started."""
    if app.openapi_url is not None:
        await asyncio.sleep(DOCUMENT_AFTER)
        await asyncio.to_thread(app.openapi)


def _probes(readiness: Mapping[str, Check], settings: Settings) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    ready = Readiness(readiness)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/readyz")
    async def readyz(request: Request) -> dict[str, Any]:
        if request.app.state.draining:
            raise DependencyDown("Not ready: about to end.", checks={"draining": "told to end"})
        return {"status": "ready", "checks": await ready.checked()}

    if settings.metrics_port is None:

        @router.get("/metrics")
        async def show_metrics() -> Response:
            return Response(
                prometheus_client.generate_latest(),
                media_type=prometheus_client.CONTENT_TYPE_LATEST,
            )

    return router


class Readiness:
    """Asks the named checks, all at once, and remembers the answers for a second."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self._answers: dict[str, str] = {}
        self._until = 0.0
        self._asking = asyncio.Lock()

    async def checked(self) -> dict[str, str]:
        """Return `ok` for every check.

        Raises DependencyDown with the reason of each when one fails.
        """
        async with self._asking:
            if time.monotonic() >= self._until:
                reasons = await asyncio.gather(*map(_reason, self._checks.values()))
                self._answers = dict(zip(self._checks, reasons, strict=True))
                self._until = time.monotonic() + CHECK_KEPT
        failed = [name for name, reason in self._answers.items() if reason != "ok"]
        if failed:
            raise DependencyDown(f"Not ready: {', '.join(failed)}.", checks=self._answers)
        return self._answers


async def _reason(check: Check) -> str:
    try:
        async with asyncio.timeout(CHECK_TIMEOUT):
            await check()
    except TimeoutError:
        return f"no answer within {CHECK_TIMEOUT} s"
    except Exception as error:  # noqa: BLE001 (whatever is wrong is the answer)
        return logs.clean(f"{type(error).__name__}: {error}"[:200])
    return "ok"


def serve(app_factory: Callable[[], FastAPI], settings: Settings) -> None:
    """Run an application until the process is told to end."""
    app = app_factory()
    observe(app.state.service, settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
    )
    _Server(config, app, settings.drain_seconds).run()


class _Server(uvicorn.Server):
    """A server that, told to end, answers for a while more and says that it is not ready."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, drain_seconds: float) -> None:
        super().__init__(config)
        self._app = app
        self._drain_seconds = drain_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End at once when told so twice, or where no time to drain is wanted."""
        if self._app.state.draining or not self._drain_seconds:
            super().handle_exit(sig, frame)
            return
        self._app.state.draining = True
        ending = threading.Timer(self._drain_seconds, super().handle_exit, (sig, frame))
        ending.daemon = True
        ending.start()
