"""The quarantine tried again: what can be read by now is stored, the rest keeps its new reason."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import tzinfo
from io import BytesIO
from typing import Final, Literal

from ingestor import quarantine, runs
from ingestor.batch import FEED, Occasion, store_batch
from ingestor.intake import Accepted, Batch, Refused
from ingestor.judge import Judge
from ingestor.load import Desk
from ingestor.raw import payloads
from ingestor.raw.cipher import UnreadableError
from ingestor.sources_feed import FEED as SOURCES_FEED
from ingestor.sources_feed import publish_sources
from shared.database import Database
from shared.ocds import Document, read

PAGE: Final = 200

PORTAL: Final = "goszakup"
PUT_TOGETHER: Final = "What is held of the portal is put together by: ingestor reassemble goszakup"

Fate = Literal["used", "refused", "gone"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one row: used at last, refused again, or its payload is not kept any more."""

    row: quarantine.Row
    fate: Fate
    reason: str


@dataclass(frozen=True, slots=True)
class Replayer:
    """What replaying needs beside the desk: the vault, opened with its own role."""

    desk: Desk
    vault: Database
    pseudonym_key: bytes
    zone: tzinfo

    async def replay_all(self) -> AsyncIterator[Replayed]:
        """Try every open row whose payload was kept whole."""
        after = 0
        while True:
            async with self.desk.database.connection() as connection:
                rows = await quarantine.replayable(connection, after=after, limit=PAGE)
            for row in rows:
                yield await self.replay(row)
            if not rows:
                return
            after = rows[-1].id

    async def replay(self, row: quarantine.Row) -> Replayed:
        """Try one row again, as a run of its own; both leave their trace in the row.

        A row of a list is not tried: only the whole list tells who is missing from it.
        """
        if row.code.startswith(quarantine.OF_A_LIST):
            return Replayed(row, "refused", "Correct the list and load it again")
        if row.source == PORTAL:
            return Replayed(row, "refused", PUT_TOGETHER)
        payload = await self._payload(row)
        if isinstance(payload, str):
            return Replayed(row, "gone", payload)
        judged = self._judged(row, payload)
        refused = [one for one in judged if isinstance(one, Refused)]
        if refused or not judged:
            return await self._refused_again(row, refused)
        accepted = [one for one in judged if isinstance(one, Accepted)]
        await self._use(row, Batch(accepted=accepted))
        return Replayed(row, "used", "")

    async def _payload(self, row: quarantine.Row) -> bytes | str:
        """Return the payload, or why there is none."""
        if row.stands_for_many():
            return f"It stands for {row.count} whose payloads were not kept; load the file again"
        if row.truncated:
            return f"Only the beginning of its {row.size} bytes was kept"
        digest = bytes.fromhex(row.raw_hash)
        async with self.vault.connection() as connection:
            held = await payloads.fetch(connection, digest)
        if held is None:
            return "Its payload passed the retention date and was deleted"
        try:
            return self.desk.cipher.open(held.content, digest)
        except UnreadableError as fault:
            return str(fault)

    def _judged(self, row: quarantine.Row, payload: bytes) -> list[Accepted | Refused]:
        judge = Judge(
            row.source, row.file, self.zone, self.pseudonym_key, self.desk.cipher, own_sources=False
        )
        found = list(read(BytesIO(payload)))
        return [
            judge.judge(one) if isinstance(one, Document) else judge.refuse(one) for one in found
        ]

    async def _refused_again(self, row: quarantine.Row, refused: list[Refused]) -> Replayed:
        reason = refused[0].reason if refused else row.reason
        async with self.desk.database.connection() as connection:
            await quarantine.refuse_again(connection, row.id, reason)
        return Replayed(row, "refused", reason)

    async def _use(self, row: quarantine.Row, batch: Batch) -> None:
        """Store what was read at last; everything about it in one transaction."""
        name = f"quarantine {row.id}: {row.file}"
        now = self.desk.clock.now()
        async with self.desk.database.connection() as connection:
            origin = (await runs.one(connection, row.run)).origin
        begun = runs.begin(self.desk.database, row.source, name, origin, batch.received())
        async with begun as run, self.desk.database.transaction() as connection:
            occasion = Occasion(run, origin, now, (now + self.desk.retention).date())
            stored = await store_batch(connection, batch, occasion)
            await runs.add(connection, run, stored.tally)
            await runs.end(connection, run, runs.Ending("complete", None, batch.received()))
            await quarantine.resolve(connection, row.id, run)
            sources = await publish_sources(connection, [row.source], run)
        if stored.head is not None:
            await self.desk.bell.ring(FEED, stored.head)
        await self.desk.bell.ring(SOURCES_FEED, sources)
