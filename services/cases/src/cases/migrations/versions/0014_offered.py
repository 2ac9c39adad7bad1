"""To whom a case is offered: it stays its owner's until they take it.

Of cases that were handed over before, links to tips end: they point to what is the giver's alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

COLUMNS = ("offered_to", "offered_by", "offer_note")


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("casefile", sa.Column(name, sa.Text))
    op.add_column("casefile", sa.Column("offered_at", sa.DateTime(timezone=True)))
    op.create_index(
        "ix_casefile_offered",
        "casefile",
        ["offered_to", "created_at", "id"],
        postgresql_where=sa.text("offered_to IS NOT NULL"),
    )
    op.execute("""
        UPDATE case_link SET ended_at = now(), reason = 'handed_over'
        FROM event
        WHERE case_link.kind = 'tip' AND case_link.ended_at IS NULL
          AND event.object = 'case' AND event.object_id = case_link.case_id
          AND event.what = 'handed_over' AND event.at >= case_link.linked_at
    """)


def downgrade() -> None:
    op.drop_index("ix_casefile_offered", "casefile")
    for name in (*COLUMNS, "offered_at"):
        op.drop_column("casefile", name)
