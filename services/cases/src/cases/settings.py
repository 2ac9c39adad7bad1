"""What cases is told by its environment."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, model_validator

from shared.settings import SHORTEST_KEY
from shared.settings import Settings as Base


class Settings(Base):
    """The settings of the interface of cases and of its worker."""

    ingestor_url: str = Field(
        default="http://127.0.0.1:8101", description="address of the ingestor, asked for purchases"
    )
    scoring_url: str = Field(
        default="http://127.0.0.1:8102", description="address of scoring, whose alerts are read"
    )
    vault_database_url: str = Field(
        repr=False, description="PostgreSQL, with the login role of the vault of tips alone"
    )
    receipt_key: SecretStr = Field(
        min_length=SHORTEST_KEY,
        description="salts what is derived from the receipts of tips; changed, no receipt works",
    )
    tip_work_bits: int = Field(
        default=7,
        ge=1,
        le=16,
        description="work a tip costs its sender: one bit more doubles it (7: a second in a page)",
    )
    tip_answer_seconds: float = Field(
        default=1.0,
        gt=0,
        le=4,
        description="answers about tips and receipts leave at a multiple of this",
    )
    tips_per_day: int = Field(
        default=2000, ge=1, description="how many tips are taken on one day, from everybody"
    )
    evidence_path: Path = Field(
        default=Path("evidence"),
        description="folder that evidence is kept in, or only arrives in where a bucket keeps it",
    )
    evidence_store: str | None = Field(
        default=None,
        pattern=r"^s3://[a-z0-9][a-z0-9.-]+(/[A-Za-z0-9._-]+)*$",
        description="bucket that evidence is kept in, s3://bucket/prefix; none: the folder",
    )
    evidence_endpoint: str | None = Field(
        default=None,
        pattern=r"^https?://[^/]+$",
        description="address of the store of that bucket; none: the region's at Amazon",
    )
    evidence_region: str = Field(default="us-east-1", description="region of that bucket")
    evidence_access_key: SecretStr | None = Field(
        default=None, description="id of the key that opens that bucket"
    )
    evidence_secret_key: SecretStr | None = Field(
        default=None, description="secret of the key that opens that bucket"
    )
    scanner_socket: str | None = Field(
        default=None, description="socket of clamd, asked about every file that comes; none: nobody"
    )

    @model_validator(mode="after")
    def opened_by_a_key(self) -> Self:
        """Refuse a bucket without its key: the first upload would find out."""
        if self.evidence_store and not (self.evidence_access_key and self.evidence_secret_key):
            raise ValueError("EVIDENCE_STORE needs EVIDENCE_ACCESS_KEY and EVIDENCE_SECRET_KEY")
        return self
