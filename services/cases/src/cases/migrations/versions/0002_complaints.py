"""Complaints, what they recommend, their letters, and who confirms routes and templates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaint",
        sa.Column("id", sa.String, primary_key=True),
        *[
            sa.Column(name, sa.String, nullable=False)
            for name in ("organisation", "casefile", "route", "addressee")
        ],
        sa.Column("addressee_name", JSONB, nullable=False),
        *[
            sa.Column(name, sa.String, nullable=False)
            for name in ("standing", "stage", "object", "method", "subject", "state")
        ],
        sa.Column("said", JSONB, nullable=False),
        sa.Column("happened", JSONB, nullable=False),
        sa.Column("window_closes_on", sa.Date),
        sa.Column("filed_on", sa.Date),
        sa.Column("slip_number", sa.String),
        sa.Column("signed_copy", sa.String),
        sa.Column("registered_on", sa.Date),
        sa.Column("registration_number", sa.String),
        sa.Column("due_on", sa.Date),
        sa.Column("term_confirmed", sa.Boolean, nullable=False),
        sa.Column("extended_until", sa.Date),
        sa.Column("answered_on", sa.Date),
        sa.Column("answer", sa.String),
        sa.Column("days_late", sa.Integer),
        *[
            sa.Column(name, sa.String)
            for name in ("author", "approver", "letter", "previous", "following")
        ],
        sa.Column("reminded_on", sa.Date),
        sa.Column("overdue_since", sa.Date),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )
    changed, filed = sa.text("updated_at DESC"), sa.text("filed_on DESC")
    op.create_index("ix_complaint_organisation", "complaint", ["organisation", changed, "id"])
    op.create_index("ix_complaint_casefile", "complaint", ["casefile"])
    op.create_index("ix_complaint_addressee", "complaint", ["addressee", filed, "id"])
    waiting = sa.text("state IN ('filed', 'registered', 'in_consideration')")
    op.create_index("ix_complaint_due", "complaint", ["due_on"], postgresql_where=waiting)
    unfiled = sa.text("state IN ('draft', 'in_approval', 'ready')")
    op.create_index(
        "ix_complaint_window", "complaint", ["window_closes_on"], postgresql_where=unfiled
    )
    _parts()


def _parts() -> None:
    whole = sa.ForeignKey("complaint.id", ondelete="CASCADE")
    op.create_table(
        "recommendation",
        sa.Column("complaint", sa.String, whole, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("code", sa.String),
        sa.Column("reason", sa.String),
        sa.Column("attachment", sa.String),
    )
    whole = sa.ForeignKey("complaint.id", ondelete="CASCADE")
    op.create_table(
        "letter",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("complaint", sa.String, whole, nullable=False),
        sa.Column("template", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("pdf", sa.LargeBinary, nullable=False),
        sa.Column("docx", sa.LargeBinary, nullable=False),
        sa.Column("pdf_sha256", sa.String, nullable=False),
        sa.Column("docx_sha256", sa.String, nullable=False),
        sa.Column("made_by", sa.String),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_letter_complaint", "letter", ["complaint", sa.text("made_at DESC"), "id"])
    op.create_table(
        "confirmation",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("code", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("capacity", sa.String, nullable=False),
        sa.Column("confirmed_on", sa.Date, nullable=False),
        sa.Column("note", sa.String),
        sa.Column("recorded_by", sa.String),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('route', 'template')", name="kind"),
    )
    op.create_index("ix_confirmation_declared", "confirmation", ["kind", "code", "version"])


def downgrade() -> None:
    for name in ("confirmation", "letter", "recommendation", "complaint"):
        op.drop_table(name)
