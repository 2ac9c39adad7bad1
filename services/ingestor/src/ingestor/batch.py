"""One batch into the database: what is new is kept, what it changes is published, or nothing is."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import asyncpg
from msgspec import Raw
from msgspec.json import encode

from ingestor import store
from ingestor.compile import Version, gone_back_to, holding
from ingestor.intake import Accepted, Batch, Content, Origin, Refused, Tally
from ingestor.record import compiled
from ingestor.set_aside import set_aside
from shared import telemetry
from shared.contracts.releases import ReleaseEntry
from shared.feed import Change, publish_state

FEED: Final = "releases"

MOST_RELEASES: Final = 1_000  # of one process

Place = tuple[str, str, bytes]
"""Process, key of the release, hash of the version."""


class Occasion(NamedTuple):
    """What all of a batch has in common."""

    run: int
    origin: Origin
    now: datetime
    expires_on: date


class Stored(NamedTuple):
    """What became of a batch, and the head of the feed where it changed."""

    tally: Tally
    head: int | None


async def store_batch(connection: asyncpg.Connection, batch: Batch, occasion: Occasion) -> Stored:
    """Store a batch inside the transaction of the caller, who rings after the commit."""
    await store.lock_sources(connection, {a.source for a in batch.accepted})
    began = telemetry.now()
    known = await store.known_versions(connection, {a.process for a in batch.accepted})
    fresh = new_versions(batch.accepted, known)
    again = versions_again(batch.accepted, known, occasion.run)
    await _keep(connection, fresh, batch.refused, occasion)
    await store.delivered_again(connection, occasion.run, [_place(one) for one in again])
    touched = [*fresh, *again]
    head = await _publish(connection, touched, known, occasion)
    if head is not None and telemetry.on():
        await _trace(connection, {one.process for one in touched}, head, began)
    return Stored(_tally(batch, touched), head)


async def _trace(
    connection: asyncpg.Connection, processes: Collection[str], head: int, began: int
) -> None:
    """Begin the traces of what was published: it has the last numbers of the feed."""
    rows = await connection.fetch(
        "SELECT key, seq FROM feed_state WHERE feed = $1 AND key = ANY($2::text[]) AND seq > $3",
        FEED,
        [*processes],
        head - len(processes),
    )
    telemetry.record("publish", (telemetry.Place(*row) for row in rows), began, first=True)


def new_versions(
    accepted: Iterable[Accepted], known: Mapping[str, Sequence[Version]]
) -> list[Accepted]:
    """Leave out what was delivered before, or twice in this batch."""
    seen = {(process, v.key, v.hash) for process, versions in known.items() for v in versions}
    fresh = []
    for one in accepted:
        place = _place(one)
        if place not in seen:
            seen.add(place)
            fresh.append(one)
    return fresh


def versions_again(
    accepted: Iterable[Accepted], known: Mapping[str, Sequence[Version]], run: int
) -> list[Accepted]:
    """Name what was delivered before and is meant anew: the publisher has gone back to it."""
    several = {process: versions for process, versions in known.items() if len(versions) > 1}
    given = {_place(one): one for one in accepted if one.process in several}
    delivered: dict[str, set[tuple[str, bytes]]] = {}
    for process, key, digest in given:
        delivered.setdefault(process, set()).add((key, digest))
    return [
        given[process, version.key, version.hash]
        for process, own in delivered.items()
        for version in gone_back_to(several[process], own, run)
    ]


async def _keep(
    connection: asyncpg.Connection,
    fresh: Sequence[Accepted],
    refused: Sequence[Refused],
    occasion: Occasion,
) -> None:
    payloads = [(a.source, a.payload) for a in fresh]
    await store.add_payloads(connection, payloads, occasion.expires_on)
    await store.add_records(connection, occasion.run, fresh)
    await set_aside(connection, occasion.run, refused, occasion.expires_on)


async def _publish(
    connection: asyncpg.Connection,
    touched: Sequence[Accepted],
    known: Mapping[str, Sequence[Version]],
    occasion: Occasion,
) -> int | None:
    """Publish the processes whose compiled release is another one than before."""
    owners = {one.process: one for one in touched}
    contents = await _contents(connection, touched, known, occasion.run)
    before = await store.known_processes(connection, owners)
    changed = [
        (_process_row(owners[process], content, before.get(process)), content)
        for process, content in contents.items()
        if _says_something_new(content, before.get(process))
    ]
    await store.set_processes(connection, [row for row, _ in changed], occasion.now)
    if not changed:
        return None
    return await publish_state(connection, FEED, [_change(*pair, occasion) for pair in changed])


async def _contents(
    connection: asyncpg.Connection,
    touched: Sequence[Accepted],
    known: Mapping[str, Sequence[Version]],
    run: int,
) -> dict[str, Content]:
    """Return what each touched process now says, merging only where it has several releases."""
    given = {_place(one): one for one in touched}
    held = _held(touched, known, run)
    several = {p: places for p, places in held.items() if not _is_alone(places, given)}
    missing = [place for places in several.values() for place in places if place not in given]
    kept = await store.records(connection, missing)
    merged = {
        process: compiled([given[p].record if p in given else kept[p] for p in places])
        for process, places in several.items()
    }
    alone = {p: given[places[0]].content for p, places in held.items() if p not in several}
    return alone | merged


def _held(
    touched: Sequence[Accepted], known: Mapping[str, Sequence[Version]], run: int
) -> dict[str, list[Place]]:
    """Return, for each touched process, the versions it is made of, oldest first.

    One that was known before counts as delivered by this run, as it is noted to be.
    Of a process with more releases than any real one has, only the newest count: an ocid that a
    publisher gives to everything must not fill the memory.
    """
    versions: dict[str, list[Version]] = {}
    for one in touched:
        own = versions.setdefault(one.process, list(known.get(one.process, ())))
        own.append(Version(one.date, run, one.size, one.hash, one.key))
    return {
        process: [(process, v.key, v.hash) for v in holding(own)[-MOST_RELEASES:]]
        for process, own in versions.items()
    }


def _is_alone(places: Sequence[Place], given: Mapping[Place, Any]) -> bool:
    return len(places) == 1 and places[0] in given


def _says_something_new(content: Content, before: store.Known | None) -> bool:
    return before is None or before.withdrawn or before.hash != content.hash


def _process_row(one: Accepted, content: Content, before: store.Known | None) -> store.ProcessRow:
    revision = before.revision + 1 if before else 1
    return store.ProcessRow(one.process, one.source, one.ocid, revision, content.hash, content.date)


def _change(row: store.ProcessRow, content: Content, occasion: Occasion) -> Change:
    entry = ReleaseEntry(
        id=row.id,
        source=row.source,
        ocid=row.ocid,
        revision=row.revision,
        date=content.date,
        received_at=occasion.now,
        origin=occasion.origin,
        counts=content.counts,
        quality=content.quality,
        parties=content.parties,
        release=Raw(content.release),
    )
    return Change(row.id, encode(entry))


def _place(one: Accepted) -> Place:
    return (one.process, one.key, one.hash)


def _tally(batch: Batch, touched: Sequence[Accepted]) -> Tally:
    return Tally(
        received=batch.received(),
        accepted=len(touched),
        unchanged=len(batch.accepted) - len(touched),
        mended=sum(one.mended for one in touched),
        quarantined=len(batch.refused),
    )
