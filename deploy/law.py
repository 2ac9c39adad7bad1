"""The page of the law's tables: every entry with its days, its number and the passage it cites."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from scoring.law import law, version
from scoring.law.kinds import Contradiction
from shared.law.calendar import SATURDAY, kazakhstan
from shared.law.citations import acts
from shared.law.entries import Period, Table

HEAD: Final = """# The law as data

Generated from `services/scoring/src/scoring/law/*.yaml` and `shared/src/shared/law/*.yaml` by
`make docs`. What counts in a query stands here and nowhere else; a changed entry changes results
and the version of the method. Not legal advice: every entry waits for a lawyer's word.

* **days**: since when and until when an entry is law, both included. `*`: the act does not say
  since when it reads so.
* **sure**: `stated` the passage says it; `derived` it follows from several; `ambiguous` it can be
  read otherwise (see Contradictions); `secondary` taken from others, the text was not at hand."""


def page() -> str:
    """Write the page."""
    tables = [table for name, table in law().tables().items() if name != "contradictions"]
    parts = [
        HEAD,
        f"Version of the law: `{version()}`",
        *(_table(table) for table in tables),
        _contradictions(law().contradictions),
        _calendar(),
        _acts(),
    ]
    return "\n\n".join(parts) + "\n"


def _table(table: Table[Any]) -> str:
    rows = [
        f"| `{key}` | {_days(one)} | {_value(one)} | {one.confidence} | {_cite(one)} "
        f"| {one.note or ''} |"
        for key, one in table.periods()
    ]
    head = "| key | days | what | sure | passage | note |\n|---|---|---|---|---|---|"
    return "\n".join([f"## {table.title}\n", head, *rows])


def _days(one: Period[Any]) -> str:
    mark = "*" if one.dates_assumed else ""
    return f"{one.valid_from}{mark} to {one.valid_to or 'today'}"


def _value(one: Period[Any]) -> str:
    unit = f" {one.unit}" if one.unit else ""
    written = _written(one.value) + unit
    others = [f"; {name}: {_written(value)}{unit}" for name, value in one.otherwise.items()]
    return f"{written} ({one.issue}{''.join(others)})" if one.issue else written


def _written(value: Any) -> str:
    if isinstance(value, int | float):
        return _number(value)
    return " · ".join(_fields(msgspec.to_builtins(value)))


def _number(value: float) -> str:
    """Write whole numbers in full, shares with four digits."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"


def _fields(value: dict[str, Any]) -> Iterator[str]:
    for name, said in value.items():
        if said in (None, False, []):
            continue
        yield name if said is True else f"{name} {_said(said)}"


def _said(said: Any) -> str:
    if isinstance(said, list):
        return ", ".join(map(_said, said))
    if isinstance(said, dict):
        return "(" + " ".join(_fields(said)) + ")"
    return _number(said) if isinstance(said, float) else str(said)


def _cite(one: Period[Any]) -> str:
    return "; ".join(str(place).strip() for place in one.cite)


def _contradictions(table: Table[Contradiction]) -> str:
    rows = []
    for key, one in table.periods():
        readings = [
            f"**{words}**" if name == one.value.chosen else words
            for name, words in one.value.readings.items()
        ]
        rows.append(f"| {key} | {one.value.question} | {' / '.join(readings)} | {_cite(one)} |")
    head = (
        "The reading in bold is the one by which we count.\n\n"
        "| | question | readings | passages |\n|---|---|---|---|"
    )
    return "\n".join([f"## {table.title}\n", head, *rows])


def _calendar() -> str:
    calendar = kazakhstan()
    years = range(calendar.first.year, calendar.last.year + 1)
    rows = [f"| {year} | {_worked(year)} | {_weekdays_off(year)} |" for year in years]
    head = (
        f"Known from {calendar.first} to {calendar.last}; from {calendar.provisional_from} moves "
        "of days of rest may still be decided. A term runs from the day after the event to its "
        "last working day.\n\n"
        "| year | working days | days off, Monday to Friday; `+` worked weekends |\n|---|---|---|"
    )
    return "\n".join(["## Working days of Kazakhstan\n", head, *rows])


def _worked(year: int) -> int:
    return sum(working for day, working, _ in kazakhstan().days() if day.year == year)


def _weekdays_off(year: int) -> str:
    odd = [
        (day, working)
        for day, working, _ in kazakhstan().days()
        if day.year == year and working == (day.weekday() >= SATURDAY)
    ]
    return ", ".join(f"{'+' if working else ''}{day:%m-%d}" for day, working in odd)


def _acts() -> str:
    rows = [
        f"| `{act.key}` | {act.title.en} | {act.adopted} "
        f"| {'not at hand' if act.kind == 'outside' else 'read'} | {act.url or ''} |"
        for act in acts().values()
    ]
    head = "| cited as | act | adopted | text | place |\n|---|---|---|---|---|"
    return "\n".join(["## Acts\n", head, *rows])
