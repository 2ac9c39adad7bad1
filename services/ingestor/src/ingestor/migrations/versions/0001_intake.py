"""The tables of the kernel, and those of intake."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.kernel_tables import create_kernel_tables, drop_kernel_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_kernel_tables(op)
    _sources_and_runs()
    _processes()
    _quarantine()


def _sources_and_runs() -> None:
    op.create_table(
        "source",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("publisher", sa.String),
        sa.Column("licence", sa.String),
        sa.Column("attribution", sa.String),
        sa.Column("url", sa.String),
        sa.Column("last_run", sa.BigInteger),
    )
    op.create_table(
        "run",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("started_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("finished_at", MOMENT),
        sa.Column("expected", sa.BigInteger),
        *(
            sa.Column(count, sa.BigInteger, nullable=False, server_default="0")
            for count in ("received", "accepted", "unchanged", "mended", "quarantined")
        ),
    )


def _processes() -> None:
    op.create_table(
        "process",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("source", sa.String, sa.ForeignKey("source.id"), nullable=False),
        sa.Column("ocid", sa.String, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("date", MOMENT),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.Column("withdrawn_at", MOMENT),
        sa.Column("withdrawn_reason", sa.String),
    )
    op.create_index("ix_process_source", "process", ["source", "date"])
    op.create_table(
        "source_record",
        sa.Column("process", sa.String, primary_key=True),
        sa.Column("key", sa.String, primary_key=True),
        sa.Column("hash", sa.LargeBinary, primary_key=True),
        sa.Column("raw_hash", sa.LargeBinary, nullable=False),
        sa.Column("date", MOMENT),
        sa.Column("run", sa.BigInteger, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    # Packed already: compressing it once more would only cost time.
    op.create_index(
        "ix_source_record_raw_hash", "source_record", ["raw_hash"], postgresql_using="hash"
    )


def _quarantine() -> None:
    op.create_table(
        "quarantine",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("run", sa.BigInteger, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("file", sa.String, nullable=False),
        sa.Column("line", sa.BigInteger),
        sa.Column("item", sa.BigInteger),
        sa.Column("place", sa.BigInteger),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("raw_hash", sa.LargeBinary, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("truncated", sa.Boolean, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False, server_default=sa.func.now()),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("replayed_at", MOMENT),
        sa.Column("resolved_run", sa.BigInteger),
    )
    where = [sa.text("coalesce(line, 0)"), sa.text("coalesce(item, -1)")]
    same: list[Any] = ["source", "file", *where, "code", "raw_hash"]
    op.create_index("uq_quarantine_place", "quarantine", same, unique=True)
    op.create_index("ix_quarantine_run", "quarantine", ["run", "code"])


def downgrade() -> None:
    for table in ("quarantine", "source_record", "process", "run", "source"):
        op.drop_table(table)
    drop_kernel_tables(op)
