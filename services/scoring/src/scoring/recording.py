"""One transaction of judging: findings, scores, alerts, both feeds, and how far judging has come.

All of it becomes visible together. After a crash at any moment the same releases are judged again,
and what was written before is found unchanged: no alert is lost, none is raised twice.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import asyncpg
import msgspec

from scoring import findings, store
from scoring.alerts import (
    CLOCK,
    ELSEWHERE,
    Circumstances,
    Standing,
    alert_id,
    held_band,
    raises,
    stage,
)
from scoring.document import statuses
from scoring.judging import Case
from scoring.method import Standard
from scoring.score import FLAGGED
from scoring.store import AlertRow, Current, Row, State
from shared.contracts.alerts import Alert
from shared.feed import Change, publish_events, publish_state

WITHDRAWN: Final = "the publisher withdrew the process, or it is no longer in the feed"


@dataclass(frozen=True, slots=True)
class Occasion:
    """Why and when a batch is judged, by which standard; `owing` that of the later indicators.

    `as_of` is the day by which terms have passed or not.
    """

    cause: str
    now: datetime
    standard: Standard
    owing: bool = False
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Heads:
    """Last numbers of the feeds that a transaction published to; None where it did not."""

    scores: int | None = None
    alerts: int | None = None


async def record(
    connection: asyncpg.Connection,
    known: State,
    cases: Sequence[Case],
    occasion: Occasion,
    changes: Mapping[str, Any],
) -> Heads:
    """Write what a batch of subjects came to, and the new state of judging.

    `cases` are of one subject type. Raises store.Superseded when another engine has taken over.
    """
    await store.claim(connection, known)
    subject_type = cases[0].key[0] if cases else ""
    current = await store.current_scores(connection, subject_type, [c.key[1] for c in cases])
    await findings.record(
        connection,
        [findings.Checked(*case.key, case.scored.statuses) for case in cases],
        [finding for case in cases for finding in case.findings],
        cause=occasion.cause,
        now=occasion.now,
    )
    changed = [c for c in cases if _differs(c, current.get(c.key[1]))]
    rows = [_row(case, current.get(case.key[1]), occasion) for case in changed]
    await store.put_scores(
        connection, rows, [i for i in (r.subject_id for r in rows) if i in current]
    )
    await store.count(connection, _difference(changed, current))
    alerts = _alerts(changed, rows, current, known, occasion)
    heads = await _publish(connection, rows, alerts)
    if changes:
        await store.advance(connection, changes)
    return heads


async def withdraw(
    connection: asyncpg.Connection, subject_type: str, subject_ids: Sequence[str], now: datetime
) -> int | None:
    """Withdraw subjects that are gone: findings closed with the reason, scores past, tombstones.

    Returns the last number of the feed of scores, None where nothing was there to withdraw.
    """
    current = await store.current_scores(connection, subject_type, subject_ids)
    if not current:
        return None
    gone = sorted(current)
    await findings.withdraw(connection, subject_type, gone, reason=WITHDRAWN, now=now)
    await store.end_scores(connection, subject_type, gone, now)
    await store.count(connection, _vanished(subject_type, current))
    await store.settle(connection, gone)
    tombstones = [Change(f"{subject_type}/{one}", None) for one in gone]
    return await publish_state(connection, "scores", tombstones)


async def _publish(
    connection: asyncpg.Connection, rows: Sequence[Row], alerts: Sequence[AlertRow]
) -> Heads:
    """Publish the new documents and alerts; the feeds are locked last and in this order."""
    scores_head = alerts_head = None
    if alerts:
        await store.put_alerts(connection, alerts)
        events = [Change(alert.id, alert.document) for alert in alerts]
        alerts_head = await publish_events(connection, "alerts", events)
    if rows:
        documents = [Change(f"{row.subject_type}/{row.subject_id}", row.document) for row in rows]
        scores_head = await publish_state(connection, "scores", documents)
    return Heads(scores_head, alerts_head)


def _differs(case: Case, current: Current | None) -> bool:
    return current is None or current.digest != case.scored.digest


def _row(case: Case, current: Current | None, occasion: Occasion) -> Row:
    scored = case.scored
    expected = scored.composition.score[1]
    held = held_band(current.held_band if current else None, scored.composition.band, expected)
    document = scored.document(
        data_seq=case.data_seq,
        computed_at=occasion.now,
        as_of=occasion.as_of,
        cause=occasion.cause,
        data_date=case.data_date,
    )
    return Row(
        *case.key,
        occasion.now,
        document,
        scored.digest,
        scored.statuses,
        scored.composition.band,
        held,
        expected,
        occasion.cause,
        case.data_seq,
        scored.recheck_on,
    )


def _alerts(
    cases: Sequence[Case],
    rows: Sequence[Row],
    current: Mapping[str, Current],
    known: State,
    occasion: Occasion,
) -> list[AlertRow]:
    found = []
    for case, row in zip(cases, rows, strict=True):
        alert = _alert(case, row, current.get(case.key[1]), known, occasion)
        if alert is not None:
            found.append(alert)
    return found


def _alert(
    case: Case, row: Row, current: Current | None, known: State, occasion: Occasion
) -> AlertRow | None:
    """Decide on one changed score; only purchases raise alerts."""
    purchase = case.purchase
    if purchase is None or known.alerts_since is None or row.held_band is None:
        return None
    reached = stage(purchase.progress, occasion.now)
    by_clock = occasion.cause == CLOCK
    news_of = occasion.now if by_clock else purchase.date
    circumstances = Circumstances(
        occasion.cause, purchase.origin, news_of, reached, known.alerts_since
    )
    before = current and Standing(
        current.band, current.held_band, _breaches(current.statuses, occasion.standard)
    )
    now = Standing(row.band, row.held_band, _breaches(row.statuses, occasion.standard))
    if not raises(before, now, circumstances):
        return None
    day = occasion.as_of if by_clock else None
    id_ = alert_id(purchase.id, row.held_band, known.epoch, case.data_seq, day)
    alert = Alert(
        id=id_,
        subject=case.scored.subject,
        process=purchase.id,
        indicators=list(case.scored.flags),
        band=row.held_band,
        previous_band=current.band if current else None,
        score=row.expected,
        raised_at=occasion.now,
        data_date=purchase.date,
        data_seq=case.data_seq,
        method_version=occasion.standard.version,
        windows_reason=ELSEWHERE.format(id=id_),
        value=purchase.value,
        buyer=next(iter(purchase.named("buyer")), None),
        suppliers=purchase.named("supplier"),
        kato=purchase.kato,
        stage=reached,
        method=purchase.method(),
        results_at=purchase.results_at,
    )
    return AlertRow(
        alert.id,
        *case.key,
        alert.band,
        alert.previous_band,
        alert.indicators,
        reached,
        alert.data_seq,
        alert.raised_at,
        _encode(alert),
    )


def _breaches(text: str, standard: Standard) -> frozenset[str]:
    """Name the breaches among the results of a score; of a retired or held indicator is none."""
    return frozenset(
        code
        for code, status in statuses(text).items()
        if status == FLAGGED
        and code in standard.catalogue
        and standard.catalogue[code].kind == "breach"
        and not standard.methods["process"].weights[code].held
    )


def _difference(changed: Sequence[Case], current: Mapping[str, Current]) -> store.Tally:
    """Count by how much the tally of results changes."""
    tally: store.Tally = Counter()
    for case in changed:
        subject_type, subject_id = case.key
        before = current.get(subject_id)
        if before is None or before.statuses != case.scored.statuses:
            _count(tally, subject_type, case.scored.statuses, 1)
            _count(tally, subject_type, before.statuses if before else "", -1)
    return tally


def _vanished(subject_type: str, current: Mapping[str, Current]) -> store.Tally:
    tally: store.Tally = Counter()
    for before in current.values():
        _count(tally, subject_type, before.statuses, -1)
    return tally


def _count(tally: store.Tally, subject_type: str, text: str, by: int) -> None:
    for code, status in statuses(text).items():
        tally[subject_type, code, status] += by


_encode = msgspec.json.Encoder().encode
