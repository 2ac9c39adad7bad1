"""The gateway's tables: who may call, and the published view that is read to answer them.

The callers are managed through SQLModel. The view is filled by the worker from the feeds, read by
plain asyncpg, and can be rebuilt from the feeds at any time. Its rows hold the bytes that are
served; the columns beside them are what rows are found and ordered by.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    Table,
    Text,
    text,
)
from sqlmodel import Field

from shared.tables import table_base

if TYPE_CHECKING:  # a type checker takes no class that a function made as a base
    from sqlmodel import SQLModel as Base
else:
    Base = table_base("gateway")


def _revision() -> int:
    number: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": "1"})
    return number


def _texts() -> Column[list[str]]:
    return Column(ARRAY(Text), nullable=False, server_default=text("'{}'::text[]"))


class Organisation(Base, table=True):
    """A partner organisation, newsroom or public body that calls the gateway."""

    __tablename__ = "organisation"

    id: str = Field(primary_key=True)
    name: str = Field(unique=True)
    region: str | None = None
    tier: str = Field(default="standard", sa_column_kwargs={"server_default": "standard"})
    kind: str = Field(default="partner", sa_column_kwargs={"server_default": "partner"})
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    revision: int = _revision()
    deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class Member(Base, table=True):
    """Somebody who works for an organisation; what a `role` may is in `gateway.who.roles`."""

    __tablename__ = "member"

    id: str = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    name: str
    role: str
    reference: str | None = None
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    revision: int = _revision()
    removed_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class ApiKey(Base, table=True):
    """A credential of an organisation: an API key, or an OAuth client (`kind`).

    Of the secret only a hash is kept. A `test` key works at a gateway of the sandbox alone.
    """

    __tablename__ = "api_key"

    id: str = Field(primary_key=True)
    organisation_id: str = Field(foreign_key="organisation.id", index=True)
    member_id: str | None = Field(default=None, foreign_key="member.id")
    name: str | None = None
    secret_hash: bytes
    scopes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    per_minute: int | None = None
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    expires_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    revoked_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    last_used_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    kind: str = Field(default="key", sa_column_kwargs={"server_default": "key"})
    test: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    networks: list[str] = Field(default=[], sa_column=_texts())
    origins: list[str] = Field(default=[], sa_column=_texts())
    revision: int = _revision()


usage = Table(
    "usage",
    Base.metadata,
    Column("account", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("used", BigInteger, nullable=False),
    comment="How much of what an organisation, or a key of none, used on a day (UTC).",
)

MOMENT = DateTime(timezone=True)
TEXTS = ARRAY(Text)
NO_TEXTS = text("'{}'::text[]")

change_head = Table(
    "change_head",
    Base.metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("changed_at", MOMENT, nullable=False),
    comment="One row: how far the view has come. Locked by whoever changes it.",
)

change = Table(
    "change",
    Base.metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Text, primary_key=True),
    Column("keys", TEXTS, nullable=False),
    Column("at", MOMENT, nullable=False, server_default=text("now()")),
    comment="What changed of late, for the memories of API processes. No keys: all of the kind.",
)

process = Table(
    "process",
    Base.metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("ocid", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("date", MOMENT, nullable=False),
    Column("published", MOMENT, nullable=False),
    Column("method", Text),
    Column("amount", Numeric, nullable=False),
    Column("currency", Text),
    Column("search", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("band", Text),
    Column("expected", Double, nullable=False, server_default=text("-1")),
    Column("flagged", TEXTS, nullable=False, server_default=NO_TEXTS),
    Column("summary", LargeBinary),
    Column("brief", LargeBinary, nullable=False),
    Column("detail", LargeBinary, nullable=False),
    Column("release", LargeBinary, nullable=False),
    Column("buyer_region", TEXTS, nullable=False, server_default=NO_TEXTS),
    Column("delivery_region", TEXTS, nullable=False, server_default=NO_TEXTS),
    Column("shape", Text),
    Column("changed", BigInteger, nullable=False, server_default=text("0")),
    Index("ix_process_changed", "changed", "id"),
    Index("ix_process_shape", "shape"),
    Index("ix_process_buyer_region", "buyer_region", postgresql_using="gin"),
    Index("ix_process_delivery_region", "delivery_region", postgresql_using="gin"),
    Index("ix_process_ocid", "ocid"),
    Index("ix_process_source_published", "source", "published", "id"),
    Index("ix_process_seq", "seq", "id"),
    Index("ix_process_date", "date", "id"),
    Index("ix_process_published", "published", "id"),
    Index("ix_process_expected", "expected", "id"),
    Index("ix_process_band", "band"),
    Index("ix_process_amount", "amount", "id"),
    Index("ix_process_flagged", "flagged", postgresql_using="gin"),
    Index(
        "ix_process_search",
        "search",
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    ),
)

removed_process = Table(
    "removed_process",
    Base.metadata,
    Column("id", Text, primary_key=True),
    Column("changed", BigInteger, nullable=False),
    Column("everywhere", Boolean, nullable=False, server_default=text("true")),
    Column("places", TEXTS, nullable=False, server_default=NO_TEXTS),
    Index("ix_removed_process_changed", "changed", "id"),
    comment="Processes that are gone, everywhere or from these places, and since when.",
)

listed = Table(
    "listed",
    Base.metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("process_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("status", Text),
    Column("method", Text),
    Column("amount", Numeric, nullable=False),
    Column("currency", Text),
    Column("date", MOMENT, nullable=False),
    Column("search", Text, nullable=False),
    Column("buyers", TEXTS, nullable=False),
    Column("suppliers", TEXTS, nullable=False),
    Column("buyer_region", TEXTS, nullable=False),
    Column("delivery_region", TEXTS, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_listed_process_id", "process_id"),
    Index("ix_listed_date", "kind", "date", "id"),
    Index("ix_listed_amount", "kind", "amount", "id"),
    Index("ix_listed_buyers", "buyers", postgresql_using="gin"),
    Index("ix_listed_suppliers", "suppliers", postgresql_using="gin"),
    Index("ix_listed_buyer_region", "buyer_region", postgresql_using="gin"),
    Index("ix_listed_delivery_region", "delivery_region", postgresql_using="gin"),
    Index(
        "ix_listed_search",
        "search",
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    ),
    comment="Lots, contracts and plan points, ready to be served in lists.",
)

handle = Table(
    "handle",
    Base.metadata,
    Column("key", Text, primary_key=True),
    Column("type", Text, nullable=False),
    Column("id", Text, primary_key=True),
    Column("process_id", Text, nullable=False),
    Index("ix_handle_process_id", "process_id"),
    comment="Numbers that people hold, and what each of them names.",
)

part = Table(
    "part",
    Base.metadata,
    Column("party_id", Text, primary_key=True),
    Column("role", Text, primary_key=True),
    Column("process_id", Text, primary_key=True),
    Column("currency", Text, primary_key=True),
    Column("name", Text),
    Column("bin", Text),
    Column("weak", Boolean, nullable=False),
    Column("amount", Numeric),
    Index("ix_part_process_id", "process_id"),
    comment="Which organisation took part in which process, as what, and with how much.",
)

score = Table(
    "score",
    Base.metadata,
    Column("subject_type", Text, primary_key=True),
    Column("subject_id", Text, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("band", Text),
    Column("expected", Double, nullable=False),
    Column("flagged", TEXTS, nullable=False),
    Column("summary", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("outcome", Text),
    Column("at_risk", Numeric),
)

outcome = Table(
    "outcome",
    Base.metadata,
    Column("id", Text, primary_key=True),
    Column("lines", TEXTS, nullable=False),
    comment="Indicators and what became of each; many scores share one.",
)

shape = Table(
    "shape",
    Base.metadata,
    Column("id", Text, primary_key=True),
    Column("watched", Text, nullable=False),
    Column("fields", TEXTS, nullable=False),
    Column("checks", TEXTS, nullable=False, server_default=NO_TEXTS),
    comment="Which of the watched fields a release has; many releases share one.",
)

alert = Table(
    "alert",
    Base.metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False, unique=True),
    Column("process_id", Text, nullable=False),
    Column("source", Text),
    Column("subject_type", Text, nullable=False),
    Column("subject_id", Text, nullable=False),
    Column("band", Text, nullable=False),
    Column("indicators", TEXTS, nullable=False),
    Column("raised_at", MOMENT, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index("ix_alert_process_id", "process_id"),
    Index("ix_alert_subject", "subject_type", "subject_id"),
)

indicator = Table(
    "indicator",
    Base.metadata,
    Column("code", Text, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("fields", TEXTS, nullable=False, server_default=NO_TEXTS),
)

source = Table(
    "source",
    Base.metadata,
    Column("id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

source_age = Table(
    "source_age",
    Base.metadata,
    Column("source", Text, primary_key=True),
    Column("whole_at", MOMENT),
    Column("promised_hours", Integer),
    Column("stale", Boolean, nullable=False, server_default=text("false")),
    comment="When each source was last whole, how old it may become, and whether it was told that"
    " it has.",
)

register_coverage = Table(
    "register_coverage",
    Base.metadata,
    Column("key", Text, primary_key=True),
    Column("register", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("of_all", Boolean, nullable=False),
    Column("known_from", Date, nullable=False),
    Column("known_to", Date, nullable=False),
    comment="On which days it is known who stands in a register: of everybody, or of one party.",
)

feed_level = Table(
    "feed_level",
    Base.metadata,
    Column("feed", Text, primary_key=True),
    Column("level_at", MOMENT, nullable=False),
    comment="When the view last held all that a feed had.",
)

tile = Table(
    "tile",
    Base.metadata,
    Column("id", Text, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("brief", LargeBinary, nullable=False),
    Column("body", LargeBinary, nullable=False),
    comment="Statistics, each a table of figures, ready to be served.",
)

figures = Table(
    "figures",
    Base.metadata,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    comment="Figures of one buyer, supplier or region, and networks of suppliers.",
)

import gateway.dossier.tables  # noqa: E402 (as below)
import gateway.exports.tables  # noqa: E402 (as below)
import gateway.push.tables  # noqa: E402 (as below)
import gateway.subscriptions.tables  # noqa: E402 (as below)
import gateway.who.tables  # noqa: E402, F401 (they hang on the same metadata, made above)
