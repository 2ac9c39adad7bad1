"""The HTTP application of cases: what the gateway forwards, and the feed of events."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from cases import earlier, workflows
from cases.campaigns import service as campaigns
from cases.casefile import belonging, service
from cases.complaints import authority, calendar, legal, letters
from cases.complaints import routes as complaints
from cases.desk import Desk
from cases.evidence import service as evidence
from cases.focus import lists, queues
from cases.navigator import service as navigator
from cases.outcomes import reading as impact
from cases.outcomes import service as outcomes
from cases.publication import public, replies
from cases.publication import service as publication
from cases.settings import Settings
from cases.triage import service as triage
from cases.vault import holders as tip_holders
from cases.vault import keys as tip_keys
from cases.vault import recipients as tip_recipients
from cases.vault import senders as tip_senders
from shared.app import create_app
from shared.clock import Clock, SystemClock
from shared.contracts.casework.evidence import LARGEST_FILE, UPLOADED_TO
from shared.database import Database
from shared.feed.serve import feed_router
from shared.intake import Limits

FEEDS: Final = ("triage", "case_events")

QUIET: Final = ("/internal/tips",)
"""What senders of tips ask: no line, no count, and no id tells of it."""

ROUTERS: Final = [
    workflows.router,
    service.router,
    belonging.router,
    earlier.router,
    evidence.router,
    complaints.router,
    calendar.router,
    letters.router,
    authority.router,
    legal.router,
    navigator.router,
    triage.router,
    outcomes.router,
    impact.router,
    lists.router,
    queues.router,
    campaigns.router,
    publication.router,
    replies.router,
    public.router,
    tip_keys.router,
    tip_holders.router,
    tip_recipients.router,
    tip_senders.router,
]
"""One of each part; they serve the operations of shared.contracts.casework."""


def application(settings: Settings, clock: Clock | None = None) -> FastAPI:
    """Return the application; nothing is connected before it starts."""
    clock = clock or SystemClock()
    database = Database(settings.database_url, application="cases-api")
    vault = Database(settings.vault_database_url, application="cases-vault")
    desk = Desk(settings, database, vault, clock)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        await database.open(patience=60)
        await vault.open(patience=60)
        try:
            yield
        finally:
            await desk.close()
            await vault.close()
            await database.close()

    app = create_app(
        service="cases",
        settings=settings,
        title="Qadaga cases",
        routers=[feed_router(database, FEEDS), *ROUTERS],
        lifespan=lifespan,
        readiness={"database": database.ping, "vault": vault.ping},
        clock=clock,
        limits=Limits(files_at=re.compile(f"/internal{UPLOADED_TO}"), file=LARGEST_FILE),
        quiet=QUIET,
    )
    app.state.desk = desk
    return app
