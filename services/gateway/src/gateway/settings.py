"""What the gateway is told by its environment, beside what every service needs."""

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from gateway.mailing import Server
from gateway.who.networks import Network, networks_of
from shared.settings import SHORTEST_KEY, Settings


class GatewaySettings(Settings):
    """Where the feeds are, what signs page marks, and how much one key may ask."""

    ingestor_url: str = Field(
        default="http://127.0.0.1:8101", description="where the ingestor's feeds are read"
    )
    scoring_url: str = Field(
        default="http://127.0.0.1:8102", description="where scoring's feeds are read"
    )
    cases_url: str = Field(
        default="http://127.0.0.1:8103", description="where cases are kept and their feed is read"
    )
    cursor_key: SecretStr = Field(
        min_length=SHORTEST_KEY,
        description="signs the marks of pages; the same for all gateway processes",
    )
    seal_key: SecretStr | None = Field(
        default=None,
        min_length=SHORTEST_KEY,
        description="seals the keys that sign and the secrets of webhooks; unset, CURSOR_KEY does,"
        " which opens for ever what it sealed",
    )
    audit_key: SecretStr | None = Field(
        default=None,
        min_length=SHORTEST_KEY,
        description="chains the audit; unset, CURSOR_KEY does, which vouches for what it chained",
    )
    link_key: SecretStr | None = Field(
        default=None,
        min_length=SHORTEST_KEY,
        description="makes the codes and links of letters; unset, CURSOR_KEY does, whose links stay"
        " good",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern=r"^https?://[^/?#]+$",
        description="where the public asks; also issuer and audience of the tokens given out",
    )
    mode: Literal["live", "test"] = Field(
        default="live", description="test: a sandbox, where test keys work and live keys do not"
    )
    trusted_proxies: str = Field(
        default="",
        description="networks (CIDR, by commas) of proxies whose X-Forwarded-For is believed",
    )
    requests_per_minute: int = Field(
        default=600, ge=1, description="how much one key may ask in any minute, unless it says so"
    )
    failed_keys_per_minute: int = Field(
        default=30, ge=1, description="how many wrong keys one network may try in any minute"
    )
    new_devices_per_minute: int = Field(
        default=120, ge=1, description="how many devices one network may register in any minute"
    )
    devices_network_per_minute: int = Field(
        default=6000, ge=1, description="how much all devices of one network may ask in any minute"
    )
    priority_risk: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="weight of risk in the priority of alerts; the rest is the money's",
    )
    priority_regions: float = Field(
        default=0.25,
        gt=0,
        le=1,
        description="share of the places in the order of priority that goes to regions in turn",
    )
    webhook_networks: str = Field(
        default="",
        description="networks (CIDR, by commas) webhooks may reach beside the internet, by plain"
        " http too; for development",
    )
    smtp_url: SecretStr | None = Field(
        default=None,
        description="smtp://user:password@host:port (smtps:// for TLS from the start); unset, no"
        " letters are sent",
    )
    smtp_tls: Literal["required", "offered"] = Field(
        default="required",
        description="offered: letters go unencrypted too, where the mail server knows no STARTTLS",
    )
    mail_from: str = Field(
        default="qadaga@localhost", description="the sender's address of letters"
    )
    telegram_token: SecretStr | None = Field(
        default=None, description="of the bot that sends messages; unset, none are sent"
    )
    telegram_api: str = Field(
        default="https://api.telegram.org",
        pattern=r"^https?://[^/?#]+$",
        description="where the Bot API is, or a local server of it",
    )
    backup_report: Path | None = Field(
        default=None,
        description="file in which backups tell of their last success (`backup.prom` of"
        " `make backup`); the worker shows it among its metrics",
    )
    certificate: Path | None = Field(
        default=None,
        description="certificate of the front (PEM); the worker shows until when it holds",
    )
    export_path: Path | None = Field(
        default=None,
        description="where the worker puts large files together; unset, the folder for temporary"
        " files",
    )
    cache_mb: int = Field(
        default=64, ge=1, description="memory of the answers kept ready in one process, in MB"
    )

    @field_validator("trusted_proxies", "webhook_networks")
    @classmethod
    def _readable(cls, text: str) -> str:
        networks_of(_parts(text))
        return text

    def proxies(self) -> tuple[Network, ...]:
        """Return the networks of the proxies that are believed."""
        return networks_of(_parts(self.trusted_proxies))

    def nearby(self) -> tuple[Network, ...]:
        """Return the networks that webhooks may reach beside the internet."""
        return networks_of(_parts(self.webhook_networks))

    def mail_server(self) -> Server | None:
        """Return the mail server; None where letters are not set up."""
        if self.smtp_url is None:
            return None
        return Server(self.smtp_url.get_secret_value(), self.smtp_tls)

    def own_host(self) -> str:
        """Return the name we are asked under."""
        return urlsplit(self.public_url).hostname or ""


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
