"""One process as its translation sees it: its records, each found by what names it."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from ingestor.sources.goszakup.bundle import NoticeBundle, newest_plans, root_of
from ingestor.sources.goszakup.dictionaries import Dictionaries, Meaning, method_of_symbol
from ingestor.sources.goszakup.payloads_plans import PlanPoint
from ingestor.sources.goszakup.payloads_purchases import Lot
from ingestor.sources.goszakup.payloads_subjects import Reference
from ingestor.sources.goszakup.persons import Curtain
from ingestor.sources.goszakup.translate.parties import Parties
from ingestor.sources.goszakup.values import key, keys, text

# "87361886-ЗЦП2": root record of the plan point, method, attempt; united lots have a number of
# their own and say so: "42667799-ОЛ-ОИ2".
LOT_NUMBER: Final = re.compile(
    r"(?P<root>\d+)-(?P<united>ОЛ-)?(?P<symbol>[^\W\d]+)(?P<attempt>\d*)"
)


@dataclass(slots=True)
class View:
    """What the parts of a translation read, and where they leave parties and notes."""

    bundle: NoticeBundle
    dictionaries: Dictionaries
    curtain: Curtain
    prefix: str
    parties: Parties = field(init=False)
    lots: dict[str, Lot] = field(init=False)
    plans: dict[str, PlanPoint] = field(init=False)
    unknown: dict[tuple[str, str], None] = field(default_factory=dict)
    versions: dict[str, list[PlanPoint]] = field(default_factory=dict)
    _roots: dict[str, str] = field(default_factory=dict)
    _points: dict[int, list[PlanPoint]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = self.bundle
        self.parties = Parties(own.subjects, self.curtain, self.dictionaries.places)
        self.lots = {key(lot.id) or "": lot for lot in own.lots if not _deleted(lot)}
        self.plans = {root_of(p) or "": p for p in newest_plans(own.plans)}
        for point in own.plans:
            root = root_of(point) or ""
            self._roots[key(point.id) or ""] = root
            self.versions.setdefault(root, []).append(point)

    def meaning(
        self, dictionary: str, table: str, code: Any, nested: Reference | None = None
    ) -> Meaning:
        """Explain a code; one that neither the dictionary nor our table knows is noted."""
        found = self.dictionaries.meaning(dictionary, table, code, nested)
        if found.code is not None and found.word is None:
            self.unknown[(dictionary, found.code)] = None
        return found

    def name(self, dictionary: str, code: Any, nested: Reference | None = None) -> str | None:
        """Return the name that a dictionary gives to a code."""
        entry = self.dictionaries.entry(dictionary, code, nested)
        return text(entry.name_ru) or text(entry.name)

    def today(self, codes: list[str]) -> list[str]:
        """Return the codes that places have today, each once."""
        return list(dict.fromkeys(map(self.dictionaries.places.today, codes)))

    def point(self, number: Any) -> PlanPoint | None:
        """Return the plan point that the id of any of its versions, or its root, means."""
        named = key(number) or ""
        return self.plans.get(self._roots.get(named, named))

    def points_of(self, lot: Lot) -> list[PlanPoint]:
        """Return the plan points behind a lot: nested ones, listed ones, the one in its number."""
        known = self._points.get(id(lot))
        if known is None:
            known = self._points[id(lot)] = self._points_of(lot)
        return known

    def _points_of(self, lot: Lot) -> list[PlanPoint]:
        found: dict[str, PlanPoint] = {}
        for count, nested in enumerate(lot.plans or ()):
            root = root_of(nested)
            found[root or f"nested {count}"] = self.plans.get(root or "", nested)
        for number in [*keys(lot.point_list), *roots_in_number(lot)]:
            point = self.point(number)
            if point is not None:
                found.setdefault(root_of(point) or "", point)
        return list(found.values())

    def plan_roots(self, lot: Lot) -> list[str]:
        """Return the root records of a lot's plan points, also of those not at hand."""
        points = (root_of(point) for point in self.points_of(lot))
        return list(dict.fromkeys([*(p for p in points if p), *roots_in_number(lot)]))


def roots_in_number(lot: Lot) -> list[str]:
    """Return the root record that a lot's number begins with; a united lot names none."""
    found = LOT_NUMBER.fullmatch(text(lot.lot_number) or "")
    return [found["root"]] if found and not found["united"] else []


def method_in_number(lot: Lot) -> str | None:
    """Return the id of the method by which a lot is really bought, out of its number."""
    found = LOT_NUMBER.fullmatch(text(lot.lot_number) or "")
    return method_of_symbol(found["symbol"]) if found else None


def _deleted(lot: Lot) -> bool:
    return text(lot.is_deleted) == "1"
