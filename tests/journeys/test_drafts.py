"""What a data scientist of a partner lives through: an indicator of her own, in minutes."""

import asyncio
import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.journeys.site import Site
from tests.scoring.drafts.documents import document

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

ENDS_WITHIN = 90.0


async def key_of(site: Site, scopes: str) -> dict[str, str]:
    """The header of a key that a member of its own holds."""
    member = await site.command("gateway", "member", "add", *MEMBER)
    words = ("key", "add", "--json", "--organisation", "Journeys", "--scopes", scopes)
    held = ("--member", member.rows[0]["id"])
    made = await site.command("gateway", *words, *held)
    return {"Authorization": f"Bearer {made.rows[0]['key']}"}


MEMBER = ("Somebody", "--organisation", "Journeys", "--role", "editor", "--json")


async def post(site: Site, path: str, body: Any, who: dict[str, str]) -> httpx.Response:
    headers = who | {"Idempotency-Key": uuid4().hex}
    return await site.client.post(path, json=body, headers=headers, timeout=90)


async def ended(site: Site, address: str, who: dict[str, str]) -> dict[str, Any]:
    """Ask until a back-test has come to its end."""
    deadline = time.monotonic() + ENDS_WITHIN
    while True:
        found: dict[str, Any] = (await site.client.get(address, headers=who)).json()
        if found["state"] not in {"queued", "running"}:
            return found
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.2)


async def test_a_draft_goes_from_its_first_version_to_live_and_alerts_nobody_before(
    site: Site,
) -> None:
    author = await key_of(site, "drafts:read,drafts:write")
    second = await key_of(site, "drafts:read,drafts:approve")

    sent = await post(site, "/v1/indicator-drafts", document("X-JOURNEY"), author)
    assert sent.status_code == 201, sent.text
    draft = sent.headers["Location"]
    asked = await post(site, f"{draft}/back-tests", {"from": "2015-01-01"}, author)
    tried = await ended(site, asked.headers["Location"], author)

    assert (tried["state"], tried["reason"]) == ("done", None)
    result = tried["result"]
    overlap = {one["indicator"]: one for one in result["overlap"]}
    assert result["hits"] > 0
    assert result["hits"] == result["results"]["flagged"]
    assert overlap["R018"]["share_of_draft"] == 1.0
    assert sum(group["hits"] for group in result["hit_rates"]["year"]) == result["hits"]
    assert 0 < result["cost"]["cpu_seconds"] < 60

    steps = [
        await post(site, f"{draft}/steps", {"step": "monitor"}, author),
        await post(site, f"{draft}/steps", {"step": "propose"}, author),
        await post(site, f"{draft}/steps", {"step": "approve"}, author),
        await post(site, f"{draft}/steps", {"step": "approve"}, second),
        await post(site, f"{draft}/steps", {"step": "retire", "reason": "The end."}, second),
    ]
    assert [answer.status_code for answer in steps] == [200, 200, 403, 200, 200]
    assert steps[-1].json()["state"] == "retired"


async def test_a_hostile_draft_is_refused_with_its_reason_and_scores_go_on(site: Site) -> None:
    author = await key_of(site, "drafts:read,drafts:write")
    attack = document("X-ATTACK", query="SELECT pid FROM read_csv('/etc/passwd')")

    refused = await post(site, "/v1/indicator-drafts", attack, author)

    assert refused.status_code == 422
    assert "read_csv" in refused.json()["errors"][0]["message"]
    assert site.stage.fallen() == []


async def test_a_back_test_outlives_the_death_of_its_worker(site: Site) -> None:
    author = await key_of(site, "drafts:read,drafts:write")
    sent = await post(site, "/v1/indicator-drafts", document("X-KILLED"), author)

    asked = await post(site, f"{sent.headers['Location']}/back-tests", {}, author)
    await site.stage.kill("scoring-trier")
    tried = await ended(site, asked.headers["Location"], author)

    assert tried["state"] == "done"
