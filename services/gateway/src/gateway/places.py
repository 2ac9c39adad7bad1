"""Places as the gateway shows them: the KATO code, and the region of today in three languages."""

from collections.abc import Iterable

from msgspec import Struct

from shared.vocabulary import kato


class RegionName(Struct, frozen=True, gc=False):
    """The name of a region."""

    kk: str
    ru: str
    en: str


class Place(Struct, frozen=True, gc=False):
    """A place by its KATO code as published; `region`: two digits of where it lies today."""

    kato: str
    region: str | None
    region_name: RegionName | None


def places(codes: Iterable[str]) -> list[Place]:
    """Show places, each once."""
    return [_place(code) for code in dict.fromkeys(codes)]


def _place(code: str) -> Place:
    region = kato.region_of(code)
    if region is None:
        return Place(code, None, None)
    names = kato.regions()[region]
    return Place(code, region, RegionName(names.kk, names.ru, names.en))
