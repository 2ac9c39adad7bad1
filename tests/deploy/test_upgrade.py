"""Upgrades: tables change under load, what a release said is read by the next, nothing is lost."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import asyncpg
import msgspec
import pytest
from msgspec import inspect
from pydantic import SecretStr
from redis.asyncio import Redis

import gateway
from deploy import golden
from gateway.stream.catalogue import EVENTS
from shared import migrations
from shared.clock import FixedClock
from shared.contracts.casework import OPERATIONS
from shared.contracts.feeds import FEEDS
from shared.paging import Cursor
from shared.queue import queue_name, run_worker
from shared.security import verify
from tests.gateway.builders import process, release, score
from tests.gateway.house import House, opened_house
from tests.support.postgres import PLATFORM, SERVICES, Cluster, opened

VAULTS_FIRST = sorted(PLATFORM, key=lambda step: "." not in step[0])
"""Steps of the ingestor move records into its vault."""

RELEASES = sorted(path.name for path in golden.GOLDEN.iterdir() if path.is_dir())

KEPT: dict[str, str] = {}
"""What a step does that the code of the release before does not bear: why it does no harm."""


# What a release said.


def said(name: str, file: str) -> Any:
    return json.loads((golden.GOLDEN / name / f"{file}.json").read_text("utf-8"))


def test_every_feed_has_golden_files() -> None:
    assert set(golden.BODIES) == set(FEEDS)
    assert RELEASES


@pytest.mark.parametrize("name", RELEASES)
def test_what_a_release_published_in_its_feeds_is_read_today(name: str) -> None:
    for feed, documents in said(name, "feeds").items():
        kinds = golden.BODIES[feed]
        for number, document in enumerate(documents):
            read(document, kinds[number // 2], feed)


@pytest.mark.parametrize("name", RELEASES)
def test_what_a_release_asked_and_answered_between_services_is_read_today(name: str) -> None:
    for operation, documents in said(name, "operations").items():
        known = OPERATIONS[operation]
        if documents["body"] is not None:
            assert known.body is not None
            known.body.model_validate(documents["body"])
        for document in documents["answer"]:
            assert known.answer is not None
            read(document, known.answer, operation)


def read(document: Any, kind: type[msgspec.Struct], where: str) -> None:
    """Read a document as the services do; nothing in it may be passed over."""
    msgspec.json.decode(json.dumps(document), type=kind)
    assert list(golden.unknown(document, inspect.type_info(kind))) == [], where


@pytest.mark.parametrize("name", RELEASES)
def test_events_that_a_release_told_are_still_told_with_all_their_data(name: str) -> None:
    for kind, told in said(name, "events").items():
        now = EVENTS[kind]
        assert now.stream == told["stream"], kind
        assert set(told["data"]) <= set(now.data), kind


@pytest.mark.parametrize("name", RELEASES)
def test_tokens_cursors_and_signatures_of_a_release_hold(name: str) -> None:
    token = said(name, "token")["token"]
    clock = FixedClock(golden.MOMENT)
    assert verify(token, audience="cases", key=SecretStr(golden.KEY), clock=clock) == golden.CALLER

    kept = said(name, "cursor")
    cursor = Cursor(golden.KEY.encode())
    assert cursor.decode(kept["cursor"], question=kept["question"]) == kept["values"]

    sent = said(name, "webhook")
    signed = sent.pop("signatures")
    assert {scheme: golden.signature(scheme, **sent) for scheme in golden.SCHEMES} == signed


@pytest.mark.parametrize("name", RELEASES)
async def test_a_bell_that_a_release_rang_is_heard_today(name: str, valkey_url: str) -> None:
    heard, stop = asyncio.Queue[tuple[str, int]](), asyncio.Event()

    async def hear(feed: str, seq: int) -> None:
        await heard.put((feed, seq))

    async def look() -> None:
        """Nothing is found by looking: it must be the bell."""

    queue = queue_name("golden")
    async with Redis.from_url(valkey_url) as redis:
        await redis.set(b"arq:job:golden", json.dumps(said(name, "bell")))
        await redis.zadd(queue, {"golden": int(time.time() * 1000)})
        worker = run_worker(
            redis_url=valkey_url, queue="golden", on_bell=hear, sweep=look, stop=stop
        )
        task = asyncio.create_task(worker)
        try:
            async with asyncio.timeout(20):
                assert await heard.get() == ("releases", 7)
        finally:
            stop.set()
            await task


def test_a_field_that_is_gone_renamed_or_new_and_wanted_is_found() -> None:
    class Was(msgspec.Struct):
        name: str
        amount: int
        parts: list[dict[str, str]] = []

    class Lost(msgspec.Struct):
        name: str

    class Wants(Was, kw_only=True):
        region: str

    full, least = golden.both(Was)
    read(full, Was, "as it was")
    with pytest.raises(AssertionError, match="/amount"):
        read(full, Lost, "a field is gone")
    with pytest.raises(msgspec.ValidationError, match="region"):
        read(least, Wants, "a field is wanted")


# Steps of the tables.


class Table(NamedTuple):
    """The columns of a table with their type and whether they must be given; its rules."""

    columns: dict[str, tuple[str, bool]]
    rules: frozenset[str]


Schema = dict[str, Table]

COLUMNS = """
    SELECT relname, attname, format_type(atttypid, atttypmod) AS type,
           attnotnull AND NOT atthasdef AND attidentity = '' AS wanted
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = $1::text::regnamespace AND relkind = 'r' AND attnum > 0
        AND NOT attisdropped
"""
RULES = """
    SELECT relname, pg_get_constraintdef(pg_constraint.oid) AS rule
    FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
    WHERE connamespace = $1::text::regnamespace AND contype <> 'n'
    UNION SELECT tablename, indexdef FROM pg_indexes
    WHERE schemaname = $1 AND indexdef LIKE 'CREATE UNIQUE%'
"""


async def schema_of(connection: asyncpg.Connection, schema: str) -> Schema:
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    for row in await connection.fetch(COLUMNS, schema):
        found.setdefault(row["relname"], {})[row["attname"]] = (row["type"], row["wanted"])
    rules: dict[str, set[str]] = {}
    for row in await connection.fetch(RULES, schema):
        rules.setdefault(row["relname"], set()).add(row["rule"])
    return {name: Table(columns, frozenset(rules.get(name, ()))) for name, columns in found.items()}


def not_borne(before: Schema, after: Schema) -> Iterator[str]:
    """What code of the release before would stumble over in the tables of the one after."""
    for name, was in before.items():
        now = after.get(name)
        if now is None:
            yield f"{name} is gone"
            continue
        for column, (kind, _) in was.columns.items():
            if column not in now.columns:
                yield f"{name}.{column} is gone"
            elif now.columns[column][0] != kind:
                yield f"{name}.{column} was {kind} and is {now.columns[column][0]}"
        for column, (_, wanted) in now.columns.items():
            if wanted and not was.columns.get(column, ("", False))[1]:
                yield f"{name}.{column} must be given"
        for rule in sorted(now.rules - was.rules):
            yield f"{name} has a new rule: {rule}"


@pytest.fixture
async def empty(cluster: Cluster) -> AsyncIterator[str]:
    """A database with roles and empty schemas."""
    async with cluster.copy("empty", []) as name:
        yield name


async def test_steps_since_the_last_release_are_borne_by_its_code(
    cluster: Cluster, empty: str
) -> None:
    """Expand, then contract a release later: `KEPT` names what does no harm, with its reason."""
    released = said(RELEASES[-1], "steps")
    found = {}
    for package, role in VAULTS_FIRST:
        steps = golden.steps()[package]
        new = steps[len(released.get(package, [])) :]
        assert steps[: len(steps) - len(new)] == released.get(package, []), "a step was changed"
        if not new or len(new) == len(steps):
            continue
        url = cluster.url(role, empty)
        last = released[package][-1].partition("_")[0]
        await asyncio.to_thread(migrations.upgrade, url, package, schema=role, to=last)
        connection = await asyncpg.connect(url)
        before = await schema_of(connection, role)
        await asyncio.to_thread(migrations.upgrade, url, package, schema=role)
        after = await schema_of(connection, role)
        await connection.close()
        for flaw in not_borne(before, after):
            found[f"{role}.{flaw}"] = new
    assert set(found) == set(KEPT), found


async def test_a_step_that_takes_away_or_demands_something_is_found(
    cluster: Cluster, empty: str
) -> None:
    connection = await asyncpg.connect(cluster.url("scoring", empty))
    await connection.execute(
        "CREATE TABLE lot (id int PRIMARY KEY, title text, price int, word text NOT NULL);"
        "CREATE TABLE old (id int)"
    )
    before = await schema_of(connection, "scoring")
    await connection.execute(
        "ALTER TABLE lot ADD COLUMN more text, ADD COLUMN many int NOT NULL DEFAULT 0;"
        "CREATE TABLE fresh (id int PRIMARY KEY); CREATE INDEX ON lot (title);"
        "ALTER TABLE lot ALTER COLUMN word DROP NOT NULL"
    )
    borne = await schema_of(connection, "scoring")
    assert list(not_borne(before, borne)) == []

    await connection.execute(
        "DROP TABLE old; ALTER TABLE lot RENAME COLUMN title TO name;"
        "ALTER TABLE lot ALTER COLUMN price TYPE bigint, ALTER COLUMN more SET NOT NULL,"
        " ADD CONSTRAINT dear CHECK (price > 0); CREATE UNIQUE INDEX once ON lot (name)"
    )
    flaws = list(not_borne(borne, await schema_of(connection, "scoring")))
    await connection.close()

    assert set(flaws) == {
        "lot.title is gone",
        "lot.price was integer and is bigint",
        "lot.more must be given",
        "lot has a new rule: CHECK ((price > 0))",
        "lot has a new rule: CREATE UNIQUE INDEX once ON scoring.lot USING btree (name)",
        "old is gone",
    }


NEXT = """
from alembic import op
revision, down_revision, branch_labels, depends_on = "next", {last!r}, None, None
def upgrade():
    op.execute("ALTER TABLE process ADD COLUMN next_word text")
    op.execute("ALTER TABLE score ADD COLUMN next_number bigint NOT NULL DEFAULT 0")
    op.execute("CREATE TABLE next_thing (id text PRIMARY KEY)")
    op.execute("CREATE INDEX ix_next ON alert (raised_at, id)")
def downgrade():
    op.execute("DROP INDEX ix_next")
    op.execute("DROP TABLE next_thing")
    op.execute("ALTER TABLE score DROP COLUMN next_number")
    op.execute("ALTER TABLE process DROP COLUMN next_word")
"""
LONG_READ, SLOWEST = 6.0, 4.5
"""Seconds of a read that a step has to wait for, and that a request may take meanwhile."""


@pytest.mark.check("F20", tier=2, limit="0 failed, none slower than 4.5 s")
@pytest.mark.thorough
async def test_a_step_goes_up_and_down_under_load_and_behind_a_long_read(
    cluster: Cluster,
    valkey_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Any,
) -> None:
    package = next_package(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    async with (
        cluster.copy("gateway", SERVICES["gateway"]) as name,
        opened(cluster.url("gateway", name)) as database,
        opened_house(database, cluster.url("gateway", name), valkey_url) as house,
    ):
        url = cluster.url("gateway", name)
        last = golden.steps()["gateway"][-1].partition("_")[0]
        house.key = await house.new_key(per_minute=1_000_000)
        await house.fill("releases", *(release(f"o-{n}") for n in range(20)))
        async with loaded(house) as told:
            for _ in range(2):
                await asyncio.to_thread(migrations.upgrade, url, package, schema="gateway")
                await asyncio.to_thread(migrations.downgrade, url, package, last, schema="gateway")
            reader = asyncio.create_task(read_for_long(url))
            await asyncio.sleep(0.2)
            await asyncio.to_thread(migrations.upgrade, url, package, schema="gateway")
            await reader
        async with database.connection() as connection:
            assert await connection.fetchval("SELECT count(next_number) FROM score") == 20
    figure = f"{len(told)} requests and writes, slowest {max(told):.2f} s"
    record_property("figure", figure)
    assert len(told) > 50
    assert max(told) < SLOWEST


def next_package(folder: Path) -> str:
    """The gateway's steps with one more, as the next release would bring it."""
    own = Path(gateway.__path__[0]) / "migrations" / "versions"
    steps = folder / "gateway_next" / "migrations" / "versions"
    shutil.copytree(own, steps, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "gateway_next" / "__init__.py").touch()
    last = golden.steps()["gateway"][-1].partition("_")[0]
    (steps / "9999_next.py").write_text(NEXT.format(last=last))
    return "gateway_next"


@asynccontextmanager
async def loaded(house: House) -> AsyncIterator[list[float]]:
    """Ask and write without pause, with today's code; the seconds each took."""
    told: list[float] = []
    over = asyncio.Event()

    async def ask(path: str) -> None:
        while not over.is_set():
            began = time.monotonic()
            answer = await house.get(f"{path}&q=o-{len(told)}")  # no answer is remembered
            assert answer.status_code == 200, answer.text
            told.append(time.monotonic() - began)

    async def write() -> None:
        while not over.is_set():
            began = time.monotonic()
            entries = [score(process(f"o-{n}"), expected=len(told) % 9) for n in range(20)]
            with suppress(asyncpg.DeadlockDetectedError):  # the worker reads the page again
                await house.fill("scores", *entries)
            told.append(time.monotonic() - began)
            await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        for path in ("/v1/processes?limit=5", "/v1/processes?limit=7"):
            group.create_task(ask(path))
        try:
            yield told
        finally:
            over.set()


async def read_for_long(url: str) -> None:
    """Hold what every reader holds of the tables, for long."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await connection.fetch("SELECT FROM process LIMIT 1")
            await connection.fetch("SELECT FROM score LIMIT 1")
            await asyncio.sleep(LONG_READ)
    finally:
        await connection.close()


VALUES = {
    "text": "'x{n}'",
    "bytea": "'x{n}'",
    "jsonb": "'{{}}'",
    "uuid": "gen_random_uuid()",
    "timestamp with time zone": "now()",
    "date": "current_date",
    "boolean": "false",
    "int8multirange": "'{{}}'",
}


@pytest.mark.thorough
@pytest.mark.parametrize(("package", "role"), PLATFORM)
async def test_every_step_goes_up_and_down_over_tables_with_rows(
    cluster: Cluster, empty: str, admin_database_url: str, package: str, role: str
) -> None:
    url = cluster.url(role, empty)
    steps = [step.partition("_")[0] for step in golden.steps()[package]]
    filled: set[str] = set()
    admin = await asyncpg.connect(f"{admin_database_url.rpartition('/')[0]}/{empty}")
    try:
        if package == "ingestor":
            vault = cluster.url("ingestor_raw", empty)
            await asyncio.to_thread(migrations.upgrade, vault, "ingestor.raw")
        for step in steps:
            await asyncio.to_thread(migrations.upgrade, url, package, schema=role, to=step)
            filled |= await fill(admin, role)
        there = set(await schema_of(admin, role)) - {"alembic_version"}
        assert len(filled & there) >= 0.8 * len(there), f"not filled: {there - filled}"
        for step in [*reversed(steps[:-1]), "base"]:
            await asyncio.to_thread(migrations.downgrade, url, package, step, schema=role)
        assert set(await schema_of(admin, role)) == {"alembic_version"}
    finally:
        await admin.close()


async def fill(admin: asyncpg.Connection, schema: str) -> set[str]:
    """Put two rows into every table that has none and takes made-up ones; the tables that have."""
    await admin.execute("SET session_replication_role = replica")  # keys of others are not asked
    found = set()
    for table, columns in (await schema_of(admin, schema)).items():
        if table == "alembic_version":
            continue
        name = f'{schema}."{table}"'
        try:
            if not await admin.fetchval(f"SELECT EXISTS (SELECT FROM {name})"):
                for n in (1, 2):
                    await admin.execute(row_of(name, columns, n))
            found.add(table)
        except asyncpg.IntegrityConstraintViolationError:
            continue  # a rule that made-up values do not keep
    return found


def row_of(name: str, table: Table, number: int) -> str:
    made = {
        f'"{column}"': "'{}'" if kind.endswith("[]") else VALUES.get(kind, "{n}").format(n=number)
        for column, (kind, _) in table.columns.items()
    }
    return (
        f"INSERT INTO {name} ({', '.join(made)}) OVERRIDING SYSTEM VALUE"
        f" VALUES ({', '.join(made.values())})"
    )
