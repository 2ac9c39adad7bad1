"""Cases with their notes, tasks, parties, links and shares; evidence and its custody."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
WORDS = postgresql.ARRAY(sa.Text)
THERE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    _casefile()
    _notes_and_tasks()
    _parties_and_links()
    _evidence()


def _casefile() -> None:
    op.create_table(
        "casefile",
        sa.Column("id", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("organisation", "number")),
        *(sa.Column(name, sa.String, nullable=False) for name in ("title", "summary", "severity")),
        sa.Column("violations", WORDS, nullable=False),
        *(sa.Column(name, sa.String) for name in ("region", "branch", "campaign")),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("held_from", sa.String),
        sa.Column("on_hold_until", sa.Date),
        sa.Column("assignees", WORDS, nullable=False),
        sa.Column("embargoed", sa.Boolean, nullable=False),
        *(sa.Column(name, sa.String) for name in ("reference", "merged_into", "created_by")),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("published_at", MOMENT),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_casefile_newest", "casefile", ["organisation", "created_at", "id"])
    op.create_index("ix_casefile_state", "casefile", ["organisation", "state", "created_at", "id"])
    op.create_index(
        "ix_casefile_region",
        "casefile",
        ["region", "created_at"],
        postgresql_ops={"region": "text_pattern_ops"},
    )
    op.create_index("uq_casefile_number", "casefile", ["organisation", "number"], unique=True)
    op.create_index("ix_casefile_assignees", "casefile", ["assignees"], postgresql_using="gin")
    op.create_index(
        "uq_casefile_reference",
        "casefile",
        ["organisation", "reference"],
        unique=True,
        postgresql_where=sa.text("reference IS NOT NULL"),
    )
    op.create_index(
        "ix_casefile_on_hold",
        "casefile",
        ["on_hold_until"],
        postgresql_where=sa.text("state = 'on_hold'"),
    )
    op.create_table(
        "case_number",
        sa.Column("organisation", sa.String, primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("last", sa.BigInteger, nullable=False),
    )


def _notes_and_tasks() -> None:
    op.create_table(
        "case_note",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("case_id", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("organisation", sa.String, nullable=False),
        sa.Column("member", sa.String),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("corrects", sa.String),
    )
    op.create_index("ix_case_note_case", "case_note", ["case_id", "at", "id"])
    op.create_table(
        "case_task",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("case_id", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("assignee", sa.String),
        sa.Column("due_on", sa.Date),
        sa.Column("done_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_case_task_case", "case_task", ["case_id", "created_at", "id"])
    op.create_index(
        "ix_case_task_due", "case_task", ["due_on"], postgresql_where=sa.text("done_at IS NULL")
    )


def _parties_and_links() -> None:
    op.create_table(
        "case_party",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("case_id", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        *(sa.Column(name, sa.String) for name in ("bin", "name", "note")),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )
    op.create_index("ix_case_party_case", "case_party", ["case_id"])
    op.create_table(
        "case_link",
        sa.Column("id", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("case_id", "kind", "target")),
        sa.Column("linked_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("reason", sa.String),
    )
    unique = ["case_id", "kind", "target"]
    op.create_index("uq_case_link", "case_link", unique, unique=True, postgresql_where=THERE)
    op.create_index("ix_case_link_target", "case_link", ["kind", "target"], postgresql_where=THERE)
    op.create_table(
        "case_share",
        sa.Column("id", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("case_id", "organisation")),
        sa.Column("parts", WORDS, nullable=False),
        sa.Column("may_comment", sa.Boolean, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("shared_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
    )
    unique = ["case_id", "organisation"]
    op.create_index("uq_case_share", "case_share", unique, unique=True, postgresql_where=THERE)
    op.create_index(
        "ix_case_share_organisation", "case_share", ["organisation"], postgresql_where=THERE
    )


def _evidence() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", sa.String, primary_key=True),
        *(sa.Column(name, sa.String, nullable=False) for name in ("case_id", "organisation")),
        *(sa.Column(name, sa.String, nullable=False) for name in ("name", "media_type")),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("cleaned_sha256", sa.LargeBinary),
        sa.Column("cleaned_size", sa.BigInteger),
        *(sa.Column(name, sa.String, nullable=False) for name in ("scan", "description")),
        sa.Column("taken", postgresql.JSONB),
        sa.Column("added_by", sa.String),
        sa.Column("added_at", MOMENT, nullable=False),
    )
    op.create_index("ix_evidence_case", "evidence", ["case_id", "added_at", "id"])
    op.create_table(
        "custody",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("evidence_id", sa.String, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        *(sa.Column(name, sa.String) for name in ("organisation", "member")),
        sa.Column("sha256", sa.LargeBinary, nullable=False),
        sa.Column("result", sa.String, nullable=False),
    )
    op.create_index("ix_custody_evidence", "custody", ["evidence_id", "id"])


def downgrade() -> None:
    tables = ("custody", "evidence", "case_share", "case_link", "case_party", "case_task")
    for table in (*tables, "case_note", "case_number", "casefile"):
        op.drop_table(table)
