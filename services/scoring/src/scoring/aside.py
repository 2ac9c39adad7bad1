"""What could not be loaded or written: set aside with its reason, tried again when asked for.

A release that cannot be loaded waits with its line; a score that cannot be written waits with no
body, for its release lies in the facts. A newer release of the same process makes both void.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec
import structlog

from scoring import store
from scoring.facts import Facts
from scoring.facts_thread import FactsThread
from scoring.judging import Case
from scoring.loading import Fault, Loaded
from scoring.purchases import numbers
from shared import deadletters, metrics
from shared.database import Database
from shared.deadletters import DeadLetter
from shared.feed import Entry
from shared.feed.entries import lines

FEED: Final = "releases"
NO_BODY: Final = b"null"

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class Aside:
    """The dead letters of the engine, and which processes have one."""

    def __init__(self, database: Database, facts: FactsThread, incoming: Path) -> None:
        self._database = database
        self._facts = facts
        self._incoming = incoming
        self._keys: set[str] = set()

    async def refresh(self) -> None:
        """Read which processes have a dead letter."""
        async with self._database.connection() as connection:
            self._note(await deadletters.keys(connection, FEED))

    async def put_releases(self, faults: Sequence[Fault]) -> None:
        """Keep the releases that could not be loaded, with the reasons."""
        entries = [(entry_of(fault.content), fault.reason) for fault in faults]
        async with self._database.transaction() as connection:
            for entry, reason in entries:
                log.warning("release set aside", key=entry.key, reason=reason)
                await deadletters.store(connection, FEED, entry, ValueError(reason), 1)
        self._note(self._keys | {entry.key for entry, _ in entries})

    async def put_score(self, case: Case, fault: Exception) -> None:
        """Keep the name of a process whose score could not be written."""
        log.error("score set aside", subject=case.key[1], reason=deadletters.reason(fault))
        entry = Entry(case.data_seq, case.key[1], deleted=False, body=NO_BODY)
        async with self._database.transaction() as connection:
            await deadletters.store(connection, FEED, entry, fault, 1)
        self._note(self._keys | {entry.key})

    async def forget(self, loaded: Loaded) -> None:
        """Drop the letters of processes that have been loaded in a newer form."""
        if not self._keys:
            return
        keys, pids = sorted(self._keys), set(loaded.changed)
        known = await self._facts(lambda facts: numbers(facts, keys))
        better = [key for pid, key in known.items() if pid in pids]
        if better:
            async with self._database.transaction() as connection:
                await deadletters.forget(connection, FEED, better)
            self._note(self._keys - set(better))

    async def replay(self, seq: int, epoch: str | None) -> bool:
        """Take in again what somebody asked for; say whether there was anything.

        What can be loaded now is judged as new data. `seq` and `epoch` are the cursor of the facts.
        """
        async with self._database.connection() as connection:
            letters = await store.letters_to_replay(connection, FEED)
        if not letters:
            return False
        failed = await self._load(letters, seq, epoch)
        good = [letter.entry.key for letter in letters if letter.id not in failed]
        async with self._database.transaction() as connection:
            for letter in letters:
                if (reason := failed.get(letter.id)) is not None:
                    again = letter.attempts + 1
                    fault = ValueError(reason)
                    await deadletters.store(connection, FEED, letter.entry, fault, again)
            await store.demand(connection, "data", good)
            await deadletters.forget(connection, FEED, good)
            await store.replayed(connection, [letter.id for letter in letters])
        self._note(self._keys - set(good))
        return True

    async def _load(
        self, letters: Sequence[DeadLetter], seq: int, epoch: str | None
    ) -> dict[int, str]:
        """Load the releases among the letters; return the reasons of those that fail again."""
        some = [letter for letter in letters if letter.entry.deleted or _has_body(letter)]
        if not some:
            return {}
        self._incoming.write_bytes(lines([letter.entry for letter in some]))

        def load(facts: Facts) -> Loaded:
            return facts.load(self._incoming, last_seq=seq, epoch=epoch)

        loaded = await self._facts(load)
        return {some[fault.line - 1].id: fault.reason for fault in loaded.faults}

    def _note(self, keys: set[str]) -> None:
        self._keys = keys
        metrics.dead_letters.labels(FEED).set(len(keys))


class _Head(msgspec.Struct):
    seq: int
    key: str


def entry_of(line: bytes) -> Entry:
    """Take a line of the feed apart whose body may be no JSON at all.

    >>> entry_of(b'{"seq":7,"key":"prc_1","deleted":false,"body":{"n":NaN}}')
    Entry(seq=7, key='prc_1', deleted=False, body=b'{"n":NaN}')
    """
    head, _, rest = line.strip().partition(b',"body":')
    found = msgspec.json.decode(head + b"}", type=_Head)
    return Entry(found.seq, found.key, deleted=False, body=rest[:-1])


def _has_body(letter: DeadLetter) -> bool:
    return letter.entry.body != NO_BODY
