"""Which fields REST shows where: few in the short lists, all in the long ones and for one row."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from deploy.sandbox.server.names import plain
from deploy.sandbox.server.portal import Portal
from deploy.sandbox.world import Row

Shown = Callable[[Row, Portal], dict[str, Any]]
"""A row as some list shows it."""

SHORT: Final[Mapping[str, tuple[str, ...]]] = {
    "Subjects": (
        *("pid", "bin", "iin", "parent_subject", "parent_name_kz", "parent_name_ru", "name_ru"),
        *("name_kz", "type_supplier", "system_id", "index_date"),
    ),
    "Rnu": (
        *("id", "pid", "supplier_biin", "supplier_innunp", "supplier_name_ru"),
        *("supplier_name_kz", "kato_list", "system_id"),
    ),
    "TrdBuy": (
        *("id", "number_anno", "name_ru", "name_kz", "org_bin", "ref_trade_methods_id"),
        *("publish_date", "start_date", "end_date", "total_sum", "ref_buy_status_id"),
        *("index_date", "system_id"),
    ),
    "Contract": (
        *("id", "contract_number", "contract_number_sys", "trd_buy_id", "trd_buy_number_anno"),
        *("ref_contract_type_id", "ref_contract_status_id", "crdate", "contract_sum"),
        *("contract_sum_wnds", "supplier_id", "supplier_biin", "customer_id", "customer_bin"),
        *("index_date", "system_id"),
    ),
}
DELETED: Final = ("id", "rootrecord_id", "is_deleted", "index_date")


def short(root: str) -> Shown:
    """The short list of a root."""
    names = SHORT[root]

    def show(row: Row, portal: Portal) -> dict[str, Any]:
        full = SPECIAL.get(root, everything)(row, portal)
        return {name: full.get(name) for name in names}

    return show


def everything(row: Row, _portal: Portal) -> dict[str, Any]:
    """All fields of a row, without what is nested in it."""
    return plain(row)


def subject(row: Row, _portal: Portal) -> dict[str, Any]:
    """A participant of the long list."""
    return {**plain(row), "crdate": row["regdate"]}


def subject_in_full(row: Row, portal: Portal) -> dict[str, Any]:
    """One participant, with addresses and administrators."""
    address = [plain(one) for one in row["Address"]]
    admins = [plain(one) for one in row["Admins"]]
    more = {"total_address": len(address), "address": address, "admins": admins}
    return {**subject(row, portal), **more}


def employee(row: Row) -> dict[str, Any]:
    """An employee; `1999-01-01` is the end of what goes on."""
    return {**plain(row), "sys_role_id": 6}


def unfair(row: Row, _portal: Portal) -> dict[str, Any]:
    """A row of the register of unfair participants: ids and places are texts here."""
    places = [str(code) for code in row["katoList"]]
    return {**plain(row), "id": str(row["id"]), "pid": str(row["pid"]), "kato_list": places}


def inclusion(row: Row) -> dict[str, Any]:
    """One inclusion in that register: the id is a text, the places are numbers."""
    return {**plain(row), "id": str(row["id"]), "founders": row["founders"] or None}


def plan(row: Row, _portal: Portal) -> dict[str, Any]:
    """A plan point with its approval laid flat, its places and its budget."""
    act = row.get("PlanActs") or {}
    flat = plain(row)
    kind = flat.pop("ref_subject_type_id")
    units = str(flat["ref_units_code"])
    return {
        **flat,
        "ref_subject_types_id": kind,
        "ref_units_code": int(units) if units.isdigit() else units,
        "plan_act_id": act.get("id"),
        "plan_act_number": act.get("planActNumber"),
        "ref_plan_status_id": act.get("refPlanStatusId"),
        "plan_fin_year": act.get("planFinYear"),
        "plan_preliminary": act.get("planPreliminary"),
        "date_approved": act.get("dateApproved"),
        "kato": [plain(one) for one in row.get("PlansKato") or ()],
        "spec": [plain(one) for one in row.get("PlansSpec") or ()],
    }


def deleted_plan(row: Row, portal: Portal) -> dict[str, Any]:
    """A plan point that was deleted."""
    full = everything(row, portal)
    return {name: full[name] for name in DELETED}


def lot(row: Row, _portal: Portal) -> dict[str, Any]:
    """A lot."""
    return {**plain(row), "dumping_lot_price": 0}


def bid(row: Row, _portal: Portal) -> dict[str, Any]:
    """A supplier's application with what it offers for each lot; plan points are texts here."""
    return {**plain(row), "app_lots": [_bid_on_lot(one) for one in row["AppLots"]]}


def _bid_on_lot(row: Row) -> dict[str, Any]:
    offers = [plain(offer) for offer in row["Offers"]]
    points = [str(point) for point in row["pointList"]]
    return {**plain(row), "point_list": points, "offers": offers}


def pause(row: Row) -> dict[str, Any]:
    """A suspension; the lots it concerns are listed in one object."""
    return {**plain(row), "lots": {"id": [str(one["id"]) for one in row.get("lots") or ()]}}


def unit(row: Row) -> dict[str, Any]:
    """A line of a contract with its budget."""
    return {**plain(row), "spec": [plain(one) for one in row.get("Spec") or ()]}


def act(row: Row, _portal: Portal) -> dict[str, Any]:
    """An act; the sum to be paid stands in REST only."""
    total = sum(place["amount"] or 0 for place in row.get("Place") or ())
    return {**plain(row), "sum_transfer": round(total, 2)}


SPECIAL: Final[Mapping[str, Shown]] = {"Subjects": subject, "Rnu": unfair}
"""Roots whose short list differs from their rows by more than its length."""
