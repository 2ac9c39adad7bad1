"""What is written down of a complaint, and what organisations are told of it."""

from collections.abc import Mapping
from typing import Any

from cases.events import Happened
from shared.contracts.casework.complaints import ComplaintMove


def told(
    row: Mapping[str, Any],
    what: str,
    *,
    type_: str | None = None,
    before: str | None = None,
    body: ComplaintMove | None = None,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Happened:
    """Return the event of something that was done to a complaint, as `row` is after it."""
    due = row["due_on"]
    return Happened(
        object="complaint",
        id=row["id"],
        organisation=row["organisation"],
        what=what,
        type=type_,
        before=before,
        after=row["state"],
        reason=body.reason if body else None,
        note=body.note if body else None,
        changes=changes or {},
        shown={
            "case": row["casefile"],
            "route": row["route"],
            "addressee": row["addressee"],
            "state": row["state"],
            "due_on": due.isoformat() if due is not None else None,
            "link": f"/v1/complaints/{row['id']}",
            **_in_time(row),
            **(more or {}),
        },
    )


def _in_time(row: Mapping[str, Any]) -> dict[str, bool]:
    """Say whether an answer came within its term, where somebody stands by the term."""
    answered, due = row["answered_on"], row["due_on"]
    known = answered is not None and due is not None and row["term_confirmed"]
    return {"in_time": answered <= due} if known else {}


def changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what became otherwise, with old and new values as they are written down."""
    return {
        name: (_plain(before[name]), _plain(value))
        for name, value in after.items()
        if before.get(name) != value and name not in {"revision", "updated_at"}
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
