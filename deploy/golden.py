"""What a release says to the next one, frozen: a test reads it with the code of every later day.

    python -m deploy.golden 0.2.0      writes tests/golden/0.2.0, once, when 0.2.0 is released

Each document is made from its declaration, twice: with every field, and with those alone that must
be there. A file that was written is never written again: what is in it was said.
"""

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import inspect
from pydantic import SecretStr

from gateway.push.signatures import Scheme, signatures
from gateway.stream.catalogue import EVENTS
from gateway.stream.reading import Event
from shared.clock import FixedClock
from shared.contracts.alerts import Alert
from shared.contracts.casework import OPERATIONS
from shared.contracts.casework.events import CaseEvent
from shared.contracts.catalogue import Indicator
from shared.contracts.drafts import DraftEvent
from shared.contracts.feedback import Feedback
from shared.contracts.profiles import Figures, Network
from shared.contracts.registers import RegisterRow
from shared.contracts.releases import ReleaseEntry
from shared.contracts.scores import ScoreDocument
from shared.contracts.sources import Source
from shared.contracts.statistics import Tile
from shared.paging import Cursor, Value
from shared.security import Caller, mint

ROOT: Final = Path(__file__).resolve().parent.parent
GOLDEN: Final = ROOT / "tests" / "golden"

BODIES: Final[dict[str, tuple[type[msgspec.Struct], ...]]] = {
    "releases": (ReleaseEntry,),
    "plans": (ReleaseEntry,),
    "sources": (Source,),
    "registers": (RegisterRow,),
    "scores": (ScoreDocument,),
    "alerts": (Alert,),
    "drafts": (DraftEvent,),
    "case_events": (CaseEvent,),
    "triage": (Feedback,),
    "catalogue": (Indicator,),
    "statistics": (Tile,),
    "profiles": (Figures, Network),
}
"""What the bodies of each feed are; a test misses a feed that is not here."""

MOMENT: Final = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
KEY: Final = "0123456789abcdef" * 4
"""Of the tokens, cursors and signatures of the golden files, and of nothing else."""

_MADE: Final[dict[type, Any]] = {
    inspect.StrType: "text",
    inspect.IntType: 7,
    inspect.FloatType: 0.5,
    inspect.BoolType: True,
    inspect.DecimalType: "12.50",
    inspect.NoneType: None,
    inspect.DateTimeType: MOMENT.isoformat(),
    inspect.DateType: MOMENT.date().isoformat(),
    inspect.AnyType: {"any": 1},
    inspect.RawType: {"raw": 1},
}


def sample(of: inspect.Type, *, full: bool) -> Any:
    """Make a document of a type. Raises TypeError for a type that no contract has had so far."""
    match of:
        case inspect.StructType(fields=fields):
            wanted = [field for field in fields if full or field.required]
            made: Any = {one.encode_name: sample(one.type, full=full) for one in wanted}
        case inspect.UnionType(types=types):
            kept = [one for one in types if not isinstance(one, inspect.NoneType)]
            made = sample(kept[0], full=full) if full or len(kept) == len(types) else None
        case inspect.LiteralType(values=values):
            made = values[0]
        case inspect.ListType(item_type=item) | inspect.VarTupleType(item_type=item):
            made = [sample(item, full=full)] if full else []
        case inspect.TupleType(item_types=items):
            made = [sample(one, full=full) for one in items]
        case inspect.DictType(value_type=value):
            made = {"key": sample(value, full=full)} if full else {}
        case _ if type(of) in _MADE:
            made = _MADE[type(of)]
        case _:
            raise TypeError(f"no sample of {of}")
    return made


def both(struct: type[msgspec.Struct]) -> list[Any]:
    """A document with every field, and one with those alone that must be there."""
    found = inspect.type_info(struct)
    return [sample(found, full=True), sample(found, full=False)]


def unknown(document: Any, of: inspect.Type, at: str = "") -> Iterator[str]:
    """The places of a document that a type does not know: what a reader would pass over."""
    match of:
        case inspect.StructType() if isinstance(document, dict):
            known = {field.encode_name: field.type for field in of.fields}
            for name, value in document.items():
                if name not in known:
                    yield f"{at}/{name}"
                else:
                    yield from unknown(value, known[name], f"{at}/{name}")
        case inspect.ListType() if isinstance(document, list):
            for value in document:
                yield from unknown(value, of.item_type, f"{at}/-")
        case inspect.DictType() if isinstance(document, dict):
            for value in document.values():
                yield from unknown(value, of.value_type, f"{at}/*")
        case inspect.UnionType():
            structs = [one for one in of.types if not isinstance(one, inspect.NoneType)]
            if len(structs) == 1:
                yield from unknown(document, structs[0], at)


def files() -> Iterator[tuple[str, Any]]:
    """Every golden file by its name, as it would be written today."""
    yield (
        "feeds.json",
        {name: [doc for one in kinds for doc in both(one)] for name, kinds in BODIES.items()},
    )
    yield "operations.json", {name: _operation(name) for name in sorted(OPERATIONS)}
    yield (
        "events.json",
        {
            name: {"stream": event.stream, "data": sorted(event.data)}
            for name, event in sorted(EVENTS.items())
        },
    )
    # As arq writes it (arq.jobs.serialize_job): its function, arguments, and when it was rung.
    yield "bell.json", {"t": 0, "f": "bell", "a": ["releases", 7], "k": {}, "et": 1769851800000}
    yield "token.json", _token()
    yield "cursor.json", _cursor()
    yield "webhook.json", _webhook()
    yield "steps.json", steps()


def steps() -> dict[str, list[str]]:
    """The migrations of every package, in order."""
    found: dict[str, list[str]] = {}
    for folder in sorted(ROOT.glob("services/*/src/**/migrations/versions")):
        package = ".".join(folder.relative_to(ROOT).parts[3:-2])
        found[package] = sorted(path.stem for path in folder.glob("[0-9]*.py"))
    return found


def _operation(name: str) -> dict[str, Any]:
    operation = OPERATIONS[name]
    answer = [] if operation.answer is None else both(operation.answer)
    return {"answer": answer, "body": operation.body_example}


CALLER: Final = Caller(
    organisation="own_0123456789abcdef",
    member="mem_0123456789abcdef",
    role="editor",
    region="75",
    scopes=frozenset({"cases:read", "cases:write"}),
    kind="partner",
    speaks_for=frozenset({"123456789012"}),
)


def _token() -> dict[str, str]:
    clock, life = FixedClock(MOMENT), timedelta(minutes=5)
    token = mint(
        CALLER, issuer="gateway", audience="cases", key=SecretStr(KEY), clock=clock, ttl=life
    )
    return {"token": token}


def _cursor() -> dict[str, Any]:
    question = {"list": "processes", "band": ["high"], "limit": 50}
    values: list[Value] = ["2026-01-31", 7, None, "text"]
    token = Cursor(KEY.encode()).encode(values, question=question)
    return {"question": question, "values": values, "cursor": token}


SCHEMES: Final[tuple[Scheme, ...]] = ("v1", "v1a")


def _webhook() -> dict[str, Any]:
    event = sample(inspect.type_info(Event), full=True)
    body = json.dumps(event)
    told: dict[str, Any] = {"id": "alert.created/alr_7", "timestamp": 1769851800, "body": body}
    return told | {"signatures": {scheme: signature(scheme, **told) for scheme in SCHEMES}}


def signature(scheme: Scheme, *, id: str, timestamp: int, body: str) -> str:  # noqa: A002 (its name there)
    """What `webhook-signature` holds for an event under the golden key."""
    key = bytes.fromhex(KEY)
    return signatures(scheme, [key], message=id, timestamp=timestamp, body=body.encode())


def main() -> None:
    """Write the golden files of a release, unless they are there."""
    if len(sys.argv) != 2:  # noqa: PLR2004 (the program and the release)
        sys.exit("usage: python -m deploy.golden RELEASE")
    folder = GOLDEN / sys.argv[1]
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        sys.exit(f"{folder.relative_to(ROOT)} is there: what a release said is never changed.")
    for name, content in files():
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / name).write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main()
