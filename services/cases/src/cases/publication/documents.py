"""Publications as they are answered to those who write them, whom they name, and everybody."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import asyncpg
from msgspec import convert

from cases.casefile import store as cases
from cases.lifecycle import life_cycle
from cases.publication import moving, store
from cases.publication.checklist import SEEN, checklist
from cases.publication.store import Row
from shared.contracts.casework.publication import (
    ChecklistItem,
    PublicationHarm,
    PublicationNotice,
    PublicationSum,
    PublicFigure,
    ReceivedBrief,
    ReceivedNotice,
)
from shared.contracts.casework.publication import Publication as Document
from shared.security import Caller
from shared.vocabulary.text import Text


async def document(connection: asyncpg.Connection, case: Row, row: Row, caller: Caller) -> Document:
    """Return a publication as its organisation works on it."""
    parties = await store.involved(connection, case["id"])
    notices = await store.notices_of(connection, row)
    sums = await moving.sums_in(connection, case, row)
    return Document(
        id=row["id"],
        case=case["id"],
        state=row["state"],
        moves=moves(case, row["state"], caller),
        texts=row["texts"],
        processes=row["processes"],
        figures=figures(row),
        writers=row["writers"],
        checklist=_items(row["answers"]),
        harms=[PublicationHarm(*one) for one in moving.found_in(row, parties)],
        sums=[PublicationSum(one.place, one.text) for one in sums],
        notices=[_notice(one) for one in notices],
        **{name: row[name] for name in _MOMENTS},
        ground=row["ground"],
        revision=row["revision"],
    )


def moves(case: Row, state: str, caller: Caller) -> list[str]:
    """Name the moves of a publication that the caller may take: whoever may change its case."""
    if not cases.writes(cases.Seen(case, "own", frozenset()), caller):
        return []
    return life_cycle(moving.LIFE).possible(state, caller)


def received_brief(row: Row) -> ReceivedBrief:
    """Return a notice in short."""
    return ReceivedBrief(**_received(row))


def received(row: Row) -> ReceivedNotice:
    """Return a notice as the named party reads it."""
    return ReceivedNotice(
        **_received(row),
        texts=row["texts"],
        processes=row["processes"],
        figures=figures(row),
        replies=row["replies"],
        disclaimer=spoken(checklist().disclaimer),
    )


def figures(row: Row) -> list[PublicFigure]:
    """Return the figures of a publication."""
    return [convert(each, PublicFigure, strict=False) for each in row["figures"]]


def spoken(text: Text) -> dict[str, str]:
    """Return a text by its languages."""
    return {"kk": text.kk, "ru": text.ru, "en": text.en}


def _received(row: Row) -> dict[str, Any]:
    names = ("id", "bin", "organisation", "state", "made_at", "opened_at", "published_at")
    return {**{name: row[name] for name in names}, "reply_until": moving.reply_until(row)}


def _items(answers: Mapping[str, Mapping[str, Any]]) -> list[ChecklistItem]:
    return [
        ChecklistItem(item=code, question=spoken(text), **_answer(answers.get(code)))
        for code, text in checklist().items.items()
    ]


def _answer(given: Mapping[str, Any] | None) -> dict[str, Any]:
    if given is None:
        return dict.fromkeys(("answer", "note", "member", "at"))
    told = {name: value for name, value in given.items() if name != SEEN}
    return {**told, "at": datetime.fromisoformat(given["at"])}


def _notice(row: Row) -> PublicationNotice:
    names = ("id", "bin", "name", "made_at", "opened_at", "told_at", "told_how", "replies")
    shown = {name: row[name] for name in names}
    return PublicationNotice(**shown, reply_until=moving.reply_until(row))


_MOMENTS: Final = ("created_at", "updated_at", "notified_at", "published_at", "withdrawn_at")
