"""Cases are found by the words of their title and number along an index."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WORDS = (
    "to_tsvector('simple'::regconfig, translate((number || ' ') || title, '-./,:;_', '       '))"
)


def upgrade() -> None:
    column = sa.Column("words", postgresql.TSVECTOR, sa.Computed(WORDS, persisted=True))
    op.add_column("casefile", column)
    op.create_index("ix_casefile_words", "casefile", ["words"], postgresql_using="gin")


def downgrade() -> None:
    op.drop_index("ix_casefile_words", "casefile")
    op.drop_column("casefile", "words")
