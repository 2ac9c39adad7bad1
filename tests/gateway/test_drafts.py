"""Drafts and back-tests through the only door, with the real scoring behind it."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway import management
from gateway.desk import Desk
from scoring.app import application
from scoring.settings import Settings as ScoringSettings
from shared.clock import SystemClock
from tests.gateway.house import House, problem
from tests.gateway.test_openapi import check
from tests.scoring.drafts.documents import document
from tests.support.postgres import SERVICES, Cluster

READ_WRITE = ("drafts:read", "drafts:write")


class Door:
    """A gateway with scoring behind it, and people who hold keys."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def key(self, scopes: tuple[str, ...], organisation: str = "Үлгі қоры") -> str:
        """A key of a new member."""
        database, clock = self.house.database, SystemClock()
        member = await management.add_member(
            database, clock, organisation=organisation, name="A. Person", role="editor"
        )
        made = await management.add_key(
            database, clock, organisation=organisation, scopes=scopes, member=member.id
        )
        return made.text

    async def post(self, path: str, body: Any, key: str, once: str | None = None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": once or uuid4().hex} if once != "" else {}
        return await self.house.client.post(path, content=json.dumps(body), headers=headers)

    async def get(self, path: str, key: str) -> httpx.Response:
        return await self.house.client.get(path, headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
async def door(house: House, cluster: Cluster, tmp_path: Path) -> AsyncIterator[Door]:
    """The gateway of the house, whose desk asks a scoring on a database of its own."""
    async with cluster.copy("scoring", SERVICES["scoring"]) as name:
        told = ScoringSettings(
            database_url=cluster.url("scoring", name),
            redis_url="redis://127.0.0.1:1/0",
            internal_key="i" * 32,
            facts_path=tmp_path / "facts.duckdb",
        )
        app = application(told)
        transport = httpx.ASGITransport(app)
        desk = Desk(
            url="http://scoring", settings=house.settings, clock=SystemClock(), transport=transport
        )
        async with app.router.lifespan_context(app):
            house.app.state.gateway = replace(house.state, drafts=desk)
            yield Door(house)
            await desk.close()


async def test_a_draft_is_sent_read_tried_and_watched_as_it_is_described(door: Door) -> None:
    described = door.house.app.openapi()
    key = await door.key(READ_WRITE)

    sent = await door.post("/v1/indicator-drafts", document(), key)
    draft = sent.json()["id"]
    asked = await door.post(f"/v1/indicator-drafts/{draft}/back-tests", {"from": "2026-01-01"}, key)
    stepped = await door.post(f"/v1/indicator-drafts/{draft}/steps", {"step": "monitor"}, key)

    assert (sent.status_code, asked.status_code, stepped.status_code) == (201, 202, 200)
    assert sent.headers["Location"] == f"/v1/indicator-drafts/{draft}"
    assert asked.headers["Location"] == f"/v1/back-tests/{asked.json()['id']}"
    assert stepped.json()["state"] == "monitor"
    shown = {
        ("/v1/indicator-schema", "get", "200"): await door.get("/v1/indicator-schema", key),
        ("/v1/indicator-drafts", "get", "200"): await door.get("/v1/indicator-drafts", key),
        ("/v1/indicator-drafts/{draft_id}", "get", "200"): await door.get(
            f"/v1/indicator-drafts/{draft}", key
        ),
        ("/v1/back-tests/{back_test_id}", "get", "200"): await door.get(
            asked.headers["Location"], key
        ),
        ("/v1/indicator-drafts", "post", "201"): sent,
        ("/v1/indicator-drafts/{draft_id}/back-tests", "post", "202"): asked,
        ("/v1/indicator-drafts/{draft_id}/steps", "post", "200"): stepped,
    }
    for (path, method, status), answer in shown.items():
        assert answer.status_code == int(status), (path, answer.text)
        told = described["paths"][path][method]["responses"][status]
        check(described, told["content"]["application/json"]["schema"], answer.json())


async def test_what_scoring_refuses_is_refused_under_the_address_that_was_asked(door: Door) -> None:
    key = await door.key(READ_WRITE)

    hostile = await door.post(
        "/v1/indicator-drafts", document(query="SELECT * FROM read_csv('/etc/passwd')"), key
    )
    keyless = await door.post("/v1/indicator-drafts", document(), key, once="")
    unknown = await door.get("/v1/indicator-drafts/drf_none", key)
    malformed = await door.post("/v1/indicator-drafts", {"code": "X-1"}, key)

    assert problem(hostile) == (422, "validation_failed")
    [flaw] = hostile.json()["errors"]
    assert (flaw["pointer"], flaw["code"]) == ("/body/query", "unknown_function")
    assert "read_csv" in flaw["message"]
    assert hostile.json()["instance"] == "/v1/indicator-drafts"
    assert "internal" not in hostile.text
    assert problem(keyless) == (400, "idempotency_key_required")
    assert problem(unknown) == (404, "not_found")
    assert problem(malformed) == (422, "validation_failed")


@pytest.mark.parametrize(
    ("scopes", "method", "path"),
    [
        (("scores:read",), "GET", "/v1/indicator-drafts"),
        (("drafts:read",), "POST", "/v1/indicator-drafts"),
        (("drafts:read",), "POST", "/v1/indicator-drafts/drf_1/back-tests"),
        (("drafts:write",), "GET", "/v1/back-tests/bkt_1"),
    ],
)
async def test_each_door_takes_its_own_scope(
    house: House, scopes: tuple[str, ...], method: str, path: str
) -> None:
    key = await house.new_key(scopes)

    headers = {"Authorization": f"Bearer {key}"}
    body: dict[str, Any] | None = {} if method == "POST" else None
    answer = await house.client.request(method, path, json=body, headers=headers)

    assert problem(answer) == (403, "scope_missing")


async def test_others_see_neither_a_draft_nor_its_back_tests(door: Door) -> None:
    await management.add_organisation(door.house.database, SystemClock(), "Өзге ұйым")
    mine, other = await door.key(READ_WRITE), await door.key(READ_WRITE, "Өзге ұйым")
    sent = await door.post("/v1/indicator-drafts", document(), mine)

    hidden = await door.get(f"/v1/indicator-drafts/{sent.json()['id']}", other)
    listed = await door.get("/v1/indicator-drafts", other)

    assert problem(hidden) == (404, "not_found")
    assert listed.json()["data"] == []
    slip = await door.get("/v1/indicator-drafts?state=propsed", other)
    assert problem(slip) == (422, "validation_failed")


async def test_while_scoring_is_away_drafts_are_and_nothing_else(house: House) -> None:
    away = await house.get("/v1/indicator-drafts")
    there = await house.get("/v1/indicators")

    assert problem(away) == (503, "dependency_down")
    assert away.headers["Retry-After"] == "1"
    assert there.status_code == 200
