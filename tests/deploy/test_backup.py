"""Backup and restore: a drill on real processes, and what a backup refuses."""

import asyncio
import hashlib
import io
import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import obstore
import pytest
from obstore.store import MemoryStore, ObjectStore

from deploy.backup import files, folder, manifest, record, restoring, shelves, taking
from deploy.backup.manifest import Evidence, RefusedError
from deploy.backup.sealing import CHUNK, Sink, Source, new_keys
from deploy.local.place import Place
from deploy.servers import Postgres, free_port, postgres_programs
from tests.cases.evidence import stores
from tests.cases.evidence.files import photograph
from tests.harness.faults import LEVEL
from tests.harness.purchases import line, mixed
from tests.harness.stage import Stage
from tests.support.servers import Running, running

pytestmark = pytest.mark.thorough

PURCHASES, ALARMING = 150, 15
THIRD = PURCHASES // 3
QUIET_WITHIN = 60.0

SCORES = """
    SELECT subject_type || '/' || subject_id AS id, band, expected, flagged FROM gateway.score
"""


class Drill:
    """A platform, asked as its people ask it."""

    def __init__(self, place: Path) -> None:
        self.place = Place(place)
        self.stage = Stage(place)

    async def gateway(self, *words: str) -> str:
        """Run a command of the gateway."""
        told = self.stage.platform.environment("gateway")
        return await self.stage.platform.run(*words, program="gateway", told=told)

    async def key(self, name: str, *more: str) -> dict[str, Any]:
        made = await self.gateway(
            "key", "add", "--organisation", "Бақылаушылар", "--name", name, "--json", *more
        )
        found: dict[str, Any] = json.loads(made)
        return found

    async def ask(self, key: str, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}", **more.pop("headers", {})}
        async with httpx.AsyncClient(base_url=self.stage.platform.front, timeout=20) as client:
            return await client.request(method, f"/v1{path}", headers=headers, **more)

    async def admit(self) -> dict[str, dict[str, Any]]:
        """An organisation with a member and three keys of hers."""
        await self.gateway("organisation", "add", "Бақылаушылар")
        words = ("--organisation", "Бақылаушылар", "--role", "editor", "--json")
        member = json.loads(await self.gateway("member", "add", "Айгүл", *words))["id"]
        scopes = ("--scopes", "scores:read,cases:read,cases:write", "--member", member)
        return {name: await self.key(name, *scopes) for name in ("kept", "before", "after")}

    async def refused(self, key: str) -> None:
        """Wait until a key that was revoked is refused."""
        async with asyncio.timeout(6):
            while (await self.ask(key, "GET", "/me")).status_code != 401:
                await asyncio.sleep(0.1)

    async def load(self, path: Path) -> None:
        loading = await self.stage.load(path, "--source", "harness")
        assert await loading.wait() == 0

    async def quiet(self) -> None:
        """Wait until everything that was loaded is judged and seen."""
        async with asyncio.timeout(QUIET_WITHIN), self.stage.admin() as admin:
            while not await admin.fetchval(LEVEL):
                await asyncio.sleep(0.1)

    async def scores(self) -> dict[str, Any]:
        async with self.stage.admin() as admin:
            return {row["id"]: tuple(row)[1:] for row in await admin.fetch(SCORES)}


@pytest.mark.check("F21", tier=2, limit="rows, audit head, keys and scores equal")
@pytest.mark.slow
async def test_what_is_restored_elsewhere_is_the_platform_of_that_moment(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A backup under load, more data, a loss: another machine has it all, and knows what not."""
    loads = _loads(tmp_path)
    private, public = (bytes.fromhex(text) for text in new_keys())
    lost = await _until_the_loss(tmp_path, loads, public)

    assert {path.stat().st_mode & 0o777 for path in lost.made.iterdir()} == {0o600}
    assert not any(b"Purchase" in path.read_bytes() for path in lost.made.glob("*.*r*"))
    began = time.monotonic()
    place = Place(tmp_path / "again")
    with pytest.raises(RefusedError, match="under other keys"):
        await folder.restore(Place(tmp_path / "other"), lost.made, private_key=private)
    secrets_from = tmp_path / "elsewhere" / lost.made.name
    restored = await folder.restore(
        place, lost.made, secrets_from=secrets_from, private_key=private
    )
    assert restored.manifest == lost.told

    again = Drill(place.path)
    try:
        await again.stage.up()
        ready = time.monotonic()
        await again.quiet()
        judged = time.monotonic()
        await _is_as_it_was(again, lost)
        await _who_was_revoked_since(again, lost)
        for path in loads[1:]:  # what came since is loaded again: every score is what it was
            await again.load(path)
        await again.quiet()
        assert len(lost.scores) > PURCHASES
        assert await again.scores() == lost.scores
    finally:
        again.stage.down()
    figure = (
        f"drill of {sum(lost.told.tables.values())} rows: backup under load {lost.told.seconds:.1f}"
        f" s, restore until it answers {ready - began:.1f} s, facts and scores anew"
        f" {judged - ready:.1f} s"
    )
    record_property("figure", figure)
    print(figure)


@dataclass(frozen=True)
class Lost:
    """What is known of a platform that is no more."""

    made: Path
    told: manifest.Manifest
    keys: dict[str, dict[str, Any]]
    evidence: str
    scores: dict[str, Any]


def _loads(folder: Path) -> list[Path]:
    """Purchases in three files: before the backup, while it is made, and after it."""
    purchases = [line(one) for one, _ in mixed(PURCHASES, alarming=ALARMING, now=datetime.now(UTC))]
    paths = [folder / f"{n}.jsonl" for n in range(3)]
    for n, path in enumerate(paths):
        path.write_bytes(b"".join(purchases[n * THIRD : (n + 1) * THIRD]))
    return paths


async def _until_the_loss(tmp_path: Path, loads: list[Path], public: bytes) -> Lost:
    """Live, take a backup in the middle of it, live on, and end without warning."""
    was = Drill(tmp_path / "was")
    backups, elsewhere = tmp_path / "backups", tmp_path / "elsewhere"
    try:
        await was.stage.up()
        keys = await was.admit()
        await was.load(loads[0])
        piece = await _evidence(was, keys["kept"]["key"])
        await was.gateway("key", "revoke", keys["before"]["id"])
        loading = await was.stage.load(loads[1], "--source", "harness")
        made, told = await folder.take(
            was.place, backups, datetime.now(UTC), secrets_to=elsewhere, public_key=public
        )
        assert await loading.wait() == 0
        await was.load(loads[2])
        await was.gateway("key", "revoke", keys["after"]["id"])
        await was.refused(keys["after"]["key"])
        await was.quiet()
        scores = await was.scores()
    finally:
        was.stage.down()
    noted = (was.place.path / "backup.prom").read_text()
    assert f"backup_last_success_timestamp_seconds {int(told.made_at.timestamp())}" in noted
    return Lost(made, told, keys, piece, scores)


async def _is_as_it_was(again: Drill, lost: Lost) -> None:
    head = lost.told.audit_head
    assert (await again.gateway("audit", "verify", "--head", head)).strip() == head
    async with again.stage.admin() as admin:
        released = await admin.fetchval("SELECT count(*) FROM gateway.process")
        assert THIRD <= released < PURCHASES
        assert await admin.fetchval("SELECT min(seq) FROM gateway.change_head") > record.AHEAD
    kept = lost.keys["kept"]["key"]
    assert (await again.ask(kept, "GET", "/me")).status_code == 200
    assert (await again.ask(lost.keys["before"]["key"], "GET", "/me")).status_code == 401
    original = await again.ask(kept, "GET", f"/evidence/{lost.evidence}/file?which=original")
    assert original.content == photograph()


async def _who_was_revoked_since(again: Drill, lost: Lost) -> None:
    """The runbook: it lives again, stands in the list to look through, and is revoked again."""
    listed = json.loads((again.place.path / folder.LIST).read_text())
    after = lost.keys["after"]
    assert {key["id"] for key in listed} == {lost.keys["kept"]["id"], after["id"]}
    assert (await again.ask(after["key"], "GET", "/me")).status_code == 200
    await again.gateway("key", "revoke", after["id"])
    await again.refused(after["key"])


async def _evidence(drill: Drill, key: str) -> str:
    """Open a case and give it a photograph; its id."""
    once = {"Idempotency-Key": secrets.token_hex(8)}
    case = await drill.ask(key, "POST", "/cases", json={"title": "Жол"}, headers=once)
    added = await drill.ask(
        key,
        "POST",
        f"/cases/{case.json()['id']}/evidence?name=road.jpg",
        content=photograph(),
        headers={"Idempotency-Key": secrets.token_hex(8)},
    )
    assert added.status_code == 201, added.text
    found: str = added.json()["id"]
    return found


def test_a_sealed_file_opens_for_its_key_alone_and_not_when_it_was_changed(tmp_path: Path) -> None:
    private, public = (bytes.fromhex(text) for text in new_keys())
    plain = secrets.token_bytes(2 * CHUNK) + b"end"
    path = tmp_path / "sealed"
    sink = Sink(path, public)
    for place in range(0, len(plain), 70_000):
        sink.write(plain[place : place + 70_000])
    part = sink.close()
    sealed = path.read_bytes()
    assert (part.size, part.sealed) == (len(sealed), True)
    assert plain[:64] not in sealed

    def opened(content: bytes, key: bytes | None = private) -> bytes:
        source = Source(io.BytesIO(content), key, sealed=True)
        return b"".join(iter(source.read, b""))

    assert opened(sealed) == plain
    chunk = CHUNK + 16
    first, second, rest = sealed[:48], sealed[48 : 48 + chunk], sealed[48 + chunk :]
    stranger = bytes.fromhex(new_keys()[0])
    for wrong, key in (
        (sealed, stranger),
        (sealed, None),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), private),
        (first + second, private),  # cut off between two chunks
        (first + rest, private),  # the first left out
        (first + rest[:chunk] + second + rest[chunk:], private),  # moved
        (plain, private),
    ):
        with pytest.raises(RefusedError):
            opened(wrong, key)


def test_an_empty_file_is_sealed_and_opened(tmp_path: Path) -> None:
    private, public = (bytes.fromhex(text) for text in new_keys())
    sink = Sink(tmp_path / "sealed", public)
    assert sink.close().size > 0
    with (tmp_path / "sealed").open("rb") as file:
        assert Source(file, private, sealed=True).read() == b""


async def test_nothing_is_restored_from_a_damaged_backup_or_over_other_data(
    platform_database_urls: dict[str, str], admin_database_url: str, tmp_path: Path
) -> None:
    url = _admin(admin_database_url, platform_database_urls["gateway"])
    backup, into = await _small_backup(url, tmp_path)

    with pytest.raises(RefusedError, match="The database is not empty"):
        await restoring.restore(backup, into)
    (tmp_path / "facts.duckdb").touch()
    with pytest.raises(RefusedError, match="facts of other data"):
        restoring.check(backup, replace(into, facts=tmp_path / "facts.duckdb"))
    with pytest.raises(RefusedError, match=r"under other keys \(raw\)"):
        restoring.check(backup, replace(into, keys={"raw": "another"}))

    dump = backup / manifest.DATABASE
    whole = dump.read_bytes()
    for flaw, content in (
        ("is not what was written", whole[:-1] + bytes([whole[-1] ^ 1])),
        ("instead of", whole[:-1]),
    ):
        dump.write_bytes(content)
        with pytest.raises(RefusedError, match=flaw):
            restoring.check(backup, into)
    dump.unlink()
    with pytest.raises(RefusedError, match="is missing"):
        restoring.check(backup, into)
    with pytest.raises(RefusedError, match="holds no backup"):
        restoring.check(tmp_path, into)


async def _small_backup(url: str, tmp_path: Path) -> tuple[Path, restoring.Into]:
    keys = {"raw": "one"}
    evidence = shelves.Folder(tmp_path / "evidence")
    wanted = taking.Wanted(url, evidence, tmp_path / "backups", keys, keys)
    made, _ = await taking.take(wanted, datetime.now(UTC))
    facts = tmp_path / "facts" / "facts.duckdb"
    return made, restoring.Into(url, shelves.Folder(tmp_path / "other"), facts, keys)


def _admin(admin_url: str, role_url: str) -> str:
    return f"{admin_url.rpartition('/')[0]}/{role_url.rpartition('/')[2]}"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with stores.running(tmp_path_factory.mktemp("store")) as found:
        yield found


@pytest.fixture(params=["memory", "bucket"])
def bucket(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    """A store in memory, and one that speaks S3."""
    if request.param == "memory":
        return MemoryStore()
    return stores.opened(request.getfixturevalue("endpoint"), tmp_path.name)


def test_evidence_that_the_database_names_and_nobody_has_is_told(tmp_path: Path) -> None:
    kept = tmp_path / "evidence"
    there = _keep(kept, b"a photograph")
    (kept / "arriving").mkdir()
    (kept / "arriving" / "half").write_bytes(b"not yet")
    archive = io.BytesIO()

    told = files.pack(shelves.Folder(kept), [there, "ab" * 32], archive)

    assert (told.files, told.size, told.missing) == (1, 12, ["ab" * 32])
    archive.seek(0)
    again = shelves.Folder(tmp_path / "again")
    assert files.unpack(archive, again) == 1
    assert (tmp_path / "again" / there[:2] / there).read_bytes() == b"a photograph"
    assert not files.is_empty(again)


def test_evidence_goes_from_a_bucket_into_a_folder_and_back(
    bucket: ObjectStore, tmp_path: Path
) -> None:
    content = secrets.token_bytes(9 * 2**20)  # more than is held in memory
    large, small = _put(bucket, content), _put(bucket, b"a photograph")
    obstore.put(bucket, f"other/{large}", b"of somebody else")
    first, second = io.BytesIO(), io.BytesIO()

    told = files.pack(shelves.Bucket(bucket, "s3://one"), [large, small, "ab" * 32], first)

    assert (told.files, told.size) == (2, len(content) + 12)
    assert told.missing == ["ab" * 32]
    first.seek(0)
    folder_ = shelves.Folder(tmp_path)
    assert files.unpack(first, folder_) == 2
    assert (tmp_path / large[:2] / large).read_bytes() == content
    for name in (large, small):
        obstore.delete(bucket, f"{name[:2]}/{name}")
    again = shelves.Bucket(bucket, "s3://one")
    assert files.is_empty(again)
    assert files.pack(folder_, [large, small], second) == Evidence(2, told.size, [])
    second.seek(0)
    assert files.unpack(second, again) == 2
    assert bytes(obstore.get(bucket, f"{large[:2]}/{large}").bytes()) == content
    assert sorted(again.names()) == sorted([large, small])


def test_a_bucket_that_holds_something_else_or_does_not_answer_is_not_backed_up(
    bucket: ObjectStore,
) -> None:
    name = _put(bucket, b"a photograph")
    obstore.put(bucket, f"{name[:2]}/{name}", b"another")
    with pytest.raises(RefusedError, match="was changed"):
        files.pack(shelves.Bucket(bucket, "s3://one"), [name], io.BytesIO())
    with pytest.raises(RefusedError, match="is not what its name says"):
        shelves.Bucket(bucket, "s3://one").keep(name, io.BytesIO(b"another"))
    away = shelves.Bucket(stores.opened(f"http://127.0.0.1:{free_port()}", "x"), "s3://away")
    for asked in (lambda: next(away.names()), lambda: away.open(name)):
        with pytest.raises(RefusedError, match="s3://away does not answer"):
            asked()


def test_evidence_is_looked_for_where_cases_is_told_to_keep_it(tmp_path: Path) -> None:
    told = {
        "DATABASE_URL": "postgresql://cases@127.0.0.1/qadaga",
        "VAULT_DATABASE_URL": "postgresql://vault@127.0.0.1/qadaga",
        "INTERNAL_KEY": "i" * 32,
        "RECEIPT_KEY": "r" * 32,
        "EVIDENCE_PATH": str(tmp_path),
        "EVIDENCE_STORE": "",
    }
    assert str(shelves.shelf_of(told)) == str(tmp_path)
    named = {**told, "EVIDENCE_STORE": "s3://qadaga/evidence"}
    with pytest.raises(RefusedError, match="EVIDENCE_ACCESS_KEY"):
        shelves.shelf_of(named)
    keys = {"EVIDENCE_ACCESS_KEY": "id", "EVIDENCE_SECRET_KEY": "s" * 8}
    for more in ({}, {"EVIDENCE_ENDPOINT": "https://store.example"}):
        assert str(shelves.shelf_of({**named, **keys, **more})) == "s3://qadaga/evidence"


def test_evidence_that_was_changed_is_not_backed_up_as_if_it_were_whole(tmp_path: Path) -> None:
    name = _keep(tmp_path, b"a photograph")
    (tmp_path / name[:2] / name).write_bytes(b"another")

    with pytest.raises(RefusedError, match="was changed"):
        files.pack(shelves.Folder(tmp_path), [name], io.BytesIO())


def _put(store: ObjectStore, content: bytes) -> str:
    name = hashlib.sha256(content).hexdigest()
    obstore.put(store, f"{name[:2]}/{name}", content)
    return name


def _keep(evidence: Path, content: bytes) -> str:
    name = hashlib.sha256(content).hexdigest()
    (evidence / name[:2]).mkdir(parents=True)
    (evidence / name[:2] / name).write_bytes(content)
    return name


async def test_a_database_is_brought_back_to_the_moment_before_a_mistake() -> None:
    """The recipe of docs/backup.md for a moment between two backups."""
    with running(Postgres, durable=True) as server:
        was = server.server
        assert isinstance(was, Postgres)
        archive, base = was.data.parent / "archive", was.data.parent / "base"
        for path in (archive, base):
            path.mkdir(mode=0o700)
            if was.account:
                os.chown(path, was.account.uid, was.account.gid)
        server.stop()
        told = (
            f"archive_mode = on\narchive_command = 'test ! -f {archive}/%f && cp %p {archive}/%f'\n"
        )
        with (was.data / "postgresql.conf").open("a") as file:
            file.write(told)
        server.start()
        await _say(was, "CREATE TABLE kept AS SELECT 1 AS id")
        basebackup = str(postgres_programs(was.account) / "pg_basebackup")
        _client(was, basebackup, f"--pgdata={base}", "--checkpoint=fast", "--wal-method=stream")
        await _say(was, "INSERT INTO kept VALUES (2)")
        moment = await _say(was, "SELECT clock_timestamp()::text")
        await _say(was, "DELETE FROM kept")  # the mistake
        last = await _say(was, "SELECT pg_walfile_name(pg_switch_wal())")
        async with asyncio.timeout(20):
            while (await _say(was, "SELECT last_archived_wal FROM pg_stat_archiver") or "") < last:
                await asyncio.sleep(0.05)
        server.kill()

        with (base / "postgresql.auto.conf").open("a") as file:
            file.write(
                f"restore_command = 'cp {archive}/%f %p'\nrecovery_target_time = '{moment}'\n"
                "recovery_target_action = promote\n"
            )
        (base / "recovery.signal").touch()
        again = Running(replace(was, data=base), was.data.parent / "log")
        try:
            again.start()
            async with asyncio.timeout(20):
                while await _say(was, "SELECT pg_is_in_recovery()"):
                    await asyncio.sleep(0.05)
            assert await _say(was, "SELECT array_agg(id ORDER BY id) FROM kept") == [1, 2]
        finally:
            again.stop()


def _client(server: Postgres, *words: str) -> None:
    """Run a program as the server's own user, with the administrator's password."""
    told = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "postgres"}
    spawn = server.spawn()
    environment = {**spawn.pop("env"), **told, "PGPASSWORD": server.password}
    subprocess.run(words, check=True, capture_output=True, env=environment, **spawn)


async def _say(server: Postgres, statement: str) -> Any:
    connection = await asyncpg.connect(server.admin_url())
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()
