"""The page of the data map: every table, what of it concerns people, how long, and who reads it.

One line per table is declared in data_map.yaml; which tables there are, which role of PostgreSQL
owns them, and which jobs end what they hold is read off the code and checked by a test.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec
import yaml

from shared.kernel_tables import KERNEL_TABLES
from shared.provision import APPENDS_TO, ROLES

DECLARED: Final = Path(__file__).with_name("data_map.yaml")
VERSIONS: Final = "alembic_version"


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said of a table. `test` shows how what it holds ends.

    `jobs` end it by the clock, `commands` when somebody says so, each as service/name.
    """

    personal: str
    kept: str
    reads: str
    ends: str | None = None
    jobs: list[str] = []
    commands: list[str] = []
    test: str | None = None


_HEAD: Final = (
    "Generated from `deploy/data_map.yaml` by `make docs`. A test holds it against the database: a "
    "table without a line, a line without a table, a right of a role that is not said here, a job "
    "that is not there, and a promise without a test fail. What is personal in files, and what is "
    "not kept at all, stands in [data protection](data-protection.md)."
)

Map = Mapping[str, Mapping[str, Line]]


def declared() -> Map:
    """Every table's line, by schema; the tables of the kernel are said once, under `kernel`."""
    return msgspec.convert(yaml.safe_load(DECLARED.read_text("utf-8")), dict[str, dict[str, Line]])


def lines() -> dict[str, dict[str, Line]]:
    """Every table's line, by schema, those of the kernel in every schema that has them."""
    said = declared()
    kernel = said["kernel"]
    common = {VERSIONS: kernel[VERSIONS]}
    return {
        role: {
            **said[role],
            **({name: kernel[name] for name in KERNEL_TABLES} if role not in VAULTS else {}),
            **common,
        }
        for role in ROLES
    }


VAULTS: Final = frozenset({"ingestor_raw", "cases_vault"})
"""Schemas without the kernel's tables, or with some of them, which stand among their own lines."""


def page() -> str:
    """The page."""
    said = declared()
    parts = [
        "# Data map",
        _HEAD,
        "No role reads another's schema: what a service tells another goes through a feed.",
        *(_section(role, said[role]) for role in ROLES),
        _section("every schema that has them", said["kernel"], kernel=True),
    ]
    return "\n\n".join(parts) + "\n"


def _section(name: str, tables: Mapping[str, Line], *, kernel: bool = False) -> str:
    rights = "" if kernel else f"The role `{name}` owns these tables."
    adding = [role for role, owner in APPENDS_TO.items() if owner == name]
    rights += "".join(f" The role `{role}` may add rows and read none." for role in adding)
    head = "| table | personal | kept | who reads it | what ends it |\n|---|---|---|---|---|"
    rows = [
        f"| `{table}` | {one.personal} | {one.kept} | {one.reads} | {_ends(one)} |"
        for table, one in tables.items()
    ]
    title = f"## {name if kernel else f'Schema `{name}`'}"
    return "\n".join([title, *([rights] if rights else []), "", head, *rows])


def _ends(line: Line) -> str:
    if line.ends is None:
        return ""
    commands = [command.replace("/", " ") for command in line.commands]
    named = ", ".join(f"`{one}`" for one in [*line.jobs, *commands])
    return f"{line.ends} ({named})" if named else line.ends
