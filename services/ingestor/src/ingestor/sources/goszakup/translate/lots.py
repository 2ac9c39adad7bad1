"""Lots and what is bought in them. Sums are net of VAT (rules 687, paragraph 12(2))."""

from typing import Any, Final

from ingestor.sources.goszakup.bundle import root_of
from ingestor.sources.goszakup.payloads_plans import PlanPoint
from ingestor.sources.goszakup.payloads_purchases import Lot
from ingestor.sources.goszakup.translate.parts import (
    UNITS,
    address,
    classification,
    codes,
    money,
    places,
    present,
)
from ingestor.sources.goszakup.translate.view import LOT_NUMBER, View, method_in_number
from ingestor.sources.goszakup.values import key, number, text

SIGNS: Final = (
    *("union_lots", "dumping", "psd_sign", "consulting_services", "singl_org_sign"),
    *("is_light_industry", "is_construction_work", "disable_person_id"),
)
"""Signs of a lot that are kept as they are."""


def lots(view: View) -> list[dict[str, Any]]:
    """Write every lot."""
    return [_lot(view, lot) for lot in view.lots.values()]


def items(view: View) -> list[dict[str, Any]]:
    """Write what is bought: an item for each plan point of a lot, one where no point is known."""
    return [item for lot in view.lots.values() for item in _items(view, lot)]


def items_of(view: View, lot: str | None) -> list[dict[str, Any]]:
    """Write what is bought in one lot; nothing of a lot that is not at hand."""
    found = view.lots.get(lot or "")
    return _items(view, found) if found else []


def planned_method(lot: Lot, view: View) -> str | None:
    """Say by which method the plan wanted the lot bought."""
    wanted = view.meaning(
        "ref_trade_methods", "methods", lot.ref_trade_methods_id, lot.ref_trade_methods
    )
    return wanted.details()


def method_id(lot: Lot) -> Any:
    """Return the method by which the lot is really bought, not the planned one."""
    nested = lot.ref_buy_trade_methods
    return (
        key(lot.ref_buy_trade_methods_id)
        or (key(nested.id) if nested else None)
        or (method_in_number(lot))
    )


def kato_of(view: View, lot: Lot) -> list[str]:
    """Return the places of delivery of a lot, by their codes of today."""
    return view.today(published_kato(view, lot))


def published_kato(view: View, lot: Lot) -> list[str]:
    """Return the places of delivery that a lot names; where it names none, those of the notice."""
    found = codes(lot.pln_point_kato_list)
    for point in view.points_of(lot):
        found += [code for code in places(point) if code not in found]
    notice = view.bundle.notice
    return found or (codes(notice.kato) if notice else [])


def _lot(view: View, lot: Lot) -> dict[str, Any]:
    status = view.meaning("ref_lots_status", "lots", lot.ref_lot_status_id, lot.ref_lots_status)
    customer = view.parties.refer(
        "buyer", lot.customer_bin, lot.customer_name_ru, lot.customer_name_kz, pid=lot.customer_id
    )
    return present(
        {
            "id": key(lot.id),
            "title": text(lot.name_ru),
            "title_kk": text(lot.name_kz),
            "description": text(lot.description_ru),
            "description_kk": text(lot.description_kz),
            "status": status.word,
            "statusDetails": status.details(),
            "value": money(lot.amount),
            "x_number": text(lot.lot_number),
            "x_customer": customer,
            "x_kato": (today := kato_of(view, lot)),
            "x_kato_published": None if (own := published_kato(view, lot)) == today else own,
            "x_plan_points": view.plan_roots(lot),
            "x_goszakup": _original(view, lot),
        }
    )


def _original(view: View, lot: Lot) -> dict[str, Any]:
    numbered = LOT_NUMBER.fullmatch(text(lot.lot_number) or "")
    signs = {sign: text(getattr(lot, sign)) for sign in SIGNS}
    real = view.meaning("ref_trade_methods", "methods", method_id(lot))
    return present(
        {
            "status": key(lot.ref_lot_status_id),
            "plannedMethod": planned_method(lot, view),
            "method": real.details(),
            "attempt": numbered["attempt"] if numbered else None,
            "pointIds": codes(lot.point_list),
            "enstruIds": codes(lot.enstru_list),
            "dumpingPrice": number(lot.dumping_lot_price),
            "signs": present({name: sign for name, sign in signs.items() if sign != "0"}),
        }
    )


def _items(view: View, lot: Lot) -> list[dict[str, Any]]:
    points = view.points_of(lot)
    if not points:
        return [_item(view, lot, None, key(lot.id))]
    alone = len(points) == 1
    return [
        _item(view, lot, point, f"{key(lot.id)}-{root_of(point) or count}", alone=alone)
        for count, point in enumerate(points, 1)
    ]


def _item(
    view: View, lot: Lot, point: PlanPoint | None, name: str | None, *, alone: bool = True
) -> dict[str, Any]:
    own = places(point) if point else []
    kato = next(iter(own or published_kato(view, lot)), None)
    quantity = number(point.count) if point else None
    if quantity is None and alone:
        quantity = number(lot.count)
    described = text(point.name_ru) if point else None
    place = point.plans_kato[0] if point and point.plans_kato else None
    return present(
        {
            "id": name,
            "description": described or text(lot.name_ru),
            "classification": classification(point),
            "quantity": quantity,
            "unit": unit(point),
            "relatedLot": key(lot.id),
            "deliveryAddress": address(
                view.dictionaries.places.today(kato) if kato else None,
                text(place.full_delivery_place_name_ru) if place else None,
                published=kato,
            ),
        }
    )


def unit(point: PlanPoint | None) -> dict[str, Any]:
    """Write the unit of measure of a plan point and its planned price, net of VAT."""
    if point is None:
        return {}
    entry = point.ref_units
    code = key(point.ref_units_code) or (key(entry.code) if entry else None)
    return present(
        {
            "scheme": UNITS if code else None,
            "id": code,
            "name": text(entry.name_ru) if entry else None,
            "value": money(point.price),
        }
    )
