"""What the ingestor is told by its environment, beside what every service needs."""

from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from ingestor.sources.goszakup.prefix import PREFIX, checked
from shared.settings import SHORTEST_KEY, Settings


class IngestorSettings(Settings):
    """Where the vault is, the keys for what is personal, and how the portal is followed."""

    raw_database_url: str | None = Field(
        default=None,
        repr=False,
        description="PostgreSQL with the vault's own role, which reads and purges raw payloads; "
        "needed to migrate, to replay the quarantine, to follow the portal and by the worker, not "
        "to load files",
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
    goszakup_url: str = Field(
        default="https://ows.goszakup.gov.kz",
        description="the procurement portal's open data; http only for a stand-in beside us",
    )
    goszakup_token: SecretStr | None = Field(
        default=None,
        description="the portal's token; unset, the portal is not followed. Given as a file, it is "
        "read again whenever the file changes",
    )
    goszakup_token_expires: date | None = Field(
        default=None, description="last day of the token, so that its end is seen 30 days ahead"
    )
    goszakup_rate: float = Field(
        default=1.0,
        ge=0,
        le=20,
        description="most requests a second to the portal; 0 is no limit, for a stand-in only",
    )
    goszakup_timeout: float = Field(
        default=60.0, gt=0, le=600, description="seconds for one whole answer of the portal"
    )
    goszakup_ca_bundle: Path | None = Field(
        default=None, description="PEM file of the authorities trusted for the portal's certificate"
    )
    goszakup_regions: str = Field(
        default="",
        description="regions to back-fill, by KATO digits: 71,75; empty with no BINs: all",
    )
    goszakup_bins: str = Field(
        default="", description="buyers to back-fill, by BIN, with commas between"
    )
    goszakup_since: date | None = Field(
        default=None,
        description="the day back to which the worker loads; unset, it only follows, from the day "
        "before it began",
    )
    goszakup_ocid_prefix: str = Field(
        default=PREFIX,
        description="what the ocid of every purchase of the portal begins with, as the OCDS "
        "helpdesk gives it out; chosen before the first load, for it never changes afterwards",
    )
    goszakup_every: float = Field(
        default=300.0, ge=0.1, description="seconds between two looks at what changed at the portal"
    )
    goszakup_overlap: float = Field(
        default=3600.0,
        ge=0,
        description="seconds that each look reads again: the portal shows changes late",
    )

    register_lists: str = Field(
        default="",
        description="lists of registers fetched on a schedule, with commas: false_enterprises,"
        "vat_payers=https://…; without an address of its own a list has the declared one",
    )
    register_every: float | None = Field(
        default=None,
        ge=1,
        description="seconds between two fetches of each list; unset, as often as it is declared",
    )

    @field_validator("register_lists")
    @classmethod
    def _known_lists(cls, chosen: str) -> str:
        """Refuse a list that nobody knows, and an address that may not be asked."""
        if chosen:
            from ingestor.registers.schedule import from_addresses  # noqa: PLC0415 (it reads settings)

            list(from_addresses(chosen))
        return chosen

    @field_validator("goszakup_ocid_prefix")
    @classmethod
    def _prefix(cls, given: str) -> str:
        return checked(given)

    @field_validator("goszakup_url")
    @classmethod
    def _encrypted(cls, url: str) -> str:
        """Refuse to carry the token in the open, except to a machine without a public name."""
        parts = urlsplit(url)
        nearby = "." not in (parts.hostname or "") or parts.hostname == "127.0.0.1"
        if not (parts.scheme == "https" or (parts.scheme == "http" and nearby)):
            raise ValueError("the portal is asked over https")
        return url.rstrip("/")

    def regions(self) -> tuple[str, ...]:
        """The regions to back-fill."""
        return tuple(one.strip() for one in self.goszakup_regions.split(",") if one.strip())

    def bins(self) -> tuple[str, ...]:
        """The buyers to back-fill."""
        return tuple(one.strip() for one in self.goszakup_bins.split(",") if one.strip())
