"""What takes more than one person: asked by one, decided by another.

An act that is asked for changes nothing until enough others have approved; then it is carried out
in the transaction of the last approval. Whoever asked may take it back, and cannot approve. Since
an organisation's key gets tokens in the name of all its members, a token never approves: that takes
a key that the approving member alone holds.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Literal, NamedTuple

import asyncpg
import msgspec

from gateway.holders import KIND, TOKEN
from gateway.who import credentials, members, organisations, signing
from gateway.who.documents import Approval
from gateway.who.doing import Doing
from gateway.who.organisations import new_id
from gateway.who.refusals import MemberRequired, SecondPersonRequired
from gateway.who.roles import ADMIN, OPERATOR
from shared.errors import GuardFailed, NotFound, ScopeMissing, TransitionNotAllowed
from shared.security import Caller

WAITS: Final = timedelta(days=7)
Level = Literal["organisation", "platform"]
Decision = Literal["approve", "reject"]


class Asked(NamedTuple):
    """What was asked for, when it is carried out."""

    id: str
    organisation: str
    object: str
    details: Mapping[str, Any]


class Act(NamedTuple):
    """An act that takes more than one: who decides, how many, and what is then done."""

    level: Level
    needed: int
    perform: Callable[[Doing, Asked], Awaitable[None]]


async def _grant_role(do: Doing, asked: Asked) -> None:
    await members.one(do.connection, asked.organisation, asked.object, lock=True)
    await members.check_role(do.connection, asked.organisation, asked.details["role"])
    await members.change(do, asked.object, {"role": asked.details["role"]})


async def _grant_admin_key(do: Doing, asked: Asked) -> None:
    kind: credentials.Kind = asked.details["kind"]
    at = (do.connection, asked.organisation, kind, asked.object)
    found = await credentials.one(*at, lock=True)
    wanted = {"scopes": [*credentials.without_admin(found["scopes"]), ADMIN]}
    checked = await credentials.check(*at[:2], wanted, role_of=found["member"])
    await credentials.change(do, asked.object, checked)


async def _grant_scopes(do: Doing, asked: Asked) -> None:
    kind: credentials.Kind = asked.details["kind"]
    at = (do.connection, asked.organisation, kind, asked.object)
    found = await credentials.one(*at, lock=True)
    wanted = {"scopes": [*found["scopes"], *asked.details["scopes"]]}
    checked = await credentials.check(*at[:2], wanted, role_of=found["member"])
    await credentials.change(do, asked.object, checked)


async def _raise_limit(do: Doing, asked: Asked) -> None:
    kind: credentials.Kind = asked.details["kind"]
    await credentials.one(do.connection, asked.organisation, kind, asked.object, lock=True)
    await credentials.change(do, asked.object, {"per_minute": asked.details["per_minute"]})


async def _delete_organisation(do: Doing, asked: Asked) -> None:
    await organisations.delete(do, asked.organisation)


async def _verify_speaker(do: Doing, asked: Asked) -> None:
    await do.connection.execute(
        "INSERT INTO speaker (organisation_id, speaks_for, document, verified_at, approval_id)"
        " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (organisation_id, speaks_for) DO UPDATE"
        " SET (document, verified_at, approval_id)"
        " = (excluded.document, excluded.verified_at, excluded.approval_id)",
        asked.organisation,
        asked.object,
        asked.details["document"],
        do.now,
        asked.id,
    )
    # Keys and tokens carry for whom their organisation speaks.
    do.forget(KIND)
    do.forget(TOKEN)
    do.note("speaker.verified", asked.organisation, of=do.keyed(asked.object))


async def _rotate_signing_key(do: Doing, asked: Asked) -> None:
    if do.seal is None:
        raise RuntimeError("a signing key is made where it can be sealed")
    at_once: bool = asked.details["at_once"]
    made = await signing.rotate(do.connection, do.seal, now=do.now, at_once=at_once)
    do.forget(TOKEN)
    do.note("signing_key.rotated", made, at_once=at_once)


ACTS: Final[Mapping[str, Act]] = {
    "grant_role": Act("organisation", 1, _grant_role),
    "grant_admin_key": Act("organisation", 1, _grant_admin_key),
    "grant_scopes": Act("organisation", 1, _grant_scopes),
    "delete_organisation": Act("organisation", 1, _delete_organisation),
    "raise_limit": Act("platform", 1, _raise_limit),
    "verify_speaker": Act("platform", 2, _verify_speaker),
    "rotate_signing_key": Act("platform", 1, _rotate_signing_key),
}

COLUMNS: Final = """
    id, organisation_id AS organisation, act, decided_at_level AS level, object, details,
    CASE WHEN state = 'waiting' AND expires_at <= now() THEN 'expired' ELSE state END AS state,
    asked_by, asked_at, expires_at, needed, approved_by, revision
"""


async def ask(do: Doing, act: str, organisation: str, object_: str, **details: Any) -> str:
    """Ask for an act and return the id of the request. Raises MemberRequired without a person."""
    if do.actor.person is None:
        raise MemberRequired(MemberRequired.example)
    known, request = ACTS[act], new_id("apr")
    await do.connection.execute(
        "INSERT INTO approval (id, organisation_id, act, decided_at_level, object, details,"
        " asked_by, asked_at, expires_at, needed) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        request,
        organisation,
        act,
        known.level,
        object_,
        json.dumps(details),
        do.actor.person,
        do.now,
        do.now + WAITS,
        known.needed,
    )
    do.note("approval.asked", request, act_asked=act, of=do.keyed(object_))
    return request


async def decide(do: Doing, request: str, decision: Decision, caller: Caller) -> None:
    """Approve or reject; the last approval carries the act out.

    Raises NotFound for what the caller may not decide on, TransitionNotAllowed for what is decided
    or too old, ScopeMissing for what only operators approve, MemberRequired,
    SecondPersonRequired, GuardFailed where its object has gone meanwhile.
    """
    row = await visible(do.connection, request, caller, lock=True)
    if row["state"] != "waiting" or row["expires_at"] <= do.now:
        raise TransitionNotAllowed("This is decided already, or was asked too long ago.")
    if do.actor.person is None:
        raise MemberRequired(MemberRequired.example)
    if decision == "reject":
        await _end(do, request, "rejected")
        do.note("approval.rejected", request)
        return
    if row["decided_at_level"] == "platform" and OPERATOR not in caller.scopes:
        raise ScopeMissing(f"This needs the scope {OPERATOR}.")
    if not do.actor.in_person or do.actor.person in {row["asked_by"], *row["approved_by"]}:
        raise SecondPersonRequired(SecondPersonRequired.example)
    await do.connection.execute(
        "UPDATE approval SET approved_by = array_append(approved_by, $2), revision = revision + 1"
        " WHERE id = $1",
        request,
        do.actor.person,
    )
    do.note("approval.approved", request)
    if len(row["approved_by"]) + 1 >= row["needed"]:
        await _end(do, request, "done")
        details = json.loads(row["details"])
        asked = Asked(request, row["organisation_id"], row["object"], details)
        try:
            await ACTS[row["act"]].perform(do, asked)
        except NotFound as gone:
            raise GuardFailed("What this was asked for is no longer there.") from gone


async def visible(
    connection: asyncpg.Connection, request: str, caller: Caller, *, lock: bool = False
) -> asyncpg.Record:
    """Return a request that a caller may decide on. Raises NotFound for others as for none."""
    row = await connection.fetchrow(
        f"SELECT * FROM approval WHERE id = $1{' FOR UPDATE' if lock else ''}", request
    )
    if row is None or not may_see(row, caller):
        raise NotFound("There is no such request.")
    return row


def document(row: Mapping[str, Any]) -> Approval:
    """Return a request as it is served."""
    return msgspec.convert({**row, "details": json.loads(row["details"])}, Approval)


def may_see(row: Mapping[str, Any], caller: Caller) -> bool:
    """Say whether a caller decides on, or asked for, a request.

    An operator decides on those of organisations too: one with a single admin has nobody else.
    """
    own = row["organisation_id"] == caller.organisation and ADMIN in caller.scopes
    return OPERATOR in caller.scopes or own


async def _end(do: Doing, request: str, state: str) -> None:
    await do.connection.execute(
        "UPDATE approval SET state = $2, ended_at = $3, revision = revision + 1 WHERE id = $1",
        request,
        state,
        do.now,
    )
