"""What organisations used by the day, and the tier that says how much that may be."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE organisation ADD COLUMN tier text NOT NULL DEFAULT 'standard'")
    op.execute(
        """
        CREATE TABLE usage (
            account text NOT NULL,
            day date NOT NULL,
            what text NOT NULL,
            used bigint NOT NULL,
            PRIMARY KEY (account, day, what)
        )
        """
    )
    op.execute(
        "COMMENT ON TABLE usage IS"
        " 'How much of what an organisation, or a key of none, used on a day (UTC).'"
    )


def downgrade() -> None:
    op.execute("DROP TABLE usage")
    op.execute("ALTER TABLE organisation DROP COLUMN tier")
