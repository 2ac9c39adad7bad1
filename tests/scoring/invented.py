"""Small invented purchases full of ties, gaps and odd statuses, and a loader for them."""

import copy
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from scoring.evaluate import bulk, incremental
from scoring.facts import Facts
from scoring.indicator import Indicator
from scoring.judgements import Populations
from scoring.normal import envelope
from scoring.profiles import Profile, load_profile
from tests.scoring.eleven import eleven

Json = dict[str, Any]

PROFILE: Profile = msgspec.structs.replace(
    load_profile("kz"),
    minimum_group=3,
    parameters={
        "R003": {"by_law": 0, "days": 5},
        "R024": {"threshold": 0.1},
        "R025": {"threshold": 0.5, "percentile": 10},
        "R038": {
            "threshold": 0.25,
            "minimum_submitted_bids": 2,
            "minimum_contracting_processes": 2,
        },
        "R048": {"threshold": 3, "minimum_contracting_processes": 2},
        "R058": {"threshold": 0.2},
    },
)
"""As kz, with thresholds and groups that a hundred purchases can reach."""


def purchases(seed: int, count: int) -> list[Json]:
    """Invent compiled releases in normal form."""
    rnd = random.Random(seed)
    return [_purchase(rnd, f"p{number}") for number in range(count)]


def load(facts: Facts, folder: Path, releases: Sequence[Json], start: int = 0) -> list[int]:
    """Load releases as a batch of the feed; the changed pids."""
    file = folder / "batch.ndjson"
    lines = [envelope(one) | {"seq": start + n} for n, one in enumerate(releases, 1)]
    file.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    loaded = facts.load(file, last_seq=start + len(lines), epoch="e")
    assert loaded.faults == []
    return loaded.changed


Found = dict[tuple[str, str, str], tuple[Any, ...]]


def judge_all(
    facts: Facts, populations: Populations, indicators: Sequence[Indicator] | None = None
) -> Found:
    """Every judgement by indicator, kind and subject."""
    found: Found = {}
    chosen = eleven() if indicators is None else {one.code: one for one in indicators}
    for judgements in bulk(facts, chosen, PROFILE, populations=populations):
        assert judgements.error is None
        for row in judgements.rows():
            key = (judgements.indicator.code, row.kind, row.subject)
            assert key not in found
            found[key] = (row.status, row.value, row.threshold, row.missing)
    return found


def judge_changed(facts: Facts, pids: Sequence[int], populations: Populations) -> Found:
    """The judgements of the processes given."""
    found: Found = {}
    for judgements in incremental(facts, eleven(), PROFILE, pids, populations):
        assert judgements.error is None
        for row in judgements.rows():
            found[judgements.indicator.code, row.kind, row.subject] = (
                row.status,
                row.value,
                row.threshold,
                row.missing,
            )
    return found


def without(release: Json, field: str) -> Iterator[Json]:
    """The release without a field: everywhere, and then at each place where it stands alone."""
    places = list(_places(release, field.split(".")))
    for chosen in [places, *[[place] for place in places]] if places else []:
        changed = copy.deepcopy(release)
        for place in chosen:
            holder = changed
            for step in place[:-1]:
                holder = holder[step]
            del holder[place[-1]]
        yield changed


def _places(value: Any, steps: list[str], path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, list):
        for position, element in enumerate(value):
            yield from _places(element, steps, (*path, position))
    elif isinstance(value, dict) and steps[0] in value:
        here = (*path, steps[0])
        if len(steps) == 1:
            yield here
        else:
            yield from _places(value[steps[0]], steps[1:], here)


def _purchase(rnd: random.Random, ocid: str) -> Json:
    bids = [_bid(rnd, n) for n in range(rnd.randrange(1, 5))]
    bids.sort(key=lambda one: (one["status"] != "valid", one["value"]["amount"]))
    bidders = [bids[0]["tenderers"][0]["id"]] * 4 + [bids[-1]["tenderers"][0]["id"]]
    awards = [_award(rnd, bidders) for _ in range(rnd.choice([1, 1, 1, 1, 1, 2, 0]))]
    tender = {
        "procurementMethod": rnd.choice(["open", "open", "selective", "direct"]),
        "procurementMethodDetails": rnd.choice(["Открытый конкурс", "Запрос ценовых предложений"]),
        "numberOfTenderers": rnd.choice([1, 2, 3]),
        "procuringEntity": {"id": rnd.choice(["E1", "E2", "E3", "E4"])},
        "tenderPeriod": {
            "startDate": "2026-02-01T09:00:00Z",
            "endDate": f"2026-02-{rnd.randrange(2, 12):02}T09:00:00Z",
        },
    }
    return {
        "ocid": ocid,
        "buyer": {"id": rnd.choice(["B1", "B2", "B3", "B4", "B5"])},
        "tender": tender,
        "bids": {"details": bids},
        "awards": awards,
    }


def _bid(rnd: random.Random, number: int) -> Json:
    others = rnd.choice([*[[]] * 9, [{"id": "S9"}]])
    return {
        "id": str(number),
        "status": rnd.choice(["valid"] * 6 + ["disqualified"] * 2 + ["pending", "withdrawn"]),
        "date": f"2026-02-{rnd.randrange(1, 13):02}T09:00:00Z",
        "tenderers": [{"id": f"S{rnd.randrange(7)}"}, *others],
        "value": {"amount": rnd.choice([100, 100, 105, 110, 120, 150, 400]), "currency": "KZT"},
    }


def _award(rnd: random.Random, bidders: Sequence[str]) -> Json:
    return {
        "status": rnd.choice(["active"] * 8 + ["unsuccessful", "pending"]),
        "suppliers": [{"id": rnd.choice([*bidders, "S6"])}],
        "items": [
            {"id": str(n), "classification": {"id": rnd.choice(["10.1", "20.1", "30.1", "40.1"])}}
            for n in range(rnd.randrange(1, 4))
        ],
    }
