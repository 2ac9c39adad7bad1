"""Tips, what is sealed of them, and the answers to commands of their recipients."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.kernel_tables import KERNEL_TABLES

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(f"CREATE TABLE idempotency ({KERNEL_TABLES['idempotency']})")
    op.execute("CREATE INDEX idempotency_created_at ON idempotency (created_at)")
    op.create_table(
        "recipient_key",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("organisation", sa.String, nullable=False),
        sa.Column("member", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("public_key", sa.LargeBinary, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("retired_on", sa.Date),
        sa.UniqueConstraint("public_key", name="uq_recipient_key_public_key"),
    )
    op.create_index("ix_recipient_key_organisation", "recipient_key", ["organisation"])
    op.create_table(
        "tip",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("lookup", sa.LargeBinary),
        sa.Column("proof", sa.LargeBinary),
        sa.Column("once", sa.LargeBinary),
        sa.Column("public_key", sa.LargeBinary),
        sa.Column("wrapped_key", sa.LargeBinary),
        sa.Column("organisations", postgresql.ARRAY(sa.Text), nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("received_on", sa.Date, nullable=False),
        sa.Column("adopted_by", sa.String),
        sa.Column("summary", sa.String),
        sa.Column("casefile", sa.String),
        sa.Column("merged_into", sa.String),
        sa.Column("ended_on", sa.Date),
        sa.Column("purged_as", sa.String),
        sa.UniqueConstraint("lookup", name="uq_tip_lookup"),
        sa.UniqueConstraint("once", name="uq_tip_once"),
        sa.CheckConstraint(
            "(purged_as IS NULL) = (lookup IS NOT NULL)", name="ck_tip_purged_or_found"
        ),
    )
    op.create_index("ix_tip_received_on", "tip", ["received_on", "id"])
    op.create_index("ix_tip_organisations", "tip", ["organisations"], postgresql_using="gin")
    op.create_table(
        "piece",
        sa.Column("tip", sa.String, sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("wrote", sa.String),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("once", sa.LargeBinary),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("file", sa.String),
        sa.Column("index", sa.Integer),
        sa.Column("last", sa.Boolean),
        sa.UniqueConstraint("tip", "once", name="uq_piece_tip_once"),
        sa.UniqueConstraint("tip", "file", "index", name="uq_piece_tip_file_index"),
    )
    op.create_table(
        "seal",
        sa.Column("tip", sa.String, sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
    )
    op.create_index("ix_seal_key", "seal", ["key"])
    op.create_table(
        "excluded",
        sa.Column("tip", sa.String, sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("organisation", sa.String, primary_key=True),
        sa.Column("member", sa.String, primary_key=True),
    )
    op.create_table(
        "digest",
        sa.Column("tip", sa.String, sa.ForeignKey("tip.id"), primary_key=True),
        sa.Column("organisation", sa.String, primary_key=True),
        sa.Column("digest", sa.LargeBinary, primary_key=True),
    )
    op.create_index("ix_digest_organisation", "digest", ["organisation", "digest"])
    op.create_table(
        "move",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("tip", sa.String, sa.ForeignKey("tip.id"), nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.Column("before", sa.String, nullable=False),
        sa.Column("after", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("organisation", sa.String),
        sa.Column("member", sa.String),
        sa.Column("on", sa.Date, nullable=False),
    )
    op.create_index("ix_move_tip", "move", ["tip"])


def downgrade() -> None:
    for name in ("move", "digest", "excluded", "seal", "piece", "tip", "recipient_key"):
        op.drop_table(name)
    op.drop_table("idempotency")
