"""What cases is told by its environment."""

from pathlib import Path

from pydantic import Field, SecretStr

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
    evidence_path: Path = Field(
        default=Path("evidence"), description="folder that evidence is kept in"
    )
