"""The Python client as a stranger's program uses it, over a line with faults."""

# ruff: noqa: PLC0415  (the package can be imported only after it was made)
import asyncio
import base64
import io
import json
import os
import runpy
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from deploy.sdk import document
from deploy.sdk.make import DOCUMENT, make_python
from gateway.push.signatures import new_secret, public_key, shown_secret, signatures
from shared.clock import SystemClock
from tests.sdk.conftest import ONE, OPENED, Site, client_of, export

pytestmark = [pytest.mark.usefixtures("package"), pytest.mark.thorough]


@pytest.fixture(autouse=True)
def clean(site: Site) -> Iterator[None]:
    """Each test sees its own requests; no fault is left over."""
    site.line.asked.clear()
    yield
    while OPENED:
        OPENED.pop().close()
    assert site.line.faults == []


def said(site: Site) -> list[int]:
    return [each.status for each in site.line.asked]


async def test_every_operation_of_the_document_is_a_method_that_arrives_at_its_route(
    site: Site,
) -> None:
    operations = document.operations(document.plain(json.loads(DOCUMENT.read_text())))
    client = client_of(site, retries=0)

    for one in operations:
        method = getattr(client, one.id)
        given: dict[str, Any] = {"if_match": '"x"'} if one.takes("if-match") else {}
        given |= {
            each.name: "x" for each in one.parameters if each.required and each.place == "query"
        }
        parts = ["x" for each in one.parameters if each.place == "path"]
        bodies: list[Any] = [{}] if one.body is not None else []
        await asyncio.to_thread(_tried, method, *parts, *bodies, **given)
        asked = site.line.asked[-1]
        shape = one.path
        for each in one.parameters:
            shape = shape.replace(f"{{{each.name}}}", "x") if each.place == "path" else shape
        assert (asked.verb, asked.path) == (one.verb, shape)
        assert asked.status not in {405, 500}, one.id
        assert (asked.key is not None) == one.takes("idempotency-key"), one.id
        assert (asked.match == '"x"') == one.takes("if-match"), one.id

    assert len(site.line.asked) == len(operations) > 70


def test_a_change_or_move_is_bound_to_the_document_that_can_be_read() -> None:
    found = {one.id: one for one in document.operations(json.loads(DOCUMENT.read_text()))}

    assert found["change_member"].bound_to == "/v1/members/{member_id}"
    assert found["move_case"].bound_to == "/v1/cases/{case_id}"
    assert found["move_publication"].bound_to == "/v1/cases/{case_id}/publication"
    assert found["move_tip"].bound_to == "/v1/inbox/tips/{tip_id}"
    assert found["answer_complaint"].bound_to == "/v1/authority/complaints/{complaint_id}"
    assert found["move_alert"].bound_to is None  # its version is that of /v1/triage
    assert found["list_cases"].bound_to is None


def _tried(method: Callable[..., Any], *parts: Any, **given: Any) -> None:
    from qadaga_client.problems import Problem

    try:
        answer = method(*parts, **given)
        if hasattr(answer, "pages"):
            next(answer.pages())
        if isinstance(answer, Iterator):
            next(answer)
    except Problem as refused:
        assert refused.code != "unknown", refused.document  # noqa: PT017


async def test_a_list_is_walked_over_its_pages(site: Site) -> None:
    client = client_of(site)

    found = await asyncio.to_thread(
        lambda: [each["ocid"] for each in client.list_processes(limit=2)]
    )

    assert sorted(found) == ["o-1", "o-2", "o-3", "o-4", "o-5"]
    assert said(site) == [200, 200, 200]


async def test_a_read_is_repeated_after_the_pause_asked_for_and_over_cut_lines(site: Site) -> None:
    client = client_of(site)
    site.line.faults += [429, 503, "cut", "part"]

    heads = await asyncio.to_thread(client.read_feed_heads)

    assert heads["public"] > 0
    assert said(site) == [429, 503, 200, 200, 200]
    assert client.slept[:2] == [7.0, 7.0]
    assert 1.0 <= client.slept[2] <= 2.0


async def test_after_all_retries_the_refusal_or_the_broken_line_is_told(site: Site) -> None:
    from qadaga_client.problems import RateLimited, Unavailable

    client = client_of(site, retries=1)
    for fault, kind in ((429, RateLimited), (503, Unavailable), ("cut", httpx.TransportError)):
        site.line.faults += [fault, fault]
        with pytest.raises(kind):
            await asyncio.to_thread(client.read_feed_heads)

    assert len(site.line.asked) == 6


async def test_a_creation_whose_answer_was_lost_is_repeated_with_its_key_and_made_once(
    site: Site,
) -> None:
    client = client_of(site, site.office.keys["first"])
    site.line.faults += [503, "cut"]

    made = await asyncio.to_thread(client.add_member, {"name": "Айгүл", "role": "reader"})
    members = await asyncio.to_thread(lambda: list(client.list_members()))

    assert [each["id"] for each in members if each["name"] == "Айгүл"] == [made["id"]]
    keys = [each.key for each in site.line.asked if each.verb == "POST"]
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert keys[0]


async def test_a_file_is_fetched_as_its_bytes_from_where_the_line_broke(site: Site) -> None:
    from qadaga_client.problems import Conflict, NotFound

    there = await export(site)
    client = client_of(site, site.office.keys["app"])

    def fetched(name: str = there["name"]) -> bytes:
        return b"".join(client.download_export(there["id"], name))

    site.line.faults += ["part", 503, "part"]
    assert await asyncio.to_thread(fetched) == there["text"].encode()
    assert said(site) == [200, 503, 206, 206]
    site.line.faults += ["part", "whole"]
    with pytest.raises(Conflict, match="another file"):
        await asyncio.to_thread(fetched)
    with pytest.raises(NotFound):
        await asyncio.to_thread(fetched, "no.csv")


async def test_what_has_no_idempotency_key_is_repeated_only_where_it_had_no_effect(
    site: Site,
) -> None:
    client = client_of(site)
    site.line.faults += [429]
    found = await asyncio.to_thread(client.lookup_scores, {"ids": [ONE]})
    assert len(found["data"]) == 1

    site.line.faults += ["cut"]
    with pytest.raises(httpx.TransportError):
        await asyncio.to_thread(client.lookup_scores, {"ids": [ONE]})

    assert said(site) == [429, 200, 200]


async def test_what_is_known_is_not_sent_again_and_a_change_is_bound_to_what_was_read(
    site: Site,
) -> None:
    from qadaga_client.problems import Conflict

    client = client_of(site, site.office.keys["first"])
    other = client_of(site, site.office.keys["second"])

    def worked() -> str:
        first, second = client.read_process(ONE), client.read_process(ONE)
        assert first == second
        reader = site.office.members["reader"]
        client.read_member(reader)
        other.read_member(reader)
        client.change_member(reader, {"name": "Бірінші"})
        with pytest.raises(Conflict) as refused:
            other.change_member(reader, {"name": "Екінші"})
        return str(refused.value.code)

    assert await asyncio.to_thread(worked) == "version_conflict"
    assert said(site) == [200, 304, 200, 200, 200, 412]


async def test_refusals_are_exceptions_with_code_flaws_and_request_id(site: Site) -> None:
    from qadaga_client.problems import NotFound, Problem, Unauthenticated

    def refused(kind: Any, key: str, ask: Callable[[Any], Any]) -> Any:
        with pytest.raises(kind) as fault:
            ask(client_of(site, key))
        return fault.value

    def worked() -> list[tuple[int, str]]:
        known = site.house.key
        faults = [
            refused(Unauthenticated, "qdg_live_no", lambda client: client.read_me()),
            refused(NotFound, known, lambda client: client.read_process("prc_none/../x")),
            refused(Problem, known, lambda client: list(client.list_processes(limit=999))),
        ]
        assert all(each.request_id for each in faults)
        assert faults[2].errors[0]["pointer"] == "/query/limit"
        return [(each.status, each.code) for each in faults]

    assert await asyncio.to_thread(worked) == [
        (401, "unauthenticated"),
        (404, "not_found"),
        (422, "validation_failed"),
    ]


async def test_an_oauth_client_gets_a_token_once_and_works_with_it(site: Site) -> None:
    admin = client_of(site, site.office.keys["first"])

    def worked() -> str:
        made = admin.make_client({"scopes": ["scores:read"], "name": "Жүйе"})
        client = client_of(site, client_id=made["id"], client_secret=made["secret"])
        client.read_me()
        return str(client.read_me()["organisation"])

    assert await asyncio.to_thread(worked) == site.office.id
    assert [each.path for each in site.line.asked].count("/oauth/token") == 1


async def test_the_feed_is_followed_over_drops_and_a_gap_is_found(site: Site) -> None:
    from qadaga_client.following import Feed, Missed

    def worked() -> tuple[list[int], bool]:
        feed = Feed(client_of(site), "public")
        first = next(feed.new(limit=1))
        resumed = Feed(client_of(site), "public", after=first["seq"])
        site.line.faults += ["cut", 503]
        seen = [each["seq"] for each in resumed.new(limit=2)]
        return [first["seq"], *seen], resumed.complete()

    seen, complete = await asyncio.to_thread(worked)
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) > 3
    assert complete

    class Losing:
        def ask(self, *_: str, **__: Any) -> Any:
            data = [{"seq": 1}, {"seq": 3}]
            return {"data": data, "last_seq": 3, "head": 3, "has_more": False}

    with pytest.raises(Missed, match="3 came after 1"):
        list(Feed(Losing()).new())


def test_deliveries_are_verified_and_changed_old_or_foreign_ones_refused() -> None:
    from qadaga_client.webhooks import Forged, verify

    now, body = int(time.time()), b'{"type":"ping","timestamp":"x","data":{}}'
    for scheme in ("v1", "v1a"):
        key, old = new_secret(scheme), new_secret(scheme)
        secret = shown_secret(scheme, key) or public_key(scheme, key)
        signed = signatures(scheme, [old, key], message="msg_1", timestamp=now, body=body)
        headers = {
            "Webhook-Id": "msg_1",
            "Webhook-Timestamp": str(now),
            "Webhook-Signature": signed,
        }
        assert verify(body, headers, secret)["type"] == "ping"
        for spoilt, given, at in (
            (body + b" ", headers, now),
            (body, headers | {"Webhook-Id": "msg_2"}, now),
            (body, headers | {"Webhook-Signature": "v1,!! v1a,!! v2,eA=="}, now),
            (body, headers, now + 301),
            (body, {}, now),
        ):
            with pytest.raises(Forged):
                verify(spoilt, given, secret, now=at)

    secret = "whsec_" + base64.b64encode(b"k" * 32).decode()
    stranger = Webhook(secret).sign("msg_3", SystemClock().now(), body.decode())
    headers = {"webhook-id": "msg_3", "webhook-timestamp": str(now), "webhook-signature": stranger}
    assert verify(body, headers, secret, now=now)["data"] == {}


async def test_the_three_examples_run(
    site: Site, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QADAGA_URL", site.url)
    monkeypatch.setenv("QADAGA_KEY", site.house.key)
    monkeypatch.setattr(site.line, "pause", b"0")

    async def example(name: str, *words: str) -> str:
        monkeypatch.setattr(sys, "argv", [name, *words])
        out = io.StringIO()
        with redirect_stdout(out):
            await asyncio.to_thread(runpy.run_path, str(package / f"examples/{name}.py"))
        return out.getvalue()

    kept = str(tmp_path / "seen.json")
    assert "no risky purchase" in await example("partner", "71")
    assert ONE in await example("partner")
    site.line.faults += ["cut", 503]
    first = await example("agency", kept, "public")
    assert first.endswith("events, nothing missed\n")
    assert await example("agency", kept, "public") == first
    site.line.faults += ["cut", 503]
    assert await example("mobile", ONE) == f"1 changed, 0 since then\n{ONE} high\n"


def test_two_runs_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    make_python(tmp_path / "again")

    for file in sorted(package.rglob("*.py")):
        assert file.read_bytes() == (tmp_path / "again" / file.relative_to(package)).read_bytes()


@pytest.mark.thorough
def test_the_package_and_its_examples_are_typed_strictly(
    package: Path, pytestconfig: pytest.Config
) -> None:
    kept = pytestconfig.cache.mkdir("mypy") if pytestconfig.cache else os.devnull
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={kept}", "."],
        cwd=package,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
