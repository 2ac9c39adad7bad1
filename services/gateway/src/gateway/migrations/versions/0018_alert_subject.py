"""Alerts are found by whom they are about: each change of a score looks for them."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_alert_subject", "alert", ["subject_type", "subject_id"])


def downgrade() -> None:
    op.drop_index("ix_alert_subject", "alert")
