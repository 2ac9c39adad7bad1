"""Judged change by change or all at once, in whatever order: the findings are the same by value."""

import random
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scoring import method
from scoring.evaluate import bulk
from scoring.facts import Facts
from scoring.judging import _read
from scoring.score import FLAGGED
from shared.feed import Change
from shared.feed.entries import Entry, lines
from tests.scoring.office import Office, office
from tests.scoring.releases import bid, change, purchase_id, release

CHANGE_SETS = 100
STATUSES = (*["valid"] * 12, *["disqualified"] * 3, "withdrawn", "pending", None)
PRICES = (*[1000.0, 1000.0, 1001.0, 1100.0, 1100.0, 1150.0, 1200.0, 4900.0] * 3, None)
"""Few prices, so that ties are the rule."""

Found = dict[tuple[str, str], tuple[Any, ...]]


def invented(rnd: random.Random, ocid: str) -> dict[str, Any]:
    """A purchase with any number of flaws: ties, gaps, changed organisations, odd statuses."""
    bids = [_bid(rnd, n) for n in range(rnd.randrange(6))]
    winner = rnd.choice(["supplier-0", "supplier-1", "supplier-2", "supplier-2", "weak-1"])
    suppliers = [{"id": winner}, {"id": "supplier-3"}][: rnd.choice([1, 1, 1, 1, 1, 2])]
    award = {
        "id": "a",
        "status": rnd.choice([*["active"] * 9, "pending", "cancelled", None]),
        "suppliers": suppliers,
        "items": [{"id": "1", "classification": {"id": rnd.choice(["10.1", "20.2", "30.3"])}}],
    }
    period = {
        "startDate": f"2026-02-{rnd.randrange(1, 21):02}T09:00:00Z",
        "endDate": "2026-02-21T09:00:00Z",
    }
    tender = {
        "status": rnd.choice(["complete", "active", "cancelled"]),
        "procurementMethod": rnd.choice(["open", "open", "direct", None]),
        "procurementMethodDetails": "Открытый конкурс",
        "procuringEntity": {"id": rnd.choice(["buyer-1", "buyer-2"])},
        "numberOfTenderers": rnd.choice([1, 2, 3, None]),
        "tenderPeriod": rnd.choice([period, period, {}]),
    }
    found = release(
        ocid,
        buyer={"id": rnd.choice(["buyer-1", "buyer-2", "buyer-3"])},
        tender=_without_nulls(tender),
        bids={"details": bids},
        awards=[_without_nulls(award)] * rnd.choice([0, 1, 1, 1, 1, 1, 1, 2]),
    )
    if rnd.random() < 0.1:
        del found["bids"]
    return found


def _bid(rnd: random.Random, number: int) -> dict[str, Any]:
    found = bid(number, rnd.choice(["supplier-0", "supplier-1", "supplier-2"]), 0.0)
    found["status"], amount = rnd.choice(STATUSES), rnd.choice(PRICES)
    found["value"] = {"amount": amount, "currency": "KZT"} if amount else None
    found["date"] = rnd.choice(["2026-02-20T09:00:00Z", "2026-02-21T15:00:00+05:00", None])
    return _without_nulls(found)


def _without_nulls(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value is not None}


@pytest.mark.slow
@pytest.mark.check("E5", tier=1, limit="equal")
async def test_findings_after_each_of_a_hundred_change_sets_equal_those_of_a_bulk_run(
    scoring_office: Office, tmp_path: Path
) -> None:
    """Every state of every purchase is judged in bulk too: on facts of its own, all side by side.

    What a bulk run would say after a change set is what it says of the states that stood then. It
    sees all others beside them, as it may: an incremental run sees none.
    """
    _small_groups_will_do(scoring_office)
    await scoring_office.restart()
    rnd = random.Random(20260301)
    world = {f"ocds-{n}": invented(rnd, f"ocds-{n}") for n in range(60)}
    await scoring_office.publish(*world.values())
    await scoring_office.work()
    states = States()
    stood: list[tuple[list[str], Found]] = []

    for _ in range(CHANGE_SETS):
        await scoring_office.publish_changes(_change_set(rnd, world))
        await scoring_office.judge()
        stood.append((states.of(world), await _stored(scoring_office, "process")))

    in_bulk = states.judged(scoring_office, tmp_path / "states.ndjson")
    for names, stored in stood:
        assert stored == {key: one for name in names for key, one in in_bulk[name].items()}
    _, last = stood[-1]
    assert last == await scoring_office.session.facts(lambda f: _judged(scoring_office, f))
    compared = Counter(code for _, stored in stood for _, code in stored)
    assert compared.keys() >= {"R003", "R018", "R024", "R028", "R030", "R035", "R036", "R058"}


@pytest.mark.check("E5", tier=1, limit="equal")
async def test_neither_the_order_of_releases_nor_their_history_shows_in_the_findings(
    scoring_office: Office,
    platform_database_urls: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(method, "TOLERANCE", 0.0)
    _small_groups_will_do(scoring_office)
    await scoring_office.restart()
    rnd = random.Random(7)
    world = {f"ocds-{n}": invented(rnd, f"ocds-{n}") for n in range(80)}
    await scoring_office.publish(*world.values())
    await scoring_office.work()
    for _ in range(5):
        await scoring_office.publish_changes(_change_set(rnd, world))
        await scoring_office.judge()
    await scoring_office.work()
    kinds = ("process", "buyer", "supplier")
    with_history = {kind: await _stored(scoring_office, kind) for kind in kinds}
    await _wipe(scoring_office)

    shuffled = [change(one) for one in world.values()]
    rnd.shuffle(shuffled)
    (tmp_path / "other").mkdir()
    async with office(platform_database_urls, tmp_path / "other") as other:
        _small_groups_will_do(other)
        await other.restart()
        await other.publish_changes(shuffled)
        await other.work()
        at_once = {kind: await _stored(other, kind) for kind in kinds}

    assert at_once == with_history
    assert all(at_once.values())


class States:
    """All states that purchases have been in, each under a name of its own."""

    def __init__(self) -> None:
        self._named: dict[int, tuple[str, dict[str, Any]]] = {}

    def of(self, world: dict[str, dict[str, Any]]) -> list[str]:
        """Name the states that the purchases of a world are in now."""
        for one in world.values():
            self._named.setdefault(id(one), (f"{one['ocid']} #{len(self._named)}", one))
        return [self._named[id(one)][0] for one in world.values()]

    def judged(self, found: Office, file: Path) -> dict[str, Found]:
        """By state: what a bulk run flags of it, told as of the purchase that was in it."""
        states = {purchase_id(name): (name, one["ocid"]) for name, one in self._named.values()}
        told: dict[str, Found] = {name: {} for name, _ in states.values()}
        facts = Facts.open(":memory:", threads=1)
        self._load(facts, file)
        for (subject, code), said in _judged(found, facts).items():
            name, ocid = states[subject]
            told[name][purchase_id(ocid), code] = said
        facts.close()
        return told

    def _load(self, facts: Facts, file: Path) -> None:
        published = [change(one | {"ocid": name}) for name, one in self._named.values()]
        entries = [Entry(n, c.key, c.body is None, c.body or b"") for n, c in enumerate(published)]
        file.write_bytes(lines(entries))
        assert facts.load(file, last_seq=len(entries), epoch="e").faults == []


def _change_set(rnd: random.Random, world: dict[str, dict[str, Any]]) -> list[Change]:
    """Change some purchases, add one, withdraw one; the world follows."""
    changed = rnd.sample(sorted(world), rnd.randrange(1, 6))
    changed.append(f"ocds-new-{rnd.randrange(40)}")
    for ocid in changed:
        world[ocid] = invented(rnd, ocid)
    changes = [change(world[ocid]) for ocid in changed]
    if rnd.random() < 0.5:
        gone = rnd.choice(sorted(world))
        del world[gone]
        changes.append(Change(purchase_id(gone), None))
    return changes


async def _stored(found: Office, subject_type: str) -> Found:
    """The open findings of the engine, by subject and indicator."""
    return {
        (row["subject_id"], row["indicator"]): (
            row["status"],
            row["value"],
            row["threshold"],
            _places(msgspec.json.decode(row["evidence"])),
        )
        for row in await found.findings()
        if row["subject_type"] == subject_type
    }


def _judged(found: Office, facts: Facts) -> Found:
    """What a bulk run flags now, by the population the engine judges by."""
    standard = found.session.standard
    results: Found = {}
    for judgements in bulk(
        facts,
        standard.indicators("process"),
        standard.profile,
        populations=standard.populations,
    ):
        for (_, subject_id), one in _read(judgements):
            if one.status == FLAGGED:
                places = _places(msgspec.to_builtins(one.evidence))
                results[subject_id, one.code] = (one.status, one.value, one.threshold, places)
    return results


def _places(evidence: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(one["process"], one["path"], one["value"]) for one in evidence]


def _small_groups_will_do(found: Office) -> None:
    """So that fences are taken, and parties flagged, in a small world."""
    found.profile = msgspec.structs.replace(
        found.profile,
        minimum_group=2,
        parameters={
            "R024": {"threshold": 0.01},
            "R038": {"threshold": 0.2, "minimum_contracting_processes": 2},
            "R048": {"threshold": 2.0, "minimum_contracting_processes": 2},
        },
    )


async def _wipe(found: Office) -> None:
    """Empty both services' tables, as if nothing had ever been judged."""
    async with found.ingestor.connection() as connection:
        await connection.execute("DELETE FROM feed_state; DELETE FROM feed_head")
    async with found.scoring.connection() as connection:
        await connection.execute(
            "TRUNCATE finding, score, score_past, population, base_rate, tally, rejudge;"
            "DELETE FROM feed_state; DELETE FROM feed_head; DELETE FROM engine;"
            "INSERT INTO engine (id) VALUES (1)"
        )
