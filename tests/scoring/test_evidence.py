"""What a score shows stands in the stored release, at the place named, with the value shown."""

import random
from collections import Counter
from typing import Any

import msgspec

from deploy.sandbox.generate import releases
from scoring.profiles import load_profile
from tests.scoring.eleven import eleven
from tests.scoring.office import Office

KZ = load_profile("kz")
LENIENT = msgspec.structs.replace(
    KZ,
    minimum_group=2,
    parameters={
        "R003": {"by_law": 0, "days": 20},
        "R024": {"threshold": 0.05},
        "R025": {"threshold": 0.5, "percentile": 50},
        "R058": {"threshold": 0.05},
        "R038": {"threshold": 0.3, "minimum_contracting_processes": 2},
        "R048": {"threshold": 2.0, "minimum_contracting_processes": 2},
    },
)
"""So that much is flagged, parties too, in a world of a few hundred purchases."""


def sandbox(seed: int, count: int) -> list[dict[str, Any]]:
    """Invented purchases, every fifth with a publisher's flaw in it."""
    found = [msgspec.json.decode(line) for line in releases(seed, count)]
    rnd = random.Random(seed)
    for one in found[::5]:
        field = rnd.choice(["bids", "awards", "tender.numberOfTenderers", "bids.details.status"])
        _remove(one, field.split("."))
    return found


async def test_a_thousand_random_findings_show_what_stands_in_the_stored_release(
    scoring_office: Office,
) -> None:
    scoring_office.profile = LENIENT
    await scoring_office.restart()
    await scoring_office.publish(*sandbox(11, 1500))
    await scoring_office.work()
    rows = await scoring_office.rows("SELECT * FROM finding WHERE closed_at IS NULL ORDER BY id")
    stored = await _stored_releases(scoring_office)

    looked_up: Counter[str] = Counter()
    for row in random.Random(1).sample(rows, 1000):
        evidence = msgspec.json.decode(row["evidence"])
        assert evidence, f"{row['indicator']} shows nothing"
        for one in evidence:
            release = stored[one["process"] or row["subject_id"]]
            assert _resolve(release, one["path"]) == one["value"], (row["indicator"], one)
        looked_up[row["indicator"]] += 1

    assert looked_up.keys() == eleven().keys()


def _remove(found: Any, path: list[str]) -> None:
    """Take a field away, through arrays."""
    if isinstance(found, list):
        for one in found:
            _remove(one, path)
    elif isinstance(found, dict):
        if len(path) == 1:
            found.pop(path[0], None)
        else:
            _remove(found.get(path[0]), path[1:])


def _resolve(document: Any, pointer: str) -> Any:
    """Follow a JSON pointer (RFC 6901)."""
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        document = document[int(key)] if isinstance(document, list) else document[key]
    return document


async def _stored_releases(found: Office) -> dict[str, Any]:
    async with found.ingestor.connection() as connection:
        rows = await connection.fetch("SELECT key, body FROM feed_state WHERE feed = 'releases'")
    return {row["key"]: msgspec.json.decode(row["body"])["release"] for row in rows}
