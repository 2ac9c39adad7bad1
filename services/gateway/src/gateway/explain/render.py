"""Rendering an explanation: a score, the catalogue, a language in; a document out. No I/O."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec.structs import asdict

from gateway import texts
from gateway.explain.documents import (
    ExplainedPortfolio,
    Explanation,
    ExplanationLine,
    Reply,
    ShownEvidence,
    ShownParameter,
    Sums,
)
from gateway.subscriptions.documents import AlertReply
from gateway.withheld import parted
from shared.contracts.scores import Evidence, IndicatorResult, Portfolio, ScoreDocument, Subject
from shared.vocabulary.text import Language

Catalogue = Mapping[str, Mapping[str, Any]]
"""What each indicator says of itself, by code, as the catalogue's feed has it."""

_ORDER: Final = {
    "flagged": 0,
    "not_computable": 1,
    "insufficient_sample": 1,
    "error": 1,
    "awaited": 1,
}
_LATER: Final = 2
_POINTS_KEPT: Final = 4


def explain(
    score: ScoreDocument,
    catalogue: Catalogue,
    language: Language,
    *,
    public: Collection[str] | None = None,
    replies: Sequence[AlertReply] = (),
) -> Explanation:
    """Say in one language why a score is what it is; `public` codes alone name a supplier.

    Of the `replies` the newest stands in it, in the reader's language if there is one.
    """
    shown, withheld = (score.indicators, None) if public is None else parted(score, public)
    results = sorted(shown, key=_weight)
    return Explanation(
        subject=score.subject,
        language=language,
        band=score.band,
        band_label=texts.label(texts.BANDS, score.band, language) if score.band else None,
        provisional=score.provisional,
        awaiting=score.awaiting,
        coverage=score.coverage,
        score=score.score,
        points=score.points,
        value=score.value,
        lines=[_line(r, score.subject, catalogue.get(r.code, {}), language) for r in results],
        withheld=withheld,
        portfolio=_portfolio(score.portfolio, language),
        sums=_sums(score.indicators, score.portfolio),
        notice=getattr(texts.NOTICE, language),
        disclaimer=_disclaimer(score.data_date, score.method_version, language),
        data_date=score.data_date,
        computed_at=score.computed_at,
        method_version=score.method_version,
        profile=score.profile,
        reply=_reply(replies, language),
        links=_links(score.subject),
    )


def _reply(replies: Sequence[AlertReply], language: Language) -> Reply:
    if not replies:
        return Reply(None, texts.NO_REPLY.in_(language))
    said = [each for each in replies if each.language == language] or replies
    return Reply(said[-1].text, texts.REPLIED.in_(language))


def _weight(result: IndicatorResult) -> tuple[int, float, str]:
    return _ORDER.get(result.status, _LATER), -result.counted, result.code


def _line(
    result: IndicatorResult, subject: Subject, about: Mapping[str, Any], language: Language
) -> ExplanationLine:
    def said(name: str) -> str | None:
        return _wording(about.get(name), language)

    return ExplanationLine(
        code=result.code,
        version=about.get("version"),
        title=said("title"),
        status=result.status,
        state=texts.label(texts.STATES, result.status, language),
        kind=result.kind,
        family=result.family,
        certain=result.certain,
        held=result.held,
        context=result.context,
        value=result.value,
        threshold=result.threshold,
        threshold_origin=[_parameter(p, language) for p in about.get("parameters") or ()],
        points=result.points,
        discount=result.discount,
        counted=result.counted,
        expected_points=result.expected_points,
        evidence=[_evidence(each, subject) for each in result.evidence],
        missing=result.missing,
        meaning=said("meaning"),
        why_it_matters=said("why_it_matters"),
        innocent_explanations=said("innocent_explanations"),
        how_to_check=said("how_to_check"),
        what_would_clear_it=said("what_would_clear_it"),
        legal_basis=[_law(each, language) for each in about.get("legal_basis") or ()],
    )


def _wording(words: Any, language: Language) -> str | None:
    if isinstance(words, Mapping):
        words = words.get(language)
    return str(words) if words else None


def _parameter(about: Mapping[str, Any], language: Language) -> ShownParameter:
    return ShownParameter(
        name=str(about.get("name")),
        value=about.get("default"),
        unit=_wording(about.get("unit"), language),
        origin=_wording(about.get("origin"), language),
    )


def _law(basis: Mapping[str, Any], language: Language) -> str:
    """Name an article, and since when it has been in force."""
    dates = [str(basis[name]) for name in ("valid_from", "valid_to") if basis.get(name)]
    article = _wording(basis.get("article"), language) or ""
    return f"{article} ({' – '.join(dates)})" if dates else article


def _evidence(evidence: Evidence, subject: Subject) -> ShownEvidence:
    process = evidence.process or (subject.id if subject.type == "process" else None)
    release = f"/v1/ocds/releases?process={process}" if process else None
    return ShownEvidence(path=evidence.path, value=evidence.value, release=release)


def _portfolio(portfolio: Portfolio | None, language: Language) -> ExplainedPortfolio | None:
    if portfolio is None:
        return None
    words = texts.PORTFOLIO if portfolio.share is not None else texts.NO_PORTFOLIO
    told = asdict(portfolio)
    shown = {name: _percent(told[name]) for name in ("share", "average")}
    text = words.in_(language).format(**told | shown)
    return ExplainedPortfolio(**told, text=text)


def _percent(share: float | None) -> str:
    return f"{100 * (share or 0.0):.1f} %"


def _sums(results: list[IndicatorResult], portfolio: Portfolio | None) -> Sums:
    return Sums(
        counted=round(sum(each.counted for each in results), _POINTS_KEPT),
        expected_of_uncomputed=round(
            sum(each.expected_points or 0.0 for each in results), _POINTS_KEPT
        ),
        of_portfolio=portfolio.points if portfolio else 0.0,
    )


def _disclaimer(data_date: datetime | None, method_version: str, language: Language) -> str:
    shown = data_date.date().isoformat() if data_date else texts.UNKNOWN_DATE.in_(language)
    return texts.DISCLAIMER.in_(language).format(data_as_of=shown, method_version=method_version)


def _links(subject: Subject) -> dict[str, str]:
    score = f"/v1/scores/{subject.type}/{subject.id}"
    homes = {"process": "processes", "buyer": "buyers", "supplier": "suppliers"}
    links = {"self": f"{score}/explanation", "score": score}
    if subject.type in homes:
        links["subject"] = f"/v1/{homes[subject.type]}/{subject.id}"
    if subject.type == "process":
        links["release"] = f"/v1/ocds/releases?process={subject.id}"
    return links
