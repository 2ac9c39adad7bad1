"""What scoring is told by its environment."""

from datetime import datetime
from pathlib import Path

from pydantic import Field

from shared.settings import Settings as Base


class Settings(Base):
    """The settings of scoring's API and of its engine."""

    ingestor_url: str = Field(
        default="http://127.0.0.1:8001", description="address of the ingestor, whose feed is read"
    )
    cases_url: str = Field(
        default="http://127.0.0.1:8103",
        description="address of cases, whose verdicts on flags are read",
    )
    facts_path: Path = Field(
        default=Path("facts.duckdb"),
        description="file of the facts; derived data, rebuilt from the feed when it is lost",
    )
    profile: str = Field(default="kz", description="profile that is judged by: kz or cardinal")
    indicators: str = Field(
        default="",
        description="codes of the only indicators to judge by, separated by commas; empty: all",
    )
    duckdb_memory: str = Field(
        default="700MB", description="memory DuckDB may use; 2GB for two million purchases"
    )
    duckdb_threads: int = Field(default=2, ge=1, le=64, description="threads DuckDB may use")
    alerts_since: datetime | None = Field(
        default=None,
        description="alerts are raised on data from this moment on (RFC 3339); unset: first start",
    )
    compare_every: float = Field(
        default=180.0,
        gt=0,
        description="seconds until organisations are compared and figures counted anew under load; "
        "longer where that takes long",
    )
    draft_memory_mb: int = Field(
        default=1200,
        ge=100,
        description="memory DuckDB may use for one draft, MB; enough for two million purchases",
    )
    draft_cpu_seconds: int = Field(
        default=120, ge=1, description="processor time one draft may use over all facts, seconds"
    )
    draft_seconds: int = Field(
        default=600, ge=1, description="time one draft may take over all facts, seconds"
    )
    draft_threads: int = Field(default=1, ge=1, le=64, description="threads of one draft")
    monitor_every: float = Field(
        default=900.0, gt=0, description="seconds between two rounds of a draft on watch"
    )
