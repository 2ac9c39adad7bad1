"""What the ingestor is told by its environment, beside what every service needs."""

from pydantic import Field, SecretStr

from shared.settings import SHORTEST_KEY, Settings


class IngestorSettings(Settings):
    """Where the vault is, the keys for what is personal, and how long raw payloads are kept."""

    raw_database_url: str | None = Field(
        default=None,
        repr=False,
        description="PostgreSQL with the vault's own role, which reads and purges raw payloads; "
        "needed to migrate, to replay the quarantine and by the worker, not to load",
    )
    raw_key: SecretStr = Field(
        min_length=SHORTEST_KEY,
        description="encrypts raw payloads; lost, they are lost; 32 characters up",
    )
    pseudonym_key: SecretStr = Field(
        min_length=SHORTEST_KEY,
        description="makes the pseudonyms of natural persons; changed, they all change",
    )
    raw_retention_days: int = Field(
        default=365, ge=1, le=36500, description="days after which a raw payload is deleted"
    )
