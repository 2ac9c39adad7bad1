"""Sealed payloads, which the role of the ingestor may add to and never read."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "payload",
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("key_name", sa.LargeBinary, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("expires_on", sa.Date, nullable=False),
    )
    op.create_index("ix_payload_expires_on", "payload", ["expires_on"])
    # Sealed bytes do not compress.
    op.execute("ALTER TABLE payload ALTER content SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("payload")
