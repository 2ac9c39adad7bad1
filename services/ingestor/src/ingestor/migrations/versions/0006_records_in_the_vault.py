"""What the portal's records say moves to the vault; beside us stays by what they are found."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)

# The day is that of the default retention; whatever is needed longer is added again by then.
MOVE = """
    INSERT INTO ingestor_raw.portal_record (root, id, hash, expires_on, key_name, content)
    SELECT root, id, hash, current_date + 365, '\\x00', body FROM portal_record
    ON CONFLICT DO NOTHING
"""
IS_THERE = "SELECT to_regclass('ingestor_raw.portal_record') IS NOT NULL"
IS_NEEDED = "SELECT EXISTS (SELECT FROM portal_record)"


def upgrade() -> None:
    connection = op.get_bind()
    if connection.scalar(sa.text(IS_NEEDED)):
        if not connection.scalar(sa.text(IS_THERE)):
            raise RuntimeError("The vault comes first: migrate with RAW_DATABASE_URL")
        op.execute(MOVE)
    op.drop_column("portal_record", "body")
    op.create_table(
        "portal_lapsed",
        sa.Column("root", sa.String, primary_key=True),
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("noted_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("portal_lapsed")
    op.execute("DELETE FROM portal_record")  # what they said lies where this role cannot read
    op.add_column("portal_record", sa.Column("body", sa.LargeBinary, nullable=False))
    op.execute("ALTER TABLE portal_record ALTER body SET STORAGE EXTERNAL")
