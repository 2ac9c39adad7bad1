"""From one entry of the feeds "scores" and "alerts" to what the gateway serves of it."""

import re
from datetime import datetime
from typing import Final

import msgspec
from msgspec import Struct

from gateway.computable import BECAME
from gateway.documents import ScoreSummary
from gateway.texts import NOTICE
from gateway.view.process import revision_of
from gateway.view.rows import AlertRow, ScoreRow
from shared.contracts.alerts import Alert
from shared.contracts.scores import Range, Subject, Value

FLAGGED: Final = "flagged"
COMPUTED: Final = {FLAGGED, "clear"}
NOT_COMPUTABLE: Final = "not_computable"
AS_IT_IS: Final = {"not_applicable", "insufficient_sample"}


class _Line(Struct, gc=False):
    code: str
    status: str
    missing: list[str] = []
    context: Subject | None = None
    held: bool = False


class _Head(Struct):
    """What the gateway itself must know of a score; the document is served as it came."""

    subject: Subject
    score: Range
    coverage: float
    band: str | None
    provisional: bool
    indicators: list[_Line]
    method_version: str
    data_date: datetime | None
    at_risk: Value | None = None
    awaiting: int = 0


_BREAKS: Final = re.compile(r"[\s,\0]+")

_encode = msgspec.json.Encoder().encode
_head = msgspec.json.Decoder(_Head).decode
_alert = msgspec.json.Decoder(Alert).decode


def score_row(body: bytes) -> ScoreRow:
    """Make the row of one score. Raises msgspec.DecodeError for a document that is none."""
    head = _head(body)
    summary = summary_of(head)
    served = _extended(body, notice=NOTICE, links=_links(head.subject))
    return ScoreRow(
        subject_type=head.subject.type,
        subject_id=head.subject.id,
        revision=revision_of(served),
        body=served,
        summary=_encode(summary),
        band=head.band,
        expected=head.score.expected,
        flagged=" ".join(summary.flagged),
        outcome=_outcome(head) if head.subject.type == "process" else None,
        at_risk=head.at_risk.amount if head.at_risk else None,
    )


def _outcome(head: _Head) -> str:
    """Say what became of each indicator, the best where several parties have a line of it.

    What was missing stands behind what could not be computed: "R024 not_computable bids.details".
    """
    lines = {line.code: line for line in sorted(head.indicators, key=_rank, reverse=True)}
    return ",".join(" ".join(_words(lines[code])) for code in sorted(lines))


def _rank(line: _Line) -> int:
    return BECAME.index(_became(line))


def _words(line: _Line) -> list[str]:
    became = _became(line)
    missing = sorted(set(line.missing)) if became == NOT_COMPUTABLE else []
    return [line.code, became, *(_BREAKS.sub("_", name) for name in missing if name)]


def _became(line: _Line) -> str:
    if line.status in COMPUTED:
        return "computed"
    if line.status in AS_IT_IS:
        return line.status
    return "failed" if line.status == "error" else NOT_COMPUTABLE


def summary_of(head: _Head) -> ScoreSummary:
    """Return a score in one line: the flags that count and are not a party's, repeated here."""
    own = [line for line in head.indicators if line.context is None]
    return ScoreSummary(
        lower=head.score.lower,
        expected=head.score.expected,
        upper=head.score.upper,
        band=head.band,
        provisional=head.provisional,
        coverage=head.coverage,
        flagged=[line.code for line in own if line.status == FLAGGED and not line.held],
        data_date=head.data_date,
        method_version=head.method_version,
        awaiting=head.awaiting,
    )


def alert_row(position: int, body: bytes) -> AlertRow:
    """Make the row of one alert. Raises msgspec.DecodeError for a document that is none."""
    alert = _alert(body)
    links = {"process": f"/v1/processes/{alert.process}", **_links(alert.subject)}
    return AlertRow(
        position=position,
        id=alert.id,
        process_id=alert.process,
        source=alert.subject.source,
        subject_type=alert.subject.type,
        subject_id=alert.subject.id,
        band=alert.band,
        indicators=" ".join(alert.indicators),
        raised_at=alert.raised_at,
        body=_extended(body, position=position, notice=NOTICE, links=links),
    )


def _links(subject: Subject) -> dict[str, str]:
    score = f"/v1/scores/{subject.type}/{subject.id}"
    home = {"process": "/v1/processes/", "buyer": "/v1/buyers/", "supplier": "/v1/suppliers/"}
    return {
        "subject": home.get(subject.type, "/v1/processes/") + subject.id,
        "score": score,
        "explanation": f"{score}/explanation",
    }


def _extended(document: bytes, **more: object) -> bytes:
    """Add members to the end of a JSON object without decoding it."""
    return document.rstrip()[:-1] + b"," + _encode(more)[1:]
