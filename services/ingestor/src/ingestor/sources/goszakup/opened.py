"""The portal and the connector, opened with what the environment says."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from ingestor.load import Desk
from ingestor.settings import IngestorSettings
from ingestor.source import Terms
from ingestor.sources.goszakup.portal.client import Portal
from ingestor.sources.goszakup.portal.timer import SystemTimer, Timer
from ingestor.sources.goszakup.portal.token import Token
from ingestor.sources.goszakup.portal.transport import Transport
from ingestor.sources.goszakup.portal.turns import SharedLedger
from ingestor.sources.goszakup.pull.connector import Connector
from shared.database import Database

CONCURRENCY: Final = 2  # requests at once, however fast they may follow each other
UNLIMITED: Final = 6  # of a stand-in server


INVENTED: Final = Terms(
    title="Sandbox: an invented procurement portal",
    publisher="Qadaga",
    licence="https://creativecommons.org/publicdomain/zero/1.0/",
    attribution="Invented by Qadaga: these organisations do not exist",
)
"""What is said of purchases that a stand-in beside us gives: nobody may take them for real ones."""


def token_of(settings: IngestorSettings) -> Token:
    """Return the token; one given as a file is followed."""
    file = os.environ.get("GOSZAKUP_TOKEN_FILE")
    return Token(
        settings.goszakup_token,
        file=Path(file) if file else None,
        expires=settings.goszakup_token_expires,
    )


@asynccontextmanager
async def portal_of(
    settings: IngestorSettings,
    token: Token,
    database: Database,
    *,
    rate: float | None = None,
    timer: Timer | None = None,
) -> AsyncIterator[Portal]:
    """Lend the portal, at the rate of the settings or at another.

    Whoever else asks with the same token, by the same database, keeps the same pace.
    """
    asked = settings.goszakup_rate if rate is None else rate
    concurrency = CONCURRENCY if asked else UNLIMITED
    transport = Transport(
        settings.goszakup_url,
        token,
        timeout=settings.goszakup_timeout,
        ca_bundle=settings.goszakup_ca_bundle,
    )
    portal = Portal(
        transport,
        rate=asked,
        timer=timer or SystemTimer(),
        concurrency=concurrency,
        ledger=SharedLedger(database, token.value),
    )
    try:
        yield portal
    finally:
        await portal.close()


def connector_of(settings: IngestorSettings, desk: Desk, portal: Portal) -> Connector:
    """Return the connector for a desk."""
    return Connector(
        desk=desk,
        portal=portal,
        pseudonym_key=settings.pseudonym_key.get_secret_value().encode(),
        terms=INVENTED if urlsplit(settings.goszakup_url).scheme == "http" else Terms(),
        prefix=settings.goszakup_ocid_prefix,
        overlap=timedelta(seconds=settings.goszakup_overlap),
    )
