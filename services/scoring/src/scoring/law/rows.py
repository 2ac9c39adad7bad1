"""Entries of the law as rows of the relations that queries read (law.sql)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, get_args

import msgspec

from scoring.law.kinds import (
    ChangeReason,
    Contradiction,
    Emergency,
    Failure,
    Floor,
    Goods,
    Ground,
    Limit,
    Method,
    Term,
)
from shared.law.calendar import WorkingCalendar
from shared.law.entries import Period, Table

FOREVER: Final = date(9999, 12, 31)
SECONDARY: Final = "secondary"
CONFIDENCE: Final = 9
"""Place of the confidence in a row of law_term."""

MANY: Final = 1_000_000
"""The upper end of a range of attempts or bids that has none."""

Row = tuple[Any, ...]
Rows = Sequence[Row]


@dataclass(frozen=True)
class Law:
    """The tables of this folder as read."""

    years: Table[float]
    limits: Table[Limit]
    values: Table[float]
    terms: Table[Term]
    methods: Table[Method]
    grounds: Table[Ground]
    failures: Table[Failure]
    changes: Table[ChangeReason]
    floors: Table[Floor]
    emergencies: Table[Emergency]
    contradictions: Table[Contradiction]

    def tables(self) -> Mapping[str, Table[Any]]:
        """Return the tables by the name of their file."""
        return vars(self)


def rows(law: Law, calendar: WorkingCalendar) -> dict[str, Rows]:
    """Return the rows of every relation, in the order of its columns in law.sql."""
    return {
        "working_day": [
            (day, working, n, calendar.is_provisional(day)) for day, working, n in calendar.days()
        ],
        "law_year": list(_years(law.years)),
        "law_value": [
            (key, one.value, one.unit, *_days(one), one.confidence, _cite(one))
            for key, one in law.values.periods()
        ],
        "law_limit": list(_limits(law)),
        "law_term": [row for row in _terms(law) if row[CONFIDENCE] != SECONDARY],
        "law_term_former": [row for row in _terms(law) if row[CONFIDENCE] == SECONDARY],
        "law_method": [_method(one) for _, one in law.methods.periods()],
        "law_ground": list(_grounds(law)),
        "law_failure": list(_failures(law.failures)),
        "law_change_reason": [
            (int(key), one.value.title, one.value.word, one.value.trivial, *_days(one), _cite(one))
            for key, one in law.changes.periods()
        ],
        "law_change": list(_changes(law.changes)),
        "law_floor": list(_floors(law.floors)),
        "law_emergency": [
            (key, one.value.title, one.value.regions, *_days(one), one.confidence, _cite(one))
            for key, one in law.emergencies.periods()
        ],
        "law_reading": [
            (issue, reading, reading == one.value.chosen, title)
            for issue, one in law.contradictions.periods()
            for reading, title in one.value.readings.items()
        ],
        "law_alternative": list(_alternatives(law)),
    }


def _days(one: Period[Any]) -> tuple[date, date]:
    return one.valid_from, one.valid_to or FOREVER


def _cite(one: Period[Any]) -> str:
    return "; ".join(map(str, one.cite))


def _years(table: Table[float]) -> Iterator[Row]:
    for _, one in table.periods():
        yield one.valid_from.year, one.value, one.confidence, _cite(one)


def _limits(law: Law) -> Iterator[Row]:
    """A limit of a plan year is in force at its beginning, in the index of that year."""
    for year, index, _, _ in _years(law.years):
        for key, one in law.limits.in_force(date(year, 1, 1)).items():
            amount = round(one.value.mci * index, 2)
            yield key, year, one.value.mci, amount, one.value.measure, one.confidence, _cite(one)


def _terms(law: Law) -> Iterator[Row]:
    for _, one in law.terms.periods():
        term = one.value
        for method in _spread(law.methods, term.methods):
            yield (
                *(term.term, method, term.bound, term.number, one.unit, term.starts, term.ends),
                *_days(one),
                *(one.confidence, term.rule, _cite(one)),
            )


def _spread(methods: Table[Method], named: Sequence[str]) -> list[str]:
    """Write out `any` and `quasi_state`: the methods of the regime, and the word itself."""
    regimes = {"any": "public", "quasi_state": "quasi_state"}
    found: list[str] = []
    for name in named:
        regime = regimes.get(name)
        own = [one.value.method for _, one in methods.periods() if one.value.regime == regime]
        found += [name, *own]
    return list(dict.fromkeys(found))


def _method(one: Period[Method]) -> Row:
    m = one.value
    named = (m.code, m.symbol, m.name, m.method, m.regime, m.group, m.family)
    return (*named, *_days(one), _cite(one))


def _grounds(law: Law) -> Iterator[Row]:
    for key, one in law.grounds.periods():
        ground = one.value
        yield (
            *(key, ground.law, *(int(part) for part in _parts(key)), ground.title),
            *(kind in ground.buys for kind in get_args(Goods)),
            _offers(law, one) if "offers" in ground.duties else None,
            *(duty in ground.duties for duty in ("opinion", "by_list", "security", "paper")),
            *(
                thing in ground.exempt
                for thing in ("plan", "portal", "register", "registration", "debtors", "listing")
            ),
            *(*_days(one), _cite(one)),
        )


def _offers(law: Law, one: Period[Ground]) -> int:
    return int(law.values.as_of("offers_min", one.valid_from).value)


def _parts(ground: str) -> list[str]:
    """Take a ground apart: 16(3)28 is article 16, paragraph 3, subparagraph 28."""
    return ground.replace("(", " ").replace(")", " ").split()


def _failures(table: Table[Failure]) -> Iterator[Row]:
    for key, one in table.periods():
        found = one.value
        for method in found.methods:
            yield (
                *(key, method, *_range(found.attempts), *_range(found.bids)),
                *(*_range(found.admitted), found.failed, _source(found), found.cap),
                *(found.step, *_days(one), one.confidence, _cite(one)),
            )


def _source(found: Failure) -> str:
    """Spell `never` as queries ask for it; YAML has no way to write a bare `no`."""
    return "no" if found.single_source == "never" else found.single_source


def _range(written: Sequence[int]) -> tuple[int, int]:
    return written[0], written[1] if len(written) > 1 else MANY


def _changes(table: Table[ChangeReason]) -> Iterator[Row]:
    for key, one in table.periods():
        for allowed in one.value.allows:
            for subject in allowed.subjects or get_args(Goods):
                limit = (allowed.number, allowed.unit)
                within = (allowed.within_year, allowed.within_saving)
                named = (allowed.change, subject, int(key))
                yield (*named, *limit, *within, *_days(one), _cite(one))


def _floors(table: Table[Floor]) -> Iterator[Row]:
    for key, one in table.periods():
        floor = one.value
        for method in floor.methods:
            named = (key, method, floor.base, floor.percent / 100, floor.below)
            yield (*named, *_days(one), one.confidence, _cite(one))


def _alternatives(law: Law) -> Iterator[Row]:
    for name, table in law.tables().items():
        for key, one in table.periods():
            for reading, value in one.otherwise.items():
                written = msgspec.json.encode(value).decode()
                yield one.issue, reading, name, key, written, *_days(one)
