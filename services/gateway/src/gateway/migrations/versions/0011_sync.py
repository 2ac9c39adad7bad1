"""When each process last changed in any way, and which are gone: what mobiles ask for."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE process ADD COLUMN changed bigint NOT NULL DEFAULT 0")
    op.execute("UPDATE process SET changed = seq")
    op.execute("CREATE INDEX ix_process_changed ON process (changed, id)")
    op.execute(
        """
        CREATE TABLE removed_process (
            id text NOT NULL,
            changed bigint NOT NULL,
            PRIMARY KEY (id)
        )
        """
    )
    op.execute("CREATE INDEX ix_removed_process_changed ON removed_process (changed, id)")
    op.execute("COMMENT ON TABLE removed_process IS 'Processes that are gone, and since when.'")


def downgrade() -> None:
    op.execute("DROP TABLE removed_process")
    op.execute("ALTER TABLE process DROP COLUMN changed")
