"""By what organisations of one kind are compared, and which purchases are of high risk."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

RISKY = "subject_type = 'process' AND band IN ('high', 'critical')"


def upgrade() -> None:
    op.create_table(
        "peer",
        sa.Column("subject_type", sa.String, primary_key=True),
        sa.Column("currency", sa.String, primary_key=True),
        sa.Column("organisations", sa.BigInteger, nullable=False),
        sa.Column("typical", sa.Float, nullable=False),
        sa.Column("average", sa.Float, nullable=False),
    )
    op.create_index("ix_score_risky", "score", ["subject_id"], postgresql_where=sa.text(RISKY))


def downgrade() -> None:
    op.drop_index("ix_score_risky")
    op.drop_table("peer")
