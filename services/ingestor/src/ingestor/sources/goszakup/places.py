"""Places by KATO as they are called today: districts of regions that were parted have new codes.

When Abai, Zhetisu and Ulytau were formed, and South Kazakhstan ended, districts went over with
their names and got new codes; older records keep the old ones. Which district is which is told by
the portal's own dictionary (`ref_kato`), read at run time: a district of a parted region is the one
of the same name in a region that was made of it.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from ingestor.sources.goszakup.payloads_subjects import Reference
from ingestor.sources.goszakup.values import key, text
from shared.vocabulary import kato

DICTIONARY: Final = "ref_kato"
DISTRICT: Final = 4  # digits that name a district
REGION: Final = 2
CODE: Final = 9
WHOLE: Final = "0" * (CODE - DISTRICT)  # behind a district's digits: the district itself

Named = tuple[str, str]
"""The beginning of a code and the name of what lies below it."""


class Places:
    """The dictionary of places, as far as places have moved."""

    def __init__(self, entries: Mapping[str, Reference]) -> None:
        self._names: dict[str, str] = {}
        self._by_name: dict[Named, list[str]] = defaultdict(list)
        for code, entry in entries.items():
            if is_needed(code) and (name := _plain(entry)):
                self._names[code] = name
                above = code[:REGION] if code.endswith(WHOLE) else code[:DISTRICT]
                self._by_name[above, name].append(code)
        self._known: dict[str, str] = {}

    def today(self, code: str) -> str:
        """Return the code that a place has today, as exactly as the dictionary tells."""
        if code[:REGION] not in parted() or len(code) != CODE or not self._names:
            return code
        if code not in self._known:
            self._known[code] = self._found(code)
        return self._known[code]

    def _found(self, code: str) -> str:
        name = self._names.get(code[:DISTRICT] + WHOLE)
        heirs = parted()[code[:REGION]]
        moved = self._only([(heir, name) for heir in heirs if name]) if name else None
        if moved is None or code.endswith(WHOLE):
            return moved or code
        own = self._names.get(code)
        return (self._only([(moved[:DISTRICT], own)]) if own else None) or moved

    def _only(self, wanted: list[Named]) -> str | None:
        """Return what is called so, where nothing else is."""
        found = [code for one in wanted for code in self._by_name.get(one, ())]
        return found[0] if len(found) == 1 else None


@cache
def parted() -> Mapping[str, frozenset[str]]:
    """Return the regions that lost districts, each with those that got them."""
    heirs: dict[str, set[str]] = defaultdict(set)
    for row in kato.moved():
        heirs[row.code[:REGION]].add(row.region)
    return {region: frozenset(several) for region, several in heirs.items()}


def is_needed(code: str) -> bool:
    """Tell whether the dictionary's entry of a code is of use here."""
    regions = parted().keys() | {heir for several in parted().values() for heir in several}
    return len(code) == CODE and code[:REGION] in regions


def shortened(rows: list[Any]) -> list[Any]:
    """Keep of the dictionary's rows what is of use: it has 18,000."""
    return [
        {"code": row["code"], "name_ru": row.get("name_ru", row.get("nameRu"))}
        for row in rows
        if isinstance(row, dict) and is_needed(key(row.get("code")) or "")
    ]


def _plain(entry: Reference) -> str | None:
    written = text(entry.name_ru) or text(entry.name)
    return " ".join(written.casefold().replace("ё", "е").split()) if written else None
