"""Who wrote in a complaint, when it was approved, and what goes with its answer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = ("answer_attachment", "approved_on", "writers")


def upgrade() -> None:
    words = postgresql.ARRAY(sa.Text)
    op.add_column("complaint", sa.Column("writers", words, nullable=False, server_default="{}"))
    op.add_column("complaint", sa.Column("approved_on", sa.Date))
    op.add_column("complaint", sa.Column("answer_attachment", sa.String))
    op.execute(_WROTE)
    op.execute(_APPROVED)
    op.alter_column("complaint", "writers", server_default=None)


def downgrade() -> None:
    for column in COLUMNS:
        op.drop_column("complaint", column)


_WROTE = """
    UPDATE complaint SET writers = ARRAY(
        SELECT DISTINCT wrote FROM (
            SELECT author
            UNION SELECT by_member FROM event
            WHERE object = 'complaint' AND object_id = complaint.id
              AND what IN ('create', 'change', 'letter')
        ) AS known (wrote) WHERE wrote IS NOT NULL ORDER BY wrote)
"""

_APPROVED = """
    UPDATE complaint SET approved_on = (
        SELECT (max(at) AT TIME ZONE INTERVAL '5 hours')::date FROM event
        WHERE object = 'complaint' AND object_id = complaint.id AND what = 'approve')
    WHERE approver IS NOT NULL
"""
