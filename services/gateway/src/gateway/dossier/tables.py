"""The table of dossiers: each as it was given, so that what was signed stays what it was."""

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    Table,
    Text,
)

from gateway.tables import Organisation

dossier = Table(
    "dossier",
    Organisation.metadata,
    Column("id", Text, primary_key=True),
    Column("organisation_id", Text, ForeignKey("organisation.id"), nullable=False),
    Column("process_id", Text, nullable=False),
    Column("alert_id", Text),
    Column("language", Text, nullable=False),
    Column("partner", Boolean, nullable=False),
    Column("flagged", ARRAY(Text), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("document", LargeBinary, nullable=False),
    Column("document_sha256", Text, nullable=False),
    Column("pdf", LargeBinary, nullable=False),
    Column("pdf_sha256", Text, nullable=False),
    Index("ix_dossier_organisation_id", "organisation_id", "made_at", "id"),
    Index("ix_dossier_process_id", "process_id"),
    comment="Signed files about a purchase or an alert, as they were given.",
)
