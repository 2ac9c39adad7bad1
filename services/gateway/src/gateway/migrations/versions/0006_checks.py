"""What the checks of the data said of each purchase."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

CHECKS = "ALTER TABLE shape ADD COLUMN checks text[] NOT NULL DEFAULT '{}'::text[]"

# No shape tells of checks yet: the worker looks at every release again.
LOOK_AGAIN = "UPDATE shape SET watched = ''"


def upgrade() -> None:
    op.execute(CHECKS)
    op.execute(LOOK_AGAIN)


def downgrade() -> None:
    op.execute("ALTER TABLE shape DROP COLUMN checks")
