"""What codes mean: the portal's own dictionaries, read at run time, and our words for them in OCDS.

The dictionaries give names; `codes.yaml` gives the OCDS code. A code in neither is kept as it is.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import yaml

from ingestor.sources.goszakup.payload import Refused, Report, read
from ingestor.sources.goszakup.payloads_subjects import Reference
from ingestor.sources.goszakup.places import DICTIONARY as PLACES
from ingestor.sources.goszakup.places import Places
from ingestor.sources.goszakup.values import key, text
from shared.vocabulary import kato


class Meaning(NamedTuple):
    """A code of the portal, its name in its dictionary, and what we call it in OCDS."""

    code: str | None
    name: str | None
    symbol: str | None
    word: str | None

    def details(self) -> str | None:
        """Write the original for people: "3 ЗЦП Запрос ценовых предложений"."""
        return " ".join(filter(None, (self.code, self.symbol, self.name))) or None


class Dictionaries:
    """The dictionaries of the portal (`ref_…`) as far as they were read."""

    def __init__(self) -> None:
        self._entries: dict[str, dict[str, Reference]] = {}
        self._meanings: dict[tuple[str, str, str], Meaning] = {}
        self._places: Places | None = None

    @property
    def places(self) -> Places:
        """The places that have other codes today."""
        if self._places is None:
            self._places = Places(self._entries.get(PLACES, {}))
        return self._places

    def add(self, name: str, rows: Iterable[Any], report: Report) -> int:
        """Take in rows of one dictionary; returns how many could not be used."""
        entries = self._entries.setdefault(name, {})
        self._meanings.clear()
        self._places = None
        refused = 0
        for row in rows:
            try:
                entry = read(Reference, row, report)
            except Refused:
                refused += 1
                continue
            for known_by in (key(entry.id), key(entry.code)):
                if known_by is not None:
                    entries.setdefault(known_by, entry)
        return refused

    def names(self) -> frozenset[str]:
        """Name the dictionaries that were read."""
        return frozenset(self._entries)

    def entry(self, name: str, code: object, nested: Reference | None = None) -> Reference:
        """Return what is known of a code; what a record nests counts where there is nothing."""
        written = key(code) or (key(nested.id) or key(nested.code) if nested else None)
        found = self._entries.get(name, {}).get(written or "")
        if found is None and written is None and nested is not None:
            found = self._by_name(name, text(nested.name_ru))
        return found or nested or Reference(id=written)

    def _by_name(self, name: str, wanted: str | None) -> Reference | None:
        entries = self._entries.get(name, {}).values()
        return next((e for e in entries if wanted and text(e.name_ru) == wanted), None)

    def meaning(
        self, name: str, table: str, code: object, nested: Reference | None = None
    ) -> Meaning:
        """Return the meaning of a code of the dictionary `name`, by the table of codes.yaml."""
        written = key(code) or ""
        if nested is not None and written not in self._entries.get(name, ()):
            return self._meaning(name, table, code, nested)
        known = self._meanings.get((name, table, written))
        if known is None:
            known = self._meanings[name, table, written] = self._meaning(name, table, code, None)
        return known

    def _meaning(self, name: str, table: str, code: object, nested: Reference | None) -> Meaning:
        entry = self.entry(name, code, nested)
        written = key(code) or key(entry.id)
        wording = text(entry.name_ru) or text(entry.name)
        words = _words(table)
        word = words.get(written or "") or words.get((text(entry.code) or "").casefold())
        symbol = text(entry.symbol_code) or _symbols().get(written or "")
        return Meaning(written, wording, _own(symbol, table), word or _by_beginning(words, wording))


@cache
def method_of_symbol(symbol: str) -> str | None:
    """Return the id of the method that a lot's number names: ОИ in "83685322-ОИ4" is 6."""
    return next((code for code, own in _symbols().items() if own == symbol), None)


@cache
def accepting(status: str | None) -> bool:
    """Tell whether a notice of this status still takes bids, or has not begun to."""
    return status is not None and int(status) in _tables()["accepting"] if _is_id(status) else False


def region(code: str | None) -> str | None:
    """Name the region in which a KATO code lies today."""
    found = kato.region_of(code or "")
    return kato.regions()[found].ru if found else None


def _is_id(status: str | None) -> bool:
    return status is not None and status.isdecimal()


def _own(symbol: str | None, table: str) -> str | None:
    return symbol if table == "methods" else None


def _by_beginning(words: Mapping[str, str], name: str | None) -> str | None:
    """Find the word by the beginning of a name; only names, never numbers, begin others."""
    wanted = (name or "").casefold().replace("ё", "е")
    fitting = [own for own in words if not own.isdecimal() and wanted.startswith(own)]
    return words[max(fitting, key=len)] if fitting else None


@cache
def _words(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    tables = ["notices", "lots"] if table == "lots" else [table]
    for name in tables:
        for word, codes in _tables()[name].items():
            found |= dict.fromkeys(map(str, _flat(codes)), word)
    return found


@cache
def _symbols() -> dict[str, str]:
    return {str(i): s for codes in _tables()["methods"].values() for i, s in codes.items()}


def _flat(codes: Any) -> list[Any]:
    flat: list[Any] = []
    for code in codes:
        flat += code if isinstance(code, list) else [code]
    return flat


@cache
def _tables() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(
        (files("ingestor.sources.goszakup") / "codes.yaml").read_text("utf-8")
    )
    return loaded
