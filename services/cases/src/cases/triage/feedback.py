"""What people found of what indicators flagged, told back to scoring without anybody's name."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from shared.contracts.feedback import Feedback
from shared.feed import Change, publish_events

FEED: Final = "triage"

VERDICTS: Final = {
    ("alert", "dismiss"): "dismissed",
    ("outcome", "confirm"): "confirmed",
    ("outcome", "refute"): "refuted",
    ("case", "close_unfounded"): "unfounded",
}
"""What was done to what, and what that says of the indicators that led there."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What was done to a thing: as much of an event as may judge an indicator."""

    object: str
    id: str
    what: str
    reason: str | None
    shown: Mapping[str, Any]

    @property
    def case(self) -> str | None:
        """The case it belongs to, or is."""
        return self.id if self.object == "case" else self.shown.get("case")


async def tell(connection: asyncpg.Connection, done: Sequence[Judged], now: datetime) -> None:
    """Tell scoring what judges indicators; of other things, and of embargoed cases, nothing."""
    verdicts = [each for each in done if (each.object, each.what) in VERDICTS]
    if not verdicts:
        return
    rows = await connection.fetch(_CASES, [each.case for each in verdicts if each.case])
    cases = {row["case_id"]: row for row in rows}
    found = [
        told
        for each in verdicts
        if (told := _feedback(each, cases.get(each.case or ""), now)) is not None
    ]
    changes = [Change(f"fbk_{secrets.token_hex(13)}", msgspec.json.encode(one)) for one in found]
    await publish_events(connection, FEED, changes)


def _feedback(done: Judged, case: Mapping[str, Any] | None, now: datetime) -> Feedback | None:
    indicators = done.shown.get("indicators") or (case["indicators"] if case else [])
    if not indicators or (case is not None and case["hidden"]):
        return None
    verdict = VERDICTS[done.object, done.what]
    return Feedback(
        verdict=verdict,
        indicators=list(indicators),
        at=now,
        reason=done.reason if verdict == "dismissed" else None,
        alert=done.id if done.object == "alert" else None,
        process=done.shown.get("process"),
    )


_CASES: Final = """
    SELECT case_id, hidden, ARRAY(
        SELECT DISTINCT code FROM fact CROSS JOIN LATERAL unnest(indicators) AS code
        WHERE fact.case_id = fact_case.case_id AND what = 'in_case' ORDER BY code) AS indicators
    FROM fact_case WHERE case_id = ANY($1::text[])
"""
