"""When the contact of an endpoint was last written to: not more than once a day, whoever asks."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("endpoint", sa.Column("letter_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("endpoint", "letter_at")
