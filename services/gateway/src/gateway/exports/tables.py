"""Tables of exports: what was asked for, and the files that were made, in parts of a megabyte.

What nobody in particular asked for is the dump of a day. `alerts` are the positions of the alerts
that a file holds, so that who has it hears when one of them is corrected.

Files lie in the database: whoever answers can read them, a file is there whole or not at all, and
what has expired goes as any row does.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import INT8MULTIRANGE

from gateway.tables import Organisation

MOMENT = DateTime(timezone=True)
_METADATA = Organisation.metadata

export = Table(
    "export",
    _METADATA,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisation.id")),
    Column("what", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("filter", LargeBinary, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'waiting'")),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("fault", Text),
    Column("rows", BigInteger),
    Column("as_of", MOMENT),
    Column("seq", BigInteger),
    Column("method_versions", ARRAY(Text), nullable=False, server_default=text("'{}'::text[]")),
    Column("created_at", MOMENT, nullable=False),
    Column("finished_at", MOMENT),
    Column("expires_at", MOMENT),
    Column("revision", BigInteger, nullable=False, server_default=text("1")),
    Column("partner", Boolean, nullable=False, server_default=text("false")),
    Column("dump", Date),
    Column("alerts", INT8MULTIRANGE),
    CheckConstraint("(organisation_id IS NULL) = (dump IS NOT NULL)", name="ck_export_owner"),
    Index(
        "ix_export_dump",
        "dump",
        "what",
        "format",
        unique=True,
        postgresql_where=text("dump IS NOT NULL"),
    ),
    Index("ix_export_organisation_id", "organisation_id", "created_at", "id"),
    Index("ix_export_waiting", "created_at", "id", postgresql_where=text("state = 'waiting'")),
    Index("ix_export_expires_at", "expires_at", postgresql_where=text("state = 'done'")),
    comment="Lists that organisations asked to have as files.",
)

export_file = Table(
    "export_file",
    _METADATA,
    Column("export_id", Text, ForeignKey("export.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    comment="A file of an export that is done.",
)

export_part = Table(
    "export_part",
    _METADATA,
    Column("export_id", Text, ForeignKey("export.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    comment="A megabyte of a file; the last part is what is left.",
)
