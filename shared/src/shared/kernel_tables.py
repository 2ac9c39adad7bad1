"""The tables every service has in its own schema: feeds it publishes, feeds it reads, dead letters.

The first migration of a service calls `create_kernel_tables(op)`. They are not part of a service's
own metadata; `shared.migrations.check` leaves them out by the names below.
"""

from typing import Any, Final

KERNEL_TABLES: Final = {
    "feed_head": """
        feed   text   PRIMARY KEY,
        kind   text   NOT NULL CHECK (kind IN ('state', 'event')),
        seq    bigint NOT NULL DEFAULT 0,
        epoch  uuid   NOT NULL DEFAULT gen_random_uuid()
    """,
    # No body is a tombstone: the thing with this key is gone.
    "feed_state": """
        feed   text   NOT NULL,
        key    text   NOT NULL,
        seq    bigint NOT NULL,
        body   bytea,
        PRIMARY KEY (feed, key),
        UNIQUE (feed, seq)
    """,
    "feed_event": """
        feed   text   NOT NULL,
        seq    bigint NOT NULL,
        key    text   NOT NULL,
        body   bytea  NOT NULL,
        PRIMARY KEY (feed, seq),
        UNIQUE (feed, key)
    """,
    "feed_cursor": """
        feed       text        PRIMARY KEY,
        epoch      uuid        NOT NULL,
        seq        bigint      NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
    """,
    "dead_letter": """
        id              bigint      PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        feed            text        NOT NULL,
        key             text        NOT NULL,
        seq             bigint      NOT NULL,
        body            bytea,
        reason          text        NOT NULL,
        attempts        integer     NOT NULL,
        first_failed_at timestamptz NOT NULL DEFAULT now(),
        last_failed_at  timestamptz NOT NULL DEFAULT now(),
        UNIQUE (feed, key)
    """,
    # status NULL: the command is being carried out at this moment.
    "idempotency": """
        caller      text        NOT NULL,
        key         text        NOT NULL,
        fingerprint bytea       NOT NULL,
        status      smallint,
        headers     jsonb,
        body        bytea,
        created_at  timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (caller, key)
    """,
}


def create_kernel_tables(op: Any) -> None:
    """Create them in the schema that the search path names first. `op` is `alembic.op`."""
    for name, columns in KERNEL_TABLES.items():
        op.execute(f"CREATE TABLE {name} ({columns})")
    op.execute("CREATE INDEX idempotency_created_at ON idempotency (created_at)")


def drop_kernel_tables(op: Any) -> None:
    """Drop them with all they hold."""
    for name in reversed(KERNEL_TABLES):
        op.execute(f"DROP TABLE {name}")
