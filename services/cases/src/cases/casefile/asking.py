"""A question for a list of cases: what the caller may see, and the filters they name.

One's own, shared ones and those of a region are looked for apart, each along an index of its own,
and only what fits on the page is put together: a list must not cost more the more there is.
"""

import re
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
        """Begin with who asks, and when."""
        self.bound: list[Any] = [self.caller.organisation, self.now]
        self._where = ["true"]

    def words(self, column: str, words: Sequence[str]) -> None:
        """Ask for any of some words."""
        if words:
            self._where.append(f"{column} = ANY({self._bind(list(words))})")

    def prefixes(self, column: str, words: Sequence[str]) -> None:
        """Ask for what begins with any of some words."""
        if words:
            places = [self._bind(f"{_escaped(word)}%") for word in words]
            self._where.append(f"({' OR '.join(f'{column} LIKE {place}' for place in places)})")

    def overlap(self, column: str, words: Sequence[str]) -> None:
        """Ask for lists that have any of some words."""
        if words:
            self._where.append(f"{column} && {self._bind(list(words))}::text[]")

    def linked(self, kind: str, targets: Sequence[str]) -> None:
        """Ask for what is linked to any of some things."""
        if targets:
            named = self._bind(list(targets))
            self._where.append(
                f"({{told}}) AND EXISTS (SELECT FROM case_link AS link"
                f" WHERE link.case_id = casefile.id AND link.kind = '{kind}'"
                f" AND link.target = ANY({named})"
                " AND link.ended_at IS NULL)"
            )

    def stale(self, wanted: bool | None) -> None:
        """Ask for what is open and was not touched for long, or for all the rest."""
        if wanted is not None:
            since = self._bind(self.now - STALE)
            untouched = (
                f"NOT starts_with(casefile.state, '{FINAL}') AND casefile.state <> 'merged_into'"
                f" AND casefile.updated_at < {since}"
            )
            # What was not touched since is older still: so that newer ones are not even looked at.
            older = f"casefile.created_at < {since} AND {untouched}"
            self._where.append(older if wanted else f"NOT ({untouched})")

    def text(self, words: str | None) -> None:
        """Ask for words of the title or the number, or how such words begin."""
        if found := _WORD.findall(words or "")[:10]:
            begun = " & ".join(f"'{word}':*" for word in found)
            self._where.append(f"casefile.words @@ to_tsquery('simple', {self._bind(begun)})")

    def after(self, mark: str | None) -> None:
        """Go on after where the page before ended."""
        if mark is not None:
            moment, case = moment_and_id(mark)
            places = f"({self._bind(moment)}, {self._bind(case)})"
            self._where.append(f"(casefile.created_at, casefile.id) < {places}")

    def query(self, limit: int, hidden: Sequence[str]) -> str:
        """Return the question; `hidden` are cases that their region is not told of."""
        names = self._bind(hidden)
        parts = [(_OWN, "true"), (_SHARED, _LINKS_TOLD), (_OFFERED, "false")]
        if store.sees_region(self.caller):
            place = self._bind(f"{_escaped(str(self.caller.region))}%")
            parts.append((_OF_REGION.format(region=place, hidden=names), "true"))
        where, most = " AND ".join(self._where), self._bind(limit)
        found = " UNION ".join(
            f"({_PART.format(of=of, where=where.format(told=told), limit=most)})"
            for of, told in parts
        )
        return _LISTED.format(found=found, limit=most, hidden=names)

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


_WORD: Final = re.compile(r"\w+")

_OWN: Final = "casefile WHERE casefile.organisation = $1"

_SHARED: Final = """case_share AS share JOIN casefile ON casefile.id = share.case_id
    WHERE share.organisation = $1 AND share.ended_at IS NULL AND share.expires_at > $2"""

_OFFERED: Final = "casefile WHERE casefile.offered_to = $1 AND NOT casefile.embargoed"

_LINKS_TOLD: Final = "'links' = ANY(share.parts)"

_OF_REGION: Final = f"""casefile WHERE casefile.region LIKE {{region}}
    AND NOT casefile.embargoed AND NOT {store.OF_TIP} AND casefile.id <> ALL({{hidden}}::text[])"""

_PART: Final = """
    SELECT casefile.id, casefile.created_at FROM {of} AND {where}
    ORDER BY casefile.created_at DESC, casefile.id DESC LIMIT {limit}
"""

_LISTED: Final = f"""
    WITH found AS ({{found}} ORDER BY created_at DESC, id DESC LIMIT {{limit}})
    SELECT casefile.*, share.parts AS shared_parts, share.may_comment AS shared_comment,
           {store.OF_TIP} AS of_tip, casefile.id = ANY({{hidden}}::text[]) AS into_hidden
    FROM found JOIN casefile ON casefile.id = found.id
      LEFT JOIN case_share AS share
      ON share.case_id = casefile.id AND share.organisation = $1
      AND share.ended_at IS NULL AND share.expires_at > $2
    ORDER BY casefile.created_at DESC, casefile.id DESC
"""
