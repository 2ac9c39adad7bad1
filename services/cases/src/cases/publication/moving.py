"""How a publication moves: what must hold, and what each move leaves behind.

A party is reached when it opened its notice here or the organisation recorded how it was told. From
then it has its term for a reply; whoever has replied need not be waited for.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from cases.casefile import store as cases
from cases.events import Happened, record
from cases.lifecycle import life_cycle
from cases.publication import store
from cases.publication.checklist import checklist, sums_checked
from cases.publication.harms import NAMED, harms
from cases.publication.personal import Harm
from cases.publication.store import Row
from cases.publication.sums import Stated, unknown_sums
from shared.contracts.casework.publication import PublicationMove
from shared.security import Caller

LIFE: Final = "publication"
NOTIFIED: Final = "case.notified"
PUBLISHED: Final = "case.published"
WITHDRAWN: Final = "case.withdrawn"
TYPES: Final = {"notify": NOTIFIED, "publish": PUBLISHED, "withdraw": WITHDRAWN}
PUBLIC: Final = frozenset({PUBLISHED, WITHDRAWN})


async def move(
    connection: asyncpg.Connection,
    case: Row,
    row: Row,
    asked: PublicationMove,
    *,
    caller: Caller,
    now: datetime,
) -> None:
    """Take a publication by a move to its next state. Raises what `LifeCycle.decide` raises."""
    parties = await store.involved(connection, case["id"])
    notices = await store.notices_of(connection, row)
    sums = await sums_in(connection, case, row)
    facts = known(case, row, parties, notices, sums=sums, caller=caller, now=now)
    given = asked.model_dump(exclude_none=True)
    step = life_cycle(LIFE).decide(asked.move, row["state"], caller, given=given, facts=facts)
    values = _values(row, asked, step.after, now)
    if asked.move == "notify":
        await _notify(connection, row["id"], values["round"], _named(parties), now=now)
    await store.change(connection, row["id"], values, now)
    happened = [_happened(case, row, asked, step.after)]
    if asked.move in _ON_CASE:
        stands = now if asked.move == "publish" else None
        await cases.change(connection, case["id"], {"published_at": stands}, now)
        happened.append(_of_case(case, asked, stands))
    await record(connection, caller, now, *happened)


def known(
    case: Row,
    row: Row,
    parties: Sequence[Row],
    notices: Sequence[Row],
    *,
    sums: Sequence[Stated],
    caller: Caller,
    now: datetime,
) -> dict[str, bool]:
    """Say which conditions hold."""
    told = {one["bin"]: one for one in notices}
    named = [told.get(party["bin"]) for party in _named(parties)]
    return {
        "written": row["texts"] is not None,
        "checklist": checklist().complete(row["answers"]),
        "sums_checked": sums_checked(row["answers"], [one.text for one in sums], row["writers"]),
        "harmless": not found_in(row, parties),
        "not_embargoed": not case["embargoed"],
        "second_person": caller.member is not None and caller.member not in row["writers"],
        "told": _each(one is not None and reached_at(one) is not None for one in named),
        "heard": _each(one is not None and is_heard(one, now) for one in named),
    }


def found_in(row: Row, parties: Sequence[Row]) -> list[Harm]:
    """Return what the automatic checks find in a publication."""
    return harms(row["texts"] or {}, row["figures"], parties)


async def sums_in(connection: asyncpg.Connection, case: Row, row: Row) -> list[Stated]:
    """Return the sums of a publication that its case does not know."""
    there = await store.known_sums(connection, case["id"])
    return unknown_sums(row["texts"] or {}, row["figures"], there)


def reached_at(notice: Row) -> datetime | None:
    """Return when a notice first reached its party; None while it has not."""
    moments = [notice["opened_at"], notice["told_at"]]
    return min((moment for moment in moments if moment is not None), default=None)


def reply_until(notice: Row) -> datetime | None:
    """Return until when a party is waited for; None while nothing has reached it."""
    since = reached_at(notice)
    return None if since is None else since + checklist().term


def is_heard(notice: Row, now: datetime) -> bool:
    """Say whether a party has replied, or has had its time."""
    until = reply_until(notice)
    return bool(notice["replies"]) or (until is not None and until <= now)


def _named(parties: Sequence[Row]) -> list[Row]:
    return [party for party in parties if party["role"] == NAMED]


def _each(facts: Iterable[bool]) -> bool:
    """Say whether something holds of each named party: of nobody nothing holds."""
    known = list(facts)
    return bool(known) and all(known)


def _values(row: Row, asked: PublicationMove, after: str, now: datetime) -> dict[str, Any]:
    moments = {"notify": "notified_at", "publish": "published_at", "withdraw": "withdrawn_at"}
    values: dict[str, Any] = {"state": after}
    if asked.move in moments:
        values[moments[asked.move]] = now
    if asked.move == "notify":
        values["round"] = row["round"] + 1
    if asked.move == "return":
        values["notified_at"] = None
    if asked.move == "withdraw":
        values["ground"] = asked.reason
    return values


async def _notify(
    connection: asyncpg.Connection,
    publication: str,
    round_: int,
    parties: Sequence[Row],
    *,
    now: datetime,
) -> None:
    """Lay a notice of the text as it stands before each party."""
    names = {party["bin"]: party["name"] for party in parties}
    for bin_, name in names.items():
        notice = {
            "id": cases.new_id("ntc"),
            "publication_id": publication,
            "round": round_,
            "bin": bin_,
            "name": name,
            "made_at": now,
        }
        await cases.insert(connection, "publication_notice", notice)


def _happened(case: Row, row: Row, asked: PublicationMove, after: str) -> Happened:
    type_ = TYPES.get(asked.move)
    public = type_ in PUBLIC and not case["embargoed"]
    shown = {"publication": row["id"], "state": after, "link": _link(case, row, public=public)}
    return Happened(
        object="publication",
        id=row["id"],
        organisation=case["organisation"],
        what=asked.move,
        type=type_,
        before=row["state"],
        after=after,
        reason=asked.reason,
        note=asked.note,
        shown={**shown, "ground": asked.reason} if type_ == WITHDRAWN else shown,
        public=public,
    )


def _link(case: Row, row: Row, *, public: bool) -> str:
    own = f"/v1/cases/{case['id']}/publication"
    return f"/v1/published-cases/{row['id']}" if public else own


def _of_case(case: Row, asked: PublicationMove, stands: datetime | None) -> Happened:
    before = case["published_at"]
    changes: Mapping[str, tuple[Any, Any]] = {
        "published_at": (before and before.isoformat(), stands and stands.isoformat())
    }
    return Happened(
        object="case",
        id=case["id"],
        organisation=case["organisation"],
        what=_ON_CASE[asked.move],
        reason=asked.reason,
        changes=changes,
    )


_ON_CASE: Final = {"publish": "published", "withdraw": "publication_withdrawn"}
