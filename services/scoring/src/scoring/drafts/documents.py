"""Drafts and back-tests as other services read them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import msgspec

from scoring.drafts import jobs, store
from scoring.drafts.life import possible

NO_OUTCOMES = "no outcomes of cases are recorded, and no truth was sent with the question"


async def draft_of(connection: asyncpg.Connection, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft in full: its document, versions, steps, and back-tests."""
    draft = row["id"]
    round_ = await jobs.last_monitored(connection, draft)
    return brief_of(row) | {
        "document": msgspec.json.decode(row["document"]),
        "versions": [
            {
                "version": one["version"],
                "digest": one["digest"],
                "member": one["member"],
                "created_at": _moment(one["created_at"]),
            }
            for one in await store.versions(connection, draft)
        ],
        "steps": [_step(one) for one in await store.history(connection, draft)],
        "back_tests": [
            {
                "id": one["id"],
                "version": one["version"],
                "cause": one["cause"],
                "state": one["state"],
                "asked_at": _moment(one["asked_at"]),
                "ended_at": _moment(one["ended_at"]),
            }
            for one in await jobs.of_draft(connection, draft)
        ],
        "monitoring": back_test_of(round_, row) if round_ is not None else None,
    }


def brief_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a draft as it stands in a list."""
    document = msgspec.json.decode(row["document"])
    return {
        "id": row["id"],
        "code": row["code"],
        "title": document["title"],
        "state": row["state"],
        "version": row["version"],
        "organisation": row["organisation"],
        "created_at": _moment(row["created_at"]),
        "updated_at": _moment(row["updated_at"]),
        "next_steps": possible(row["state"]),
    }


def back_test_of(row: Mapping[str, Any], draft: Mapping[str, Any]) -> dict[str, Any]:
    """Return a back-test: the question, how far it is, and the figures once there are any."""
    asked = msgspec.json.decode(row["asked"], type=jobs.Asked)
    return {
        "id": row["id"],
        "draft": row["draft"],
        "code": draft["code"],
        "version": row["version"],
        "cause": row["cause"],
        "state": row["state"],
        "period": {"from": _day(asked.first), "to": _day(asked.last)},
        "asked_at": _moment(row["asked_at"]),
        "started_at": _moment(row["started_at"]),
        "ended_at": _moment(row["ended_at"]),
        "attempts": row["attempts"],
        "reason": row["reason"],
        "result": msgspec.json.decode(row["result"]) if row["result"] else None,
    }


def result_of(
    figures: dict[str, Any], overlap: Sequence[Mapping[str, Any]] | None
) -> dict[str, Any]:
    """Return figures as they are kept: the flagged subjects counted against live indicators."""
    agreement = figures.pop("agreement")
    figures.pop("flagged")
    return figures | {
        "overlap": list(overlap or ()),
        "agreement": agreement,
        "agreement_reason": None if agreement else NO_OUTCOMES,
        "hit_rates_reason": None if figures["hit_rates"] else "only purchases have these groups",
    }


def _step(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": _moment(row["at"]),
        "step": row["step"],
        "before": row["before"],
        "after": row["after"],
        "version": row["version"],
        "organisation": row["organisation"],
        "member": row["member"],
        "reason": row["reason"],
    }


def _moment(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")


def _day(value: Any) -> str | None:
    return None if value is None else value.isoformat()
