"""Lines of the feed `registers` as the ingestor publishes them, in small."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from shared.contracts.registers import RegisterRow
from shared.feed import Change

VAT = "vat_payers"
RETRIEVED = datetime(2026, 6, 30, 20, tzinfo=UTC)


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def entry(  # noqa: PLR0917 (as they stand in a sentence)
    key: str,
    party: str | None,
    since: str | None = None,
    until: str | None = None,
    known: str = "2018-01-01",
    known_to: str | None = None,
    **more: Any,
) -> RegisterRow:
    """A party stands in a register, from a day until before another one."""
    told: dict[str, Any] = {"register": VAT, "source": "vat", "retrieved_at": RETRIEVED} | more
    return RegisterRow(
        key=key,
        kind="entry",
        party=party,
        valid_from=day(since),
        valid_to=day(until),
        known_from=date.fromisoformat(known),
        known_to=day(known_to),
        **told,
    )


def coverage(
    key: str, first: str, last: str | None, party: str | None = None, **more: Any
) -> RegisterRow:
    """A source's answer is known from a day to another one, both included."""
    told: dict[str, Any] = {"register": VAT, "source": "vat", "retrieved_at": RETRIEVED} | more
    return RegisterRow(
        key=key,
        kind="coverage",
        party=party,
        known_from=date.fromisoformat(first),
        known_to=day(last),
        **told,
    )


def line(seq: int, row: RegisterRow | str) -> bytes:
    """A line of the feed; a key alone is a tombstone."""
    if isinstance(row, str):
        return msgspec.json.encode({"seq": seq, "key": row, "deleted": True, "body": None})
    return msgspec.json.encode({"seq": seq, "key": row.key, "deleted": False, "body": row})


def change(row: RegisterRow | str) -> Change:
    """What is published."""
    return Change(row, None) if isinstance(row, str) else Change(row.key, msgspec.json.encode(row))
