"""The public face of the catalogue, published as the feed "catalogue" when the engine starts.

What people found of its flags comes later, and from another process (`scoring.hearing`): both lock
the feed before they read what they publish, so that neither takes back what the other said.
"""

from collections.abc import Mapping
from typing import Any, Final

import asyncpg
import msgspec

from scoring import practice
from scoring.held import Held, Holds
from scoring.indicator import Indicator, Text
from scoring.measured import measured
from scoring.publication import life, publication
from shared.contracts import catalogue as contract
from shared.feed import Change, publish_state, read

FEED: Final = "catalogue"
MOST_INDICATORS: Final = 10_000


async def publish(
    connection: asyncpg.Connection, catalogue: Mapping[str, Indicator], holds: Holds
) -> int:
    """Publish every indicator, and the retirement of those that are no longer there.

    Runs in the caller's transaction; returns the last number of the feed.
    """
    published = await _published(connection)
    found = await practice.read(connection)
    retired = published.keys() - catalogue.keys()
    changes = [
        Change(code, msgspec.json.encode(face(one, holds.get(code), found.get(code))))
        for code, one in catalogue.items()
    ]
    changes += [Change(code, None) for code in sorted(retired)]
    return await publish_state(connection, FEED, changes)


async def renew(connection: asyncpg.Connection) -> int | None:
    """Publish anew the indicators of which something else was found since.

    Runs in the caller's transaction; returns the last number of the feed, None if nothing changed.
    """
    published = await _published(connection)
    found = await practice.read(connection)
    changes = [
        Change(code, fresh)
        for code, body in published.items()
        if (fresh := _renewed(body, found.get(code))) is not None
    ]
    return await publish_state(connection, FEED, changes) if changes else None


async def _published(connection: asyncpg.Connection) -> dict[str, bytes]:
    """Lock the feed until the transaction ends, and read what it says of every indicator."""
    await publish_state(connection, FEED, [])
    page = await read(connection, FEED, after=0, limit=MOST_INDICATORS)
    return {entry.key: entry.body for entry in page.entries if not entry.deleted}


def _renewed(body: bytes, found: contract.InPractice | None) -> bytes | None:
    """Return a document with what was found in the place of what it says; None if that is it."""
    document: dict[str, Any] = msgspec.json.decode(body)
    now = msgspec.to_builtins(found)
    if document.get("in_practice") == now:
        return None
    return msgspec.json.encode({**document, "in_practice": now})


def face(
    one: Indicator, hold: Held | None = None, found: contract.InPractice | None = None
) -> contract.Indicator:
    """Everything of an indicator that the public reads; its query and examples stay inside."""
    told = measured().get(one.code)
    return contract.Indicator(
        code=one.code,
        version=one.version,
        title=_words(one.title),
        meaning=_words(one.meaning),
        why_it_matters=_words(one.why),
        innocent_explanations=_words(one.innocent),
        how_to_check=_words(one.how_to_check),
        what_would_clear_it=_words(one.would_clear),
        subject=one.subject,
        kind=one.kind,
        stage=one.stage,
        family=one.family,
        severity=one.severity,
        points=float(one.points),
        parameters=[
            contract.Parameter(p.name, _said(p.unit), p.default, _said(p.origin))
            for p in one.parameters
        ],
        legal_basis=[
            contract.LegalBasis(_words(law.article), law.valid_from, law.valid_to, law.source)
            for law in one.legal_basis
        ],
        cross_references={ref.catalogue: ref.code for ref in one.cross_references},
        fields=one.fields,
        life=life(one, told),
        measured=told,
        publication=publication(one, told),
        held_back=hold.face() if hold is not None and hold.version == one.version else None,
        in_practice=found,
    )


def _words(text: msgspec.Struct) -> contract.Trilingual:
    return msgspec.convert(text, contract.Trilingual, from_attributes=True)


def _said(text: Text | str) -> contract.Trilingual | str:
    return text if isinstance(text, str) else _words(text)
