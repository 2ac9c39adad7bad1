"""Results in Cardinal's own JSON: OCID, Buyer, ProcuringEntity, Tenderer, Meta, Maps.

Numbers are written as Cardinal's serializer writes them: always with a point (1.0), never as
infinity or NaN (null). A code is absent where it is not raised or not computable; groups without
entries are left out. Order is that of the input, then of the codes: the same file gives the same
bytes.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from scoring.facts import Facts
from scoring.fences import Population
from scoring.indicator import Indicator
from scoring.judgements import Judgements
from scoring.profiles import Profile
from scoring.relations import value_of

GROUPS = {
    "process": "OCID",
    "buyer": "Buyer",
    "entity": "ProcuringEntity",
    "supplier": "Tenderer",
}
BINARY = frozenset({"R003", "R018", "R028", "R030", "R036"})
"""Indicators whose result is 1.0 whatever was measured."""

FENCES = {
    "R024": "lower_fence",
    "R025": "lower_fence",
    "R038": "upper_fence",
    "R048": "upper_fence",
    "R058": "upper_fence",
}
MAPPED = ("R024", "R028", "R030", "R035", "R058")
"""Indicators whose tenderers are listed by process in Maps."""


@dataclass
class Results:
    """Results by group and id, and the organisations by process where maps are asked for."""

    groups: dict[str, dict[str, dict[str, float]]] = field(
        default_factory=lambda: {group: {} for group in GROUPS.values()}
    )
    maps: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def add(self, judgements: Judgements) -> None:
        """Take in what one indicator flagged, and the organisations it names beside."""
        code = judgements.indicator.code
        for kind, subject, value in judgements.flagged():
            found = 1.0 if code in BINARY else _float(value)
            self.groups[GROUPS[kind]].setdefault(subject, {})[code] = found
        named: dict[str, list[str]] = {}
        for other in judgements.involved():
            self.groups["Tenderer"].setdefault(other.party, {})[code] = other.value
            named.setdefault(other.process, []).append(other.party)
        self.maps[code] = {process: sorted(set(ids)) for process, ids in named.items()}


def render(
    results: Results,
    *,
    meta: Mapping[str, Mapping[str, float | None]] | None,
    maps: Mapping[str, Mapping[str, object]] | None,
) -> Iterator[str]:
    """Write the results as pieces of one line of JSON."""
    members: list[tuple[str, Mapping[str, Mapping[str, object]]]] = [
        (group, entries) for group, entries in results.groups.items() if entries
    ]
    if meta is not None:
        members.append(("Meta", meta))
    if maps is not None:
        members.append(("Maps", maps))
    yield "{"
    for place, (name, entries) in enumerate(members):
        yield f"{',' if place else ''}{_text(name)}:"
        yield from _object(entries)
    yield "}\n"


def meta_of(
    indicators: Iterable[Indicator], profile: Profile, populations: Iterable[Population]
) -> dict[str, dict[str, float | None]]:
    """Give the quartiles and fences used, rounded to four decimals, for those that have any."""
    groups = {(row.code, row.peer): row for row in populations}
    found = {}
    for indicator in indicators:
        if indicator.code in FENCES:
            found[indicator.code] = _meta(indicator, profile, groups)
    return {code: entries for code, entries in found.items() if entries}


def maps_of(facts: Facts, results: Results, codes: Iterable[str]) -> dict[str, dict[str, object]]:
    """Give the organisations by process: who bid, and who is named by which indicator."""
    enabled = set(codes)
    maps: dict[str, dict[str, object]] = {"ocid_buyer_r038": {}, "ocid_procuringentity_r038": {}}
    if "R038" in enabled:
        maps["ocid_buyer_r038"] = dict(_fetch(facts, _REJECTING.format(role="buyer")))
        maps["ocid_procuringentity_r038"] = dict(_fetch(facts, _REJECTING.format(role="entity")))
    maps["ocid_tenderer"] = {}
    if enabled & {"R025", "R038", "R048"}:
        maps["ocid_tenderer"] = dict(_fetch(facts, _BIDDING))
    for code in MAPPED:
        maps[f"ocid_tenderer_{code.lower()}"] = dict(results.maps.get(code, {}))
    return maps


def number(value: float | None) -> str:
    """Write a number as Cardinal does: shortest digits, a point, `1e16` without plus sign."""
    if value is None or not math.isfinite(value):
        return "null"
    text = repr(float(value))
    if "e" not in text:
        return text
    digits, _, power = text.partition("e")
    if int(power) == _LAST_PLAIN_POWER:
        sign = "-" if digits.startswith("-") else ""
        return f"{sign}0.0000{digits.lstrip('-').replace('.', '')}"
    return f"{digits}e{int(power)}"


def rounded(value: float | None) -> float | None:
    """Round to four decimals, halves away from zero, as Rust does; None where that overflows."""
    if value is None or not math.isfinite(value):
        return None
    shifted = abs(value * 10_000.0)
    if not math.isfinite(shifted):
        return None
    whole = math.floor(shifted)
    return math.copysign(whole + (shifted - whole >= _HALF), value) / 10_000.0


_HALF = 0.5
_LAST_PLAIN_POWER = -5

_REJECTING = """
SELECT s.ocid, o.id
FROM process p JOIN subject s ON s.pid = p.pid JOIN party o ON o.party = p.{role}
WHERE p.disqualified > 0 ORDER BY p.pid"""

_BIDDING = """
SELECT s.ocid, list(DISTINCT o.id ORDER BY o.id)
FROM bid_tenderer t JOIN subject s ON s.pid = t.pid JOIN party o ON o.party = t.party
WHERE t.status NOT IN ('invited', 'withdrawn') GROUP BY s.ocid ORDER BY min(t.pid)"""


def _fetch(facts: Facts, sql: str) -> list[tuple[str, object]]:
    return facts.connection.execute(sql).fetchall()


def _float(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _meta(
    indicator: Indicator, profile: Profile, groups: Mapping[tuple[str, str], Population]
) -> dict[str, float | None]:
    code, fence = indicator.code, FENCES[indicator.code]
    threshold = next(
        value_of(one, code, profile) for one in indicator.parameters if one.name == "threshold"
    )
    found: dict[str, float | None] = {}
    for prefix, peer in _PEERS.get(code, (("", "all"),)):
        row = groups.get((code, peer))
        if row is None:
            continue
        if threshold is None:
            found[f"{prefix}q1"] = rounded(row.q1)
            found[f"{prefix}q3"] = rounded(row.q3)
        if code == "R025":
            found["upper_fence"] = rounded(groups[code, "processes"].high)
        own = row.low if fence == "lower_fence" else row.high
        found[f"{prefix}{fence}"] = rounded(own if threshold is None else float(str(threshold)))
    return found


_PEERS = {
    "R025": (("", "ratio"),),
    "R038": (("Buyer_", "buyer"), ("ProcuringEntity_", "entity"), ("Tenderer_", "supplier")),
}


def _object(entries: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    yield "{"
    for place, (name, members) in enumerate(entries.items()):
        pairs = ",".join(f"{_text(key)}:{_value(value)}" for key, value in members.items())
        yield f"{',' if place else ''}{_text(name)}:{{{pairs}}}"
    yield "}"


def _value(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list):
        return "[" + ",".join(map(_text, value)) + "]"
    assert value is None or isinstance(value, float)
    return number(value)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
