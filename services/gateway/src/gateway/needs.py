"""What an indicator needs: fields of a release, registers, plan points, law; told apart by name.

See `shared.contracts.catalogue` for how indicators name them in their `fields`.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_REGISTER: Final = re.compile(r"/?register(?:s|_entry)?[./](?P<name>[^./]+).*")
_PLANS: Final = re.compile(r"/?plans(?:[./].*)?")
_LAW: Final = re.compile(r"/?law[./].*")


OF_CHANGES: Final = "contracts.amendments."
"""What amendments tell is needed only where there is one: a contract without any lacks nothing."""


class Needs(NamedTuple):
    """The fields an indicator declares, by where they are told.

    `law` are entries of the law's own tables: whether there is one for a day, only scoring knows.
    """

    release: tuple[str, ...] = ()
    registers: tuple[str, ...] = ()
    plans: bool = False
    law: tuple[str, ...] = ()


def needs_of(fields: Iterable[str]) -> Needs:
    """Tell what is needed of releases and law, of which registers, and whether of plan points."""
    release: dict[str, None] = {}
    registers: dict[str, None] = {}
    law: dict[str, None] = {}
    plans = False
    for field in fields:
        if register := _REGISTER.fullmatch(field):
            registers[register["name"]] = None
        elif _PLANS.fullmatch(field):
            plans = True
        elif _LAW.fullmatch(field):
            law[field] = None
        else:
            release[field] = None
    return Needs(tuple(release), tuple(registers), plans, tuple(law))


def path_of(field: str) -> str:
    """Write a field, which may be a pointer, as a path with dots."""
    return field.strip("/").replace("/", ".")
