"""Bad questions, drawn from the gateway's own description, to the running gateway.

Every nasty value goes to many parameters and every parameter meets some of the values (each meets
each in tests/gateway/test_fuzz.py, without a network between); what a route refuses it refuses as a
problem document, and nothing is answered by a fault of ours.
"""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import count, cycle, islice
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.journeys.site import Site

pytestmark = pytest.mark.slow

PROBLEM = "application/problem+json"

NASTY = [
    *("", " ", "0", "-1", "9" * 30, "1e400", "NaN", "-Infinity", "0x10", "٣", "true", "null"),
    *("'", '"; DROP TABLE process; --', "%", "_\\", "a" * 200, "a" * 4000, "қ" * 150, "🙂"),
    *("\x00", "\r\nSet-Cookie: a=b", "\u202e\u200b", "e\u0301" * 90, "(a+)+$", "{{7*7}}"),
    *("2026-02-30", "9999-12-31", "0000-00-00", "9999-12-31T23:59:59-23:59", "2026-W01", "now"),
    *("prc_" + "a" * 26, "org_" + "a" * 26, "prc_../../etc/passwd", "..", "a/b/c", "990140000017"),
    *("[]", "{}", "[gte]", "$gt", "\ufeff", "kk,ru;q=9", "*"),
]

RAW = [
    *("limit=%FF", "q=%00", "q=%C3%28", "=", "&&&", "limit", "limit=1&limit=2", "cursor=%", "%"),
    *("a=1&" * 200, "buyer=" + "&buyer=".join("x" * 60), "amount[gte]=1&amount[gte]=2", "q=a;b=c"),
]


OF_EACH = 6
"""Nasty values that a parameter meets; the next one meets those that follow."""


def addresses(document: dict[str, Any]) -> Iterator[str]:
    """Each parameter of each GET route with some nasty values, and each route with raw queries."""
    turn, values = count(), cycle(NASTY)
    for path, methods in document["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", []):
            for value in islice(values, OF_EACH):
                yield address(path, parameter, value, NASTY[next(turn) * 7 % len(NASTY)])
        for raw in RAW:
            yield f"{address(path, {'in': '', 'name': ''}, '', 'R018')}?{raw}"


def address(path: str, parameter: dict[str, Any], value: str, other: str) -> str:
    """A route with one value in its place, and another one in the places that are left."""
    asked = ""
    if parameter["in"] == "path":
        path = path.replace("{" + parameter["name"] + "}", quote(value, safe="") or "%20")
    elif parameter["in"] == "query":
        asked = f"?{quote(parameter['name'])}={quote(value)}"
    parts = [quote(other, safe="") if "{" in part else part for part in path.split("/")]
    return "/".join(parts) + asked


TOKENS = "/oauth/token"
"""Answers as RFC 6749 has it."""


def fault(answer: httpx.Response) -> str | None:
    """What is wrong with an answer, if anything is."""
    if answer.status_code >= 500:
        return f"{answer.status_code}: {answer.text[:200]}"
    if answer.status_code >= 400:
        if answer.url.path == TOKENS and answer.headers["Content-Type"] == "application/json":
            return None if answer.json().keys() == {"error", "error_description"} else answer.text
        if answer.headers["Content-Type"] != PROBLEM:
            return f"{answer.status_code} as {answer.headers['Content-Type']}"
        said = answer.json()
        if said["status"] != answer.status_code or "Traceback" in answer.text:
            return answer.text[:200]
    return None


@pytest.mark.thorough
async def test_no_bad_question_to_any_route_is_answered_by_a_fault(site: Site) -> None:
    document = await site.get("/openapi.json")
    found: Counter[int] = Counter()
    faults = {}
    for asked in addresses(document):
        answer = await site.client.get(asked)
        found[answer.status_code] += 1
        if said := fault(answer):
            faults[asked] = said

    assert faults == {}
    assert found.total() > 10 * len(NASTY)
    assert found.keys() >= {200, 400, 404, 422}
    assert (site.stage.fallen(), await site.status("/readyz")) == ([], 200)


BODIES = [
    *(b"", b"{", b"[]", b"null", b"17", b'"a"', b"\xff\xfe", b"\xef\xbb\xbf{}", b"{}", b"<a/>"),
    *(b"[" * 900, b"[" * 100_000, b'{"ids":' * 500, b'{"ids":[]}', b'{"ids":"a"}', b'{"ids":null}'),
    *(b'{"ids":[NaN]}', b'{"ids":[1e400]}', b'{"ids":[' + b"9" * 5000 + b"]}", b'{"ids":[[]]}'),
    *(b'{"ids":["a\\u0000"]}', b'{"ids":["\\ud800"]}', b'{"ids":["a"],"ids":["b"]}'),
    *(b'{"ids":["a"],"subject_type":"lot"}', b'{"ids":["a"],"is_admin":true}'),
    json.dumps({"ids": ["a"] * 101}).encode(),
    json.dumps({"ids": ["a" * 101]}).encode(),
]

TYPES = ["application/json", "text/plain", "application/xml", "multipart/form-data", "nonsense"]


async def test_no_bad_body_is_answered_by_a_fault(site: Site) -> None:
    answers = {
        (body[:40], kind): await site.client.post(
            "/v1/scores:lookup", content=body, headers={"Content-Type": kind}
        )
        for body in BODIES
        for kind in TYPES
    }

    assert {asked: fault(one) for asked, one in answers.items() if fault(one)} == {}
    assert {asked for asked, one in answers.items() if one.status_code < 400} == set()
    assert (site.stage.fallen(), await site.status("/readyz")) == ([], 200)


@pytest.mark.thorough
async def test_what_is_no_route_and_what_is_no_method_is_a_problem_document_too(
    site: Site,
) -> None:
    document = await site.get("/openapi.json")
    faults = {}
    for path in [*document["paths"], "/", "/v1", "/v2/processes", "/internal/feeds/releases"]:
        for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE", "PROPFIND"):
            asked = path.replace("{", "").replace("}", "")
            answer = await site.client.request(method, asked)
            said = None if method == "HEAD" and answer.status_code < 500 else fault(answer)
            if said:
                faults[method, asked] = said

    assert faults == {}


async def test_headers_that_make_no_sense_are_no_fault(site: Site) -> None:
    odd = {
        "Accept-Language": ["kk;q=x", "," * 400, "*" * 600, "ру", "en-" + "x" * 300],
        "If-None-Match": ["*", '"', 'W/"a", "b"', "," * 2000, "я"],
        "X-Request-Id": ["a" * 500, "<script>", "я"],
        "Authorization": ["Bearer", "Bearer x", "Basic YTpi", "Bearer qdg_live_a_b", "Bearer я"],
        "Accept": ["application/xml", "nonsense"],
        "Range": ["bytes=0-1"],
    }
    top = (await site.get("/v1/processes", limit=1))["data"][0]
    for name, values in odd.items():
        for value in values:
            for link in ("self", "score", "explanation"):
                answer = await site.client.get(
                    top["links"][link], headers=[(name.encode(), value.encode())]
                )
                assert fault(answer) is None, (name, value)
                assert answer.headers["X-Request-Id"].isascii()
