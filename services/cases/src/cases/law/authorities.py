"""The bodies that complaints go to, as of a day: kind, region, channels, successors.

    authority("anti_corruption_agency", day)            # or whoever holds its duty on that day
    authority("internal_audit_region.75", day)
    competent("internal_audit", region="75", day=day)   # the nearest first

Customers, suppliers, and the competent or higher body of a case are no entries here: who they are
the case says.
"""

from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from cases.law.catalogue import vocabulary
from cases.law.declaration import Channel
from shared.law.entries import Period, Table
from shared.law.reading import LawFileError, read
from shared.vocabulary.kato import region_of, regions
from shared.vocabulary.text import LANGUAGES, Text

DOT: Final = "."


class ChannelAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way to reach a body that it publishes for everybody."""

    kind: Channel
    address: str | None = None


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body as it is declared. `per_region`: one in every region; `higher`: who is above it."""

    kind: str
    name: Text
    channels: list[ChannelAddress]
    per_region: bool = False
    higher: str | None = None
    successor: str | None = None


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """A body as of a day. `region` are two digits of KATO, None: the whole country.

    `formerly`: the codes that were asked for, whose duty it holds now.
    """

    code: str
    kind: str
    name: Text
    region: str | None
    channels: list[ChannelAddress]
    higher: str | None
    valid_from: date
    valid_to: date | None
    confidence: str
    cite: list[str]
    note: str | None = None
    formerly: list[str] = []


def authority(code: str, day: date) -> Authority:
    """Return a body, or whoever holds its duty on that day.

    Raises KeyError for a code that is not declared, or that nobody holds on that day.
    """
    key, _, region = code.partition(DOT)
    formerly: list[str] = []
    while (period := bodies().entries[key].on(day)) is None:
        after = bodies().entries[key].periods[-1]
        if after.valid_to is None or day <= after.valid_to or after.value.successor is None:
            raise KeyError(code)
        formerly.append(_code(key, region))
        key = after.value.successor
    if bool(region) is not period.value.per_region or (region and region not in regions()):
        raise KeyError(code)
    return _shown(key, region or None, period, formerly)


def competent(kind: str, *, region: str | None, day: date) -> list[Authority]:
    """Return the bodies of a kind for a place (a KATO code) on a day: its region's, then the rest.

    Without a place, the bodies of the whole country.
    """
    place = region and region_of(region)
    found: list[Authority] = []
    for key, period in bodies().in_force(day).items():
        if period.value.kind != kind:
            continue
        if not period.value.per_region:
            found.append(_shown(key, None, period, []))
        elif place:
            found.append(_shown(key, place, period, []))
    return sorted(found, key=lambda one: one.region is None)


def authorities(day: date) -> list[Authority]:
    """Return every body there is on a day, each of the regional ones for every region."""
    return [
        _shown(key, region, period, [])
        for key, period in bodies().in_force(day).items()
        for region in (regions() if period.value.per_region else [None])
    ]


@cache
def bodies() -> Table[Body]:
    """Return the bodies as declared. Raises LawFileError for a mistake in the file."""
    name = "authorities.yaml"
    table = read((files("cases.law") / name).read_text("utf-8"), name=name, of=Body)
    for key, period in table.periods():
        named = {period.value.successor, period.value.higher} - {None}
        if named - table.entries.keys() or period.value.kind not in vocabulary().kinds:
            raise LawFileError(f"{name}: {key} names a body or kind that there is not")
    return table


def _shown(key: str, region: str | None, period: Period[Body], formerly: list[str]) -> Authority:
    body = period.value
    return Authority(
        code=_code(key, region),
        kind=body.kind,
        name=body.name if region is None else _with_region(body.name, region),
        region=region,
        channels=body.channels,
        higher=body.higher,
        valid_from=period.valid_from,
        valid_to=period.valid_to,
        confidence=period.confidence,
        cite=[str(place) for place in period.cite],
        note=period.note,
        formerly=formerly,
    )


def _code(key: str, region: str | None) -> str:
    return f"{key}{DOT}{region}" if region else key


def _with_region(name: Text, region: str) -> Text:
    place = regions()[region]
    return Text(**{each: f"{name.in_(each)}: {place.in_(each)}" for each in LANGUAGES})
