"""Lists as files: what was asked for, and what was made."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

STEPS = (
    """
    CREATE TABLE export (
        id text PRIMARY KEY,
        organisation_id text NOT NULL REFERENCES organisation (id),
        what text NOT NULL,
        format text NOT NULL,
        filter bytea NOT NULL,
        state text NOT NULL DEFAULT 'waiting',
        tries integer NOT NULL DEFAULT 0,
        fault text,
        rows bigint,
        as_of timestamptz,
        seq bigint,
        method_versions text[] NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL,
        finished_at timestamptz,
        expires_at timestamptz,
        revision bigint NOT NULL DEFAULT 1
    )
    """,
    "COMMENT ON TABLE export IS 'Lists that organisations asked to have as files.'",
    "CREATE INDEX ix_export_organisation_id ON export (organisation_id, created_at, id)",
    "CREATE INDEX ix_export_waiting ON export (created_at, id) WHERE state = 'waiting'",
    "CREATE INDEX ix_export_expires_at ON export (expires_at) WHERE state = 'done'",
    """
    CREATE TABLE export_file (
        export_id text NOT NULL REFERENCES export (id) ON DELETE CASCADE,
        name text NOT NULL,
        media_type text NOT NULL,
        size bigint NOT NULL,
        sha256 text NOT NULL,
        PRIMARY KEY (export_id, name)
    )
    """,
    "COMMENT ON TABLE export_file IS 'A file of an export that is done.'",
    """
    CREATE TABLE export_part (
        export_id text NOT NULL REFERENCES export (id) ON DELETE CASCADE,
        name text NOT NULL,
        number integer NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (export_id, name, number)
    )
    """,
    "COMMENT ON TABLE export_part IS 'A megabyte of a file; the last part is what is left.'",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)


def downgrade() -> None:
    for table in ("export_part", "export_file", "export"):
        op.execute(f"DROP TABLE {table}")
