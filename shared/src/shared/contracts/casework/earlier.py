"""Cases of an earlier time: an organisation's own table, taken in as cases and outcomes."""

from typing import Annotated, Any, Final

from msgspec import Struct
from pydantic import Field

from shared.bodies import Body
from shared.contracts.casework.operation import Operation

COLUMNS: Final = (
    *("reference", "title", "summary", "severity", "region", "branch", "violations", "state"),
    *("outcome", "amount", "amount_kind", "happened_on", "contract"),
)


class EarlierCases(Body):
    """A table as CSV, UTF-8, with a line of headings; `reference` and `title` are needed.

    `violations` are separated by semicolons. With `dry_run` nothing is taken in.
    """

    table: Annotated[str, Field(min_length=1, max_length=900_000)]
    dry_run: bool = False


class Flaw(Struct, frozen=True):
    """What is wrong in a line; the headings are line 1."""

    line: int
    column: str
    message: str


class EarlierTaken(Struct, frozen=True):
    """What became of a table: all of it, or nothing where a line has a flaw.

    `known` are lines whose reference was taken in before; outcomes are claimed, to be confirmed.
    """

    lines: int
    started: int
    known: int
    outcomes: int
    dry_run: bool
    flaws: list[Flaw]


_EXAMPLE: Final[dict[str, Any]] = {
    "lines": 2,
    "started": 2,
    "known": 0,
    "outcomes": 1,
    "dry_run": False,
    "flaws": [],
}

OPERATIONS: Final = (
    Operation(
        name="import_cases",
        method="POST",
        path="/cases:import",
        tag="cases",
        summary="Take in earlier cases",
        description="Take in earlier cases and outcomes of one's own from a CSV table: columns "
        + ", ".join(f"`{name}`" for name in COLUMNS)
        + ". A table with a flaw is not taken in; the answer names each.",
        scope="cases:write",
        answer=EarlierTaken,
        example=_EXAMPLE,
        body=EarlierCases,
        body_example={"table": "reference,title,state\nA-1,Road,closed_remedied\n"},
    ),
)
