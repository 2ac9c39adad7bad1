"""How far each slice was read, saved in the transaction of what was read.

Two schedulers that read the same slice would both be right, but whoever finds that another one has
moved the checkpoint stops: one is enough.
"""

from datetime import datetime
from typing import Final

import asyncpg
from msgspec import Struct
from msgspec.structs import asdict, replace

READ: Final = """
    SELECT job, slice, step, run, started_at, after, floor, newest, top, bottom,
        expected, received, done
    FROM portal_checkpoint WHERE job = $1 AND slice = $2
"""

SAVE: Final = """
    INSERT INTO portal_checkpoint
        (job, slice, step, run, started_at, after, floor, newest, top, bottom, expected, received,
         done)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT (job, slice) DO UPDATE SET
        step = excluded.step, run = excluded.run, started_at = excluded.started_at,
        after = excluded.after, floor = excluded.floor, newest = excluded.newest,
        top = excluded.top, bottom = excluded.bottom, expected = excluded.expected,
        received = excluded.received, done = excluded.done, saved_at = now()
    WHERE portal_checkpoint.step = excluded.step - 1
"""

PROGRESS: Final = """
    SELECT slice, done, expected, received FROM portal_checkpoint WHERE job = $1
"""

KEEP_END: Final = """
    INSERT INTO portal_checkpoint (job, slice, floor, done) VALUES ($1, 'until', $2, true)
    ON CONFLICT DO NOTHING
"""

FORGET: Final = "DELETE FROM portal_checkpoint WHERE job = $1"


class OvertakenError(Exception):
    """Another scheduler has gone on with this slice; it will do the rest."""


class Checkpoint(Struct, frozen=True):
    """A place in a slice. `after` is the id below which to go on; None is the beginning.

    A slice that is followed for ever begins again at `floor`, or for lists without dates reads down
    to `bottom`, when it is done.
    """

    job: str
    slice: str
    step: int = 0
    run: int | None = None
    started_at: datetime | None = None
    after: int | None = None
    floor: datetime | None = None
    newest: datetime | None = None
    top: int | None = None
    bottom: int | None = None
    expected: int | None = None
    received: int = 0
    done: bool = False


async def read(connection: asyncpg.Connection, job: str, name: str) -> Checkpoint:
    """Return where a slice stands; a slice never begun stands at its beginning."""
    row = await connection.fetchrow(READ, job, name)
    return Checkpoint(**row) if row else Checkpoint(job, name)


async def save(connection: asyncpg.Connection, place: Checkpoint, run: int) -> Checkpoint:
    """Save the next place of a slice; raises OvertakenError where somebody else has moved it.

    Saved a second time by the same run, as after a commit whose answer was lost, it stays.
    """
    saved = replace(place, step=place.step + 1, run=run)
    status = await connection.execute(SAVE, *asdict(saved).values())
    if not status.endswith(" 1") and not _is_of(saved, await read(connection, *_place(saved))):
        raise OvertakenError(f"Another scheduler goes on with {place.slice}")
    return saved


def _place(checkpoint: Checkpoint) -> tuple[str, str]:
    return checkpoint.job, checkpoint.slice


def _is_of(saved: Checkpoint, there: Checkpoint) -> bool:
    return (there.step, there.run) == (saved.step, saved.run)


async def progress(connection: asyncpg.Connection, job: str) -> dict[str, tuple[bool, int, int]]:
    """Return every slice begun: whether it is done, how much was expected and has arrived."""
    rows = await connection.fetch(PROGRESS, job)
    return {row[0]: (row[1], row[2] or 0, row[3]) for row in rows}


async def first_end(connection: asyncpg.Connection, job: str, end: datetime) -> datetime:
    """Return the end that was chosen for a job when it was first asked for; now is the first time.

    It is asked for by the words that stay: with the end in its name, a job that moves its end would
    begin anew.
    """
    await connection.execute(KEEP_END, job, end)
    return (await read(connection, job, "until")).floor or end


async def forget(connection: asyncpg.Connection, job: str) -> None:
    """Let a job begin anew; what it stored stays."""
    await connection.execute(FORGET, job)
