"""Bad input: refused at the door, with a reason and a place, whatever route it was meant for."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import bodies, intake
from shared.errors import MalformedBody, Unauthenticated
from shared.intake import Limits
from tests.support.front import client_of, front, pointers, problem

JSON = {"Content-Type": "application/json"}


@pytest.fixture
def client() -> httpx.AsyncClient:
    return client_of(front(public=True))


@pytest.mark.parametrize(
    ("query", "status", "code", "flaws"),
    [
        ("colour=red", 400, "unknown_parameter", [("/query/colour", "unknown")]),
        ("limit=1&limit=2", 400, "repeated_parameter", [("/query/limit", "repeated")]),
        ("Limit=1", 400, "unknown_parameter", [("/query/Limit", "unknown")]),
        ("a/b~=1", 400, "unknown_parameter", [("/query/a~1b~0", "unknown")]),
        ("limit=-1", 422, "validation_failed", [("/query/limit", "greater_than_equal")]),
        ("limit=0", 422, "validation_failed", [("/query/limit", "greater_than_equal")]),
        ("limit=" + "9" * 31, 422, "validation_failed", [("/query/limit", "less_than_equal")]),
        ("limit=" + "9" * 5000, 422, "validation_failed", [("/query/limit", "int_parsing_size")]),
        ("limit=1e3", 422, "validation_failed", [("/query/limit", "int_parsing")]),
        ("limit=", 422, "validation_failed", [("/query/limit", "int_parsing")]),
        ("cursor=" + "x" * 3000, 422, "validation_failed", [("/query/cursor", "string_too_long")]),
        ("buyer=a%00", 422, "validation_failed", [("/query", "nul")]),
        ("buyer=%ED%A0%80", 422, "validation_failed", [("/query", "not_utf8")]),
        ("buyer=%FF", 422, "validation_failed", [("/query", "not_utf8")]),
    ],
)
async def test_a_query_that_cannot_be_meant_is_refused(
    client: httpx.AsyncClient, query: str, status: int, code: str, flaws: list[tuple[str, str]]
) -> None:
    answer = await client.get(f"/v1/processes?{query}")

    assert problem(answer) == (status, code)
    assert pointers(answer) == flaws


async def test_an_unknown_parameter_is_answered_with_those_there_are(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.get("/v1/processes?colour=red")

    assert answer.json()["detail"] == "Unknown: colour. Known here: buyer, cursor, limit."


async def test_a_list_parameter_may_be_repeated(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/processes?buyer=a&buyer=b&limit=200")

    assert answer.json() == ["200 None ['a', 'b']"]


@pytest.mark.check("B16", tier=1, limit="refused")
async def test_too_many_parameters_are_not_read(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/processes?" + "&".join(["buyer=a"] * 101))

    assert problem(answer) == (400, "unknown_parameter")


@pytest.mark.parametrize("path", ["/v1/processes/a%00b", "/v1/processes/%ED%A0%80"])
async def test_a_path_that_is_no_text_is_refused(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path)

    assert problem(answer) == (422, "validation_failed")
    assert "\x00" not in answer.json()["instance"]


async def test_an_address_without_end_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/processes?buyer=" + "x" * 8200)

    assert problem(answer) == (414, "address_too_long")


NESTED = b"[" * 900 + b"]" * 900
DEEP_32 = b'{"ids":' + b"[" * 31 + b"]" * 31 + b"}"
DEEP_33 = b'{"ids":' + b"[" * 32 + b"]" * 32 + b"}"
MALFORMED = {
    "not JSON": (b'{"ids":[', "/body", "not_json"),
    "JSON and something more": (b'{"ids":[]} x', "/body", "not_json"),
    "with a byte order mark": (b'\xef\xbb\xbf{"ids":[]}', "/body", "byte_order_mark"),
    "in Latin-1": ('{"ids":["é"]}'.encode("latin-1"), "/body", "not_utf8"),
    "in UTF-16": ('{"ids":[]}'.encode("utf-16"), "/body", "not_utf8"),
    "with a raw control character": (b'{"ids":["\x00"]}', "/body", "not_json"),
    "with NaN": (b'{"ids":[],"amount":NaN}', "/body/amount", "not_finite"),
    "with Infinity": (b'{"ids":[],"amount":-Infinity}', "/body/amount", "not_finite"),
    "with 1e400": (b'{"ids":[],"amount":1e400}', "/body/amount", "not_finite"),
    "with 5,000 digits": (
        b'{"ids":[],"amount":' + b"9" * 5000 + b"}",
        "/body/amount",
        "integer_too_large",
    ),
    "with 2 to the 63rd": (
        b'{"ids":[],"count":9223372036854775808}',
        "/body/count",
        "integer_too_large",
    ),
    "with a key twice": (b'{"ids":["a"],"ids":["b"]}', "/body", "duplicate_key"),
    "with a key twice inside": (b'{"ids":[{"a":1,"a":2}]}', "/body/ids/0", "duplicate_key"),
    "with NUL": (b'{"ids":["a","b\\u0000"]}', "/body/ids/1", "nul"),
    "with a lone surrogate": (b'{"ids":["\\ud800"]}', "/body/ids/0", "surrogate"),
    "with NUL in a key": (b'{"ids":[],"\\u0000":1}', "/body", "nul"),
    "of 33 levels": (DEEP_33, "/body/ids" + "/0" * 31, "too_deep"),
    "of 900 levels": (NESTED, "/body" + "/0" * 32, "too_deep"),
    "of 100,000 levels": (b"[" * 100_000, "/body", "too_deep"),
    "of 100,001 values": (b"[" + b"0," * 100_000 + b"0]", "/body", "too_many_values"),
}


@pytest.mark.parametrize(("body", "pointer", "code"), MALFORMED.values(), ids=MALFORMED.keys())
@pytest.mark.check("B1", tier=1, limit="400 with its place")
@pytest.mark.check("B2", tier=1, limit="400 with its place")
@pytest.mark.check("B3", tier=1, limit="400 with its place")
async def test_a_body_is_refused_that_is(
    client: httpx.AsyncClient, body: bytes, pointer: str, code: str
) -> None:
    answer = await client.post("/v1/scores:lookup", content=body, headers=JSON)

    assert problem(answer) == (400, "malformed_body")
    assert pointers(answer) == [(pointer, code)]


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(MalformedBody):
        assert bodies.parse(raw) == json.loads(raw)


SOUND = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00")),
    lambda inner: st.lists(inner) | st.dictionaries(st.just("k") | st.just("ключ"), inner),
)


@given(SOUND)
def test_any_sound_document_is_read_as_it_was_written(document: object) -> None:
    assert bodies.parse(json.dumps(document).encode()) == document
    assert bodies.parse(json.dumps(document, ensure_ascii=False).encode()) == document


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (b"{}", "/body/ids", "missing"),
        (b"[]", "/body", "model_attributes_type"),
        (b"", "/body", "missing"),
        (b'{"ids":[7]}', "/body/ids/0", "string_type"),
        (b'{"ids":[],"is_admin":true}', "/body/is_admin", "extra_forbidden"),
        (b'{"ids":[],"count":2147483648}', "/body/count", "less_than_equal"),
        (DEEP_32, "/body/ids/0", "string_type"),
    ],
)
async def test_a_readable_body_that_does_not_fit_is_answered_with_each_flaw(
    client: httpx.AsyncClient, body: bytes, pointer: str, code: str
) -> None:
    answer = await client.post("/v1/scores:lookup", content=body, headers=JSON)

    assert problem(answer)[0] == 422
    assert (pointer, code) in pointers(answer)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
@pytest.mark.check("B1", tier=1, limit="415")
async def test_a_body_of_another_kind_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await client.post("/v1/scores:lookup", content=b'{"ids":[]}', headers=headers)

    assert problem(answer) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "application/json; charset=UTF-8", "application/merge-patch+json"]
)
async def test_json_by_any_of_its_names_is_read(client: httpx.AsyncClient, kind: str) -> None:
    body = '{"ids":["қазақ"]}'.encode()
    answer = await client.post("/v1/scores:lookup", content=body, headers={"Content-Type": kind})

    assert answer.json()["ids"] == ["қазақ"]


class Stream:
    """A body that goes on for as long as anybody reads it; `read` when the answer began."""

    def __init__(self, chunk: bytes = b" " * 65536) -> None:
        self.read = self.read_before_answer = 0
        self._chunk = chunk

    def client(self) -> httpx.AsyncClient:
        """A client of the service that notes how much was read when the answer began."""
        app = front(public=True)

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            async def begin(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self.read_before_answer = self.read
                await send(message)

            await app(scope, receive, begin)

        return client_of(noting)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.read += len(self._chunk)
            yield self._chunk


@pytest.mark.check("B5", tier=1, limit="2 MB")
async def test_an_endless_body_is_refused_before_two_megabytes_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "LINGER_BYTES", 8 * 1024 * 1024)
    stream = Stream()
    answer = await stream.client().post("/v1/scores:lookup", content=stream, headers=JSON)

    assert problem(answer) == (413, "payload_too_large")
    assert answer.headers["Connection"] == "close"
    assert stream.read_before_answer <= 2 * 1024 * 1024
    assert stream.read <= 10 * 1024 * 1024


async def test_a_body_that_declares_its_size_is_refused_unread() -> None:
    stream = Stream()
    headers = JSON | {"Content-Length": str(300 * 1024 * 1024)}
    answer = await stream.client().post("/v1/scores:lookup", content=stream, headers=headers)

    assert problem(answer) == (413, "payload_too_large")
    assert stream.read_before_answer == 0


async def test_a_body_of_just_the_limit_is_read() -> None:
    client = client_of(front(limits=Limits(body=20)))

    fits = await client.post(
        "/v1/scores:lookup", content=b'{"ids":["a","b","c"]}'[:20], headers=JSON
    )
    over = await client.post("/v1/scores:lookup", content=b'{"ids":["a","b","c"]}', headers=JSON)

    assert problem(fits) == (400, "malformed_body")
    assert problem(over) == (413, "payload_too_large")


async def test_a_body_that_does_not_come_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "BODY_PATIENCE", 0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.sleep(60)

    answer = await client_of(front()).post("/v1/scores:lookup", content=slow(), headers=JSON)

    assert problem(answer) == (408, "request_timeout")


async def test_of_a_caller_who_is_turned_away_no_body_is_read() -> None:
    app = front()
    app.user_middleware.append(Middleware(_TurnAway))
    stream = Stream()
    answer = await client_of(app).post("/v1/scores:lookup", content=stream, headers=JSON)

    assert problem(answer) == (401, "unauthenticated")
    assert stream.read == 0


class _TurnAway:
    """Stands for the door of a service, behind the common front."""

    def __init__(self, app: ASGIApp) -> None:
        pass

    async def __call__(self, _scope: Scope, _receive: Receive, _send: Send) -> None:
        raise Unauthenticated
