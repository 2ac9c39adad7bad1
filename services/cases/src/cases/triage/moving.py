"""Moving alerts: what is decided of each, what follows for the others, and the case it leads to."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg

from cases.lifecycle import Move, life_cycle
from cases.triage import store
from cases.triage.promotion import case_for, unlinked
from shared.contracts.casework.triage import AlertMove
from shared.errors import FieldError, Problem, RoleMissing, ValidationFailed
from shared.security import Caller
from shared.vocabulary.kato import lineage

LONGEST_SNOOZE: Final = timedelta(days=366)
INTO_CASE: Final = frozenset({"promote", "link"})
PROMOTED: Final = "promoted"
OUT_OF_CASE: Final = frozenset({"unlink", "return"})


class Mover:
    """Takes one move of one or several alerts, in one transaction: all of them or none."""

    def __init__(
        self, connection: asyncpg.Connection, caller: Caller, body: AlertMove, now: datetime
    ) -> None:
        self._connection = connection
        self._caller = caller
        self._body = body
        self._now = now
        if caller.organisation is None:
            raise RoleMissing("Alerts are handled by members of an organisation.")
        self._organisation = caller.organisation

    async def found(self, ids: Sequence[str]) -> list[asyncpg.Record]:
        """Return the alerts, which nobody else of the organisation moves meanwhile."""
        await store.lock(self._connection, self._organisation, ids)
        return await store.find(self._connection, self._organisation, ids)

    async def move(self, rows: Sequence[asyncpg.Record]) -> str | None:
        """Move alerts and return the case they are in now, if the move leads into one.

        Raises what the life cycle raises for one alert; for several, ValidationFailed that names
        each that cannot be moved.
        """
        moves = self._decided(rows)
        case = None
        if self._body.move in INTO_CASE:
            case = await case_for(
                self._connection,
                self._caller,
                self._now,
                rows,
                named=self._body.case,
                title=self._body.title,
            )
        for row, move in zip(rows, moves, strict=True):
            await self._take(row, move, case)
        return case

    def _decided(self, rows: Sequence[asyncpg.Record]) -> list[Move]:
        decided, flaws = [], []
        for place, row in enumerate(rows):
            try:
                decided.append(self._decide(row))
            except Problem as refusal:
                if len(rows) == 1:
                    raise
                said = refusal.detail if isinstance(refusal.detail, str) else refusal.detail.en
                flaws.append(FieldError(f"/body/alerts/{place}", refusal.code, said))
        if flaws:
            raise ValidationFailed("Nothing was moved: not all of them can be.", errors=flaws)
        return decided

    def _decide(self, row: asyncpg.Record) -> Move:
        return life_cycle("alert").decide(
            self._body.move,
            row["state"],
            self._caller,
            given=self._body.model_dump(exclude_none=True),
            facts=facts(row, self._caller, self._body, self._now),
        )

    async def _take(self, row: asyncpg.Record, move: Move, case: str | None) -> None:
        body = self._body
        await store.move(
            self._connection,
            self._organisation,
            row["id"],
            move.after,
            reason=body.reason,
            note=body.note,
            until=body.until if move.after == "snoozed" else None,
            now=self._now,
            member=self._caller.member,
        )
        if body.move == "snooze":
            await self._snooze(row)
        if body.move == "wake":
            await self._connection.execute(_UNSNOOZE, self._organisation, *_names(row))
        if body.move in OUT_OF_CASE and body.case is not None:
            await unlinked(
                self._connection,
                self._caller,
                self._now,
                alert=row["id"],
                case=body.case,
                reason=body.reason,
            )
        await store.tell(
            self._connection,
            self._caller,
            self._now,
            row,
            what=body.move,
            after=move.after,
            reason=body.reason,
            note=body.note,
            case=case or body.case,
        )

    async def _snooze(self, row: asyncpg.Record) -> None:
        """Keep what else is not to be heard of: the purchase, its buyer, or each supplier."""
        if self._body.scope == "alert":
            return
        named = {"process": [row["process_id"]], "buyer": [row["buyer"]]}
        names = [one for one in named.get(self._body.scope, row["suppliers"]) if one]
        if not names:
            flaw = FieldError("/body/scope", "not_named", f"this alert names no {self._body.scope}")
            raise ValidationFailed("There is nobody to snooze.", errors=[flaw])
        await self._connection.execute(
            _SNOOZE,
            self._organisation,
            self._body.scope,
            names,
            row["rank"],
            self._body.reason,
            self._body.until,
        )


async def put_into(
    connection: asyncpg.Connection, caller: Caller, now: datetime, ids: Sequence[str], case: str
) -> bool:
    """Put alerts into a case by hand, each by the move that leads there from where it stands.

    Returns whether any was not in it. Raises as `Mover` does, NotFound for an alert that is not
    there.
    """
    link, promote = (
        Mover(connection, caller, AlertMove(move=move, case=case), now)
        for move in ("link", "promote")
    )
    outside = [row for row in await link.found(ids) if case not in row["cases"]]
    for mover, is_promoted in ((link, True), (promote, False)):
        if some := [row for row in outside if (row["state"] == PROMOTED) is is_promoted]:
            await mover.move(some)
    return bool(outside)


def facts(
    row: Mapping[str, Any], caller: Caller, body: AlertMove, now: datetime
) -> dict[str, bool]:
    """Return which conditions of the life cycle hold for an alert."""
    inside = set(row["cases"])
    until = body.until
    return {
        "in_region": in_region(row, caller),
        "ends_later": until is not None and now < until <= now + LONGEST_SNOOZE,
        "cited": body.reason != "legal_exception" or bool(body.note),
        "linked": body.case in inside,
        "in_another_case": bool(inside - {body.case}),
        "in_no_other_case": not inside - {body.case},
    }


def in_region(row: Mapping[str, Any], caller: Caller) -> bool:
    """Say whether an alert lies where the caller works: coordinators work in their region."""
    return caller.role != "coordinator" or within(row["region"], caller.region)


def within(place: str | None, region: str | None) -> bool:
    """Say whether a place lies in a coordinator's region; without a region it is the country."""
    if region is None:
        return True
    return place is not None and (place.startswith(region) or region in lineage(place))


def _names(row: Mapping[str, Any]) -> list[Any]:
    return [row["process_id"], row["buyer"], row["suppliers"]]


_SNOOZE: Final = """
    INSERT INTO snooze (organisation, scope, named, rank, reason, until)
    SELECT $1, $2, named, $4::smallint, $5, $6::timestamptz FROM unnest($3::text[]) AS named
    ON CONFLICT (organisation, scope, named) DO UPDATE SET rank = excluded.rank,
        reason = excluded.reason, until = excluded.until
"""

_UNSNOOZE: Final = """
    DELETE FROM snooze WHERE organisation = $1 AND CASE scope WHEN 'process' THEN named = $2::text
        WHEN 'buyer' THEN named = $3::text ELSE named = ANY($4::text[]) END
"""
