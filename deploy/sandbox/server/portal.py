"""The world as one moment of the portal: its tables, who belongs to whom, and what was found."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from deploy.sandbox.server.names import camel
from deploy.sandbox.world import Row, Table, World

ROOT_IDS: Final = {"Subjects": "pid"}
"""Which field is the id of a root's rows, where it is not `id`."""

PURCHASES_KEPT, FINDINGS_KEPT = 2_000, 64
"""How much of one moment is remembered between two requests."""

Related = Mapping[str, tuple[Row, ...]]


class Portal:
    """What a question can be answered from. Everything remembered is forgotten with the moment."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._tables: dict[str, Table] = {}
        self._related: dict[tuple[str, int], Related] = {}
        self._numbers: dict[str, int] = {}
        self._numbered = 0
        self.findings: OrderedDict[Any, Sequence[int]] = OrderedDict()
        self._entries: dict[str, dict[str, Row]] = {}
        self.dictionaries = {name: list(rows) for name, rows in world.dictionaries().items()}

    def advance(self, to: datetime) -> None:
        """Let time pass."""
        if to > self.world.now:
            self.world.advance(to)
            self._related.clear()
            self.findings.clear()

    def table(self, root: str) -> Table:
        """The rows of a root."""
        table = self._tables.get(root)
        if table is None:
            table = self._tables[root] = self.world.table(root)
        return table

    def row(self, root: str, key: Any) -> Row | None:
        """A row by its id; None for an id that nobody has."""
        try:
            return self.table(root)[key] if isinstance(key, int) else None
        except KeyError:
            return None

    def related(self, root: str, key: int) -> Related:
        """All rows of the purchase in which a row stands; nothing for an id that nobody has."""
        found = self._related.get((root, key))
        if found is None:
            try:
                found = self.world.related(root, key)
            except KeyError:
                return {}
            self._remember(found)
        return found

    def _remember(self, purchase: Related) -> None:
        if len(self._related) > PURCHASES_KEPT:
            self._related.clear()
        for root in ("TrdBuy", "Contract", "Plans"):
            for row in purchase[root]:
                self._related[root, row["id"]] = purchase

    def entries(self, dictionary: str) -> Mapping[str, Row]:
        """The entries of a dictionary as GraphQL shows them, each by its id and by its code."""
        known = self._entries.get(dictionary)
        if known is None:
            rows = self.dictionaries.get(dictionary, [])
            known = {
                str(row[key]): {camel(name): value for name, value in row.items()}
                for row in rows
                for key in ("code", "id")
                if key in row
            }
            self._entries[dictionary] = known
        return known

    def pid(self, number: str) -> int | None:
        """The number in the register of participants of a BIN or IIN."""
        if number not in self._numbers:
            self._count_participants()
        return self._numbers.get(number)

    def _count_participants(self) -> None:
        for pid in self.table("Subjects"):
            if pid > self._numbered:
                row = self.table("Subjects")[pid]
                self._numbers[row["bin"] or row["iin"]] = pid
                self._numbered = pid

    def keep_finding(self, key: Any, ids: Sequence[int]) -> None:
        """Remember what a filter finds now."""
        self.findings[key] = ids
        if len(self.findings) > FINDINGS_KEPT:
            self.findings.popitem(last=False)


def key_of(root: str, row: Row) -> int:
    """The id of a row."""
    key: int = row[ROOT_IDS.get(root, "id")]
    return key
