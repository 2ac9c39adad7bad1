"""Rounds over a database: what is published, when, and what is not written again."""

from typing import Any

import msgspec
import pytest

from scoring.facts import Facts
from scoring.statistics.rounds import PROFILES, STATISTICS, Statistics
from shared.contracts.profiles import Figures, Network
from shared.contracts.statistics import Tile
from tests.scoring.office import Office
from tests.scoring.releases import award, bid, party_id, release, tender

pytestmark = pytest.mark.thorough


async def make_round(statistics: Statistics) -> None:
    """Work until the figures are those of all that was judged."""
    statistics.hurry()
    while await statistics.step():
        pass


async def published(office: Office, feed: str) -> dict[str, tuple[int, Any]]:
    rows = await office.rows("SELECT key, seq, body FROM feed_state WHERE feed = $1", feed)
    return {
        row["key"]: (row["seq"], None if row["body"] is None else msgspec.json.decode(row["body"]))
        for row in rows
    }


async def test_a_round_publishes_what_was_judged_and_writes_only_what_changed(
    scoring_office: Office,
) -> None:
    office = scoring_office
    other = release(
        "ocds-2",
        buyer={"id": "buyer-2"},
        tender=tender(procuringEntity={"id": "buyer-2"}),
        bids={"details": [bid(0, "supplier-5", 700.0)]},
        awards=[award("supplier-5", 700.0)],
    )
    await office.publish(release("ocds-1"), other)
    await office.work()
    statistics = Statistics(office.session, every=3600)

    await make_round(statistics)

    tiles = await published(office, STATISTICS)
    tile = msgspec.convert(tiles["single-source"][1], Tile)
    assert (tile.rows[0]["contracts"], tile.rows[0]["amount"]) == (2, "1700.00")
    assert "profile-figures" in tiles
    first = await published(office, PROFILES)
    buyer = msgspec.convert(first[f"buyer/{party_id('buyer-1')}"][1], Figures)
    assert (buyer.volumes.purchases, buyer.volumes.amount) == (1, "1000.00")
    network = msgspec.convert(first[f"network/{party_id('supplier-0')}"][1], Network)
    assert [one.id for one in network.co_bidders] == [
        party_id("supplier-1"),
        party_id("supplier-2"),
    ]

    await office.withdraw("ocds-2")
    await office.work()
    await make_round(statistics)

    second = await published(office, PROFILES)
    assert second[f"buyer/{party_id('buyer-2')}"][1] is None
    assert second[f"network/{party_id('supplier-5')}"][1] is None
    assert second[f"buyer/{party_id('buyer-1')}"] == first[f"buyer/{party_id('buyer-1')}"]
    assert statistics.due_in() is None


async def test_what_cannot_be_counted_holds_up_neither_the_other_tables_nor_the_next_round(
    scoring_office: Office,
) -> None:
    office = scoring_office
    await office.publish(release("ocds-1"))
    await office.work()
    statistics = Statistics(office.session, every=3600)
    statistics.hurry()
    while not await office.session.facts(has_taken_all):
        assert await statistics.step()
    await office.session.facts(lambda facts: facts.connection.execute("DROP TABLE st_deal"))

    await make_round(statistics)
    tiles = await published(office, STATISTICS)
    assert "competition" in tiles
    assert "single-source" not in tiles
    assert await published(office, PROFILES) == {}
    await office.publish(release("ocds-2"))
    await office.work()
    await make_round(statistics)

    assert "single-source" in await published(office, STATISTICS)
    assert len(await published(office, PROFILES)) == 7


async def test_while_releases_keep_coming_a_round_waits_by_how_long_the_last_one_took(
    scoring_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = scoring_office
    await office.publish(release("ocds-1"))
    await office.work()
    statistics = Statistics(office.session, every=0.0)
    first = statistics.overdue
    await make_round(statistics)
    await office.publish(release("ocds-2"))
    await office.work()

    monkeypatch.setattr("scoring.statistics.rounds.SHARE_OF_TIME", 10_000)
    soon, due = statistics.overdue, statistics.due_in()
    monkeypatch.setattr("scoring.statistics.rounds.SHARE_OF_TIME", 0)

    assert (first, soon, statistics.overdue) == (True, False, True)
    assert due is not None
    assert due > 60


def has_taken_all(facts: Facts) -> bool:
    """Whether a round has taken the last of what its figures stand on."""
    found = "SELECT 1 FROM duckdb_views() WHERE view_name = 'st_met'"
    return bool(facts.connection.execute(found).fetchall())
