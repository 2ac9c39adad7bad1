"""A tale: everything that happens in one purchase, or in one planted scheme, from plan to payment.

A tale is told by running its story once. It yields records, each with the moment of its birth and
its later changes, and labels for what was planted. Ids come from the ledger; on the first telling
they are not given away yet and read 0, so that no story may branch on them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from deploy.sandbox.world.catalogue import Position, reserved, sectors_of, turn_of
from deploy.sandbox.world.parties import Party, make_buyer, make_supplier, subject_row
from deploy.sandbox.world.workdays import text, year_of

Row = dict[str, Any]

ROOTS = (
    "Subjects",
    "Plans",
    "TrdBuy",
    "Lots",
    "TrdApp",
    "Contract",
    "Acts",
    "TreasuryPay",
    "ComplaintAppeal",
    "Rnu",
)
DATED = {"TrdBuy", "Lots", "Contract", "Subjects", "ComplaintAppeal", "TreasuryPay"}
"""Roots whose rows say when they were last changed, beside when they were indexed."""

TRIES = 30
"""How often one looks for another supplier, where few of a sector are met again and again."""

CHARACTERS = 4_000_000
"""BINs from this one on belong to suppliers that a story brings along."""


@dataclass(slots=True)
class Record:
    """A row's life: born at a moment, changed at later ones, perhaps taken away."""

    root: str
    id: int
    at: int
    row: Row
    changes: list[tuple[int, Row]] = field(default_factory=list)
    gone: int | None = None

    def patch(self, at: int, **fields: Any) -> None:
        """Set fields at a moment, which is not before the record's birth."""
        self.changes.append((max(at, self.at), fields))

    def latest(self, name: str) -> Any:
        """The value a field will have in the end."""
        told = [fields[name] for _, fields in self.changes if name in fields]
        return told[-1] if told else self.row[name]

    def moments(self) -> Iterator[int]:
        """When anything happens to the record, its birth first."""
        yield self.at
        yield from (at for at, _ in self.changes)
        if self.gone is not None:
            yield self.gone

    def told_at(self, name: str) -> Iterator[int]:
        """When a field is set."""
        if self.row.get(name) is not None:
            yield self.at
        yield from (at for at, fields in self.changes if fields.get(name) is not None)

    def touched(self, now: int) -> int:
        """When the record was last changed, as far as is known now."""
        if self.gone is not None and self.gone <= now:
            return self.gone
        return max((at for at, _ in self.changes if at <= now), default=self.at)

    def seen(self, now: int) -> Row | None:
        """The row as it stands now; None before its birth and after its end."""
        if self.at > now or (self.gone is not None and self.gone <= now):
            return None
        row = dict(self.row)
        last = self.at
        for at, fields in self.changes:
            if at <= now:
                row.update(fields)
                last = max(last, at)
        row["indexDate"] = text(last)
        if self.root in DATED:
            row["lastUpdateDate"] = row["indexDate"]
        return row


class Label(NamedTuple):
    """Where something is to be seen, and from when on; `kind` names it in an honest purchase."""

    at: int
    subject: Row
    kind: str = ""


@dataclass(slots=True)
class Tale:
    """One telling: who, when, with which draws, and what has been told so far."""

    number: int
    day: int
    rng: Random
    buyer: Party
    supplier_of: Callable[[Random, int], Party]
    buyer_of: Callable[[Random], Party]
    give_id: Callable[[int], int]
    turn: int = 0
    sequence: int = 0
    used: int = 0
    cast_from: int = CHARACTERS
    records: list[Record] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    roots: int = 0
    cast: list[Party] = field(default_factory=list)
    entries: list[tuple[str, int, Row]] = field(default_factory=list)
    order: int = 0

    @property
    def year(self) -> int:
        """The financial year of the plan."""
        return year_of(self.day)

    def add(self, root: str, at: int, row: Row, key: str = "id") -> Record:
        """Let a record come into being at a moment; its id is put into the row."""
        record = Record(root, self.give_id(len(self.records)), at, row)
        row[key] = record.id
        self.records.append(record)
        return record

    def position(self, *kinds: str, subject: int = 0) -> Position:
        """The next item of some kinds that the customer has not bought this year."""
        self.used += 1
        return turn_of(sectors_of(*kinds, subject=subject), self.turn + self.used - 1)

    def spare(self, *kinds: str, subject: int = 0) -> Position:
        """An item that no ordinary purchase is about, for a planted story."""
        self.used += 1
        return reserved(sectors_of(*kinds, subject=subject), self.order * 3 + self.used)

    def enter(self, register: str, at: int, **row: Any) -> None:
        """Let an entry appear in a register outside the portal."""
        self.entries.append((register, at, row))

    def supplier(self, sector: int) -> Party:
        """One of the world's suppliers of a sector, the big ones more often."""
        return self.supplier_of(self.rng, sector)

    def suppliers(self, sector: int, number: int) -> list[Party]:
        """Up to so many different suppliers of a sector."""
        drawn = [self.supplier_of(self.rng, sector) for _ in range(number + 3)]
        found = {party.pid: party for party in drawn}
        for _ in range(TRIES):
            if len(found) >= number:
                break
            party = self.supplier_of(self.rng, sector)
            found[party.pid] = party
        return list(found.values())[:number]

    def character(self, at: int, sector: int = 0, **traits: Any) -> Party:
        """A supplier that this story brings along, entered in the register at a moment."""
        index = self.cast_from + len(self.cast)
        party = make_supplier(self.rng, 0, index, at // 86_400, company=True, sector=sector)
        party.vat = (party.founded + 60, None)
        for name, value in traits.items():
            setattr(party, name, value)
        party.pid = self.give_id(len(self.records))
        party.email = f"post{index}@sandbox.invalid"
        self.cast.append(party)
        self.add("Subjects", at, subject_row(party, at), key="pid")
        return party

    def institution(self, at: int, *, state: bool = False) -> Party:
        """A customer that this story brings along, no office of a village, entered at a moment.

        A `state` one is a state institution.
        """
        index = self.cast_from + len(self.cast)
        party = make_buyer(self.rng, 0, index, at // 86_400)
        while party.rural or (state and not party.gu):
            party = make_buyer(self.rng, 0, index, at // 86_400)
        party.pid = self.give_id(len(self.records))
        party.email = f"post{index}@sandbox.invalid"
        self.cast.append(party)
        self.add("Subjects", at, subject_row(party, at), key="pid")
        return party

    def label(self, at: int, **subject: Any) -> None:
        """Say where a planted story, or what looks like it, can be seen from a moment on."""
        self.labels.append(Label(at, subject))

    def happens(self, kind: str, at: int, **subject: Any) -> None:
        """Say that something happened that is no scheme, but that somebody may rightly notice."""
        self.labels.append(Label(at, subject, kind))

    def contract_number(self) -> int:
        """The next number in the customer's book of contracts."""
        self.roots += 1
        return self.sequence + self.roots

    def close(self) -> None:
        """Bring the changes of every record into the order of time."""
        for record in self.records:
            record.changes.sort(key=lambda change: change[0])
