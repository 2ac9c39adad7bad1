"""The few purchases of high risk are found by their band: by date, all were looked through."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_process_band", "process", ["band"])


def downgrade() -> None:
    op.drop_index("ix_process_band", "process")
