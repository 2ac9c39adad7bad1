"""The OpenAPI document: valid, complete, and true of what is really answered."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from gateway.api.example_judgement import INDICATOR
from gateway.app import build
from shared.contracts.casework import OPERATIONS
from shared.openapi import without_example
from tests.gateway.builders import (
    BUYER_BIN,
    SUPPLIER_BIN,
    alert,
    figures,
    indicator,
    line,
    network,
    process,
    release,
    score,
    source,
    tile,
)
from tests.gateway.house import House, problem, settings
from tests.gateway.portal_builders import portal_notice

OF_SCORING = {
    "/v1/indicator-schema",
    "/v1/indicator-drafts",
    "/v1/indicator-drafts/{draft_id}",
    "/v1/back-tests/{back_test_id}",
}
"""What is asked of scoring: test_drafts.py looks at these."""

OF_CASES = {f"/v1{each.path}" for each in OPERATIONS.values() if each.method == "GET"}
"""What is asked of cases: every answer in tests/cases is compared with its declaration."""

FILES_OF_CASES = {
    "/v1/complaints.ics",
    "/v1/complaints/{complaint_id}/letters/{letter_id}/{form}",
    "/v1/cases/{case_id}/history",
    "/v1/evidence/{evidence_id}/file",
    "/v1/stats/impact/{figure}/csv",
}
"""What is no JSON: files are compared byte by byte where they are made."""

OF_SENDERS = {"/v1/tips/channels", "/v1/tips/me"}
"""Of tips: test_tips.py compares them."""

OF_CALLERS = {
    "/v1/exports",
    "/v1/exports/{export_id}",
    "/v1/exports/{export_id}/manifest",
    "/v1/exports/{export_id}/files/{name}",
    "/v1/dumps",
    "/v1/dumps/{day}/files/{name}",
    "/v1/dossiers",
    "/v1/dossiers/{dossier_id}",
    "/v1/dossiers/{dossier_id}/files/{name}",
    "/.well-known/dossier-keys.json",
    "/v1/me",
    "/v1/organisation",
    "/v1/members",
    "/v1/members/{member_id}",
    "/v1/invitations",
    "/v1/keys",
    "/v1/keys/{credential_id}",
    "/v1/clients",
    "/v1/clients/{credential_id}",
    "/v1/approvals",
    "/v1/approvals/{approval_id}",
    "/v1/audit",
    "/v1/subscriptions",
    "/v1/subscriptions/{subscription_id}",
    "/v1/webhooks/endpoints",
    "/v1/webhooks/endpoints/{endpoint_id}",
    "/v1/webhooks/deliveries",
    "/v1/webhooks/deliveries/{delivery_id}",
    "/v1/transparency/checkpoints",
    "/v1/transparency/checkpoints/{day}",
    "/v1/transparency/checkpoints/{day}/scores",
    "/.well-known/jwks.json",
    "/.well-known/oauth-authorization-server",
}
"""Administration: every answer that an Office is given is checked (office.py)."""

OPEN = {
    "begin_trial",
    "register_device",
    "accept_invitation",
    "get_token",
    "read_signing_keys",
    "read_server_metadata",
    "list_dumps",
    "read_dossier_keys",
    "read_tip_channels",
    "send_tip",
    "send_plain_tip",
    "begin_tip_session",
    "read_own_tip",
    "write_as_tip_sender",
    "add_tip_chunk",
    "withdraw_tip",
}
"""What is asked before one has a key."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return build(settings("postgresql://unused", "redis://unused")).openapi()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def check(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    registry = Registry().with_resource(
        "urn:openapi", Resource.from_contents(document, default_specification=DRAFT202012)
    )
    text = json.dumps(schema).replace('"#/', '"urn:openapi#/')
    Draft202012Validator(json.loads(text), registry=registry).validate(value)


@pytest.mark.thorough
def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate(document)


def test_generators_of_clients_find_nothing_to_stumble_over(document: dict[str, Any]) -> None:
    names = document["components"]["schemas"].keys()
    assert [name for name in names if not name.isidentifier()] == []
    for name, operation in operations(document):
        # some resolve references without asking whether they stand in a schema or in an example
        for status, answer in operation["responses"].items():
            for media in answer.get("content", {}).values():
                shown = json.dumps([media.get("example"), media.get("examples")])
                assert '"$ref"' not in shown, f"{name} {status}"


def test_every_answer_has_an_example_that_fits_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            for media in answer.get("content", {}).values():
                examples = [each["value"] for each in media.get("examples", {}).values()]
                examples += [media["example"]] if "example" in media else []
                assert examples, f"{name} {status}"
                for example in examples:
                    check(document, media["schema"], example)
                    checked += 1
    assert without_example(document) == []
    assert checked > 100


def test_every_operation_has_its_id_its_tag_and_the_key(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]
    tags = {tag["name"] for tag in document["tags"]}

    assert len(ids) == len(set(ids)) > 30
    for name, operation in operations(document):
        assert set(operation["tags"]) <= tags, name
        if operation["operationId"] not in OPEN:
            assert operation["security"] == [{"key": []}], name
            assert {"401", "403", "429"} <= operation["responses"].keys(), name
    assert {
        operation["operationId"]
        for _, operation in operations(document)
        if {"key": []} not in operation.get("security", [])
    } == OPEN
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"


async def test_what_is_answered_fits_the_schema_it_is_described_by(
    house: House, document: dict[str, Any]
) -> None:
    one = process("o-1")
    lines = (line("R018"), line("R024", "not_computable", missing=["/bids"], counted=0.0))
    await house.fill("sources", source())
    await house.fill("catalogue", indicator("R018", in_practice=INDICATOR["in_practice"]))
    await house.fill("releases", release("o-1", person="prs_" + "a" * 26), release("o-2"))
    await house.fill("releases", portal_notice())
    await house.fill("scores", score(one, lines=lines))
    await house.fill("alerts", alert(1, one))
    await house.fill("statistics", tile())
    await house.fill("profiles", figures(), figures(kind="region", subject="75"), network())
    score_path = "/v1/scores/{subject_type}/{subject_id}"
    paths = {
        "/v1/processes": "/v1/processes",
        "/v1/processes/{process_id}": f"/v1/processes/{one}",
        score_path: f"/v1/scores/process/{one}",
        f"{score_path}/explanation": f"/v1/scores/process/{one}/explanation",
        "/v1/resolve": "/v1/resolve?q=o-1",
        "/v1/lots": "/v1/lots",
        "/v1/contracts": "/v1/contracts",
        "/v1/plans": "/v1/plans",
        "/v1/buyers/{buyer_id}": f"/v1/buyers/{BUYER_BIN}",
        "/v1/suppliers/{supplier_id}": f"/v1/suppliers/{SUPPLIER_BIN}",
        "/v1/suppliers/{supplier_id}/network": f"/v1/suppliers/{SUPPLIER_BIN}/network",
        "/v1/stats": "/v1/stats",
        "/v1/stats/{tile_id}": "/v1/stats/single-source",
        "/v1/regions": "/v1/regions",
        "/v1/regions/{region_id}": "/v1/regions/75",
        "/v1/indicators": "/v1/indicators",
        "/v1/indicators/{code}": "/v1/indicators/R018",
        "/v1/alerts": "/v1/alerts",
        "/v1/ocds/releases": "/v1/ocds/releases",
        "/v1/meta/freshness": "/v1/meta/freshness",
        "/v1/meta/sources": "/v1/meta/sources",
        "/v1/meta/coverage": "/v1/meta/coverage",
        "/v1/meta/changelog": "/v1/meta/changelog",
        "/v1/usage": "/v1/usage",
        "/v1/feed": "/v1/feed",
        "/v1/feed/heads": "/v1/feed/heads",
        "/v1/sync": "/v1/sync",
    }

    for template, path in paths.items():
        answer = await house.get(path)
        assert answer.status_code == 200, path
        described = document["paths"][template]["get"]["responses"]["200"]
        check(document, described["content"]["application/json"]["schema"], answer.json())
    asked = {path for path in document["paths"] if "get" in document["paths"][path]}
    elsewhere = OF_SCORING | OF_CALLERS | OF_CASES | FILES_OF_CASES | OF_SENDERS
    assert asked == paths.keys() | elsewhere


async def test_the_documentation_page_needs_nothing_from_elsewhere(house: House) -> None:
    page = await house.client.get("/docs")
    served = [await house.client.get(path) for path in _addresses(page.text)]
    described = await house.client.get("/openapi.json")

    assert "://" not in page.text
    assert len(served) == 4
    assert {answer.status_code for answer in served} == {200}
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert described.json()["info"]["title"] == "Qadaga"
    assert problem(await house.client.get("/docs/redoc.standalone.js")) == (404, "not_found")


def _addresses(page: str) -> list[str]:
    return [part.split('"')[0] for part in page.replace('src="', 'href="').split('href="')[1:]]


async def test_the_landing_page_and_every_kind_of_problem_explain_themselves(house: House) -> None:
    landing = (await house.client.get("/")).json()
    about = (await house.client.get("/problems/rate_limited")).json()

    assert landing["documentation"] == "/docs"
    assert (about["status"], about["title"]["ru"]) == (429, "Слишком много запросов")
    assert problem(await house.client.get("/problems/none")) == (404, "not_found")


@pytest.mark.thorough
def test_the_command_prints_the_document_without_any_setting() -> None:
    command = [str(Path(sys.executable).parent / "gateway"), "openapi"]
    env = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}

    printed = subprocess.run(command, capture_output=True, check=True, env=env).stdout

    assert json.loads(printed)["info"]["title"] == "Qadaga"
