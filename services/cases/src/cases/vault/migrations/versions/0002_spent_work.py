"""Work that was spent on a session, or on a tip that is sealed here: it is taken once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "spent",
        sa.Column("work", sa.LargeBinary, primary_key=True),
        sa.Column("on", sa.Date, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("spent")
