"""One row of a list judged: an entry free of personal data, or a flaw with its reason."""

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from collections.abc import Mapping as Named
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple

from ingestor.registers import cells
from ingestor.registers.cells import Flaw
from ingestor.registers.mapping import Attribute, Mapping
from ingestor.registers.regions import region
from shared.ocds.persons import SOLE_TRADER
from shared.vocabulary.identifiers import (
    party_id,
    person_numbers_in,
    person_pseudonym,
)

Cells = Named[str, Any]
"""A row: its cells by normalised header, and by place as "#3"."""

TOKEN: Final = 26
OTHER: Final = "of another kind"  # behind a number, so that it is never taken for a BIN
_TWELVE: Final = re.compile(r"\d{12}", re.ASCII)


class Statement(NamedTuple):
    """What a row says. `listed` false: an answer that the party is not in the register."""

    base: str
    party: str | None
    valid_from: date | None
    valid_to: date | None
    attributes: dict[str, Any]
    retrieved: date | None
    listed: bool
    mended: bool


def normal(header: Any) -> str:
    """Write a header so that two spellings of it are one."""
    return " ".join(str(header).replace("\ufeff", "").casefold().split())


def places(at: str) -> list[str]:
    """Return the keys under which a declared column may stand in a row."""
    return [normal(one) for one in at.split("|")]


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges the rows of one list. `key` makes the pseudonyms of natural persons."""

    mapping: Mapping
    source: str
    key: bytes
    _places: dict[str, list[str]] = field(default_factory=dict)

    def judge(self, row: Cells) -> Statement:
        """Return what a row says; raises Flaw."""
        number = self._number(row)
        party, is_person = self._party(number)
        begun, ended = self._interval(row)
        listed = self.mapping.listed is None or cells.flag(self._cell(row, self.mapping.listed))
        return Statement(
            base=self._base(row, party, begun),
            party=party,
            valid_from=begun,
            valid_to=ended,
            attributes=self._attributes(row, is_person=is_person),
            retrieved=self._day(row, self.mapping.retrieved),
            listed=listed is not False,
            mended=number is not None and number.mended,
        )

    def party_of(self, row: Cells) -> str | None:
        """Tell whom a row that cannot be used is about, where its number can be read."""
        try:
            return self._party(self._number(row))[0]
        except Flaw:
            return None

    def _number(self, row: Cells) -> cells.Number | None:
        if not self.mapping.party:
            return None
        for at in self.mapping.party:
            found = cells.party_number(self._cell(row, at))
            if found is not None:
                if not found.valid and _TWELVE.fullmatch(found.digits):
                    raise Flaw("register_number_invalid", "Its control digit or date is wrong")
                return found
        for at in self.mapping.other_numbers:
            other = cells.text(self._cell(row, at))
            if other:
                return cells.Number(f"{other} {OTHER}", mended=False, valid=True)
        raise Flaw("register_party_missing", "No number says whom the row is about")

    def _party(self, number: cells.Number | None) -> tuple[str | None, bool]:
        if number is None:
            return None, False
        if number.is_person:
            return person_pseudonym(self.source, number.digits, self.key), True
        if not number.valid:
            raise Flaw("register_number_invalid", "Not twelve digits, also with zeros before them")
        return party_id(self.source, number.digits, "").id, False

    def _interval(self, row: Cells) -> tuple[date | None, date | None]:
        begun, ended = (
            self._day(row, self.mapping.valid_from),
            self._day(row, self.mapping.valid_to),
        )
        if ended is None and begun is not None and self.mapping.months:
            ended = later(begun, self.mapping.months)
        elif ended is not None and self.mapping.end_included:
            ended += timedelta(days=1)
        if begun is not None and ended is not None and ended <= begun:
            raise Flaw("register_dates_reversed", f"It ends on {ended}, begun on {begun}")
        return begun, ended

    def _day(self, row: Cells, at: str | None) -> date | None:
        read = cells.day(self._cell(row, at)) if at else None
        return None if read in self.mapping.no_date else read

    def _base(self, row: Cells, party: str | None, begun: date | None) -> str:
        """Name an entry for good: by party and what tells entries of one party apart."""
        told = [cells.text(self._cell(row, at)) or "" for at in self.mapping.entry]
        if party is None and not any(told):
            raise Flaw("register_party_missing", "The row does not say what it is about")
        words = (self.mapping.register, self.source, party or "", *told)
        return entry_key(words if told else (*words, str(begun or "")))

    def _attributes(self, row: Cells, *, is_person: bool) -> dict[str, Any]:
        read = {
            name: self._attribute(row, one)
            for name, one in self.mapping.attributes.items()
            if not (is_person and one.kind in ("text", "region", "person"))
        }
        for name, one in self.mapping.attributes.items():
            if read.get(name) is None:
                self._may_be_absent(row, name, one)
        return {name: value for name, value in read.items() if value is not None}

    def _may_be_absent(self, row: Cells, name: str, one: Attribute) -> None:
        told = self._cell(row, one.at) is not None
        if one.needed and not told:
            raise Flaw("register_value_missing", f"The row does not say its {name}")
        if one.exact and told:
            raise Flaw("register_value_unreadable", f"What it says of its {name} is not known")

    def _attribute(self, row: Cells, one: Attribute) -> Any:
        if one.kind == "date":
            day = self._day(row, one.at)
            return day.isoformat() if day else None
        value = self._cell(row, one.at)
        readers: dict[str, Callable[[Any], Any]] = {
            "number": cells.number,
            "yes_no": cells.flag,
            "region": lambda value: region(cells.text(value) or ""),
            "person": self._pseudonym,
            "code": lambda value: self._veiled(cells.text(cells.plain(value).replace(" ", ""))),
            "text": lambda value: self._veiled(cells.text(value)),
        }
        return readers[one.kind](value)

    def _pseudonym(self, value: Any) -> str | None:
        """Make a pseudonym of a number; a name alone is dropped, for names repeat."""
        number = cells.party_number(value)
        if number is None or not number.is_person:
            return None
        return person_pseudonym(self.source, number.digits, self.key)

    def _veiled(self, text: str | None) -> str | None:
        """Hide persons' numbers in a text; drop the name of a sole trader, which is a person's."""
        if text is None or SOLE_TRADER.fullmatch(text):
            return None
        for number in person_numbers_in(text):
            text = text.replace(number, person_pseudonym(self.source, number, self.key))
        return text

    def _cell(self, row: Cells, at: str) -> Any:
        found = self._places.get(at)
        if found is None:
            found = self._places[at] = places(at)
        for place in found:
            value = row.get(place)
            if value is not None and not cells.is_empty(value):
                return value
        return None


def entry_key(words: Sequence[str]) -> str:
    """Make the stable key of an entry out of what it is about."""
    return "reg_" + sha256("\0".join(words).encode()).hexdigest()[:TOKEN]


def later(begun: date, months: int) -> date:
    """Return the same day so many months later, or the last day of that month."""
    year, month = divmod(begun.year * 12 + begun.month - 1 + months, 12)
    return date(year, month + 1, min(begun.day, monthrange(year, month + 1)[1]))
