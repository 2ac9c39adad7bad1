"""Records of the portal, sealed, by which a process is put together again; how far they were read.

Revision of July 2026's portal: OWS v3.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _records()
    _checkpoints()
    op.create_table(
        "portal_dictionary",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("rows", JSONB, nullable=False),
        sa.Column("read_at", MOMENT, nullable=False),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("root", sa.BigInteger, nullable=False, unique=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary),
    )


def _records() -> None:
    op.create_table(
        "portal_record",
        sa.Column("root", sa.String, primary_key=True),
        sa.Column("id", sa.BigInteger, primary_key=True),
        sa.Column("notice", sa.BigInteger),
        sa.Column("family", sa.BigInteger),
        sa.Column("plans", ARRAY(sa.BigInteger), nullable=False, server_default="{}"),
        sa.Column("customer", sa.String),
        sa.Column("regions", ARRAY(sa.String), nullable=False, server_default="{}"),
        sa.Column("dated", MOMENT),
        sa.Column("changed", MOMENT),
        sa.Column("due", MOMENT),
        sa.Column("asked_due", MOMENT),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("raw_hash", sa.LargeBinary, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("gone_at", MOMENT),
        sa.Column("gone_reason", sa.String),
    )
    # Sealed bytes do not compress.
    op.execute("ALTER TABLE portal_record ALTER body SET STORAGE EXTERNAL")
    op.create_index("ix_portal_record_notice", "portal_record", ["notice"])
    op.create_index("ix_portal_record_family", "portal_record", ["family"])
    op.create_index(
        "ix_portal_record_plans",
        "portal_record",
        ["plans"],
        postgresql_using="gin",
        postgresql_where=sa.text("root IN ('Lots', 'Contract')"),
    )
    op.create_index("ix_portal_record_dated", "portal_record", ["root", "dated"])
    op.create_index(
        "ix_portal_record_due",
        "portal_record",
        ["due"],
        postgresql_where=sa.text("due IS NOT NULL AND due IS DISTINCT FROM asked_due"),
    )
    op.create_index(
        "ix_portal_record_customer",
        "portal_record",
        ["customer"],
        postgresql_where=sa.text("customer IS NOT NULL"),
    )


def _checkpoints() -> None:
    op.create_table(
        "portal_checkpoint",
        sa.Column("job", sa.String, primary_key=True),
        sa.Column("slice", sa.String, primary_key=True),
        sa.Column("step", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("run", sa.BigInteger),
        sa.Column("started_at", MOMENT),
        sa.Column("after", sa.BigInteger),
        sa.Column("floor", MOMENT),
        sa.Column("newest", MOMENT),
        sa.Column("top", sa.BigInteger),
        sa.Column("bottom", sa.BigInteger),
        sa.Column("expected", sa.BigInteger),
        sa.Column("received", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("done", sa.Boolean, nullable=False, server_default="false"),
        sa.Column("saved_at", MOMENT, nullable=False, server_default=sa.func.now()),
    )


def downgrade() -> None:
    for table in ("plan", "portal_dictionary", "portal_checkpoint", "portal_record"):
        op.drop_table(table)
