"""The page of sources: what each gives and never gives, and what that means for the indicators.

Read off the declarations of sources, registers, checks and indicators. What a running platform has
of them it says itself, at /v1/meta.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from gateway.needs import needs_of, path_of
from ingestor.registers.judge import places
from ingestor.registers.mapping import OWN, known_lists
from ingestor.registers.mapping import Mapping as Register
from ingestor.source import Declaration, declarations
from scoring.indicator import Indicator, catalogue
from shared.quality import REASONS

INTRODUCTION: Final = """# Sources

Generated from the declarations of sources, registers, checks and indicators by `make docs`. What a
running platform has of them, how old it is and what is missing it says itself:

* `GET /v1/meta/sources`: data sets with licence, last run, what they lack, what the law keeps off
* `GET /v1/meta/coverage`: by source and period, how many purchases have each field, what the checks
  say of them, and which indicators are computable, with the reasons
* `GET /v1/meta/freshness`: last runs, newest releases, and how far behind every feed is
"""

CHECKS: Final = """
## Checks of the data

Each has three answers: ok, doubtful with its reason, or unknown where a purchase does not have what
the check needs. A doubt concerns the publisher's record and nobody that it names. A purchase shows
its checks in `GET /v1/processes/{id}`; coverage and the metric `data_checked` count them.

| check | what it says where it doubts |
|---|---|"""

WATCHED: Final = """
Three more things are watched while a source is read: fields that nobody knows or of another type in
more than a hundredth of a root's records raise the alarm `portal_schema_drift_alarm`; a list that
brings fewer records than its own total says makes the run incomplete; and every night what is held
is looked for again, so that what has disappeared leaves the feed with the day as its reason."""


COLUMNS: Final = """
A list is a table, CSV or XLSX, loaded by `ingestor register load FILE --register NAME`, or with a
mapping of one's own. Its columns are found by any of these headers, in Kazakh, Russian or English;
those in bold must be there. The control digit of every BIN is tested; a row that cannot be used is
set aside with its number and reason (`ingestor quarantine`), and the others are used. A new list
replaces entry by entry what an earlier one said; who is missing from it is closed on its day,
unless rows cannot be read that may name him. IINs are kept as keyed pseudonyms; no column of names
is taken.

| register | column | headers | what it holds |
|---|---|---|---|"""

KINDS: Final = {
    "text": "text",
    "code": "code",
    "date": "day",
    "number": "amount",
    "yes_no": "yes or no",
    "region": "region, by its name or KATO code",
    "person": "IIN of a person",
}


def page() -> str:
    """Write the page."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield INTRODUCTION
    yield "| source | gives | licence | renewed | indicators that need what it never gives |"
    yield "|---|---|---|---|---|"
    registers = _registers()
    for name, source in sorted(declarations().items()):
        yield _row(name, source, registers.get(name, {}))
    for name, source in sorted(declarations().items()):
        yield from _source(name, source, registers.get(name, {}))
    yield CHECKS
    yield from (f"| `{code}` | {reason.en} |" for code, reason in REASONS.items())
    yield WATCHED


def _row(name: str, source: Declaration, registers: Mapping[str, Register]) -> str:
    days = source.refresh_days
    renewed = "as it comes" if days is None else "daily" if days == 1 else f"every {days} days"
    never = sum(bool(_unsupported(source, one)) for one in catalogue().values())
    return (
        f"| [{name}](#{name}) | {'registers' if registers else 'purchases'} "
        f"| {source.licence or 'none is published'} | {renewed} | {'-' if registers else never} |"
    )


def _source(name: str, source: Declaration, registers: Mapping[str, Register]) -> Iterator[str]:
    yield f"\n## {name}\n"
    yield f"{source.title.en} · *{source.title.kk}* · *{source.title.ru}*\n\n{source.why.en}"
    if source.attribution:
        yield f"\nTo be named as: {source.attribution}."
    if registers:
        yield "\n| register | what it is | indicators that read it |\n|---|---|---|"
        for register, one in sorted(registers.items()):
            yield f"| `{register}` | {one.title.en} | {_read_by(register)} |"
    if name == OWN:
        yield COLUMNS
        yield from (
            line for register in sorted(registers) for line in _columns(registers[register])
        )
    if source.lacks:
        yield "\n| never given | because | indicators that need it |\n|---|---|---|"
        for lack in source.lacks:
            needing = [one for one in catalogue().values() if _needs(one, lack.paths)]
            yield f"| {lack.field} | {lack.because.en} | {_links(needing)} |"
    if source.limits:
        yield "\n| given only in part | because |\n|---|---|"
        yield from (f"| {limit.field} | {limit.because.en} |" for limit in source.limits)
    if source.blind_spots:
        yield "\n| kept off by law | because | rule |\n|---|---|---|"
        for spot in source.blind_spots:
            yield f"| {spot.text.en} | {spot.reason.en} | {spot.article.en} |"


def _columns(register: Register) -> Iterator[str]:
    """Write which headers a list that somebody brings may have; what it must have is bold."""
    columns = [
        *(("whom it is about", at, True, "BIN") for at in register.party),
        ("first day", register.valid_from, True, "day"),
        ("last day", register.valid_to, True, "day, itself included"),
        *((name, one.at, one.needed, KINDS[one.kind]) for name, one in register.attributes.items()),
    ]
    for column, at, needed, kind in columns:
        headers = ", ".join(f"`{header}`" for header in places(at or ""))
        told = f"**{column}**" if needed else column
        yield f"| `{register.register}` | {told} | {headers} | {kind} |"


def _registers() -> dict[str, dict[str, Register]]:
    """Return the registers of each source: the first list of a register stands for all of it."""
    found: dict[str, dict[str, Register]] = {}
    for _, known in sorted(known_lists().items()):
        found.setdefault(known.kind, {}).setdefault(known.mapping.register, known.mapping)
    return found


def _read_by(register: str) -> str:
    return _links(one for one in catalogue().values() if register in needs_of(one.fields).registers)


def _unsupported(source: Declaration, indicator: Indicator) -> bool:
    return any(_needs(indicator, lack.paths) for lack in source.lacks)


def _needs(indicator: Indicator, paths: list[str]) -> bool:
    fields = [path_of(field) for field in needs_of(indicator.fields).release]
    return any(f == path or f.startswith(f"{path}.") for f in fields for path in paths)


def _links(indicators: Iterable[Indicator]) -> str:
    return ", ".join(f"[{one.code}](indicators/{one.code}.md)" for one in indicators) or "-"
