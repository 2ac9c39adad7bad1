"""On which days it is known who stands in a register: of everybody, or of single parties."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final, NamedTuple

import asyncpg

from gateway.coverage import RegisterCoverage, RegisterDays

Stretches = tuple[range, ...]
"""Days as ordinals, in stretches that neither overlap nor touch."""

_KNOWN: Final = """
    SELECT register,
           range_agg(daterange(known_from, known_to, '[]')) FILTER (WHERE of_all) AS of_all,
           range_agg(daterange(known_from, known_to, '[]')) AS of_any
    FROM register_coverage GROUP BY register ORDER BY register
"""

_BY_SOURCE: Final = """
    SELECT source, register, min(known_from) AS known_from, max(known_to) AS known_to,
           count(*) FILTER (WHERE NOT of_all) AS parties
    FROM register_coverage GROUP BY source, register ORDER BY source, register
"""


class Register(NamedTuple):
    """A register, and the days on which it is known of everybody, and of anybody."""

    register: str
    of_all: Stretches
    of_any: Stretches


async def known(connection: asyncpg.Connection) -> list[Register]:
    """Return every register that any source tells of."""
    return [
        Register(row["register"], _stretches(row["of_all"]), _stretches(row["of_any"]))
        for row in await connection.fetch(_KNOWN)
    ]


async def by_source(connection: asyncpg.Connection) -> dict[str, list[RegisterCoverage]]:
    """Return what each source tells of registers."""
    found: dict[str, list[RegisterCoverage]] = {}
    for source, *told in await connection.fetch(_BY_SOURCE):
        found.setdefault(source, []).append(RegisterCoverage(*told))
    return found


def days_in(register: Register, period: range) -> RegisterDays:
    """Count the days of a period on which a register is known."""
    of_all, of_any = (_within(each, period) for each in (register.of_all, register.of_any))
    return RegisterDays(register.register, of_all, of_any, len(period))


def _within(stretches: Stretches, period: range) -> int:
    return sum(
        len(range(max(each.start, period.start), min(each.stop, period.stop))) for each in stretches
    )


def _stretches(ranges: Iterable[Any] | None) -> Stretches:
    return tuple(range(_day(each.lower), _day(each.upper)) for each in ranges or ())


def _day(day: date) -> int:
    return day.toordinal()
