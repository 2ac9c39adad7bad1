"""The audit: a chain of what privileged callers did and whose protected data they read.

Each entry carries a MAC over itself and the MAC before it, under a key that the database does not
hold: an entry that is changed, removed, moved or slipped in breaks the chain at its place. Entries
cut off at the end are missed by comparing with a published checkpoint. An entry is written in the
transaction of its act: where it cannot be written, nothing is done.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import asyncpg
from prometheus_client import Counter

from shared import logs

audit_append_failures_total: Final = Counter(
    "audit_append_failures_total", "Acts refused because the audit could not be written"
)
_KEYED_BYTES: Final = 16
_ENTRIES_AT_ONCE: Final = 5_000

_HEAD: Final = "SELECT seq, mac FROM audit_head WHERE id = 1"
_ADD: Final = """
    INSERT INTO audit_entry
        (seq, at, organisation_id, actor, credential, act, object, details, request_id, mac)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9, $10)
"""
_AFTER: Final = """
    SELECT seq, at, organisation_id, actor, credential, act, object, details, request_id, mac
    FROM audit_entry WHERE seq > $1 ORDER BY seq LIMIT $2
"""


class Actor(NamedTuple):
    """Who acts: of which organisation, as which member, by which key; an operator's name or word.

    `person` is None where a key acts that no member holds; `in_person`: the key is held by that
    member alone, so that nobody else can have spoken in the name.
    """

    organisation: str | None
    person: str | None
    credential: str | None
    in_person: bool = False

    @property
    def name(self) -> str:
        """Return what the log calls the actor."""
        return self.person or self.credential or "nobody"


class Head(NamedTuple):
    """How long the chain is, and the MAC of its last entry."""

    seq: int
    mac: bytes


class Break(NamedTuple):
    """The first place at which the chain does not hold, and what is wrong there."""

    seq: int
    why: str


class Audit:
    """Appends to the chain and checks it; `before` is the key that it began under."""

    def __init__(self, key: bytes, *, before: bytes | None = None) -> None:
        self._key = key
        self._before = before

    def keyed(self, identifier: str) -> str:
        """Return what stands in the log for an identifier that the log must not tell."""
        return hmac.digest(self._key, b"id\n" + identifier.encode(), "sha256")[:_KEYED_BYTES].hex()

    async def record(
        self,
        connection: asyncpg.Connection,
        actor: Actor,
        act: str,
        object_: str,
        *,
        now: datetime,
        **details: Any,
    ) -> int:
        """Append an entry in the transaction of `connection` and return its number."""
        with audit_append_failures_total.count_exceptions():
            head = await connection.fetchrow(f"{_HEAD} FOR UPDATE")
            seq: int = head["seq"] + 1
            values = (
                seq,
                now,
                actor.organisation,
                actor.name,
                actor.credential,
                act,
                object_,
                json.dumps(details, sort_keys=True, default=str),
                logs.request_id.get(),
            )
            mac = _mac(self._key, head["mac"], values)
            await connection.execute(_ADD, *values, mac)
            await connection.execute(
                "UPDATE audit_head SET seq = $1, mac = $2 WHERE id = 1", seq, mac
            )
            return seq

    async def verify(
        self, connection: asyncpg.Connection, *, known: Head | None = None
    ) -> Break | Head:
        """Walk the whole chain: return its head, or the first place where it does not hold.

        `known` is a head that was published or written down: the chain must lead through it.
        """
        last: Head = Head(0, b"")
        key = self._before or self._key
        while rows := await connection.fetch(_AFTER, last.seq, _ENTRIES_AT_ONCE):
            for row in rows:
                if row["seq"] != last.seq + 1:
                    return Break(last.seq + 1, "is missing")
                if not _holds(key, last, row):
                    key = self._key  # from here on: what it once chained, the older never does
                if not _holds(key, last, row):
                    return Break(row["seq"], "was changed, or what stands before it was")
                last = Head(row["seq"], row["mac"])
                if known is not None and known.seq == last.seq and known.mac != last.mac:
                    return Break(last.seq, "is not what was published")
        head = await connection.fetchrow(_HEAD)
        if Head(head["seq"], head["mac"]) != last or (known is not None and known.seq > last.seq):
            return Break(last.seq + 1, "was cut off, with all that followed")
        return last


def _holds(key: bytes, last: Head, row: asyncpg.Record) -> bool:
    return hmac.compare_digest(row["mac"], _mac(key, last.mac, tuple(row)[:-1]))


def _mac(key: bytes, before: bytes, values: tuple[Any, ...]) -> bytes:
    """Return the MAC of an entry: over the one before and its values in canonical form."""
    seq, at, organisation, actor, credential, act, object_, details, request = values
    moment = at.astimezone(UTC).isoformat()
    content = [seq, moment, organisation, actor, credential, act, object_, _plain(details)]
    text = json.dumps([*content, request], ensure_ascii=True, sort_keys=True)
    return hmac.digest(key, before + b"\n" + text.encode(), "sha256")


def _plain(details: str | Mapping[str, Any]) -> Any:
    return json.loads(details) if isinstance(details, str) else details
