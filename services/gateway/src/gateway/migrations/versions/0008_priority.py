"""How much money a finding says is at risk."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE score ADD COLUMN at_risk numeric")


def downgrade() -> None:
    op.execute("ALTER TABLE score DROP COLUMN at_risk")
