"""The examples of the OpenAPI document: an invented purchase, taken through the real machinery.

What the documentation shows is what the code makes of it.
"""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from msgspec import convert

from gateway.api.example_coverage import SOURCE_COVERAGE
from gateway.api.example_figures import FIGURES
from gateway.api.example_judgement import ALERT, BLIND_SPOT, INDICATOR, SCORE, SOURCE_DOCUMENT
from gateway.api.example_release import BUYER, ENTRY, MOMENT, PROCESS, SOURCE
from gateway.api_changes import CHANGES
from gateway.documents import (
    Counted,
    HiddenPurchases,
    Money,
    NamedAs,
    Organisation,
    OrganisationLinks,
)
from gateway.explain.render import explain
from gateway.listed import Candidate
from gateway.reads import freshness, ocds
from gateway.reads.answering import encode, joined, listing
from gateway.view.process import view_of
from gateway.view.score import alert_row, score_row
from shared.contracts.profiles import Figures
from shared.contracts.scores import ScoreDocument
from shared.contracts.sources import Source

_view = view_of(ENTRY)
_row = _view.row
_score = score_row(msgspec.json.encode(SCORE))
_as_of = datetime.fromisoformat(MOMENT)


def _read(body: bytes) -> Any:
    return msgspec.json.decode(body)


def _page(*documents: bytes, notice: bool = False) -> Any:
    return _read(listing(documents, next_cursor=None, as_of=_as_of, seq=42, notice=notice))


PROCESS_PAGE: Final = _page(joined(_row.brief, _score.summary), notice=True)
PROCESS_DOCUMENT: Final = _read(joined(_row.detail, _score.summary))
LOT_PAGE: Final = _page(*(row.body for row in _view.listed if row.kind == "lot"))
CONTRACT_PAGE: Final = _page(*(row.body for row in _view.listed if row.kind == "contract"))
PLAN_PAGE: Final = _page(*(row.body for row in _view.listed if row.kind == "plan"))
CANDIDATES: Final = _page(
    encode(
        Candidate(
            "process", PROCESS, "Мектеп асханасына арналған жиһаз", f"/v1/processes/{PROCESS}"
        )
    )
)
COVERAGE: Final = _page(encode(SOURCE_COVERAGE))
SCORE_DOCUMENT: Final = _read(_score.body)
SUMMARY: Final = _read(_score.summary)
EXPLANATION: Final = _read(
    msgspec.json.encode(explain(convert(SCORE, ScoreDocument), {"R018": INDICATOR}, language="en"))
)
ALERT_PAGE: Final = _page(alert_row(7, msgspec.json.encode(ALERT)).body, notice=True)
INDICATOR_PAGE: Final = _page(msgspec.json.encode(INDICATOR))
SOURCE_PAGE: Final = _page(msgspec.json.encode(SOURCE_DOCUMENT))
LOOKUP: Final = {
    "data": [{"id": PROCESS, **SUMMARY}],
    "missing": ["prc_aaaaaaaaaaaaaaaaaaaaaaaaaa"],
    "as_of": MOMENT,
    "seq": 42,
    "notice": SCORE_DOCUMENT["notice"],
}
BUYER_DOCUMENT: Final = _read(
    encode(
        Organisation(
            id=BUYER,
            role="buyer",
            bin=None,
            weak=False,
            names=[NamedAs("Үлгі мектеп", 1)],
            processes=1,
            won=None,
            awarded=[Money(_row.amount, "KZT")],
            methods=[Counted("open", 1)],
            bands=[Counted("low", 1)],
            flagged=[Counted("R018", 1)],
            first_published=_row.published,
            last_published=_row.published,
            score=None,
            blind_spots=[convert({**BLIND_SPOT, "source": SOURCE}, HiddenPurchases)],
            figures=convert(FIGURES, Figures),
            links=OrganisationLinks(
                self=f"/v1/buyers/{BUYER}",
                processes=f"/v1/processes?buyer={BUYER}",
                score=f"/v1/scores/buyer/{BUYER}",
                explanation=f"/v1/scores/buyer/{BUYER}/explanation",
            ),
        )
    )
)
_source = convert(SOURCE_DOCUMENT, Source)
PACKAGE: Final = _read(
    ocds.package(
        [{"id": PROCESS, "source": SOURCE, "release": _row.release}],
        {SOURCE: _source},
        uri=f"/v1/ocds/releases?process={PROCESS}",
        published=_as_of,
        next_cursor=None,
    )
)
FRESHNESS: Final = _read(
    encode(
        freshness.Freshness(
            as_of=_as_of,
            seq=42,
            sources=[freshness.of_source(_source, {SOURCE: 1})],
            feeds=[
                freshness.FeedFreshness("releases", 4711, datetime(2026, 3, 2, 6, 6, tzinfo=UTC), 1)
            ],
            counts={"processes": 1, "scores": 1, "alerts": 1, "indicators": 1},
        )
    )
)
API_CHANGES: Final = _page(*map(encode, CHANGES[:1]))
