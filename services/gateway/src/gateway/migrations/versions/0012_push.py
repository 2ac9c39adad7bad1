"""Endpoints that events are sent to, what is sent, and every try."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

STEPS = (
    """
    CREATE TABLE endpoint (
        id text PRIMARY KEY,
        organisation_id text NOT NULL REFERENCES organisation (id),
        url text NOT NULL,
        description text,
        contact text,
        types text[] NOT NULL DEFAULT '{}',
        signing text NOT NULL,
        sealed bytea NOT NULL,
        sealed_before bytea,
        before_until timestamptz,
        enabled boolean NOT NULL DEFAULT true,
        disabled_for text,
        spared_until timestamptz,
        public_seq bigint NOT NULL,
        own_seq bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        revision bigint NOT NULL DEFAULT 1,
        deleted_at timestamptz
    )
    """,
    """
    COMMENT ON TABLE endpoint IS
    'Where an organisation has events sent, and how far the streams were sent there.'
    """,
    "CREATE INDEX ix_endpoint_organisation_id ON endpoint (organisation_id, created_at)",
    """
    CREATE TABLE delivery (
        id text PRIMARY KEY,
        endpoint_id text NOT NULL REFERENCES endpoint (id),
        stream text NOT NULL,
        seq bigint NOT NULL,
        type text NOT NULL,
        body bytea,
        state text NOT NULL DEFAULT 'pending',
        tries integer NOT NULL DEFAULT 0,
        due_at timestamptz NOT NULL DEFAULT now(),
        created_at timestamptz NOT NULL DEFAULT now()
    )
    """,
    """
    COMMENT ON TABLE delivery IS
    'An event for an endpoint; while it is sent, `due_at` is when its sender is given up.'
    """,
    "CREATE INDEX ix_delivery_endpoint_id ON delivery (endpoint_id, created_at, id)",
    "CREATE INDEX ix_delivery_due ON delivery (endpoint_id, due_at) WHERE state = 'pending'",
    """
    CREATE TABLE attempt (
        id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
        delivery_id text NOT NULL REFERENCES delivery (id) ON DELETE CASCADE,
        at timestamptz NOT NULL,
        milliseconds integer NOT NULL,
        status integer,
        fault text,
        reply bytea NOT NULL
    )
    """,
    "COMMENT ON TABLE attempt IS 'One try at a delivery, with the first 1 kB of the answer.'",
    "CREATE INDEX ix_attempt_delivery_id ON attempt (delivery_id, id)",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)


def downgrade() -> None:
    for table in ("attempt", "delivery", "endpoint"):
        op.execute(f"DROP TABLE {table}")
