"""Everything the gateway holds of one organisation, for its administrator; the audit tells of it.

Secrets are in nobody's hands but their holders': of keys there are only hashes, of webhooks what is
sealed. Neither is taken.
"""

from pathlib import Path
from typing import Final

import asyncpg

from gateway.audit.chain import Audit
from gateway.management import BY_COMMAND
from gateway.who.doing import acting
from shared.clock import Clock
from shared.database import Database
from shared.takeout import Archive, Taken, head, writing

ADMIN: Final = "admin"
ACT: Final = "organisation.taken_out"

OWN: Final = "organisation_id = $1"
_OF_ENDPOINTS: Final = "endpoint_id IN (SELECT id FROM endpoint WHERE organisation_id = $1)"
_OF_SUBSCRIPTIONS: Final = (
    "subscription_id IN (SELECT id FROM subscription WHERE organisation_id = $1)"
)

TAKEN: Final[dict[str, Taken]] = {
    "organisation": Taken("id = $1"),
    "member": Taken(OWN),
    "invitation": Taken(OWN, without=("secret_hash",)),
    "api_key": Taken(OWN, without=("secret_hash",)),
    "approval": Taken(OWN),
    "speaker": Taken(OWN),
    "usage": Taken("account = $1"),
    "endpoint": Taken(OWN, without=("sealed", "sealed_before")),
    "delivery": Taken(_OF_ENDPOINTS, json=("body",)),
    "attempt": Taken(f"delivery_id IN (SELECT id FROM delivery WHERE {_OF_ENDPOINTS})"),
    "subscription": Taken(OWN),
    "subscription_hit": Taken(_OF_SUBSCRIPTIONS),
    "subscription_message": Taken(_OF_SUBSCRIPTIONS),
    "reply": Taken(OWN, json=("body",)),
    "dossier": Taken(OWN, json=("document",), files={"pdf": ".pdf"}),
    "export": Taken(OWN),
    "audit_entry": Taken(OWN, without=("mac",)),
    "feed_event": Taken("feed = 'events/org:' || $1", json=("body",)),
}
"""Which rows of which table are the organisation's."""

_PUBLISHED: Final = (
    *("process", "removed_process", "listed", "handle", "part", "score", "outcome", "shape"),
    *("alert", "indicator", "source", "source_age", "register_coverage", "tile", "figures"),
)
_OF_NOBODY: Final = (
    *("change", "change_head", "feed_level", "device", "audit_head", "checkpoint"),
    *("checkpoint_part", "signing_key", "subscription_place"),
)

LEFT: Final[dict[str, str]] = {
    **dict.fromkeys(_PUBLISHED, "published to everybody: GET /v1/dumps"),
    **dict.fromkeys(_OF_NOBODY, "tells nothing of an organisation"),
    "export_file": "files of exports are fetched by GET /v1/exports/{id}",
    "export_part": "files of exports are fetched by GET /v1/exports/{id}",
}
"""Why nothing is taken from the others."""


class NotAdministratorError(ValueError):
    """Only for an administrator of the organisation."""


async def take(
    database: Database, clock: Clock, audit: Audit, *, organisation: str, member: str, into: Path
) -> None:
    """Write the archive; there is none without its entry in the audit.

    Raises NotAdministratorError, FileExistsError.
    """
    now = clock.now()
    async with (
        writing(into, head(organisation, "gateway", now, LEFT)) as archive,
        acting(database, clock, audit, BY_COMMAND) as do,
    ):
        await _check(do.connection, organisation, member)
        await _write(database, organisation, archive)
        do.note(ACT, organisation, member=member)


async def _check(connection: asyncpg.Connection, organisation: str, member: str) -> None:
    role = await connection.fetchval(
        "SELECT role FROM member WHERE id = $1 AND organisation_id = $2 AND removed_at IS NULL",
        member,
        organisation,
    )
    if role != ADMIN:
        raise NotAdministratorError(f"{member} is no administrator of {organisation}")


async def _write(database: Database, organisation: str, archive: Archive) -> None:
    async with (
        database.connection() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        for table, taken in TAKEN.items():
            await archive.rows(connection, table, taken, organisation)
