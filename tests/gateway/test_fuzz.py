"""No question, however bad, is answered by a fault of ours."""

import random
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.gateway.builders import process
from tests.gateway.casework import opened_casework
from tests.gateway.house import House, problem
from tests.gateway.nasty import NASTY, SEED
from tests.support.postgres import Cluster

OF_SCORING = ("/v1/indicator-drafts", "/v1/back-tests", "/v1/indicator-schema")


@pytest.mark.thorough
@pytest.mark.check("B16", tier=1, limit="0 faults")
async def test_no_parameter_and_no_path_makes_a_fault(
    full: House, cluster: Cluster, tmp_path: Path
) -> None:
    async with opened_casework(full, cluster, tmp_path):
        await _asked(full)


async def _asked(full: House) -> None:
    document = full.app.openapi()
    chosen = random.Random(SEED)
    asked, faults = 0, []
    for path, methods in document["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", []):
            for value in NASTY:
                address = _address(path, parameter, value, chosen)
                answer = await full.get(address)
                asked += 1
                # scoring is not there
                away = answer.status_code == 503 and (
                    parameter["name"] == "at" or path.startswith(OF_SCORING)
                )
                if answer.status_code >= 500 and not away:
                    faults.append(address)
                if answer.status_code >= 400:
                    problem(answer)
    assert faults == []
    assert asked > 1000


def _address(path: str, parameter: dict[str, Any], value: str, chosen: random.Random) -> str:
    here = {"process_id": process("o-1"), "subject_type": "process", "subject_id": process("o-1")}
    here |= {"code": "R018"}
    if parameter["in"] == "path":
        here[parameter["name"]] = value
    parts = path.split("/")
    filled = [
        quote(here.get(part.strip("{}"), chosen.choice(NASTY)), safe="") if "{" in part else part
        for part in parts
    ]
    query = f"?{quote(parameter['name'])}={quote(value)}" if parameter["in"] == "query" else ""
    return "/".join(filled) + query


BAD_QUESTIONS = [
    ("colour=red", (400, "unknown_parameter")),
    ("limit=1&limit=2", (400, "repeated_parameter")),
    ("amount[gt]=1", (400, "unknown_parameter")),
    ("offset=10", (400, "unknown_parameter")),
    ("limit=0", (422, "validation_failed")),
    ("limit=-1", (422, "validation_failed")),
    ("limit=201", (422, "validation_failed")),
    ("limit=" + "9" * 400, (422, "validation_failed")),
    ("amount[gte]=1", (422, "currency_required")),
    ("amount[lte]=1&currency=", (422, "validation_failed")),
    ("amount[gte]=NaN", (422, "validation_failed")),
    ("amount[gte]=-1", (422, "validation_failed")),
    ("amount[gte]=1e400", (422, "validation_failed")),
    ("published[gte]=2026-02-30", (422, "validation_failed")),
    ("published[gte]=2026-01-01T00:00:00", (422, "validation_failed")),
    ("published[lte]=0001-01-01T00:00:00%2B05:00", (422, "validation_failed")),
    ("sort=name", (422, "validation_failed")),
    ("sort=-published,amount", (422, "validation_failed")),
    ("q=%00", (422, "validation_failed")),
    ("q=%FF", (422, "validation_failed")),
    ("q=" + "x" * 201, (422, "validation_failed")),
    ("q=" + "x" * 10_000, (414, "address_too_long")),
    ("buyer=nobody", (422, "validation_failed")),
    ("buyer=990140000018", (422, "validation_failed")),
    ("&".join(["band=low"] * 51), (422, "validation_failed")),
    ("region=99", (422, "validation_failed")),
    ("buyer_region=7", (422, "validation_failed")),
    ("delivery_region=75111000", (422, "validation_failed")),
    ("cursor=x", (400, "cursor_invalid")),
]


@pytest.mark.check("B4", tier=1, limit="4xx with its reason")
async def test_a_bad_question_is_refused_with_its_reason(house: House) -> None:
    found = {
        query: problem(await house.get(f"/v1/processes?{query}")) for query, _ in BAD_QUESTIONS
    }

    assert found == dict(BAD_QUESTIONS)


BAD_BODIES = [
    (b"{", (400, "malformed_body")),
    (b'{"ids":["a"],"ids":["b"]}', (400, "malformed_body")),
    (b'{"ids":["\\u0000"]}', (400, "malformed_body")),
    (b'{"ids":["\\ud800"]}', (400, "malformed_body")),
    (b'{"ids":[NaN]}', (400, "malformed_body")),
    (b"[" * 900, (400, "malformed_body")),
    (b"", (422, "validation_failed")),
    (b"{}", (422, "validation_failed")),
    (b'{"ids":[]}', (422, "validation_failed")),
    (b'{"ids":[1]}', (422, "validation_failed")),
    (b'{"ids":["' + b"a" * 101 + b'"]}', (422, "validation_failed")),
    (b'{"ids":[' + b",".join([b'"a"'] * 101) + b"]}", (422, "validation_failed")),
    (b'{"ids":["a"],"org_id":"x"}', (422, "validation_failed")),
    (b'{"ids":["a"],"subject_type":"lot"}', (422, "validation_failed")),
    (b'{"ids":["' + b"a" * 2_000_000 + b'"]}', (413, "payload_too_large")),
]


@pytest.mark.check("B10", tier=1, limit="4xx with its reason")
async def test_a_bad_body_is_refused_with_its_reason(house: House) -> None:
    headers = {"Authorization": f"Bearer {house.key}", "Content-Type": "application/json"}

    async def refusal(body: bytes) -> tuple[int, str]:
        return problem(await house.client.post("/v1/scores:lookup", content=body, headers=headers))

    assert {body: await refusal(body) for body, _ in BAD_BODIES} == dict(BAD_BODIES)
