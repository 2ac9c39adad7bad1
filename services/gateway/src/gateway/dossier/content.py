"""What a dossier says: read from the published view at one moment, put together without I/O."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import asyncpg
import msgspec

from gateway.documents import ProcessFacts
from gateway.dossier.documents import (
    AlertTold,
    DossierContent,
    Figure,
    FlaggedLine,
    Judgement,
    OtherLine,
    Purchase,
    Record,
)
from gateway.explain.documents import Explanation, ExplanationLine
from gateway.explain.render import Catalogue, explain
from gateway.reads import scores
from gateway.reads.ocds import sources
from gateway.subscriptions.documents import AlertReply
from gateway.withheld import public_codes
from shared.contracts.alerts import Alert
from shared.contracts.scores import ScoreDocument
from shared.contracts.sources import Source
from shared.errors import NotFound
from shared.vocabulary.text import Language

FLAGGED: Final = "flagged"
MOST_RECORDS: Final = 200

_brief = msgspec.json.Decoder(ProcessFacts).decode
_score = msgspec.json.Decoder(ScoreDocument).decode
_alert = msgspec.json.Decoder(Alert).decode
_reply = msgspec.json.Decoder(AlertReply).decode


class _Received(msgspec.Struct):
    received_at: datetime


_received = msgspec.json.Decoder(_Received).decode

_ALERT: Final = "SELECT body FROM alert WHERE id = $1"
_PROCESS: Final = "SELECT brief FROM process WHERE id = $1"
_SCORE: Final = """
    SELECT body, revision, encode(sha256(body), 'hex') AS sha256 FROM score
    WHERE subject_type = $1 AND subject_id = $2
"""
_RECORDS: Final = f"""
    SELECT id, source, ocid, detail, octet_length(release) AS size,
           encode(sha256(release), 'hex') AS sha256
    FROM process WHERE id = ANY($1::text[]) ORDER BY id <> $2, id LIMIT {MOST_RECORDS}
"""
_REPLIES: Final = "SELECT body FROM reply WHERE process_id = $1 ORDER BY created_at, id"


class Wanted(NamedTuple):
    """What a dossier is asked of: a purchase or an alert, in a language; for a partner or not."""

    process: str | None
    alert: str | None
    language: Language
    partner: bool


class Found(NamedTuple):
    """What the view holds of it, at one moment."""

    head: Mapping[str, Any]
    purchase: ProcessFacts
    alert: Alert | None
    score: ScoreDocument
    stored: Mapping[str, Any]
    catalogue: Catalogue
    sources: Mapping[str, Source]
    records: Sequence[Mapping[str, Any]]
    replies: Sequence[AlertReply]


async def find(connection: asyncpg.Connection, wanted: Wanted) -> Found:
    """Read everything, in a transaction that sees one state. Raises NotFound."""
    head = await connection.fetchrow("SELECT seq, changed_at FROM change_head WHERE id = 1")
    alert = await _found_alert(connection, wanted.alert) if wanted.alert else None
    process = alert.process if alert else wanted.process
    brief = await connection.fetchval(_PROCESS, process)
    if brief is None or process is None:
        raise NotFound("There is no such purchase.")
    subject = (alert.subject.type, alert.subject.id) if alert else ("process", process)
    stored = await connection.fetchrow(_SCORE, *subject)
    if stored is None:
        raise NotFound("This is not scored.")
    score = _score(stored["body"])
    return Found(
        head=head,
        purchase=_brief(brief),
        alert=alert,
        score=score,
        stored=stored,
        catalogue=(await scores.catalogue(connection))[0],
        sources=await sources(connection),
        records=await connection.fetch(_RECORDS, [process, *_named(score)], process),
        replies=[_reply(row["body"]) for row in await connection.fetch(_REPLIES, process)],
    )


async def _found_alert(connection: asyncpg.Connection, name: str) -> Alert:
    body = await connection.fetchval(_ALERT, name)
    if body is None:
        raise NotFound("There is no such alert.")
    return _alert(body)


def _named(score: ScoreDocument) -> Iterable[str]:
    """Return the purchases whose records flags rest on."""
    flagged = (line for line in score.indicators if line.status == FLAGGED)
    return {each.process for line in flagged for each in line.evidence if each.process}


def content(
    found: Found, wanted: Wanted, *, name: str, issuer: str, now: datetime
) -> DossierContent:
    """Put a dossier together."""
    public = None if wanted.partner else public_codes(found.catalogue)
    told = explain(found.score, found.catalogue, wanted.language, public=public)
    records = [_record(row, found.sources, issuer) for row in found.records]
    held = {record.process for record in records}
    of = found.purchase.id if told.subject.type == "process" else None
    return DossierContent(
        id=name,
        issuer=issuer,
        language=wanted.language,
        made_at=now,
        as_of=found.head["changed_at"],
        seq=found.head["seq"],
        notice=told.notice,
        disclaimer=told.disclaimer,
        purchase=_purchase(found.purchase),
        alert=_told(found.alert) if found.alert else None,
        judgement=_judgement(told, found.stored),
        flagged=[
            _flagged(line, _figures(found.score, line, of, held))
            for line in told.lines
            if line.status == FLAGGED
        ],
        others=[_other(line) for line in told.lines if line.status != FLAGGED],
        withheld=told.withheld,
        replies=list(found.replies),
        records=records,
        permalinks=_permalinks(told, found, issuer),
    )


def _purchase(facts: ProcessFacts) -> Purchase:
    return Purchase(**{name: getattr(facts, name) for name in Purchase.__struct_fields__})


def _told(alert: Alert) -> AlertTold:
    return AlertTold(**{name: getattr(alert, name) for name in AlertTold.__struct_fields__})


def _judgement(told: Explanation, stored: Mapping[str, Any]) -> Judgement:
    own = {"revision": stored["revision"], "sha256": stored["sha256"]}
    said = {n: getattr(told, n) for n in Judgement.__struct_fields__ if n not in own}
    return Judgement(**said, **own)


def _figures(
    score: ScoreDocument, line: ExplanationLine, of: str | None, held: set[str]
) -> list[Figure]:
    """Return what a line rests on, each with the record it stands in."""
    same = next(
        one for one in score.indicators if one.code == line.code and one.context == line.context
    )
    found = [(each, each.process or of) for each in same.evidence]
    return [
        Figure(path=each.path, value=each.value, record=process if process in held else None)
        for each, process in found
    ]


def _flagged(line: ExplanationLine, figures: list[Figure]) -> FlaggedLine:
    said = {n: getattr(line, n) for n in FlaggedLine.__struct_fields__ if n != "figures"}
    return FlaggedLine(**said, figures=figures)


def _other(line: ExplanationLine) -> OtherLine:
    return OtherLine(**{name: getattr(line, name) for name in OtherLine.__struct_fields__})


def _record(row: Mapping[str, Any], known: Mapping[str, Source], issuer: str) -> Record:
    source = known.get(row["source"])
    return Record(
        process=row["id"],
        source=row["source"],
        ocid=row["ocid"],
        publisher=source.publisher if source else None,
        licence=source.licence if source else None,
        source_url=source.url if source else None,
        received_at=_received(row["detail"]).received_at,
        sha256=row["sha256"],
        size=row["size"],
        link=f"{issuer}/v1/ocds/releases?process={row['id']}",
    )


def _permalinks(told: Explanation, found: Found, issuer: str) -> dict[str, str]:
    day = told.computed_at.date().isoformat()
    return {
        "score": f"{issuer}{told.links['score']}?at={day}",
        "explanation": f"{issuer}{told.links['self']}?at={day}",
        "score_now": f"{issuer}{told.links['score']}",
        "purchase_now": f"{issuer}/v1/processes/{found.purchase.id}",
        "checkpoints": f"{issuer}/v1/transparency/checkpoints",
    }
