"""A back-fill killed twenty times, and PostgreSQL under it, ends with exactly the sandbox's set."""

import os
import time
from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import pytest

from deploy.sandbox.world import World
from ingestor import runs
from tests.harness.siege import START, Siege, besieged, ended
from tests.ingestor.office import Office
from tests.support.asked_for import asked_for

KILLS = {"loader": 15, "postgres": 5}

Row = dict[str, Any]
Part = tuple[str, int]
"""Root and id."""

TIED = """
    SELECT root, id, notice FROM portal_record
    WHERE notice IS NOT NULL AND root IN ('TrdBuy', 'Lots', 'TrdApp', 'Contract')
"""

UNTOLD = """
    SELECT count(*) FROM (
        SELECT id::text AS number FROM portal_record WHERE root = 'TrdBuy'
        UNION SELECT 'c' || family FROM portal_record WHERE root = 'Contract' AND notice IS NULL
    ) AS held
    FULL JOIN (
        SELECT replace(process.ocid, 'ocds-kz0000-', '') AS number
        FROM process JOIN feed_state ON feed = 'releases' AND key = process.id AND body IS NOT NULL
    ) AS told USING (number)
    WHERE held.* IS NULL OR told.* IS NULL
"""


async def half_stored(office: Office, whole: Mapping[int, Counter[Part]]) -> list[int]:
    """Name the notices that are held without all that belongs to them."""
    held: dict[int, Counter[Part]] = {}
    for root, number, notice in await office.rows(TIED):
        held.setdefault(notice, Counter())[root, number] += 1
    return [notice for notice, parts in held.items() if parts != whole[notice]]


def whole_notices(world: World) -> dict[int, Counter[Part]]:
    """Everything that the portal has of every notice; of bids only what it shows by now."""
    there = asked_for(world, START)
    notices = there["TrdBuy"]
    whole = {number: Counter([("TrdBuy", number)]) for number in notices}
    for root, owner in (("Lots", "trdBuyId"), ("Contract", "trdBuyId"), ("TrdApp", "buyId")):
        for number, row in there[root].items():
            notice = row[owner]
            if notice and (root != "TrdApp" or decided(notices[notice], world)):
                whole[notice][root, number] += 1
    return whole


def decided(notice: Row, world: World) -> bool:
    """Whether the results of a notice are published."""
    return bool(notice["itogiDatePublic"]) and notice["itogiDatePublic"] <= f"{world.now}"


def oracle(world: World) -> Counter[tuple[Any, ...]]:
    """Every purchase, lot, bid, contract, addendum and act, with its sum, each once."""
    tables = asked_for(world, START)
    said: Counter[tuple[Any, ...]] = Counter()
    for row in tables["TrdBuy"].values():
        said["notice", row["id"], row["totalSum"]] += 1
    for row in tables["Lots"].values():
        said["lot", row["id"], row["amount"]] += 1
    for row in tables["TrdApp"].values():
        if decided(tables["TrdBuy"][row["buyId"]], world):
            said.update(("bid", line["id"], line["amount"]) for line in row["AppLots"])
    latest: dict[int, Row] = {}
    for row in sorted(tables["Contract"].values(), key=lambda one: int(one["id"])):
        latest[row["rootId"]] = row
        if row["id"] != row["rootId"]:
            said["addendum", row["id"]] += 1
    said.update(("contract", root, row["contractSumWnds"]) for root, row in latest.items())
    said.update(("act", key) for key in tables["Acts"])
    return said


async def told(office: Office) -> Counter[tuple[Any, ...]]:
    """What the feed says of them."""
    said: Counter[tuple[Any, ...]] = Counter()
    for body in (await office.published()).values():
        release = body["release"]
        tender = release.get("tender", {})
        if body["ocid"].removeprefix("ocds-kz0000-").isdigit():
            said["notice", int(tender["id"]), tender["value"]["amount"]] += 1
        said.update(("lot", *summed(lot)) for lot in tender.get("lots", []))
        for bid in release.get("bids", {}).get("details", []):
            said.update(("bid", *summed(line)) for line in bid["lotValues"])
        for contract in release.get("contracts", []):
            said["contract", *summed(contract)] += 1
            said.update(("addendum", int(one["id"])) for one in contract.get("amendments", []))
            said.update(("act", int(one["id"])) for one in contract.get("x_acts", []))
    return said


def summed(part: Row) -> tuple[int, float]:
    """The number of a part and its sum."""
    return int(part["id"]), part["value"]["amount"]


async def endings(office: Office) -> list[tuple[str, str | None]]:
    """How every run ended, the first one first."""
    async with office.database.connection() as connection:
        found = await runs.recent(connection, "goszakup", 100)
    return [(run.status, run.reason) for run in reversed(found)]


async def besiege(siege: Siege) -> list[int]:
    """Strike as often as is wanted; returns what was ever found half stored."""
    targets = [name for name, count in KILLS.items() for _ in range(count)]
    siege.rng.shuffle(targets)
    half, whole = [], whole_notices(siege.sandbox.portal.world)
    loader = siege.begin()
    for target in targets:
        loader = await siege.strike(loader, target)
        half += await half_stored(siege.office, whole)
    siege.last = await ended(loader)
    return half


@pytest.mark.thorough
@pytest.mark.check("F1", tier=2, limit="0 lost, 0 doubled, 0 half stored")
async def test_a_back_fill_killed_twenty_times_holds_exactly_what_the_sandbox_has(
    record_property: Callable[[str, object], None],
) -> None:
    seed, began = int(os.environ.get("SEED", "5")), time.monotonic()
    async with besieged(Random(seed)) as siege:
        half = await besiege(siege)
        found, wanted = await told(siege.office), oracle(siege.sandbox.portal.world)
        [untold] = await siege.office.rows(UNTOLD)
        [doubled] = await siege.office.rows(
            "SELECT count(*) - count(DISTINCT (process, key, hash)) FROM source_record"
        )
        ends = await endings(siege.office)

    status, run = siege.last
    record_property(
        "figure",
        f"back-fill seed={seed} kills in flight={siege.hits.total()} ({dict(siege.hits)}); "
        f"{found.total()} ids with their sums in {time.monotonic() - began:.0f} s",
    )
    assert siege.hits == KILLS
    assert half == []
    assert found == wanted
    assert {kind for kind, *_ in wanted} == {"notice", "lot", "bid", "contract", "addendum", "act"}
    assert (untold[0], doubled[0]) == (0, 0)
    assert ends == [("incomplete", runs.KILLED)] * KILLS["loader"] + [("complete", None)]
    assert (status, run["status"], run["received"]) == (0, "complete", run["expected"])
