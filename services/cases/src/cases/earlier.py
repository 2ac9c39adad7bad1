"""Earlier cases of an organisation, from a table: each line a case, some with an outcome.

A table is taken in whole or not at all. A line is known by its reference, so that the same table
may come again; what it says of a known case is left out.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import asyncpg
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from cases import events
from cases.casefile import store
from cases.casefile.starting import Start, start
from cases.desk import Called, Shared, serves
from cases.events import Happened
from cases.law.counting import local_day
from cases.lifecycle import life_cycle
from cases.navigator.catalogue import signs
from cases.outcomes.sense import senseless
from cases.outcomes.service import claim_at_once
from cases.roles import role_missing
from shared.contracts.casework.cases import CaseStart
from shared.contracts.casework.earlier import COLUMNS, EarlierCases, EarlierTaken, Flaw
from shared.contracts.casework.outcomes import NewOutcome
from shared.security import Caller

router: Final = APIRouter(tags=["cases"])

MOST: Final = 5000
MOST_FLAWS: Final = 100
NEEDED: Final = ("reference", "title")
OF_CASE: Final = ("title", "summary", "severity", "region", "branch", "violations")
OF_OUTCOME: Final = ("amount", "amount_kind", "happened_on", "contract")
IMPORTING: Final = frozenset({"editor", "admin", "coordinator"})
LONGEST_REFERENCE: Final = 100
LONGEST_SHOWN: Final = 100
TAKEN: Final = frozenset(
    {"open"} | {code for code in life_cycle("case").states if code.startswith("closed_")}
)
"""States that a case is taken in with: nobody skips what a move asks for."""

Line = tuple[int, dict[str, str]]


@serves(router, "import_cases")
async def import_cases(
    request: Request, body: EarlierCases, desk: Shared, caller: Called
) -> Response:
    """Take in a table, if no line of it has a flaw."""
    if caller.role not in IMPORTING:
        raise role_missing(caller, IMPORTING)
    async with desk.once(request, caller) as do:
        if do.replay is not None:
            return do.replay
        lines, flaws = read(body.table)
        flaws += [] if flaws else _senseless(lines, local_day(do.now))
        known = await _known(do.connection, caller, lines)
        fresh = [line for line in lines if line[1].get("reference") not in known]
        taken = fresh if not flaws else []
        if not body.dry_run:
            for _, line in taken:
                await _take(do.connection, caller, line, do.now)
        answer = EarlierTaken(
            lines=len(lines),
            started=len(taken),
            known=len(lines) - len(fresh),
            outcomes=sum(bool(line.get("outcome")) for _, line in taken),
            dry_run=body.dry_run,
            flaws=flaws[:MOST_FLAWS],
        )
        return do.answer(answer)


def read(table: str) -> tuple[list[Line], list[Flaw]]:
    """Return the lines of a table and all that is wrong with them."""
    rows = csv.reader(io.StringIO(table.removeprefix("\ufeff")))
    try:
        heading, *rest = list(rows) or [[]]
    except csv.Error as error:
        return [], [Flaw(rows.line_num, "", f"is no CSV: {error}")]
    names = [name.strip().lower() for name in heading]
    flaws = [*_of_heading(names), *_ragged(names, rest)]
    lines = [
        (number, {name: value.strip() for name, value in zip(names, row, strict=False)})
        for number, row in enumerate(rest, start=2)
        if any(value.strip() for value in row)
    ]
    if len(lines) > MOST:
        flaws.append(Flaw(1, "", f"more than {MOST} lines: send several tables"))
    return (lines, flaws) if flaws else (lines, list(_of_lines(lines)))


def _of_heading(names: Sequence[str]) -> Iterator[Flaw]:
    for name in NEEDED:
        if name not in names:
            yield Flaw(1, name, "this column is needed")
    for name in sorted(set(names) - set(COLUMNS)):
        yield Flaw(1, name[:LONGEST_SHOWN], f"no such column; there are: {', '.join(COLUMNS)}")
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        yield Flaw(1, "", f"a column stands twice: {', '.join(twice)[:LONGEST_SHOWN]}")
    if len(names) == 1 and re.search("[;\t|]", names[0]):
        yield Flaw(1, "", "columns are separated by commas")


def _ragged(names: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[Flaw]:
    """Tell of lines in which it cannot be known which value belongs to which column."""
    for number, row in enumerate(rows, start=2):
        if any(value.strip() for value in row) and len(row) != len(names):
            yield Flaw(number, "", f"has {len(row)} values for {len(names)} columns")


def _of_lines(lines: Sequence[Line]) -> Iterator[Flaw]:
    seen: set[str] = set()
    for number, line in lines:
        reference = line.get("reference", "")
        if not 0 < len(reference) <= LONGEST_REFERENCE:
            yield Flaw(number, "reference", f"1 to {LONGEST_REFERENCE} letters")
        if reference in seen:
            yield Flaw(number, "reference", "stands in another line too")
        seen.add(reference)
        if _state(line) not in TAKEN:
            yield Flaw(number, "state", "no state that a case can be taken in with")
        yield from _refused(number, line)


def _refused(number: int, line: Mapping[str, str]) -> Iterator[Flaw]:
    """Say what the bodies of ordinary commands would refuse."""
    try:
        _case(line)
        _outcome(line, None)
    except ValidationError as error:
        for flaw in error.errors():
            yield Flaw(number, str(flaw["loc"][0] if flaw["loc"] else ""), flaw["msg"])
    if bool(line.get("amount")) != bool(line.get("amount_kind")):
        yield Flaw(number, "amount", "an amount and its kind go together")


def _senseless(lines: Sequence[Line], today: date) -> Iterator[Flaw]:
    """Say what no case is about, and what cannot have come of one."""
    for number, line in lines:
        for code in _case(line).violations:
            if code not in signs():
                yield Flaw(
                    number, "violations", f"no such kind of violation: {code[:LONGEST_SHOWN]}"
                )
        outcome = _outcome(line, None)
        for flaw in senseless(outcome.model_dump(), today) if outcome else ():
            yield Flaw(number, flaw.pointer.removeprefix("/body/"), flaw.message)


def _state(line: Mapping[str, str]) -> str:
    return line.get("state") or "open"


def _case(line: Mapping[str, str]) -> CaseStart:
    given: dict[str, Any] = {name: line[name] for name in OF_CASE if line.get(name)}
    if "violations" in given:
        parts = (part.strip() for part in given["violations"].split(";"))
        given["violations"] = [part for part in parts if part]
    return CaseStart.model_validate(given)


def _outcome(line: Mapping[str, str], case: str | None) -> NewOutcome | None:
    if not line.get("outcome"):
        return None
    given = {name: line[name] for name in OF_OUTCOME if line.get(name)}
    return NewOutcome.model_validate({"kind": line["outcome"], "case": case, **given})


async def _known(connection: asyncpg.Connection, caller: Caller, lines: Sequence[Line]) -> set[str]:
    references = [line.get("reference", "") for _, line in lines]
    rows = await connection.fetch(_KNOWN, caller.organisation, references)
    return {row["reference"] for row in rows}


async def _take(
    connection: asyncpg.Connection, caller: Caller, line: Mapping[str, str], now: datetime
) -> None:
    asked = _case(line).model_dump(exclude={"processes", "alerts"})
    case = await start(connection, caller, now, Start(**asked, reference=line["reference"]))
    assert caller.organisation is not None
    after = _state(line)
    await store.change(connection, case, {"state": after}, now)
    happened = Happened(
        object="case",
        id=case,
        organisation=caller.organisation,
        what="imported",
        before="draft",
        after=after,
    )
    await events.record(connection, caller, now, happened)
    if (outcome := _outcome(line, case)) is not None:
        await claim_at_once(connection, caller, outcome, now)


_KNOWN: Final = """
    SELECT reference FROM casefile WHERE organisation = $1 AND reference = ANY($2::text[])
"""
