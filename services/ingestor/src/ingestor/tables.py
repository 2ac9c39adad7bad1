"""What the ingestor keeps: sources, runs, processes, their releases, and the quarantine."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from shared.tables import table_base

if TYPE_CHECKING:  # a type checker takes no class that a function made as a base
    from sqlmodel import SQLModel as Base
else:
    Base = table_base("ingestor")


def _moment(*, nullable: bool = False, default: bool = False) -> Any:
    now = text("now()") if default else None
    return Field(sa_column=Column(DateTime(timezone=True), nullable=nullable, server_default=now))


class Source(Base, table=True):
    """A publisher's data set and the terms it is published on."""

    id: str = Field(primary_key=True)
    kind: str
    title: str
    publisher: str | None
    licence: str | None
    attribution: str | None
    url: str | None
    last_run: int | None = Field(sa_type=BigInteger)


class Run(Base, table=True):
    """One file taken in. `expected` is null where the delivery does not say how much it holds."""

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    source: str
    file: str
    origin: str
    status: str = Field(description="running, complete, incomplete or failed")
    reason: str | None = Field(description="why it is not complete, or what it read another way")
    started_at: datetime = _moment(default=True)
    finished_at: datetime | None = _moment(nullable=True)
    expected: int | None = Field(sa_type=BigInteger)
    received: int = Field(sa_type=BigInteger)
    accepted: int = Field(sa_type=BigInteger)
    unchanged: int = Field(sa_type=BigInteger)
    mended: int = Field(sa_type=BigInteger)
    quarantined: int = Field(sa_type=BigInteger)


class Process(Base, table=True):
    """One contracting process as last published in the feed "releases"."""

    id: str = Field(primary_key=True, description="the public id, prc_…")
    source: str = Field(foreign_key="ingestor.source.id")
    ocid: str
    revision: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    date: datetime | None = _moment(nullable=True)
    changed_at: datetime = _moment()
    withdrawn_at: datetime | None = _moment(nullable=True)
    withdrawn_reason: str | None

    __table_args__ = (Index("ix_process_source", "source", "date"),)


class SourceRecord(Base, table=True):
    """One version of one release in normal form, free of personal data.

    `key` tells releases of a process apart, `hash` tells versions of a release apart.
    """

    __tablename__ = "source_record"

    process: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    hash: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    raw_hash: bytes = Field(
        sa_column=Column(LargeBinary, nullable=False), description="of the payload in the vault"
    )
    date: datetime | None = _moment(nullable=True)
    run: int = Field(sa_type=BigInteger)
    size: int = Field(sa_type=BigInteger)
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

    __table_args__ = (Index("ix_source_record_raw_hash", "raw_hash", postgresql_using="hash"),)


class Quarantined(Base, table=True):
    """One thing that could not be used: what, where, why; its payload lies in the vault."""

    __tablename__ = "quarantine"

    id: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    run: int = Field(sa_type=BigInteger, description="which met it last")
    source: str
    file: str
    line: int | None = Field(sa_type=BigInteger)
    item: int | None = Field(sa_type=BigInteger, description="inside a package, from 0")
    place: int | None = Field(sa_type=BigInteger, description="byte of the unpacked file")
    code: str
    reason: str
    raw_hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    size: int = Field(sa_type=BigInteger)
    truncated: bool = Field(description="the payload was too large to be kept whole")
    count: int = Field(
        sa_column=Column(BigInteger, nullable=False, server_default="1"),
        description="how many things it stands for",
    )
    seen_at: datetime = _moment(default=True)
    attempts: int = Field(description="how often it was replayed")
    replayed_at: datetime | None = _moment(nullable=True)
    resolved_run: int | None = Field(sa_type=BigInteger, description="which at last could use it")

    __table_args__ = (
        Index(
            "uq_quarantine_place",
            "source",
            "file",
            text("coalesce(line, 0)"),
            text("coalesce(item, -1)"),
            "code",
            "raw_hash",
            unique=True,
        ),
        Index("ix_quarantine_run", "run", "code"),
    )


class PortalRecord(Base, table=True):
    """One record of the portal: by what it is found. What it says lies in the vault.

    `family` keeps versions together: root contract, contract of a payment, root record of a plan.
    """

    __tablename__ = "portal_record"

    root: str = Field(primary_key=True, description="of the portal's GraphQL interface")
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    notice: int | None = Field(sa_type=BigInteger, index=True)
    family: int | None = Field(sa_type=BigInteger, index=True)
    plans: list[int] = Field(
        sa_column=Column(ARRAY(BigInteger), nullable=False, server_default="{}"),
        description="root records of the plan points it names",
    )
    customer: str | None = Field(description="BIN of the customer; never a person's number")
    regions: list[str] = Field(
        sa_column=Column(ARRAY(String), nullable=False, server_default="{}"),
        description="of a notice, the first two digits of its KATO codes",
    )
    dated: datetime | None = _moment(nullable=True)
    changed: datetime | None = _moment(nullable=True)
    due: datetime | None = _moment(nullable=True)
    asked_due: datetime | None = _moment(nullable=True)
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    raw_hash: bytes = Field(
        sa_column=Column(LargeBinary, nullable=False), description="of the page in the vault"
    )
    seen_at: datetime = _moment()
    gone_at: datetime | None = _moment(nullable=True)
    gone_reason: str | None

    __table_args__ = (
        Index(
            "ix_portal_record_plans",
            "plans",
            postgresql_using="gin",
            postgresql_where=text("root IN ('Lots', 'Contract')"),
        ),
        Index("ix_portal_record_dated", "root", "dated"),
        Index(
            "ix_portal_record_due",
            "due",
            postgresql_where=text("due IS NOT NULL AND due IS DISTINCT FROM asked_due"),
        ),
        Index(
            "ix_portal_record_customer",
            "customer",
            postgresql_where=text("customer IS NOT NULL"),
        ),
    )


class PortalLapsed(Base, table=True):
    """A record by which a purchase is asked for anew: of it something has passed its date."""

    __tablename__ = "portal_lapsed"

    root: str = Field(primary_key=True)
    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    noted_at: datetime = _moment()


class PortalCheckpoint(Base, table=True):
    """How far one slice of one job has been read; saved with what was read."""

    __tablename__ = "portal_checkpoint"

    job: str = Field(primary_key=True)
    slice: str = Field(primary_key=True)
    step: int = Field(
        sa_column=Column(BigInteger, nullable=False, server_default="0"),
        description="grows with every save: whoever finds another one is not alone",
    )
    run: int | None = Field(sa_type=BigInteger, description="which saved it last")
    started_at: datetime | None = _moment(nullable=True)
    after: int | None = Field(sa_type=BigInteger, description="the id below which to go on")
    floor: datetime | None = _moment(nullable=True)
    newest: datetime | None = _moment(nullable=True)
    top: int | None = Field(sa_type=BigInteger, description="highest id of this reading")
    bottom: int | None = Field(sa_type=BigInteger, description="highest id of the last reading")
    expected: int | None = Field(sa_type=BigInteger, description="as the portal counts")
    received: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    done: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    saved_at: datetime = _moment(default=True)


class PortalPace(Base, table=True):
    """When the next request may be made with a token, whoever makes it."""

    __tablename__ = "portal_pace"

    token: bytes = Field(
        sa_column=Column(LargeBinary, primary_key=True), description="its SHA-256, never itself"
    )
    next_at: datetime = _moment()
    followed_at: datetime | None = _moment(nullable=True)


class PortalDictionary(Base, table=True):
    """A dictionary of the portal as it was last read."""

    __tablename__ = "portal_dictionary"

    name: str = Field(primary_key=True)
    rows: Any = Field(sa_column=Column(JSONB, nullable=False))
    read_at: datetime = _moment()


class Plan(Base, table=True):
    """A plan point in the feed "plans"; without hash where a purchase has taken it up."""

    id: str = Field(primary_key=True, description="the public id, prc_…")
    root: int = Field(sa_column=Column(BigInteger, nullable=False, unique=True))
    revision: int = Field(sa_type=BigInteger)
    hash: bytes | None = Field(sa_column=Column(LargeBinary, nullable=True))


class RegisterEntry(Base, table=True):
    """One party's stay in one register; see `shared.contracts.registers` for the dates."""

    __tablename__ = "register_entry"

    key: str = Field(primary_key=True)
    base: str = Field(
        index=True, description="the same for stays that the source cannot tell apart"
    )
    register_: str = Field(sa_column=Column("register", String, nullable=False))
    source: str
    party: str | None
    valid_from: date | None = Field(sa_type=Date)
    valid_to: date | None = Field(sa_type=Date)
    known_from: date = Field(sa_type=Date)
    known_to: date | None = Field(sa_type=Date, description="null: its source still lists it")
    ended: str | None = Field(description="stated by the source, or absent from its list")
    attributes: Any = Field(sa_column=Column(JSONB, nullable=False))
    retrieved_at: datetime = _moment()
    seen: int = Field(sa_type=BigInteger, description="the run that met it last")

    __table_args__ = (
        Index("ix_register_entry_list", "register", "source", "seen"),
        Index("ix_register_entry_party", "party", "register"),
    )


class RegisterCoverage(Base, table=True):
    """The days on which a source's answer is known, of one party or, without it, of every party."""

    __tablename__ = "register_coverage"

    key: str = Field(primary_key=True)
    register_: str = Field(sa_column=Column("register", String, nullable=False))
    source: str
    party: str | None
    known_from: date = Field(sa_type=Date)
    known_to: date = Field(sa_type=Date)
    retrieved_at: datetime = _moment()

    __table_args__ = (Index("ix_register_coverage_list", "register", "source", "party"),)
