"""The SQL against the rules in plain Python, on releases with every kind of wrong type in them."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.scoring.offline import Json, evaluate, lines
from tests.scoring.plain_cardinal import evaluate as plain

pytestmark = pytest.mark.thorough

JUNK: tuple[Any, ...] = (None, 7, 1.5, True, "", "x", [], {}, [None], [[]], {"id": 3}, "1e3", "Ж\n")
ALL = "[R003]\n[R018]\n[R024]\n[R025]\n[R028]\n[R030]\n[R035]\n[R036]\n[R038]\n[R058]\n"
CONTESTS = 0.7
IN_TENDERERS = {"R024", "R025", "R028", "R030", "R058"}
SETTINGS = f"{ALL}[R048]\nminimum_contracting_processes = 2\n"


def spoil(rnd: random.Random, value: Any, share: float) -> Any:
    """Put a wrong value, or nothing, at some places of a release."""
    if rnd.random() < share:
        return rnd.choice(JUNK)
    if isinstance(value, dict):
        kept = {key: one for key, one in value.items() if rnd.random() >= share}
        return {key: spoil(rnd, one, share) for key, one in kept.items()}
    if isinstance(value, list):
        return [spoil(rnd, one, share) for one in value]
    return value


def release(rnd: random.Random, number: int) -> Json:
    """A purchase with ties, consortia, several awards and two currencies."""
    days = rnd.randrange(10, 20)
    tender = {
        "status": rnd.choice(["complete"] * 9 + ["cancelled"]),
        "procurementMethod": rnd.choice(["open", "selective", "direct"]),
        "numberOfTenderers": rnd.choice([1, 1.0, 2, "1"]),
        "procuringEntity": {"id": f"E{rnd.randrange(6)}"},
        "tenderPeriod": {
            "startDate": "2020-01-01T00:00:00Z",
            "endDate": f"2020-01-{1 + days:02}T00:00:00Z",
        },
        "days": days,
    }
    if rnd.random() < CONTESTS:
        bids, awards = _contest(rnd)
    else:
        bids = [_bid(rnd) for _ in range(rnd.randrange(6))]
        awards = [_award(rnd) for _ in range(rnd.choice([0, 1, 1, 1, 1, 2]))]
    return {
        "ocid": f"p{number}",
        "buyer": {"id": f"B{rnd.randrange(6)}"},
        "tender": tender,
        "bids": {"details": bids},
        "awards": awards,
    }


def _contest(rnd: random.Random) -> tuple[list[Json], list[Json]]:
    """One wins and one loses by about a fifth; T8 takes part in most, and never wins."""
    first, second = rnd.sample([f"T{n}" for n in range(8)], 2)
    gap = rnd.choice([20, 20, 20, 21, 22, 2, 60])
    prices = [(first, 100), (second, 100 + gap)] + [("T8", 200)] * rnd.randrange(3)
    bids = [_bid(rnd) | {"status": "valid", "tenderers": [{"id": who}],
            "value": {"amount": amount, "currency": "KZT"}} for who, amount in prices]  # fmt: skip
    return bids, [_award(rnd) | {"status": "active", "suppliers": [{"id": first}]}]


def _bid(rnd: random.Random) -> Json:
    who = [{"id": f"T{rnd.randrange(8)}"} for _ in range(rnd.choice([1, 1, 1, 1, 2, 3]))]
    return {
        "status": rnd.choice(
            ["valid"] * 6 + ["disqualified"] * 3 + ["pending", "withdrawn", "new"]
        ),
        "date": f"2020-01-{rnd.randrange(10, 22)}T00:00:00Z",
        "tenderers": who,
        "value": {
            "amount": rnd.choice([100, 100.0, 110, 120, 125, 180.5]),
            "currency": rnd.choice(["KZT"] * 9 + ["USD"]),
        },
    }


def _award(rnd: random.Random) -> Json:
    codes = [{"classification": {"id": f"{rnd.randrange(10, 16)}.1"}} for _ in range(2)]
    return {
        "status": rnd.choice(["active"] * 8 + ["cancelled", "unsuccessful", "pending"]),
        "suppliers": [{"id": f"T{rnd.randrange(8)}"} for _ in range(rnd.choice([1, 1, 1, 2]))],
        "items": codes,
    }


@pytest.mark.parametrize("share", [0.0, 0.03])
@pytest.mark.parametrize("seed", range(8))
def test_the_same_results_to_the_last_digit(tmp_path: Path, seed: int, share: float) -> None:
    rnd = random.Random(f"{seed} {share}")
    releases = [spoil(rnd, release(rnd, number), share) for number in range(250)]
    for one in releases:
        _keep_dates_and_days_together(one)

    _, out = evaluate(
        tmp_path,
        lines(*releases),
        *("--profile", "cardinal", "--format", "cardinal", "--no-meta"),
        settings=SETTINGS,
    )

    expected = {
        group: {k: dict(v) for k, v in one.items()} for group, one in plain(releases).items()
    }
    found = json.loads(out)
    assert share or {code for one in found["Tenderer"].values() for code in one} >= IN_TENDERERS
    assert set(found) == set(expected)
    for group, entries in expected.items():
        assert found[group] == entries


def _keep_dates_and_days_together(release_: Any) -> None:
    """Where a date was spoilt there are no days; the plain rules read them instead of dates."""
    tender = release_.get("tender") if isinstance(release_, dict) else None
    if isinstance(tender, dict):
        period = tender.get("tenderPeriod")
        dates = [
            period.get(key) if isinstance(period, dict) else None
            for key in ("startDate", "endDate")
        ]
        if not all(isinstance(date, str) and date.startswith("2020") for date in dates):
            tender.pop("days", None)
        elif isinstance(period, dict):
            tender["days"] = int(period["endDate"][8:10]) - 1
