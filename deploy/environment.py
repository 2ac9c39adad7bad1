"""`.env.example`: every variable the processes read, written from their settings.

python -m deploy.documents           write them
python -m deploy.documents --check   whether they are as they would be written
"""

import importlib
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

from deploy.processes import SERVICES
from shared.settings import Settings, Variable, describe

EXAMPLE = Path(__file__).resolve().parent.parent / ".env.example"

HEADING = """\
# Every variable the processes read, with its default and its meaning. Copy to
# `.env` what you change. A variable X can be given as a file instead, named by X_FILE: secrets
# should be. `make up`, and `python3 deploy/make_secrets.py` for docker compose, make all of them.
"""
RUN = (
    Variable("QADAGA_PORT", "port of the gateway, for `make up` and compose", "8000", False, False),
    Variable("QADAGA_DATA", "data folder of `make up`", ".qadaga", False, False),
    Variable(
        "QADAGA_BIND", "address the gateway's port is published on", "127.0.0.1", False, False
    ),
    Variable(
        "QADAGA_GRAFANA_PORT", "port of Grafana (compose, profile observe)", "3000", False, False
    ),
    Variable(
        "QADAGA_ENGINE_MEMORY",
        "memory the scoring-engine may take (compose); 8g with DUCKDB_MEMORY=2GB",
        "4g",
        False,
        False,
    ),
    Variable("QADAGA_VERSION", "tag of the images compose builds and runs", "local", False, False),
)


def own_settings(service: str) -> type[Settings]:
    """The settings class of a service."""
    module = importlib.import_module(f"{service}.settings")
    own = (value for value in vars(module).values() if isinstance(value, type))
    return next(kind for kind in own if issubclass(kind, Settings) and kind is not Settings)


def sections() -> Iterator[tuple[str, list[Variable]]]:
    """The variables under the name of who reads them; what all read comes once."""
    common = describe(Settings)
    names = {variable.name for variable in common}
    yield "how it is run", list(RUN)
    yield "every process", common
    for service in SERVICES:
        own = describe(own_settings(service))
        yield service, [variable for variable in own if variable.name not in names]


def environment_example() -> str:
    """The text of `.env.example`."""
    parts = [HEADING]
    for title, variables in sections():
        parts.append(f"\n# ---- {title} ----\n")
        parts += map(_entry, variables)
    return "".join(parts)


def _entry(variable: Variable) -> str:
    words = variable.description + (" (required)" if variable.required else "")
    meaning = textwrap.fill(
        words[0].upper() + words[1:], 98, initial_indent="# ", subsequent_indent="# "
    )
    return f"{meaning}\n#{variable.name}={variable.default or ''}\n"


def stale() -> list[str]:
    """What is wrong with the file as it stands."""
    fresh = EXAMPLE.exists() and EXAMPLE.read_text() == environment_example()
    return [] if fresh else [f"{EXAMPLE.name} is not what the settings say; run `make docs`"]


def main() -> None:
    """Write the file, or say that it is stale."""
    if "--check" not in sys.argv[1:]:
        EXAMPLE.write_text(environment_example())
    elif faults := stale():
        sys.exit("\n".join(faults))


if __name__ == "__main__":
    main()
