"""Subscriptions: saved filters, what they found, the messages made of it; and replies to alerts."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

STEPS = (
    """
    CREATE TABLE subscription (
        id text PRIMARY KEY,
        organisation_id text NOT NULL REFERENCES organisation (id),
        name text NOT NULL,
        what text NOT NULL,
        filter bytea NOT NULL,
        events text[] NOT NULL,
        cadence text NOT NULL,
        hour smallint NOT NULL,
        weekday smallint NOT NULL,
        language text NOT NULL,
        channel text NOT NULL,
        address text NOT NULL,
        state text NOT NULL,
        paused_for text,
        since bigint NOT NULL,
        next_at timestamptz,
        digest_from timestamptz NOT NULL,
        code_asked_at timestamptz NOT NULL,
        code_tries smallint NOT NULL DEFAULT 0,
        created_at timestamptz NOT NULL,
        revision bigint NOT NULL DEFAULT 1,
        deleted_at timestamptz
    )
    """,
    """
    COMMENT ON TABLE subscription IS
    'A saved filter: what an organisation wants to be told of, where, and how often.'
    """,
    "CREATE INDEX ix_subscription_organisation_id ON subscription (organisation_id, created_at)",
    "CREATE INDEX ix_subscription_next_at ON subscription (next_at) WHERE next_at IS NOT NULL",
    """
    CREATE TABLE subscription_place (
        id integer PRIMARY KEY,
        seq bigint NOT NULL
    )
    """,
    """
    COMMENT ON TABLE subscription_place IS
    'One row: up to which event of the public stream subscriptions were matched.'
    """,
    """
    INSERT INTO subscription_place (id, seq)
    SELECT 1, coalesce((SELECT seq FROM feed_head WHERE feed = 'events/public'), 0)
    """,
    """
    CREATE TABLE subscription_hit (
        subscription_id text NOT NULL REFERENCES subscription (id) ON DELETE CASCADE,
        seq bigint NOT NULL,
        PRIMARY KEY (subscription_id, seq)
    )
    """,
    "COMMENT ON TABLE subscription_hit IS 'Events that wait for the digest of a subscription.'",
    """
    CREATE TABLE subscription_message (
        id text PRIMARY KEY,
        subscription_id text NOT NULL REFERENCES subscription (id) ON DELETE CASCADE,
        kind text NOT NULL,
        subject text NOT NULL,
        body text NOT NULL,
        state text NOT NULL DEFAULT 'pending',
        tries integer NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL,
        status integer,
        fault text,
        created_at timestamptz NOT NULL
    )
    """,
    """
    COMMENT ON TABLE subscription_message IS
    'A letter or chat message; while it is sent, `due_at` is when its sender is given up.'
    """,
    """
    CREATE INDEX ix_subscription_message_subscription_id
    ON subscription_message (subscription_id, created_at)
    """,
    """
    CREATE INDEX ix_subscription_message_due ON subscription_message (due_at)
    WHERE state = 'pending'
    """,
    """
    CREATE TABLE reply (
        id text PRIMARY KEY,
        alert_id text NOT NULL,
        process_id text NOT NULL,
        subject_type text NOT NULL,
        subject_id text NOT NULL,
        organisation_id text NOT NULL REFERENCES organisation (id),
        created_at timestamptz NOT NULL,
        body bytea NOT NULL
    )
    """,
    """
    COMMENT ON TABLE reply IS
    'What a party of a purchase says of an alert; shown wherever that or its score is.'
    """,
    "CREATE INDEX ix_reply_alert_id ON reply (alert_id)",
    "CREATE INDEX ix_reply_process_id ON reply (process_id)",
    "CREATE INDEX ix_reply_subject ON reply (subject_type, subject_id)",
)

TABLES = (
    "reply",
    "subscription_message",
    "subscription_hit",
    "subscription_place",
    "subscription",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)


def downgrade() -> None:
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
