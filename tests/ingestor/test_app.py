import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx

from ingestor.app import application
from ingestor.withdraw import withdraw
from shared.security import InternalAuth, service_caller
from tests.ingestor.office import Office, lines, release


@asynccontextmanager
async def asking(office: Office, *scopes: str) -> AsyncIterator[httpx.AsyncClient]:
    """Lend a client that shows a token with these scopes."""
    settings = office.settings()
    app = application(settings, office.clock)
    auth = InternalAuth(
        service_caller(*scopes),
        issuer="gateway",
        audience="ingestor",
        key=settings.internal_key,
        clock=office.clock,
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://ingestor", auth=auth) as client,
    ):
        yield client


async def test_other_services_read_both_feeds_with_the_scope_for_it(office: Office) -> None:
    await office.take([release(), release("ocds-t-2")])

    async with asking(office, "feeds:read") as client:
        releases = await client.get("/internal/feeds/releases")
        sources = await client.get("/internal/feeds/sources")
        nothing = await client.get("/internal/feeds/scores")
    async with asking(office, "raw:lookup") as client:
        refused = await client.get("/internal/feeds/releases")

    told = [json.loads(line) for line in releases.text.splitlines()]
    assert [one["body"]["ocid"] for one in told] == ["ocds-t-1", "ocds-t-2"]
    assert json.loads(sources.text)["body"]["processes"] == 2
    assert (nothing.status_code, refused.status_code) == (404, 403)


async def test_a_payload_is_traced_by_its_hash_and_never_handed_out(office: Office) -> None:
    content = lines([release()])
    run = await office.take(content)
    digest = hashlib.sha256(content.strip()).hexdigest()

    async with asking(office, "raw:lookup") as client:
        found = await client.get(f"/internal/raw/{digest}")
        unknown = await client.get(f"/internal/raw/{'0' * 64}")
        nonsense = await client.get("/internal/raw/nonsense")
    async with asking(office, "feeds:read") as client:
        refused = await client.get(f"/internal/raw/{digest}")

    body = found.json()
    [record] = body["records"]
    assert (record["key"], record["run"]) == ("id:ocds-t-1-1", f"run_{run.id}")
    assert (body["size"], body["expires_on"]) == (len(content) - 1, "2027-11-24")
    assert set(body) == {"hash", "records", "quarantine", "size", "received_at", "expires_on"}
    assert (unknown.status_code, nonsense.status_code, refused.status_code) == (404, 422, 403)


async def test_readiness_names_what_is_missing(office: Office) -> None:
    async with asking(office) as client:
        ready = await client.get("/readyz")
    await office.rows("ALTER TABLE source RENAME TO elsewhere")
    async with asking(office) as client:
        broken = await client.get("/readyz")

    assert ready.json()["checks"] == {"postgres": "ok", "tables": "ok"}
    assert broken.status_code == 503
    assert "tables" in broken.json()["detail"]


async def test_a_withdrawn_process_leaves_a_tombstone_and_new_news_bring_it_back(
    office: Office,
) -> None:
    await office.take([release(), release("ocds-t-2")])
    async with office.database.transaction() as connection:
        assert await withdraw(connection, "test", "ocds-t-1", "removed by the publisher") == 3
        assert await withdraw(connection, "test", "ocds-t-1", "again") is None
        assert await withdraw(connection, "test", "ocds-never", "unknown") is None

    gone = {entry.deleted for entry in await office.feed(after=2)}
    await office.take([release()])
    still_gone = ("test", "ocds-t-1") not in await office.published()
    office.clock.advance(timedelta(days=1))
    await office.take([release(number=2)])

    assert gone == {True}
    assert still_gone
    body = (await office.published())["test", "ocds-t-1"]
    assert (body["revision"], body["received_at"]) == (3, "2026-11-25T12:00:00Z")
    [row] = await office.rows(
        "SELECT withdrawn_at, withdrawn_reason FROM process WHERE ocid = $1", "ocds-t-1"
    )
    assert tuple(row) == (None, None)
