"""A question for a list of cases: what the caller may see, and the filters they name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from cases.casefile import store
from shared.errors import CursorInvalid
from shared.security import Caller

STALE: Final = timedelta(days=30)
FINAL: Final = "closed_"


@dataclass
class Asked:
    """A question for a list of cases, put together from its filters; values are parameters."""

    caller: Caller
    now: datetime

    def __post_init__(self) -> None:
        """Begin with what the caller may see."""
        self.bound: list[Any] = [self.caller.organisation, self.now]
        self._where = [f"({self._visible()})"]

    def words(self, column: str, words: Sequence[str]) -> None:
        """Ask for any of some words."""
        if words:
            self._where.append(f"{column} = ANY({self._bind(list(words))})")

    def prefixes(self, column: str, words: Sequence[str]) -> None:
        """Ask for what begins with any of some words."""
        if words:
            place = self._bind([f"{_escaped(word)}%" for word in words])
            self._where.append(f"{column} LIKE ANY({place})")

    def overlap(self, column: str, words: Sequence[str]) -> None:
        """Ask for lists that have any of some words."""
        if words:
            self._where.append(f"{column} && {self._bind(list(words))}::text[]")

    def linked(self, kind: str, targets: Sequence[str]) -> None:
        """Ask for what is linked to any of some things."""
        if targets:
            self._where.append(
                f"EXISTS (SELECT FROM case_link AS link WHERE link.case_id = casefile.id"
                f" AND link.kind = '{kind}' AND link.target = ANY({self._bind(list(targets))})"
                " AND link.ended_at IS NULL)"
            )

    def stale(self, wanted: bool | None) -> None:
        """Ask for what is open and was not touched for long, or for all the rest."""
        if wanted is not None:
            untouched = (
                f"NOT starts_with(casefile.state, '{FINAL}') AND casefile.state <> 'merged_into'"
                f" AND casefile.updated_at < {self._bind(self.now - STALE)}"
            )
            self._where.append(untouched if wanted else f"NOT ({untouched})")

    def text(self, words: str | None) -> None:
        """Ask for words of the title, or the number."""
        for word in (words or "").split()[:10]:
            place = self._bind(f"%{_escaped(word)}%")
            self._where.append(f"(casefile.title ILIKE {place} OR casefile.number LIKE {place})")

    def after(self, mark: str | None) -> None:
        """Go on after where the page before ended."""
        if mark is not None:
            moment, case = moment_and_id(mark)
            places = f"({self._bind(moment)}, {self._bind(case)})"
            self._where.append(f"(casefile.created_at, casefile.id) < {places}")

    def query(self, limit: int) -> str:
        """Return the question."""
        return _LISTED.format(where=" AND ".join(self._where), limit=self._bind(limit))

    def _visible(self) -> str:
        shared = "casefile.organisation = $1 OR share.id IS NOT NULL"
        if not store.sees_region(self.caller):
            return shared
        place = self._bind(f"{_escaped(str(self.caller.region))}%")
        region = f"casefile.region LIKE {place} AND NOT casefile.embargoed AND NOT {store.OF_TIP}"
        return f"{shared} OR ({region})"

    def _bind(self, value: Any) -> str:
        self.bound.append(value)
        return f"${len(self.bound)}"


def moment_and_id(mark: str) -> tuple[datetime, str]:
    """Return where the page before ended. Raises CursorInvalid."""
    try:
        moment, case = msgspec.json.decode(mark, type=tuple[datetime, str])
    except msgspec.MsgspecError as error:
        raise CursorInvalid("This cursor cannot be read.") from error
    return moment, case


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_LISTED: Final = f"""
    SELECT casefile.*, share.parts AS shared_parts, share.may_comment AS shared_comment,
           {store.OF_TIP} AS of_tip
    FROM casefile LEFT JOIN case_share AS share
      ON share.case_id = casefile.id AND share.organisation = $1
      AND share.ended_at IS NULL AND share.expires_at > $2
    WHERE {{where}}
    ORDER BY casefile.created_at DESC, casefile.id DESC LIMIT {{limit}}
"""
