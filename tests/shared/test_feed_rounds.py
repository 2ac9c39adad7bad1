"""Rounds over all feeds: what no bell told of is found, whatever another feed does meanwhile."""

import asyncio

import httpx
import pytest

from shared.feed.rounds import Rounds


class Feeds:
    """Feeds of which one may have more to tell than a round waits for."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.left: list[str] = []
        self.released = asyncio.Event()
        self.faults: dict[str, Exception] = {}

    async def follow(self, name: str) -> None:
        self.read.append(name)
        if name in self.faults:
            raise self.faults[name]
        if name == "long":
            try:
                await self.released.wait()
            finally:
                self.left.append(name)


async def test_a_feed_with_very_much_to_tell_is_read_on_while_others_are_looked_at_again() -> None:
    feeds = Feeds()
    rounds = Rounds(feeds.follow, ["long", "short"])

    await rounds.look(patience=0.01)
    await rounds.look(patience=0.01)
    assert sorted(feeds.read) == ["long", "short", "short"]

    feeds.released.set()
    await rounds.look(patience=None)
    await rounds.look(patience=None)
    assert feeds.read.count("long") == 2


async def test_a_producer_that_is_away_is_asked_again_in_the_next_round() -> None:
    feeds = Feeds()
    feeds.faults["away"] = httpx.ConnectError("nobody there")
    rounds = Rounds(feeds.follow, ["away", "short"])

    await rounds.look()
    await rounds.look()

    assert sorted(feeds.read) == ["away", "away", "short", "short"]


async def test_a_fault_of_our_own_is_told_and_the_feed_read_again() -> None:
    feeds = Feeds()
    feeds.faults["broken"] = KeyError("a defect")
    rounds = Rounds(feeds.follow, ["broken"])

    for _ in range(2):
        with pytest.raises(KeyError):
            await rounds.look()

    assert feeds.read == ["broken", "broken"]


async def test_at_the_end_nothing_is_read_any_more() -> None:
    feeds = Feeds()
    rounds = Rounds(feeds.follow, ["long"])
    await rounds.look(patience=0.01)

    assert feeds.left == []

    await rounds.end()

    assert feeds.left == ["long"]
