"""Putting a question together as SQL: only the clauses that are asked, so that indexes are used."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

_TOOK_PART: Final = (
    "id IN (SELECT process_id FROM part WHERE role = '{role}' AND party_id = ANY({{}}::text[]))"
)


class Places(NamedTuple):
    """Subtrees of KATO asked for: of the buyer's seat, of the place of delivery, or of either."""

    either: tuple[str, ...] = ()
    buyer: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()


EVERYWHERE: Final = Places()


@dataclass
class Statement:
    """Clauses of a WHERE and the values they speak of."""

    clauses: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def where(self, clause: str, *values: Any) -> None:
        """Add a clause; each `{}` in it stands for one of its values, in order."""
        first = len(self.values) + 1
        places = [f"${first + place}" for place in range(len(values))]
        self.clauses.append(clause.format(*places))
        self.values.extend(values)

    def where_any(self, clause: str, values: Sequence[str]) -> None:
        """Add a clause that takes a list of alternatives, unless the list is empty."""
        if values:
            self.where(clause, list(values))

    def between(self, column: str, begin: Any, end: Any) -> None:
        """Add the bounds of a column that are given, both inclusive."""
        if begin is not None:
            self.where(f"{column} >= {{}}", begin)
        if end is not None:
            self.where(f"{column} <= {{}}", end)

    def took_part(self, role: str, organisations: Sequence[str]) -> None:
        """Ask for processes in which one of these organisations had a role."""
        self.where_any(_TOOK_PART.format(role=role), organisations)

    def in_places(self, places: Places) -> None:
        """Ask for rows in these subtrees, by their own columns."""
        self._in_places(places, "{clause}")

    def of_processes_in(self, column: str, places: Places) -> None:
        """Ask for rows whose process, named in a column, lies in these subtrees."""
        self._in_places(places, f"{column} IN (SELECT id FROM process WHERE {{clause}})")

    def _in_places(self, places: Places, wrapping: str) -> None:
        for clause, wanted in (
            ("(buyer_region && {} OR delivery_region && {})", places.either),
            ("buyer_region && {}", places.buyer),
            ("delivery_region && {}", places.delivery),
        ):
            if wanted:
                values = [list(wanted)] * clause.count("{}")
                self.where(
                    wrapping.replace("{clause}", clause.replace("{}", "{}::text[]")), *values
                )

    def sql(self) -> str:
        """Return the WHERE clause; nothing if all is asked for."""
        return f"WHERE {' AND '.join(self.clauses)}" if self.clauses else ""
