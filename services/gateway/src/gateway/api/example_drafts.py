"""Examples of drafts and back-tests for the OpenAPI document: an invented indicator, tried once."""

from datetime import datetime
from typing import Any, Final

import msgspec
from msgspec import convert, to_builtins

from gateway.api.example_release import MOMENT, PROCESS
from gateway.reads.answering import encode, listing
from shared.contracts.drafts import BackTest, Draft, DraftBrief

DRAFT_ID: Final = "drf_0123456789abcdef0123456789"
BACK_TEST_ID: Final = "bkt_0123456789abcdef0123456789"
OWN: Final = "own_0123456789abcdef"
AUTHOR: Final = "mem_0123456789abcdef"

TITLE: Final = {
    "kk": "Жалғыз қатысушының өтінімі",
    "ru": "Единственная заявка участника",
    "en": "One bid only",
}

QUERY: Final = """\
SELECT p.pid AS subject,
  CASE WHEN p.number_of_tenderers IS NULL THEN 'not_computable'
       WHEN p.number_of_tenderers = 1 THEN 'flagged' ELSE 'clear' END AS status,
  CAST(p.number_of_tenderers AS DOUBLE) AS value, 1e0 AS threshold,
  CASE WHEN p.number_of_tenderers IS NULL THEN 'tender.numberOfTenderers' END AS missing
FROM process p"""

DOCUMENT: Final[dict[str, Any]] = {
    "code": "MY-01",
    "title": TITLE,
    "subject": "process",
    "kind": "signal",
    "family": "competition",
    "stage": "award",
    "severity": "medium",
    "points": 10,
    "scope": "process",
    "fields": ["tender.numberOfTenderers"],
    "query": QUERY,
    "examples": [
        {
            "story": "One tenderer came.",
            "facts": {"process": [{"name": "one", "number_of_tenderers": 1}]},
            "expected": [{"subject": "one", "status": "flagged"}],
        }
    ],
}

SCHEMA: Final[dict[str, Any]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Indicator",
    "type": "object",
    "required": ["code", "title", "query"],
}

_BRIEF: Final[dict[str, Any]] = {
    "id": DRAFT_ID,
    "code": "MY-01",
    "title": TITLE,
    "state": "draft",
    "version": 1,
    "organisation": OWN,
    "created_at": MOMENT,
    "updated_at": MOMENT,
    "next_steps": ["monitor", "retire"],
}


def _step(step: str, before: str | None, after: str) -> dict[str, Any]:
    return {
        "at": MOMENT,
        "step": step,
        "before": before,
        "after": after,
        "version": 1,
        "organisation": OWN,
        "member": AUTHOR,
        "reason": None,
    }


_WAITING: Final[dict[str, Any]] = {
    "id": BACK_TEST_ID,
    "draft": DRAFT_ID,
    "code": "MY-01",
    "version": 1,
    "cause": "asked",
    "state": "queued",
    "period": {"from": "2026-01-01", "to": "2026-03-31"},
    "asked_at": MOMENT,
    "started_at": None,
    "ended_at": None,
    "attempts": 0,
    "reason": None,
    "result": None,
}

_RESULT: Final[dict[str, Any]] = {
    "subjects": 4,
    "results": {
        "not_applicable": 0,
        "not_computable": 1,
        "insufficient_sample": 0,
        "flagged": 1,
        "clear": 2,
    },
    "hits": 1,
    "hit_rate": 0.333333,
    "hit_rates": {
        "region": [{"key": "75", "judged": 3, "hits": 1, "rate": 0.333333}],
        "method": [{"key": "open", "judged": 3, "hits": 1, "rate": 0.333333}],
        "year": [{"key": "2026", "judged": 3, "hits": 1, "rate": 0.333333}],
        "category": [{"key": "goods", "judged": 3, "hits": 1, "rate": 0.333333}],
    },
    "hit_rates_reason": None,
    "sample": [
        {
            "kind": "process",
            "subject": PROCESS,
            "value": 1.0,
            "threshold": 1.0,
            "evidence": [{"process": PROCESS, "path": "/tender/numberOfTenderers", "value": 1}],
        }
    ],
    "overlap": [{"indicator": "R018", "both": 1, "flagged_by_indicator": 1, "share_of_draft": 1.0}],
    "agreement": None,
    "agreement_reason": "no outcomes of cases are recorded, and no truth was sent",
    "cost": {
        "cpu_seconds": 0.1,
        "query_cpu_seconds": 0.05,
        "wall_seconds": 0.2,
        "peak_memory_mb": 90,
    },
    "facts_seq": 4711,
}


def _checked(kind: type, document: dict[str, Any]) -> Any:
    """Return a document as it is served, once it is one of its kind."""
    return to_builtins(convert(document, kind))


WAITING: Final = _checked(BackTest, _WAITING)
BACK_TEST: Final = _checked(
    BackTest,
    _WAITING
    | {
        "state": "done",
        "attempts": 1,
        "started_at": MOMENT,
        "ended_at": MOMENT,
        "result": _RESULT,
    },
)
DRAFT: Final = _checked(
    Draft,
    _BRIEF
    | {
        "document": DOCUMENT,
        "versions": [
            {"version": 1, "digest": "0123456789ab", "member": AUTHOR, "created_at": MOMENT}
        ],
        "steps": [_step("create", None, "draft")],
        "back_tests": [
            {
                "id": BACK_TEST_ID,
                "version": 1,
                "cause": "asked",
                "state": "done",
                "asked_at": MOMENT,
                "ended_at": MOMENT,
            }
        ],
        "monitoring": None,
    },
)
PROPOSED: Final = DRAFT | {
    "state": "proposed",
    "next_steps": ["approve", "reject", "retire"],
    "steps": [
        _step("create", None, "draft"),
        _step("monitor", "draft", "monitor"),
        _step("propose", "monitor", "proposed"),
    ],
}
DRAFT_PAGE: Final = msgspec.json.decode(
    listing(
        [encode(_checked(DraftBrief, _BRIEF))],
        next_cursor=None,
        as_of=datetime.fromisoformat(MOMENT),
        seq=42,
    )
)
