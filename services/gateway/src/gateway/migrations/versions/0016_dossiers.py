"""Nightly dumps, exports as partners read, dossiers, and who received which alerts."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

STEPS = (
    """
    ALTER TABLE export
        ALTER COLUMN organisation_id DROP NOT NULL,
        ADD COLUMN partner boolean NOT NULL DEFAULT false,
        ADD COLUMN dump date,
        ADD COLUMN alerts int8multirange,
        ADD CONSTRAINT ck_export_owner CHECK ((organisation_id IS NULL) = (dump IS NOT NULL))
    """,
    "CREATE UNIQUE INDEX ix_export_dump ON export (dump, what, format) WHERE dump IS NOT NULL",
    """
    CREATE TABLE dossier (
        id text PRIMARY KEY,
        organisation_id text NOT NULL REFERENCES organisation (id),
        process_id text NOT NULL,
        alert_id text,
        language text NOT NULL,
        partner boolean NOT NULL,
        flagged text[] NOT NULL,
        made_at timestamptz NOT NULL,
        document bytea NOT NULL,
        document_sha256 text NOT NULL,
        pdf bytea NOT NULL,
        pdf_sha256 text NOT NULL
    )
    """,
    "COMMENT ON TABLE dossier IS 'Signed files about a purchase or an alert, as they were given.'",
    "CREATE INDEX ix_dossier_organisation_id ON dossier (organisation_id, made_at, id)",
    "CREATE INDEX ix_dossier_process_id ON dossier (process_id)",
)


def upgrade() -> None:
    for step in STEPS:
        op.execute(step)


def downgrade() -> None:
    op.execute("DROP TABLE dossier")
    op.execute("DELETE FROM export WHERE dump IS NOT NULL")
    op.execute("DROP INDEX ix_export_dump")
    op.execute(
        "ALTER TABLE export DROP CONSTRAINT ck_export_owner, DROP COLUMN alerts, DROP COLUMN dump,"
        " DROP COLUMN partner, ALTER COLUMN organisation_id SET NOT NULL"
    )
