"""Settings: read from the environment and from files, and never shown where they are secret."""

from pathlib import Path

import pytest
from pydantic import Field, SecretStr, ValidationError

from shared.settings import Settings, Variable, describe

KEY = "k" * 32


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in describe(Settings):
        monkeypatch.delenv(variable.name, raising=False)
        monkeypatch.delenv(f"{variable.name}_FILE", raising=False)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("DATABASE_URL", "postgresql://scoring:s3cret@db/qadaga")
    monkeypatch.setenv("INTERNAL_KEY", KEY)
    return monkeypatch


def test_a_laptop_needs_a_database_and_a_key_only(environment: pytest.MonkeyPatch) -> None:
    settings = Settings()

    assert settings.host == "127.0.0.1"
    assert settings.port == 8000
    assert settings.metrics_port is None
    assert settings.log_format == "json"


def test_a_secret_given_as_a_file_is_read_without_its_line_end(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("f" * 40 + "\n")
    environment.delenv("INTERNAL_KEY")
    environment.setenv("INTERNAL_KEY_FILE", str(tmp_path / "key"))

    assert Settings().internal_key.get_secret_value() == "f" * 40


def test_a_secret_given_twice_stops_the_start(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("f" * 40)
    environment.setenv("INTERNAL_KEY_FILE", str(tmp_path / "key"))

    with pytest.raises(ValueError, match="INTERNAL_KEY and INTERNAL_KEY_FILE are both set"):
        Settings()


def test_a_secret_file_that_is_not_there_stops_the_start(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("INTERNAL_KEY")
    environment.setenv("INTERNAL_KEY_FILE", "/nowhere/key")

    with pytest.raises(ValueError, match="INTERNAL_KEY_FILE cannot be read: FileNotFoundError"):
        Settings()


def test_a_short_key_is_refused_and_not_repeated(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("INTERNAL_KEY", "tooshort")

    with pytest.raises(ValidationError, match="at least 32") as refused:
        Settings()
    assert "tooshort" not in str(refused.value)


def test_a_printed_setting_shows_no_password(environment: pytest.MonkeyPatch) -> None:
    printed = repr(Settings())

    assert "s3cret" not in printed
    assert KEY not in printed


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_cannot_be_is_refused(environment: pytest.MonkeyPatch, port: str) -> None:
    environment.setenv("PORT", port)

    with pytest.raises(ValidationError):
        Settings()


def test_every_variable_is_described_for_the_example_file() -> None:
    described = {variable.name: variable for variable in describe(Settings)}

    assert described["PORT"] == Variable(
        "PORT", "port of the HTTP interface", "8000", required=False, secret=False
    )
    assert described["INTERNAL_KEY"].secret
    assert described["INTERNAL_KEY"].required
    assert described["METRICS_PORT"].default is None


def test_a_service_adds_its_own_variables_after_the_common_ones() -> None:
    class Own(Settings):
        cursor_key: SecretStr = Field(default=SecretStr("x"), description="signs cursors")

    last = describe(Own)[-1]
    assert last == Variable("CURSOR_KEY", "signs cursors", None, required=False, secret=True)


def test_a_variable_without_description_is_a_mistake() -> None:
    class Own(Settings):
        mystery: int = 1

    with pytest.raises(ValueError, match="mystery has no description"):
        describe(Own)
