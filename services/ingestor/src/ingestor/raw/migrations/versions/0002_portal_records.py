"""What the portal's records say, beside the payloads they came in, and as long."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "portal_record",
        sa.Column("root", sa.String, primary_key=True),
        sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("expires_on", sa.Date, primary_key=True),
        sa.Column("key_name", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_portal_record_expires_on", "portal_record", ["expires_on"])
    # Sealed bytes do not compress.
    op.execute("ALTER TABLE portal_record ALTER content SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("portal_record")
