"""What the gateway forgets by the clock, where no other test shows it."""

from datetime import UTC, datetime, timedelta

from gateway.push import outbox
from gateway.view import changes
from gateway.who import devices
from shared.database import Database

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


async def test_a_device_is_forgotten_half_a_year_after_it_last_asked(
    gateway_database: Database,
) -> None:
    made, gone, kept = NOW - timedelta(days=400), timedelta(days=181), timedelta(days=179)
    rows = [
        ("asked long ago", made, NOW - gone),
        ("never asked", NOW - gone, None),
        ("asked of late", made, NOW - kept),
        ("new", NOW - kept, None),
    ]
    async with gateway_database.transaction() as connection:
        await connection.executemany(
            "INSERT INTO device (id, secret_hash, created_at, last_used_at)"
            " VALUES ($1, 'h', $2, $3)",
            rows,
        )

        await devices.forget_unused(connection, now=NOW)

        left = {row["id"] for row in await connection.fetch("SELECT id FROM device")}
    assert left == {"asked of late", "new"}


async def test_what_was_sent_is_forgotten_after_a_month_with_its_tries_and_not_what_still_waits(
    gateway_database: Database,
) -> None:
    old, new = NOW - timedelta(days=31), NOW - timedelta(days=29)
    rows = [
        ("old", "sent", old, "kept"),
        ("old failed", "failed", old, "kept"),
        ("old waits", "pending", old, "kept"),
        ("new", "sent", new, "kept"),
        ("deleted", "sent", new, "deleted"),
    ]
    async with gateway_database.transaction() as connection:
        await connection.execute(
            "INSERT INTO organisation (id, name, created_at) VALUES ('own_1', 'A', now())"
        )
        await connection.execute(
            "INSERT INTO endpoint"
            " (id, organisation_id, url, signing, sealed, public_seq, own_seq, deleted_at)"
            " VALUES ('kept', 'own_1', 'https://a', 'v1', '', 0, 0, NULL),"
            " ('deleted', 'own_1', 'https://b', 'v1', '', 0, 0, now())"
        )
        await connection.executemany(
            "INSERT INTO delivery (id, state, created_at, endpoint_id, stream, seq, type)"
            " VALUES ($1, $2, $3, $4, 'public', 1, 'alert.created')",
            rows,
        )
        await connection.execute(
            "INSERT INTO attempt (delivery_id, at, milliseconds, status, reply)"
            " SELECT id, created_at, 5, 200, 'what their server said' FROM delivery"
        )

        await outbox.forget_old(connection, NOW)

        for table, column in (("delivery", "id"), ("attempt", "delivery_id")):
            left = {row[0] for row in await connection.fetch(f"SELECT {column} FROM {table}")}
            assert left == {"old waits", "new"}, table


async def test_changes_are_dropped_once_every_process_has_long_followed_them(
    gateway_database: Database,
) -> None:
    async with gateway_database.transaction() as connection:
        for seq in (1, 2):
            await changes.record(connection, seq, "score", ["process/a"])
        await connection.execute(
            "UPDATE change SET at = now() - interval '11 minutes' WHERE seq = 1"
        )

        await changes.forget_old(connection)

        assert [row["seq"] for row in await connection.fetch("SELECT seq FROM change")] == [2]
