"""Turns at the portal, shared by all that ask with one token."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "portal_pace",
        sa.Column("token", sa.LargeBinary, primary_key=True),
        sa.Column("next_at", MOMENT, nullable=False),
        sa.Column("followed_at", MOMENT),
    )


def downgrade() -> None:
    op.drop_table("portal_pace")
