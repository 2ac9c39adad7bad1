"""The simulated world's clock, ids, changes and journal: the same however the time is stepped."""

from datetime import UTC, date, datetime, timedelta

import pytest

from deploy.sandbox.world import Row, World
from deploy.sandbox.world.ledger import TALES_KEPT
from deploy.sandbox.world.tale import ROOTS
from deploy.sandbox.world.workdays import PORTAL
from deploy.sandbox.world.world import KEYS

pytestmark = pytest.mark.thorough

START = date(2026, 1, 5)


def instant(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PORTAL)


def everything(world: World) -> dict[str, dict[int, Row]]:
    return {root: dict(world.table(root)) for root in ROOTS}


@pytest.fixture(scope="module")
def world() -> World:
    made = World(3, 400, START)
    made.advance(instant(7, 10, 12))
    return made


def test_one_seed_gives_one_world_whatever_the_steps_of_the_clock(world: World) -> None:
    stepped = World(3, 400, START)
    moment = instant(1, 5)
    while moment < instant(7, 10, 12):
        stepped.advance(moment)
        moment += timedelta(hours=31, minutes=7)
    stepped.advance(instant(7, 10, 12))

    assert everything(stepped) == everything(world)
    assert stepped.ground_truth() == world.ground_truth()
    assert stepped.registers() == world.registers()


def test_another_seed_gives_another_world(world: World) -> None:
    other = World(4, 400, START)
    other.advance(instant(7, 10, 12))

    assert everything(other)["Contract"] != everything(world)["Contract"]


def test_a_zone_is_converted_and_time_never_goes_back(world: World) -> None:
    assert world.now == instant(7, 10, 12).replace(tzinfo=None)
    world.advance(datetime(2026, 7, 10, 7, tzinfo=UTC))
    assert world.now == instant(7, 10, 12).replace(tzinfo=None)
    world.advance(instant(6, 1))
    assert world.now == instant(7, 10, 12).replace(tzinfo=None)


def test_nothing_is_seen_before_its_time(world: World) -> None:
    for root in ROOTS:
        table = world.table(root)
        for key, row in table.items():
            assert row[KEYS.get(root, "id")] == key
            assert row["indexDate"] <= "2026-07-10 12:00:00"
    with pytest.raises(KeyError):
        world.table("Contract")[25_600_000 + len(world.table("Contract"))]
    with pytest.raises(KeyError):
        world.table("News")


def test_a_reader_of_changes_ends_with_the_same_tables() -> None:
    world = World(6, 300, START)
    mirror: dict[str, dict[int, Row]] = {root: {} for root in ROOTS}
    last = instant(1, 5)
    mirror["Subjects"] = dict(world.table("Subjects"))
    for look in range(1, 73):
        moment = instant(1, 5, 3) + look * timedelta(hours=63)
        world.advance(moment)
        for root in ROOTS:
            for change in world.changes(root, last, moment):
                assert last <= change.at.replace(tzinfo=PORTAL) < moment
                if change.row is None:
                    mirror[root].pop(change.id, None)
                else:
                    mirror[root][change.id] = change.row
        last = moment

    assert mirror == everything(world)
    assert len(mirror["Contract"]) > 100


def test_new_rows_have_higher_ids_than_old_ones() -> None:
    world, highest = World(8, 600, START), dict.fromkeys(ROOTS, 0)
    for day in range(1, 60):
        world.advance(instant(1, 5, 15) + timedelta(days=day))
        for root in ROOTS:
            table = world.table(root)
            seen = [key for key in table if key > highest[root]]
            assert sorted(table) == list(table)
            highest[root] = max(seen, default=highest[root])
    born = [row["crdate"] for row in world.table("Contract").values()]
    since = [day for day in born if day >= START.isoformat()]  # stories tell of earlier years too
    assert len(since) > len(born) / 2
    assert since == sorted(since)


def test_pages_go_down_from_the_newest_row(world: World) -> None:
    table = world.table("TrdBuy")
    newest = list(reversed(table))

    first = table.below(None, 10)
    second = table.below(first[-1]["id"], 10)

    assert [row["id"] for row in first + second] == newest[:20]
    assert table.below(newest[-1], 10) == []


def test_the_journal_tells_what_appeared_changed_and_vanished() -> None:
    world = World(1, 1500, START)
    world.advance(instant(6, 30))
    entries = list(world.journal(instant(1, 5), instant(6, 30)))

    gone = [entry for entry in entries if entry["action"] == "D"]
    assert {entry["service_name"] for entry in gone} == {"rnu"}
    assert all(entry["url"] == "" and entry["object_id"].startswith("3-") for entry in gone)
    assert {"subject", "contract", "rnu"} <= {entry["service_name"] for entry in entries}
    dates = [entry["date_action"] for entry in entries]
    assert dates == sorted(dates)


def test_all_rows_of_one_purchase_are_found_from_any_of_them(world: World) -> None:
    contract = next(r for r in world.table("Contract").values() if r["trdBuyId"])
    kin = world.related("Contract", contract["id"])

    assert contract in kin["Contract"]
    assert contract["trdBuyId"] in {row["id"] for row in kin["TrdBuy"]}
    assert kin["Plans"]
    assert kin == world.related("TrdBuy", contract["trdBuyId"])


def test_plans_have_versions_notices_repeats_contracts_addenda(world: World) -> None:
    plans = list(world.table("Plans").values())
    edited = [row for row in plans if row["rootrecordId"] != row["id"]]
    assert edited
    for row in edited:
        assert world.table("Plans")[row["rootrecordId"]]["isActive"] == 0
    notices = world.table("TrdBuy")
    again = [row for row in notices.values() if row["numberAnno"].endswith("-2")]
    assert again
    for row in again:
        before = notices[row["parentId"]]["numberAnno"]
        assert before.rpartition("-")[0] == row["numberAnno"].rpartition("-")[0]
    contracts = world.table("Contract")
    added = [row for row in contracts.values() if row["parentId"]]
    assert added
    for row in added:
        root = contracts[row["rootId"]]
        assert root["contractNumberSys"].endswith("/00")
        assert row["contractNumberSys"].rpartition("/")[0] in root["contractNumberSys"]
    numbers = [row["contractNumberSys"] for row in contracts.values()]
    assert len(set(numbers)) == len(numbers)


def test_states_of_a_notice_follow_one_another() -> None:
    world, last = World(3, 700, START), instant(1, 5)
    seen: dict[int, list[int]] = {}
    for hours in range(8, 24 * 300, 8):
        moment = instant(1, 5) + timedelta(hours=hours)
        world.advance(moment)
        for change in world.changes("TrdBuy", last, moment):
            assert change.row
            seen.setdefault(change.id, []).append(change.row["refBuyStatusId"])
        last = moment
    paths = {tuple(dict.fromkeys(path)) for path in seen.values()}

    assert (210, 220, 250, 350) in paths
    assert (240, 350) in paths
    assert any(path[-1] == 410 for path in paths)
    assert any(path[-1] == 430 for path in paths)
    assert any(440 in path for path in paths)
    assert any(420 in path for path in paths)


def test_a_world_of_two_million_contracts_keeps_few_of_its_tales_in_memory() -> None:
    world = World(1, 2_000_000, START)
    world.advance(instant(1, 6, 20))

    assert len(world._ledger) > 8_000
    assert len(world._ledger._kept) <= TALES_KEPT
    assert len(world.table("Subjects")) > 140_000
    assert world.table("Plans").below(None, 3)
