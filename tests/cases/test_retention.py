"""What cases forgets by the clock, where no other test shows it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cases.settings import Settings
from cases.worker import due
from shared.clock import FixedClock
from tests.support.postgres import SERVICES, Cluster, opened

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


async def test_the_worker_forgets_answers_to_commands_after_a_day(
    cluster: Cluster, tmp_path: Path
) -> None:
    async with (
        cluster.copy("cases", SERVICES["cases"]) as name,
        opened(cluster.url("cases", name)) as database,
    ):
        settings = Settings(
            database_url=cluster.url("cases", name),
            vault_database_url=cluster.url("cases_vault", name),
            redis_url="redis://127.0.0.1:1/0",
            internal_key="i" * 32,
            receipt_key="r" * 32,
            evidence_path=tmp_path,
        )
        async with database.connection() as connection:
            await connection.executemany(
                "INSERT INTO idempotency (caller, key, fingerprint, status, body, created_at)"
                " VALUES ('own_1', $1, 'f', 201, 'what was written', $2)",
                [("old", NOW - timedelta(hours=24)), ("new", NOW - timedelta(hours=23))],
            )

        jobs = {job.name: job for job in due(settings, database, FixedClock(NOW))}
        await jobs["forget_answers"].run()

        async with database.connection() as connection:
            kept = [row["key"] for row in await connection.fetch("SELECT key FROM idempotency")]
    assert kept == ["new"]
