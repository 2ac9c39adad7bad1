"""What the worker does once a day: the checkpoint, the dump, and forgetting old answers."""

import asyncpg

from gateway import own_keys
from gateway.audit import checkpoint
from gateway.exports import dumps
from gateway.memory import Memory
from gateway.settings import GatewaySettings
from gateway.who import devices
from gateway.who.signing import Signer
from shared import kept_answers, logs
from shared.clock import Clock
from shared.database import Database

_log = logs.logger(__name__)


class Daily:
    """Makes the checkpoint of a day as soon as the day has begun, whichever worker is first."""

    def __init__(self, settings: GatewaySettings, database: Database, clock: Clock) -> None:
        seal = own_keys.seal(settings, own_keys.SIGNING_KEYS)
        # Never in touch, so it remembers nothing: each checkpoint asks for the keys anew.
        self._signer = Signer(database, Memory(limit_bytes=1), seal, clock=clock)
        self._database = database
        self._clock = clock
        self._issuer = settings.public_url

    async def look(self) -> None:
        """Make the checkpoint of today if it is missing."""
        now = self._clock.now()
        async with self._database.connection() as connection:
            if not await checkpoint.missing(connection, now=now):
                return
        key = await self._signer.current()
        try:
            async with (
                self._database.connection() as connection,
                connection.transaction(isolation="repeatable_read"),
            ):
                day = await checkpoint.make(connection, key, issuer=self._issuer, now=now)
        except asyncpg.UniqueViolationError:
            return  # another worker has made it meanwhile
        _log.info("checkpoint_made", day=day.isoformat())
        async with self._database.transaction() as connection:
            await devices.forget_unused(connection, now=now)

    async def dump(self) -> None:
        """Ask for the dump of this night if nobody has."""
        async with self._database.connection() as connection:
            await dumps.ask(connection, now=self._clock.now())

    async def forget_answers(self) -> None:
        """Forget the answers to commands that nobody may ask for again."""
        async with self._database.connection() as connection:
            await kept_answers.purge(connection, now=self._clock.now())
