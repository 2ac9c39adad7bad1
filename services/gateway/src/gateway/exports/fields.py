"""What the columns of tables mean: declared once, served with every export, and what writes them.

A field's `path` leads through a document of the list; `*` stands for each of a list, whose values
are then written with `; ` between them.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, Literal

from msgspec import Struct

Type = Literal["text", "decimal", "number", "integer", "boolean", "moment", "list"]
EACH: Final = "*"
BETWEEN: Final = "; "


class Field(Struct, frozen=True):
    """One column: its type, the unit of its figures, what it means, and where it comes from.

    `path` is where the value stands in the documents of the list, which NDJSON has as they are.
    """

    name: str
    path: str
    type: Type
    meaning: str
    source: str
    unit: str | None = None


_PUBLISHER: Final = "publisher"
_OURS: Final = "computed"

_ID: Final = Field("id", "id", "text", "Our id, which stays the same.", _OURS)
_TITLE: Final = Field("title", "title", "text", "Title as published.", _PUBLISHER)
_STATUS: Final = Field("status", "status", "text", "Status, in the words of OCDS.", _PUBLISHER)
_METHOD: Final = Field("method", "method", "text", "OCDS procurementMethod.", _PUBLISHER)
_BUYERS: Final = (
    Field("buyer_ids", "buyers/*/id", "list", "Our ids of who buys.", _OURS),
    Field("buyer_names", "buyers/*/name", "list", "Names of who buys.", _PUBLISHER),
)
_SUPPLIERS: Final = (
    Field("supplier_ids", "suppliers/*/id", "list", "Our ids of who was awarded.", _OURS),
    Field("supplier_names", "suppliers/*/name", "list", "Names of who was awarded.", _PUBLISHER),
)
_VALUE: Final = (
    Field("amount", "value/amount", "decimal", "Sum as published.", _PUBLISHER, "of the currency"),
    Field("currency", "value/currency", "text", "ISO 4217 code of the sum.", _PUBLISHER),
)
_OF_PROCESS: Final = (
    Field("process_id", "process/id", "text", "Our id of the process.", _OURS),
    Field("source", "process/source", "text", "Id of the publisher's data set.", _OURS),
    Field("ocid", "process/ocid", "text", "The publisher's id of the process.", _PUBLISHER),
)
_NUMBERED: Final = (
    _ID,
    Field("number", "number", "text", "The publisher's number.", _PUBLISHER),
    _TITLE,
    _STATUS,
    _METHOD,
    *_VALUE,
)
_SUBJECT: Final = (
    Field("subject_type", "subject/type", "text", "process, buyer or supplier.", _OURS),
    Field("subject_id", "subject/id", "text", "Our id of the subject.", _OURS),
)
_METHOD_OF: Final = (
    Field("data_date", "data_date", "moment", "Date of the data.", _OURS, "UTC"),
    Field("method_version", "method_version", "text", "Version of the method.", _OURS),
)
_COMPUTED_AT: Final = Field(
    "computed_at", "computed_at", "moment", "When it was computed.", _OURS, "UTC"
)

FIELDS: Final[Mapping[str, Sequence[Field]]] = {
    "processes": (
        _ID,
        Field("source", "source", "text", "Id of the publisher's data set.", _OURS),
        Field("ocid", "ocid", "text", "The publisher's id of the process.", _PUBLISHER),
        _TITLE,
        _STATUS,
        _METHOD,
        Field("category", "category", "text", "OCDS mainProcurementCategory.", _PUBLISHER),
        Field("published", "published", "moment", "When it was published.", _PUBLISHER, "UTC"),
        Field("date", "date", "moment", "Date of the newest release.", _PUBLISHER, "UTC"),
        *_BUYERS,
        *_SUPPLIERS,
        *_VALUE,
        Field("band", "score/band", "text", "Risk band; empty where not scored.", _OURS),
        Field("risk_lower", "score/lower", "number", "Least risk points.", _OURS, "points"),
        Field("risk_expected", "score/expected", "number", "Risk points.", _OURS, "points"),
        Field("risk_upper", "score/upper", "number", "Greatest risk points.", _OURS, "points"),
        Field("coverage", "score/coverage", "number", "Share that was computable.", _OURS, "0..1"),
        Field("flagged", "score/flagged/*", "list", "Codes of flagged indicators.", _OURS),
        Field("data_date", "score/data_date", "moment", "Date of the data scored.", _OURS, "UTC"),
        Field("method_version", "score/method_version", "text", "Version of the method.", _OURS),
    ),
    "lots": (
        *_NUMBERED,
        Field("published", "published", "moment", "When it was published.", _PUBLISHER, "UTC"),
        *_BUYERS,
        *_OF_PROCESS,
    ),
    "contracts": (
        *_NUMBERED,
        Field("signed", "signed", "moment", "When it was signed.", _PUBLISHER, "UTC"),
        Field("amendments", "amendments", "integer", "Amendments made.", _PUBLISHER, "amendments"),
        *_BUYERS,
        *_SUPPLIERS,
        *_OF_PROCESS,
    ),
    "alerts": (
        _ID,
        Field("position", "position", "integer", "Number of the alert, without a gap.", _OURS),
        Field("process_id", "process", "text", "Our id of the process.", _OURS),
        *_SUBJECT,
        Field("indicators", "indicators/*", "list", "Codes that raised it.", _OURS),
        Field("band", "band", "text", "Risk band reached.", _OURS),
        Field("previous_band", "previous_band", "text", "Risk band before.", _OURS),
        Field("score", "score", "number", "Expected score then.", _OURS, "points"),
        Field("raised_at", "raised_at", "moment", "When it was raised.", _OURS, "UTC"),
        Field("routes", "windows/*/route", "list", "Legal routes open then.", _OURS),
        Field("closes_at", "windows/*/closes_at", "list", "Until when each is open.", _OURS, "UTC"),
        Field("windows_reason", "windows_reason", "text", "Why no route is open.", _OURS),
        *_VALUE,
        *_METHOD_OF,
    ),
    "scores": (
        *_SUBJECT,
        Field("band", "summary/band", "text", "Risk band; empty: too little is known.", _OURS),
        Field("risk_lower", "summary/lower", "number", "Least risk.", _OURS, "0..100"),
        Field("risk_expected", "summary/expected", "number", "Risk.", _OURS, "0..100"),
        Field("risk_upper", "summary/upper", "number", "Greatest risk.", _OURS, "0..100"),
        Field("points_lower", "points/lower", "number", "Points counted.", _OURS, "points"),
        Field("coverage", "summary/coverage", "number", "Share computable.", _OURS, "0..1"),
        Field("provisional", "summary/provisional", "boolean", "More is to be told.", _OURS),
        Field("flagged", "summary/flagged/*", "list", "Codes of flagged indicators.", _OURS),
        Field("withheld", "summary/withheld", "integer", "Flags only partners read.", _OURS),
        *_VALUE,
        Field("data_date", "summary/data_date", "moment", "Date of the data.", _OURS, "UTC"),
        Field("method_version", "summary/method_version", "text", "Version of the method.", _OURS),
        _COMPUTED_AT,
    ),
    "findings": (
        *_SUBJECT,
        Field("code", "code", "text", "Code of the indicator.", _OURS),
        Field("status", "status", "text", "What it says: flagged and so on.", _OURS),
        Field("kind", "kind", "text", "signal or breach.", _OURS),
        Field("family", "family", "text", "Family of the indicator.", _OURS),
        Field("value", "value", "number", "What was measured.", _OURS, "of the indicator"),
        Field("threshold", "threshold", "number", "From where it flags.", _OURS, "of the value"),
        Field("points", "points", "number", "Points of the indicator.", _OURS, "points"),
        Field("discount", "discount", "number", "Share of them that counts.", _OURS, "0..1"),
        Field("counted", "counted", "number", "Points that count.", _OURS, "points"),
        Field("certain", "certain", "boolean", "A register settles it alone.", _OURS),
        Field("held", "held", "boolean", "Shown, and counts nothing.", _OURS),
        Field("context_id", "context/id", "text", "Party whose own flag it repeats.", _OURS),
        Field("evidence_paths", "evidence/*/path", "list", "JSON pointers to it.", _OURS),
        Field("evidence_values", "evidence/*/value", "list", "What stands there.", _PUBLISHER),
        Field("missing", "missing/*", "list", "Fields it would need.", _OURS),
        *_METHOD_OF,
        _COMPUTED_AT,
    ),
}
"""Every list as a table: where a document holds lists, a column holds what they have in common."""


def value(document: Any, path: str) -> Any:
    """Return what stands at a path of a document; nothing where the document has nothing."""
    if EACH in path:
        return BETWEEN.join(str(each) for each in values(document, path))
    for step in _steps(path):
        document = document.get(step) if isinstance(document, dict) else None
    return document


def values(document: Any, path: str) -> list[Any]:
    """Return all that stands at a path through lists."""
    return [each for each in _found(document, _steps(path)) if each is not None]


@cache
def _steps(path: str) -> tuple[str, ...]:
    return tuple(path.split("/"))


def _found(document: Any, steps: Sequence[str]) -> Iterator[Any]:
    if not steps:
        yield document
    elif steps[0] == EACH:
        for each in document or ():
            yield from _found(each, steps[1:])
    elif isinstance(document, dict):
        yield from _found(document.get(steps[0]), steps[1:])
