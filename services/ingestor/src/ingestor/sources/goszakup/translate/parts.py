"""Small pieces of OCDS that every part of a release is made of."""

from typing import Any, Final

from ingestor.sources.goszakup.dictionaries import region
from ingestor.sources.goszakup.payloads_plans import PlanPoint
from ingestor.sources.goszakup.values import key, keys, moment, number, text

TENGE: Final = "KZT"
PRODUCTS: Final = "KZ-ENSTRU"  # the state's catalogue of goods, works and services
UNITS: Final = "MKEI"  # the interstate classification of units

_SAYING: Final = frozenset({int, float, bool})  # 0 and no say something


def present(fields: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not known."""
    return {
        name: value
        for name, value in fields.items()
        if value or (value is not None and type(value) in _SAYING)
    }


def money(amount: Any, currency: str = TENGE) -> dict[str, Any] | None:
    """Write an amount of money."""
    read = number(amount)
    return None if read is None else {"amount": read, "currency": currency}


def period(start: Any, end: Any) -> dict[str, Any]:
    """Write a period between two of the portal's times."""
    return present({"startDate": moment(start), "endDate": moment(end)})


def classification(point: PlanPoint | None) -> dict[str, Any]:
    """Write the product code of a plan point; 0 stands for none."""
    if point is None:
        return {}
    entry = point.ref_enstru
    code = key(point.ref_enstru_code) or (key(entry.code) if entry else None)
    return product(code, text(entry.name_ru) if entry else None)


def product(code: str | None, name: str | None = None) -> dict[str, Any]:
    """Write a product code of the catalogue."""
    if code is None:
        return {}
    return present({"scheme": PRODUCTS, "id": code, "description": name})


def address(
    kato: str | None, street: str | None = None, *, published: str | None = None
) -> dict[str, Any]:
    """Write a place by the KATO code it has today, and the one it was published with."""
    if kato is None and street is None:
        return {}
    return present(
        {
            "region": region(kato),
            "streetAddress": street,
            "x_kato": kato,
            "x_kato_published": published if published != kato else None,
        }
    )


def places(point: PlanPoint) -> list[str]:
    """Return the KATO codes of a plan point's places of delivery."""
    found = [key(place.ref_kato_code) for place in point.plans_kato or ()]
    return list(dict.fromkeys(code for code in found if code))


def codes(value: Any) -> list[str]:
    """Return codes, each once, in their order."""
    return list(dict.fromkeys(keys(value)))
