"""Publications of cases, notices to their named parties, and replies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TABLES = ("publication_reply", "publication_notice", "publication")


def upgrade() -> None:
    _publications()
    _notices()
    _replies()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _text(name: str, *, nullable: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, nullable=nullable, primary_key=key)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _words(name: str) -> sa.Column[list[str]]:
    return sa.Column(name, postgresql.ARRAY(sa.Text), nullable=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _publications() -> None:
    op.create_table(
        "publication",
        _text("id", key=True),
        *[_text(name) for name in ("case_id", "state")],
        sa.Column("texts", postgresql.JSONB),
        _words("processes"),
        *[sa.Column(name, postgresql.JSONB, nullable=False) for name in ("figures", "answers")],
        _words("writers"),
        _number("round"),
        *[_moment(name) for name in ("created_at", "updated_at")],
        *[_moment(name, nullable=True) for name in ("notified_at", "published_at", "withdrawn_at")],
        _text("ground", nullable=True),
        _number("revision"),
    )
    op.create_index("uq_publication_case", "publication", ["case_id"], unique=True)
    op.create_index(
        "ix_publication_newest",
        "publication",
        ["published_at", "id"],
        postgresql_where=sa.text("state = 'published'"),
    )


def _notices() -> None:
    op.create_table(
        "publication_notice",
        _text("id", key=True),
        _text("publication_id"),
        _number("round"),
        _text("bin"),
        _text("name", nullable=True),
        _moment("made_at"),
        *[_moment(name, nullable=True) for name in ("opened_at", "told_at")],
        *[_text(name, nullable=True) for name in ("told_how", "told_by")],
    )
    op.create_index(
        "uq_publication_notice",
        "publication_notice",
        ["publication_id", "round", "bin"],
        unique=True,
    )
    op.create_index("ix_publication_notice_bin", "publication_notice", ["bin", "made_at", "id"])


def _replies() -> None:
    op.create_table(
        "publication_reply",
        _text("id", key=True),
        _text("notice_id"),
        *[_text(name, nullable=True) for name in ("organisation", "member")],
        _text("text"),
        _text("corrects", nullable=True),
        _moment("at"),
        sa.Column("position", sa.BigInteger, sa.Identity(always=True), nullable=False),
    )
    op.create_index("ix_publication_reply_notice", "publication_reply", ["notice_id", "position"])
    op.create_index(
        "uq_publication_reply_corrected",
        "publication_reply",
        ["notice_id", "corrects"],
        unique=True,
    )
