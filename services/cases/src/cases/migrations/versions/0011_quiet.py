"""What is counted for its own organisation alone, and how that is found."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("counted", sa.Column("quiet", sa.Boolean, server_default="false", nullable=False))
    op.create_index(
        "ix_fact_led", "fact", ["process_id"], postgresql_where=sa.text("what = 'in_case'")
    )
    op.create_index(
        "ix_casefile_merged",
        "casefile",
        ["merged_into"],
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.execute(_OF_TIPS)


def downgrade() -> None:
    op.drop_index("ix_casefile_merged", "casefile")
    op.drop_index("ix_fact_led", "fact")
    op.drop_column("counted", "quiet")


# What is counted already and rests on a tip, or is a purchase that a case of a tip is about.
_OF_TIPS = """
    UPDATE counted SET quiet = true
    FROM fact JOIN case_link AS link USING (case_id)
    WHERE link.kind = 'tip' AND counted.organisation = fact.organisation
        AND ((counted.object, counted.object_id) = (fact.object, fact.object_id)
            OR (counted.object, counted.object_id) = ('process', fact.process_id))
"""
