"""How an operation is declared: its address, who may, what it takes and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from msgspec import Struct
from pydantic import BaseModel

from shared.errors import Problem

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Kind = Literal["words", "text", "day", "flag", "number"]

LONGEST_TEXT: Final = 200
LONGEST_ID: Final = 60


@dataclass(frozen=True, slots=True)
class Filter:
    """A query parameter. `words` may be repeated: any of them fits; `number` is a whole one."""

    name: str
    kind: Kind
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One thing that can be asked or commanded.

    `path` is below /v1 at the gateway and below /internal at cases; what it has in braces are ids.
    A `listed` answer is a page of `answer`, newest first or as its description says: cases gets
    `after`, a JSON list that is the `after` of the page before, and `limit`. A POST carries an
    Idempotency-Key; `on_version` asks for If-Match. `scope` None: any key may.
    """

    name: str
    method: Method
    path: str
    tag: str
    summary: str
    description: str
    scope: str | None
    answer: type[Struct] | None
    example: Any
    body: type[BaseModel] | None = None
    body_example: Mapping[str, Any] | None = None
    filters: tuple[Filter, ...] = ()
    status: int = 200
    listed: bool = False
    on_version: bool = False
    problems: tuple[type[Problem], ...] = ()
    """What it refuses beside what every operation of its kind may refuse."""
