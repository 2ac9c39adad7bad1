"""Regions as the gateway shows them: their names, and the figures of buyers seated there."""

from msgspec import Struct

from gateway.places import RegionName
from shared.contracts.profiles import Figures
from shared.vocabulary import kato


class RegionBrief(Struct, frozen=True, gc=False):
    """A region by the two digits of its KATO code, and where its profile stands."""

    id: str
    name: RegionName
    link: str


class Region(Struct, frozen=True):
    """What buyers seated in a region bought: figures, null until they are counted."""

    id: str
    name: RegionName
    figures: Figures | None
    links: dict[str, str]


def all_in_short() -> list[RegionBrief]:
    """Return every region of today, in the order of their codes."""
    return [RegionBrief(code, _name(code), _address(code)) for code in sorted(kato.regions())]


def document(code: str, figures: Figures | None) -> Region:
    """Return the profile of a region of today."""
    links = {"self": _address(code), "processes": f"/v1/processes?buyer_region={code}"}
    return Region(code, _name(code), figures, links)


def _address(code: str) -> str:
    return f"/v1/regions/{code}"


def _name(code: str) -> RegionName:
    names = kato.regions()[code]
    return RegionName(names.kk, names.ru, names.en)
