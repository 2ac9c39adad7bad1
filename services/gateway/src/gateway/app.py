"""The gateway's HTTP application: its parts put together, and its routes behind the door."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware

from gateway import own_keys
from gateway.api import (
    alerts,
    approvals,
    audit,
    casework,
    catalogue,
    credentials,
    describing,
    devices,
    dossiers,
    drafts,
    dumps,
    evidence,
    exports,
    feed,
    finding,
    impact,
    invitations,
    letters,
    mail_links,
    me,
    members,
    meta,
    oauth,
    ocds,
    organisations,
    pages,
    processes,
    replies,
    statistics,
    subscriptions,
    sync,
    tips,
    trials,
    used,
    webhooks,
)
from gateway.api import scores as scores_api
from gateway.api_changes import CHANGES, ApiChange, Endings, ending
from gateway.callers import Callers
from gateway.desk import Desk
from gateway.door import Door
from gateway.follower import Follower
from gateway.guessing import Guesses
from gateway.memory import Counted, Level, Memory
from gateway.metrics import GatewayMetrics
from gateway.past import PastScores
from gateway.portal import pages as portal
from gateway.portal import tip
from gateway.quotas import Quotas
from gateway.reads.freshness import Held
from gateway.settings import GatewaySettings
from gateway.state import State
from gateway.stream.waiting import Waiting
from gateway.tipline import QUIET
from gateway.usage import Usage
from gateway.who.crowds import Crowds
from gateway.who.sealing import derive
from gateway.who.signing import Signer
from gateway.who.trials import A_MINUTE, CROWD
from shared.app import create_app
from shared.clock import Clock, SystemClock
from shared.contracts.casework.evidence import LARGEST_FILE, UPLOADED_TO
from shared.database import Database
from shared.intake import Limits
from shared.paging import Cursor

DESCRIPTION: Final = """\
Public procurement of Kazakhstan, watched: every purchase with explainable signs of risk.

A score is a sign that deserves review and not evidence of an offence or of anybody's guilt.
Times are UTC, money is exact decimal text with its currency. Lists are pages: ask on with
`page.next_cursor`. Errors are RFC 9457 problem documents with a stable `code`.
"""

TAGS: Final = [
    {"name": "processes", "description": "Contracting processes."},
    {"name": "finding", "description": "By number, link or BIN; lots, contracts, plans."},
    {"name": "scores", "description": "Risk scores and why they are what they are."},
    {"name": "organisations", "description": "Buyers and suppliers."},
    {"name": "statistics", "description": "Tables of figures, and what regions buy."},
    {"name": "indicators", "description": "The catalogue of risk indicators."},
    {"name": "drafts", "description": "Indicators of one's own, tried before they are live."},
    {"name": "alerts", "description": "Rises to a higher band, while something can be done."},
    {"name": "cases", "description": "From a suspicion to a counted outcome."},
    {"name": "tips", "description": "What anybody tells, sealed, without a key or a name."},
    {"name": "feed", "description": "What happened, in order, with nothing missing."},
    {"name": "subscriptions", "description": "Filters that are watched for you."},
    {"name": "webhooks", "description": "What happened, sent to you and signed."},
    {"name": "exports", "description": "Whole lists as files."},
    {"name": "ocds", "description": "The data themselves."},
    {"name": "callers", "description": "Who you are, your people, keys, tokens and devices."},
    {"name": "meta", "description": "Where the data come from and how fresh they are."},
]

ROUTERS: Final = [
    letters.router,
    casework.router,  # before /stats/{tile_id}, which would take its /stats/impact
    impact.router,
    processes.router,
    finding.router,
    scores_api.router,
    organisations.router,
    statistics.router,
    catalogue.router,
    drafts.router,
    alerts.router,
    replies.router,
    feed.router,
    subscriptions.router,
    webhooks.router,
    exports.router,
    dumps.router,
    dossiers.router,
    sync.router,
    ocds.router,
    meta.router,
    used.router,
    me.router,
    members.router,
    invitations.router,
    credentials.keys,
    credentials.clients,
    approvals.router,
    audit.router,
    devices.router,
    trials.router,
    oauth.router,
    tips.router,
    tip.router,
    evidence.router,
    mail_links.router,
    pages.router,
    *portal.ROUTERS,
]

_MEGABYTE = 1024 * 1024

DOSSIERS_AT_ONCE: Final = 2


def build(
    settings: GatewaySettings,
    *,
    clock: Clock | None = None,
    changes: Sequence[ApiChange] = CHANGES,
) -> FastAPI:
    """Return the application; nothing is connected before it starts."""
    state = _state(settings, clock or SystemClock())
    app = create_app(
        service="gateway",
        settings=settings,
        title="Qadaga",
        description=DESCRIPTION,
        routers=ROUTERS,
        lifespan=_lifespan,
        readiness={"database": state.database.ping, "view": state.memory.check},
        public=True,
        clock=state.clock,
        limits=Limits(
            forms_at=frozenset({oauth.TOKEN_PATH}),
            files_at=re.compile(f"/v1{UPLOADED_TO}"),
            file=LARGEST_FILE,
        ),
        quiet=QUIET,
    )
    app.openapi_tags = TAGS
    describing.complete(app, changes)
    app.state.gateway = state
    app.state.changes = changes
    if ending(changes):
        app.user_middleware.append(
            Middleware(Endings, changes=changes, operations=_operations(app))
        )
    # Innermost: what the door refuses is told and counted by the layers around it.
    app.user_middleware.append(
        Middleware(
            Door,
            callers=state.callers,
            quotas=state.quotas,
            guesses=state.guesses,
            memory=state.memory,
            usage=state.usage,
            crowds=state.crowds,
            proxies=state.proxies,
            own_origin=settings.public_url,
            score_endpoint=scores_api.read_score,
            sync_endpoint=sync.sync_scores,
            level=lambda question: state.level.get(question, state.follower.seq),
        )
    )
    return app


def _operations(app: FastAPI) -> Mapping[Any, str]:
    routes = (route for route in app.routes if isinstance(route, APIRoute))
    return {route.endpoint: route.operation_id for route in routes if route.operation_id}


def _state(settings: GatewaySettings, clock: Clock) -> State:
    database = Database(settings.database_url, application="gateway-api")
    memory = Memory(limit_bytes=settings.cache_mb * _MEGABYTE)
    quotas = Quotas(settings.redis_url)
    waiting = Waiting()
    signing = settings.cursor_key.get_secret_value().encode()
    of_networks = derive(signing, "networks")
    seal = own_keys.seal(settings, own_keys.SIGNING_KEYS)
    signer = Signer(database, memory, seal, clock=clock)
    return State(
        settings=settings,
        clock=clock,
        database=database,
        memory=memory,
        counted=Counted(),
        held=Held(database),
        typesetting=asyncio.Semaphore(DOSSIERS_AT_ONCE),
        level=Level(),
        follower=Follower(database, memory, waiting),
        waiting=waiting,
        callers=Callers(
            database,
            memory,
            signer,
            clock=clock,
            per_minute=settings.requests_per_minute,
            issuer=settings.public_url,
            test=settings.mode == "test",
        ),
        quotas=quotas,
        guesses=Guesses(quotas, hash_key=of_networks, per_minute=settings.failed_keys_per_minute),
        usage=Usage(database, clock),
        crowds=Crowds(quotas, hash_key=of_networks, limits=_crowds(settings)),
        proxies=settings.proxies(),
        signer=signer,
        seal=seal,
        audit=own_keys.audit(settings),
        cursor=Cursor(signing),
        past=PastScores(url=settings.scoring_url, settings=settings, clock=clock),
        drafts=Desk(url=settings.scoring_url, settings=settings, clock=clock),
        cases=Desk(
            url=settings.cases_url,
            service="cases",
            about="Cases",
            settings=settings,
            clock=clock,
        ),
    )


def _crowds(settings: GatewaySettings) -> dict[str, int]:
    """Return what one network may do in any minute without a key of its own."""
    return {
        "devices": settings.devices_network_per_minute,
        "new_devices": settings.new_devices_per_minute,
        "invitations": settings.failed_keys_per_minute,
        "tokens": settings.failed_keys_per_minute,
        CROWD: A_MINUTE,
        dumps.CROWD: A_MINUTE,
    }


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state: State = app.state.gateway
    await state.database.open()
    shown = GatewayMetrics(state)
    shown.register()
    tasks = [
        asyncio.create_task(state.follower.run()),
        asyncio.create_task(state.callers.write_uses()),
        asyncio.create_task(state.usage.write()),
    ]
    try:
        yield
    finally:
        shown.unregister()
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        await state.callers.flush()
        await state.usage.flush()
        await state.quotas.close()
        await state.past.close()
        await state.drafts.close()
        await state.cases.close()
        await state.database.close()
