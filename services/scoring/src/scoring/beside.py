"""The feeds that are read beside the releases: registers, and plan points nobody has taken up.

Both are followed as the releases are: the place in the feed lies in the facts, in the transaction
of its effect; a feed that began anew is read from its beginning; a line that cannot be loaded is
set aside with its reason, and a newer line of the same key makes it void.
"""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import asyncpg
import httpx
import structlog

from scoring import store
from scoring.aside import entry_of
from scoring.facts import Facts
from scoring.facts_thread import FactsThread
from scoring.loading import Fault, Keep, Loaded, keep_nothing
from shared import deadletters, metrics
from shared.database import Database
from shared.feed.client import FeedClient, RawPage
from shared.feed.entries import NO_EPOCH, lines

PAGE: Final = 5_000
MANY: Final = 500
"""Lines from which DuckDB works with all its threads."""

Settle = Callable[[asyncpg.Connection, int], Awaitable[None]]

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Beside:
    """Follows one feed into the facts."""

    def __init__(
        self,
        feed: str,
        database: Database,
        facts: FactsThread,
        client: FeedClient,
        folder: Path,
    ) -> None:
        self.feed = feed
        self.seq = 0
        self.head: int | None = None
        self.epoch: str | None = None
        self._database = database
        self._facts = facts
        self._client = client
        self._incoming = folder / f"{feed}.ndjson"
        self._letters = False

    @property
    def level(self) -> bool:
        """Whether everything published is in the facts, as far as was heard."""
        return self.head is not None and self.seq >= self.head

    async def start(self) -> None:
        """Find out how far the feed has been read, and whether anything was set aside."""
        feed = self.feed
        self.seq, self.epoch = await self._facts(lambda facts: facts.cursor(feed))
        await self.refresh()

    async def refresh(self) -> None:
        """Read whether anything was set aside."""
        async with self._database.connection() as connection:
            letters = await deadletters.count(connection, self.feed)
        self._letters = letters > 0
        metrics.dead_letters.labels(self.feed).set(letters)

    async def take_in(self) -> bool:
        """Load one page; say whether there may be more."""
        page = await self._page()
        if page is None or page.count == 0:
            return False
        self._incoming.write_bytes(page.lines)
        keep = self._facts.awaiting(self._set_aside)
        loaded = await self._load(page.last_seq, str(page.epoch), keep, many=page.count >= MANY)
        self.seq = page.last_seq
        await self._forget_mended(page.lines, loaded.faults)
        metrics.feed_head.labels(self.feed).set(page.head)
        metrics.feed_applied.labels(self.feed).set(self.seq)
        return True

    async def replay(self, settle: Settle) -> bool:
        """Take in again what somebody asked for; say whether there was anything.

        `settle` is called with the first place in the feed that was read again, in the transaction
        in which the letters are forgotten.
        """
        async with self._database.connection() as connection:
            letters = await store.letters_to_replay(connection, self.feed)
        if not letters:
            return False
        self._incoming.write_bytes(lines([letter.entry for letter in letters]))
        loaded = await self._load(self.seq, self.epoch)
        failed = {letters[fault.line - 1].id: fault.reason for fault in loaded.faults}
        good = [letter.entry.key for letter in letters if letter.id not in failed]
        async with self._database.transaction() as connection:
            for letter in letters:
                if (reason := failed.get(letter.id)) is not None:
                    again, fault = letter.attempts + 1, ValueError(reason)
                    await deadletters.store(connection, self.feed, letter.entry, fault, again)
            await deadletters.forget(connection, self.feed, good)
            await store.replayed(connection, [letter.id for letter in letters])
            await settle(connection, min(letter.entry.seq for letter in letters))
        await self.refresh()
        return True

    async def _load(
        self, last_seq: int, epoch: str | None, keep: Keep = keep_nothing, *, many: bool = False
    ) -> Loaded:
        def load(facts: Facts) -> Loaded:
            return facts.load(
                self._incoming, last_seq=last_seq, epoch=epoch, feed=self.feed, keep=keep
            )

        return await self._facts(load, many=many)

    async def _page(self) -> RawPage | None:
        """Ask for the next page; a feed that began anew is read from its beginning."""
        try:
            page = await self._client.fetch(self.feed, self.seq, PAGE)
            if page.epoch == NO_EPOCH:
                return None
            if str(page.epoch) != self.epoch or page.head < self.seq:
                await self._begin_anew(str(page.epoch))
                page = await self._client.fetch(self.feed, 0, PAGE)
        except httpx.HTTPError as fault:
            log.warning(
                "the feed does not answer",
                feed=self.feed,
                reason=f"{type(fault).__name__}: {fault}",
            )
            return None
        self.head = page.head
        return page

    async def _begin_anew(self, epoch: str) -> None:
        tell = log.warning if self.epoch else log.info  # the very first time is no surprise
        tell("reading a feed from the beginning", feed=self.feed, epoch=epoch, before=self.epoch)
        feed = self.feed
        await self._facts(lambda facts: facts.reset(epoch, feed))
        self.seq, self.epoch = 0, epoch

    async def _set_aside(self, faults: Sequence[Fault]) -> None:
        """Keep the lines that could not be loaded, with the reasons."""
        async with self._database.transaction() as connection:
            for fault in faults:
                entry, reason = entry_of(fault.content), fault.reason
                log.warning("line set aside", feed=self.feed, key=entry.key, reason=reason)
                await deadletters.store(connection, self.feed, entry, ValueError(reason), 1)

    async def _forget_mended(self, received: bytes, faults: Sequence[Fault]) -> None:
        """Drop the letters of what could be loaded since."""
        if not faults and not self._letters:
            return
        failed = {entry_of(fault.content).key for fault in faults}
        keys = {entry_of(line).key for line in received.splitlines() if line} - failed
        async with self._database.transaction() as connection:
            await deadletters.forget(connection, self.feed, sorted(keys))
        await self.refresh()
