"""What the gateway is told by its environment, beside what every service needs."""

from pydantic import Field, SecretStr

from shared.settings import SHORTEST_KEY, Settings


class GatewaySettings(Settings):
    """Where the feeds are, what signs page marks, and how much one key may ask."""

    ingestor_url: str = Field(
        default="http://127.0.0.1:8101", description="where the ingestor's feeds are read"
    )
    scoring_url: str = Field(
        default="http://127.0.0.1:8102", description="where scoring's feeds are read"
    )
    cursor_key: SecretStr = Field(
        min_length=SHORTEST_KEY,
        description="signs the marks of pages; the same for all gateway processes",
    )
    requests_per_minute: int = Field(
        default=600, ge=1, description="how much one key may ask in any minute, unless it says so"
    )
    failed_keys_per_minute: int = Field(
        default=30, ge=1, description="how many wrong keys one network may try in any minute"
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
    cache_mb: int = Field(
        default=64, ge=1, description="memory of the answers kept ready in one process, in MB"
    )
