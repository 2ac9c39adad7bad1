"""What the portal's records say: in the vault, under its role, until their date.

The ingestor's own role adds rows there and reads none. What a transaction has added itself it holds
in its hands; everything else is read over a connection of the vault's role.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

import asyncpg

from ingestor.raw.cipher import Cipher, Sealed
from ingestor.sources.goszakup.pull.store import Kept
from shared.database import Database

RENEWED: Final = timedelta(days=30)
"""How much later a date has to be before what is still needed is added again under it."""

ADD: Final = """
    INSERT INTO ingestor_raw.portal_record (root, id, hash, expires_on, key_name, content)
    SELECT root, id, hash, $6, key_name, content
    FROM unnest($1::text[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[])
        AS given (root, id, hash, key_name, content)
    ON CONFLICT DO NOTHING
"""

READ: Final = """
    SELECT DISTINCT ON (root, id) root, id, content, expires_on FROM portal_record
    JOIN unnest($1::text[], $2::bigint[], $3::bytea[]) AS wanted (root, id, hash)
        USING (root, id, hash)
    ORDER BY root, id, expires_on DESC
"""

Place = tuple[str, int, bytes]
"""Root, id, and the hash of what it says."""

NOTHING: Final[Mapping[Place, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Bodies:
    """The bodies that one transaction works with; `fresh` are those it has in its hands."""

    vault: Database
    cipher: Cipher
    fresh: Mapping[Place, bytes]
    expires_on: date

    async def of(self, kept: Sequence[Kept]) -> list[Kept]:
        """Return records with their bodies; without one those whose date has passed."""
        places = {_place(one) for one in kept}
        stored = await self._stored(sorted(places - self.fresh.keys()))
        return [self._filled(one, stored) for one in kept]

    async def renew(self, connection: asyncpg.Connection, kept: Iterable[Kept]) -> None:
        """Keep what is still needed as long as what was added today."""
        due = self.expires_on - RENEWED
        ending = {
            _place(one): one.body
            for one in kept
            if one.body is not None and one.expires_on is not None and one.expires_on < due
        }
        await add(connection, self.cipher, ending, self.expires_on)

    async def _stored(self, places: Sequence[Place]) -> dict[Place, tuple[bytes, date]]:
        if not places:
            return {}
        digests = {(root, number): digest for root, number, digest in places}
        async with self.vault.connection() as connection:
            rows = await connection.fetch(READ, *map(list, zip(*places, strict=True)))
        found = {}
        for root, number, content, expires_on in rows:
            digest = digests[root, number]
            found[root, number, digest] = (self.cipher.open(content, digest), expires_on)
        return found

    def _filled(self, one: Kept, stored: Mapping[Place, tuple[bytes, date]]) -> Kept:
        place = _place(one)
        if place in self.fresh:
            return one._replace(body=self.fresh[place], expires_on=self.expires_on)
        body, expires_on = stored.get(place, (None, None))
        return one._replace(body=body, expires_on=expires_on)


async def add(
    connection: asyncpg.Connection,
    cipher: Cipher,
    bodies: Mapping[Place, bytes],
    expires_on: date,
    ahead: Mapping[Place, Sealed] = NOTHING,
) -> None:
    """Add bodies to the vault until a date, inside the transaction of the caller.

    `ahead` holds what was sealed before.
    """
    if not bodies:
        return
    roots, numbers, digests = (list(column) for column in zip(*bodies, strict=True))
    sealed = [ahead.get(place) or cipher.seal(body, place[2]) for place, body in bodies.items()]
    names, contents = [one.key_name for one in sealed], [one.content for one in sealed]
    await connection.execute(ADD, roots, numbers, digests, names, contents, expires_on)


def _place(one: Kept) -> Place:
    return (one.root, one.id, one.hash)
