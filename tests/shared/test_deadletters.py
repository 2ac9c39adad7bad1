"""Dead letters: what could not be applied is kept with its reason until somebody mends it."""

from collections.abc import Sequence

import asyncpg
import pytest

from shared import deadletters
from shared.database import Database
from shared.feed import Entry

LOT = Entry(7, "prc_a", False, b'{"value":"many"}')


async def _store(database: Database, entry: Entry, fault: Exception, attempts: int = 3) -> None:
    async with database.transaction() as connection:
        await deadletters.store(connection, "releases", entry, fault, attempts)


async def _listed(database: Database, feed: str | None = None) -> list[deadletters.DeadLetter]:
    async with database.connection() as connection:
        return await deadletters.listed(connection, feed=feed)


async def _apply(_: asyncpg.Connection, entries: Sequence[Entry]) -> None:
    if entries[0].key == "prc_bad":
        raise ValueError("still bad")


async def test_a_letter_keeps_the_entry_and_the_reason(consumer: Database) -> None:
    await _store(consumer, LOT, ValueError("not a number: many"))

    (letter,) = await _listed(consumer)
    assert letter.entry == LOT
    assert letter.reason == "ValueError: not a number: many"
    assert (letter.feed, letter.attempts) == ("releases", 3)


async def test_a_letter_about_a_deletion_stays_one(consumer: Database) -> None:
    await _store(consumer, Entry(8, "prc_a", True, b"null"), ValueError("x"))

    (letter,) = await _listed(consumer)
    assert letter.entry == Entry(8, "prc_a", True, b"null")


async def test_a_newer_letter_of_the_same_key_takes_the_place_of_the_older(
    consumer: Database,
) -> None:
    await _store(consumer, LOT, ValueError("first"))
    await _store(consumer, Entry(9, "prc_a", False, b"2"), ValueError("second"))

    (letter,) = await _listed(consumer)
    assert (letter.entry.seq, letter.reason) == (9, "ValueError: second")
    assert letter.first_failed_at < letter.last_failed_at


@pytest.mark.parametrize(
    ("words", "kept"),
    [("a\0b", "ValueError: a�b"), ("\ud800", "ValueError: ?"), ("x" * 5000, None)],
)
async def test_any_words_of_a_fault_can_be_stored(
    consumer: Database, words: str, kept: str | None
) -> None:
    await _store(consumer, LOT, ValueError(words))

    (letter,) = await _listed(consumer)
    assert letter.reason == (kept or letter.reason)
    assert len(letter.reason) <= 2000


async def test_replaying_drops_what_succeeds_and_keeps_what_fails(consumer: Database) -> None:
    await _store(consumer, LOT, ValueError("x"))
    await _store(consumer, Entry(8, "prc_bad", False, b"1"), ValueError("x"))

    async with consumer.transaction() as connection:
        result = await deadletters.replay(connection, "releases", _apply)

    assert result == deadletters.Replay(applied=1, failed=1)
    (letter,) = await _listed(consumer)
    assert (letter.entry.key, letter.reason, letter.attempts) == (
        "prc_bad",
        "ValueError: still bad",
        4,
    )


async def test_only_the_letters_that_were_named_are_replayed(consumer: Database) -> None:
    await _store(consumer, LOT, ValueError("x"))
    await _store(consumer, Entry(8, "prc_b", False, b"1"), ValueError("x"))
    first, second = await _listed(consumer, "releases")

    async with consumer.transaction() as connection:
        await deadletters.replay(connection, "releases", _apply, [second.id])

    assert await _listed(consumer) == [first]
    assert await _listed(consumer, "scores") == []
