"""Which places a process has left, so that who follows a region hears of it."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE removed_process ADD COLUMN everywhere boolean NOT NULL DEFAULT true,"
        " ADD COLUMN places text[] NOT NULL DEFAULT '{}'"
    )
    op.execute(
        "COMMENT ON TABLE removed_process IS"
        " 'Processes that are gone, everywhere or from these places, and since when.'"
    )


def downgrade() -> None:
    op.execute("DELETE FROM removed_process WHERE NOT everywhere")
    op.execute("ALTER TABLE removed_process DROP COLUMN everywhere, DROP COLUMN places")
    op.execute("COMMENT ON TABLE removed_process IS 'Processes that are gone, and since when.'")
