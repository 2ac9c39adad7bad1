"""Every service's front: it answers in one voice, tells what is wrong, and accounts for all."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse
from openapi_spec_validator import validate

from shared import logs, metrics
from shared.app import Readiness
from shared.openapi import without_example
from tests.support.front import CANARY, client_of, front, problem, settings


@pytest.fixture(autouse=True)
def nothing_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin each example with no route counted: of very many, the last ones go without a name."""
    monkeypatch.setattr(metrics.requests, "_tallies", {})


@pytest.fixture
def client() -> httpx.AsyncClient:
    return client_of(front(public=True))


async def test_the_framework_speaks_problem_documents_too(client: httpx.AsyncClient) -> None:
    missing = await client.get("/v1/nothing")
    wrong = await client.delete("/v1/processes")
    slash = await client.get("/v1/processes/")

    assert problem(missing) == (404, "not_found")
    assert problem(wrong) == (405, "method_not_allowed")
    assert wrong.headers["Allow"] == "GET"
    assert problem(slash) == (404, "not_found")


async def test_a_refusal_is_told_in_the_language_asked_for(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/processes/prc_gone", headers={"Accept-Language": "kk, ru;q=0.5"})

    assert problem(answer) == (404, "not_found")
    assert answer.json()["title"] == "Табылмады"
    assert answer.json()["detail"] == "There is no process prc_gone."
    assert answer.json()["instance"] == "/v1/processes/prc_gone"
    assert answer.headers["Content-Language"] == "kk, en"
    assert answer.headers["Vary"] == "Accept-Language"


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """Everything logged in a test; afterwards logging is as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(service="gateway", level="INFO", form="json", stream=stream)
    yield stream
    root.handlers[:], root.level = before
    structlog.reset_defaults()


async def test_a_fault_of_ours_is_logged_and_not_told(
    client: httpx.AsyncClient, logged: io.StringIO
) -> None:
    answer = await client.get("/v1/fault")

    assert problem(answer) == (500, "internal_error")
    line = json.loads(logged.getvalue())
    assert (line["level"], line["request_id"]) == ("error", answer.headers["X-Request-Id"])
    assert "RuntimeError: no use for [redacted]" in line["exception"]
    assert "RuntimeError" not in answer.text
    assert CANARY not in answer.text


async def test_a_database_that_is_away_is_a_503_to_be_tried_again(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/v1/away")

    assert problem(answer) == (503, "dependency_down")
    assert answer.headers["Retry-After"] == "1"
    assert CANARY not in answer.text


async def test_an_answer_that_breaks_off_is_not_turned_into_another(
    client: httpx.AsyncClient,
) -> None:
    app = front()

    @app.get("/broken")
    async def broken() -> Response:
        return _Broken()

    with pytest.raises(RuntimeError, match="in the middle"):
        await client_of(app).get("/broken")


class _Broken(Response):
    """An answer whose making fails after it has begun."""

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("in the middle")


@pytest.mark.parametrize("given", ["abc-DEF_9", "x" * 64])
async def test_a_plain_request_id_is_kept(client: httpx.AsyncClient, given: str) -> None:
    answer = await client.get("/healthz", headers={"X-Request-Id": given})

    assert answer.headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", [b"", b"x" * 65, b"two words", b'q"', b"a;b", "қ".encode()])
async def test_any_other_request_id_is_replaced(client: httpx.AsyncClient, given: bytes) -> None:
    answer = await client.get("/healthz", headers={b"X-Request-Id": given})

    assert len(answer.headers["X-Request-Id"]) == 16


async def test_every_answer_forbids_to_guess_its_kind(client: httpx.AsyncClient) -> None:
    for path in ("/healthz", "/v1/nothing", "/v1/fault"):
        answer = await client.get(path)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_a_page_for_people_states_its_own_content_policy(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/page")

    assert "Content-Security-Policy" not in answer.headers
    assert answer.headers["X-Own"] == "1"


async def test_head_is_get_without_the_body(client: httpx.AsyncClient) -> None:
    answer = await client.head("/v1/processes/prc_a")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["Content-Length"] == "14"


async def test_of_a_stream_that_is_asked_for_by_head_nothing_is_made() -> None:
    made: list[int] = []

    async def parts() -> AsyncIterator[bytes]:
        for number in range(100):
            made.append(number)
            yield b"part"

    app = front()

    @app.get("/v1/stream")
    async def stream() -> Response:
        return StreamingResponse(parts(), headers={"X-Own": "1"})

    answer = await client_of(app).head("/v1/stream")

    assert (answer.status_code, answer.content, answer.headers["X-Own"]) == (200, b"", "1")
    assert made == [0]


async def test_a_caller_who_leaves_gets_no_answer_and_is_no_fault() -> None:
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    path = "/v1/scores:lookup"
    scope = {"type": "http", "method": "POST", "path": path, "raw_path": path.encode()}
    app = front(settings=settings(metrics_port=None))
    await app(scope | {"query_string": b"", "headers": []}, receive, send)

    assert sent == []
    shown = (await client_of(app).get("/metrics")).text
    labels = f'code="499",method="POST",route="{path}",service="gateway"'
    assert f"http_requests_total{{{labels}}}" in shown


async def _ready() -> None:
    return


async def _not_ready() -> None:
    raise OSError("postgresql://gateway:s3cret@db/ refused")


async def _hangs() -> None:
    await asyncio.sleep(60)


async def test_a_service_that_has_all_it_needs_is_ready() -> None:
    answer = await client_of(front(readiness={"database": _ready})).get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": {"database": "ok"}}


async def test_a_service_that_is_not_ready_says_why_within_a_second() -> None:
    app = front(readiness={"database": _not_ready, "queue": _hangs, "view": _ready})
    async with asyncio.timeout(1):
        answer = await client_of(app).get("/readyz")
        alive = await client_of(app).get("/healthz")

    assert problem(answer) == (503, "dependency_down")
    assert answer.json()["checks"] == {
        "database": "OSError: postgresql://gateway:[redacted]@db/ refused",
        "queue": "no answer within 0.5 s",
        "view": "ok",
    }
    assert alive.json() == {"status": "alive"}


async def test_probes_do_not_become_a_load() -> None:
    asked = 0

    async def check() -> None:
        nonlocal asked
        asked += 1

    readiness = Readiness({"database": check})
    await asyncio.gather(*(readiness.checked() for _ in range(50)))

    assert asked == 1


async def test_requests_are_counted_by_route_and_never_by_what_was_asked(
    client: httpx.AsyncClient,
) -> None:
    for path in ("/v1/processes/prc_1", "/v1/processes/prc_2", "/v1/unheard/of"):
        await client.get(path)
    shown = (await client.get("/metrics")).text

    labels = 'method="GET",route="/v1/processes/{process_id}",service="gateway"'
    assert f'http_requests_total{{code="200",{labels}}}' in shown
    labels = 'area="/v1/processes",service="gateway"'
    assert f"http_request_duration_seconds_count{{{labels}}}" in shown
    assert 'http_request_duration_seconds_bucket{area="/v1/processes",le="0.3"' in shown
    assert 'http_in_flight{service="gateway"} 1.0' in shown
    assert "prc_1" not in shown
    assert "unheard" not in shown


async def test_where_metrics_have_a_port_of_their_own_the_interface_shows_none() -> None:
    answer = await client_of(front(settings=settings(metrics_port=9100))).get("/metrics")

    assert problem(answer) == (404, "not_found")


async def test_the_access_line_joins_request_and_trace_and_holds_no_query_value(
    capsys: pytest.CaptureFixture[str],
) -> None:
    client = client_of(front(settings=settings(log_level="INFO")))
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {
        "X-Request-Id": "r-1",
        "traceparent": f"00-{trace}-00f067aa0ba902b7-01",
        "Authorization": f"Bearer {CANARY}",
    }
    await client.get("/v1/processes?buyer=org_secret", headers=headers)
    await asyncio.sleep(0.3)

    written = capsys.readouterr().err
    line = json.loads(written)
    assert (line["request_id"], line["trace_id"]) == ("r-1", trace)
    assert (line["route"], line["method"], line["status"]) == ("/v1/processes", "GET", 200)
    assert "org_secret" not in written
    assert CANARY not in written


async def test_the_life_of_a_service_encloses_its_requests() -> None:
    seen: list[str] = []

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        seen.append(f"open {app.state.service}")
        yield
        seen.append("closed")

    app = front(lifespan=life)
    async with app.router.lifespan_context(app):
        seen.append("running")

    assert seen == ["open gateway", "running", "closed"]


async def test_a_public_service_shows_its_document(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    validate(document)
    assert document["openapi"].startswith("3.1")


async def test_a_service_inside_shows_no_document() -> None:
    answer = await client_of(front()).get("/openapi.json")

    assert problem(answer) == (404, "not_found")


def test_every_refusal_is_documented_with_an_example() -> None:
    document = front().openapi()

    lookup = document["paths"]["/v1/scores:lookup"]["post"]["responses"]
    assert set(lookup) == {"200", "400", "408", "413", "414", "415", "422", "500", "503"}
    examples = lookup["400"]["content"]["application/problem+json"]["examples"]
    assert set(examples) == {"unknown_parameter", "repeated_parameter", "malformed_body"}
    assert "HTTPValidationError" not in json.dumps(document)
    assert {each for each in without_example(document) if not each.endswith(" 200")} == set()


def test_an_answer_without_example_is_found() -> None:
    assert "GET /v1/processes/{process_id} 200" in without_example(front().openapi())
