"""How old the data of each source are, and whether that was told."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE TABLE source_age (source text PRIMARY KEY, whole_at timestamptz,"
        " promised_hours integer, stale boolean NOT NULL DEFAULT false)"
    )
    op.execute(
        "COMMENT ON TABLE source_age IS 'When each source was last whole, how old it may become,"
        " and whether it was told that it has.'"
    )


def downgrade() -> None:
    op.execute("DROP TABLE source_age")
