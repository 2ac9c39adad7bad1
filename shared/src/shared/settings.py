"""What a service is told by its environment: few variables, named, typed and described.

Read once when a process starts and passed on from there. A secret `X` may be given as a file named
by `X_FILE`, as container platforms hand them out.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

SHORTEST_KEY = 32
"""Characters of a signing key: as many as HMAC-SHA256 has bytes (RFC 7518, 3.2)."""

Port = Annotated[int, Field(ge=1, le=65535)]


class FromFiles(PydanticBaseSettingsSource):
    """Reads the variable `X` from the file that `X_FILE` names."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the value of one field, its key, and that it is never a JSON document.

        Raises ValueError when both forms are given, or the file cannot be read: a service that
        starts with the wrong secret is worse than one that does not start.
        """
        del field
        name = field_name.upper()
        path = os.environ.get(f"{name}_FILE")
        if not path:
            return None, field_name, False
        if name in os.environ:
            raise ValueError(f"{name} and {name}_FILE are both set: give one of them")
        return _read(name, Path(path)), field_name, False

    def __call__(self) -> dict[str, Any]:
        """Return the fields that were given as files."""
        fields = self.settings_cls.model_fields
        values = {name: self.get_field_value(field, name)[0] for name, field in fields.items()}
        return {name: value for name, value in values.items() if value is not None}


def _read(name: str, path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name}_FILE cannot be read: {type(error).__name__}") from error


class Settings(BaseSettings):
    """What every service needs; a service adds its own in `<service>/settings.py`."""

    model_config = SettingsConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    database_url: str = Field(
        repr=False, description="PostgreSQL, with the login role of this service alone"
    )
    redis_url: str = Field(
        default="redis://127.0.0.1:6379/0",
        repr=False,
        description="Valkey or Redis: the bell and the rate limits; nothing in it is precious",
    )
    internal_key: SecretStr = Field(
        min_length=SHORTEST_KEY,
        description="signs the tokens services show each other; the same for all, 32 characters up",
    )
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: Port = Field(default=8000, description="port of the HTTP interface")
    drain_seconds: float = Field(
        default=0,
        ge=0,
        le=60,
        description="how long an interface that is told to end still answers, while /readyz says"
        " no, so that a proxy before it has time to turn elsewhere",
    )
    metrics_port: Port | None = Field(
        default=None,
        description="port of the metrics; unset, an interface shows them at its own /metrics",
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="the least that is logged: DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Literal["json", "text"] = Field(
        default="json", description="json for machines, text for a terminal"
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        default=None,
        pattern="^https?://",
        description="address of a collector that takes OTLP over HTTP; unset, nothing is traced"
        " (needs the extra `traces`; the library reads its other variables, such as"
        " OTEL_TRACES_SAMPLER, itself)",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read what the program passes, then the environment, then files named in it."""
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, FromFiles(settings_cls)


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable, as `.env.example` shows it."""

    name: str
    description: str
    default: str | None
    required: bool
    secret: bool


def describe(settings: type[BaseSettings]) -> list[Variable]:
    """List the variables a settings class reads, in the order they are declared.

    Raises ValueError for a setting without description: nobody could set it.
    """
    return [_variable(name, field) for name, field in settings.model_fields.items()]


def _variable(name: str, field: FieldInfo) -> Variable:
    if not field.description:
        raise ValueError(f"the setting {name} has no description")
    required = field.is_required()
    plain = None if required or field.default in (None, PydanticUndefined) else str(field.default)
    secret = "SecretStr" in repr(field.annotation)
    return Variable(name.upper(), field.description, None if secret else plain, required, secret)
