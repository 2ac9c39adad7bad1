"""Nested fields: what of a row stands in another table, and how it is found there."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from deploy.sandbox.server.portal import Portal
from deploy.sandbox.server.schema import DICTIONARIES
from deploy.sandbox.world import Row

Link = Callable[[Row, Portal], Any]
"""Gives the row or the rows that a field of a row stands for."""

QUOTATION: Final = 3
FRESH_SHARE: Final = 4


def one(root: str, name: str, row: Row, portal: Portal) -> Row | None:
    """The row of another root whose id stands in a field; 0 names nobody."""
    return portal.row(root, row.get(name))


def children(parent: str, root: str, name: str, row: Row, portal: Portal) -> list[Row]:
    """Rows of a root that name this one, newest first."""
    found = portal.related(parent, row["id"]).get(root, ())
    return [child for child in reversed(found) if child[name] == row["id"]]


def first_child(parent: str, root: str, name: str, row: Row, portal: Portal) -> Row | None:
    """The newest row of a root that names this one."""
    return next(iter(children(parent, root, name, row, portal)), None)


def points(row: Row, portal: Portal) -> list[Row]:
    """The plan points in a list of their ids."""
    found = (portal.row("Plans", key) for key in row.get("pointList") or ())
    return [point for point in found if point]


def points_of_lot(row: Row, portal: Portal) -> list[Row]:
    """The plan points behind a lot; on their first day some quotations show none, as live."""
    if row["refBuyTradeMethodsId"] == QUOTATION and row["id"] % FRESH_SHARE == 0:
        notice = portal.row("TrdBuy", row["trdBuyId"])
        if notice and notice["publishDate"][:10] == f"{portal.world.now:%Y-%m-%d}":
            return []
    return points(row, portal)


def entry(dictionary: str, names: tuple[str, ...], field: str, row: Row, portal: Portal) -> Any:
    """The entry of a dictionary that a row names; one that the row brings along is taken first."""
    if field in row:
        return row[field]
    value = next((row[name] for name in names if name in row), None)
    value = value[0] if isinstance(value, list) and value else value
    return portal.entries(dictionary).get(str(value))


LINKS: Final[Mapping[tuple[str, str], Link]] = {
    ("TrdBuy", "Lots"): partial(children, "TrdBuy", "Lots", "trdBuyId"),
    ("TrdBuy", "Organizer"): partial(one, "Subjects", "orgPid"),
    ("TrdBuy", "ComplaintAppeal"): partial(first_child, "TrdBuy", "ComplaintAppeal", "trdBuyId"),
    ("Lots", "Plans"): points_of_lot,
    ("Lots", "Customer"): partial(one, "Subjects", "customerId"),
    ("Lots", "TrdBuy"): partial(one, "TrdBuy", "trdBuyId"),
    ("PlnPoint", "Customer"): partial(one, "Subjects", "sysSubjectsId"),
    ("PlnPoint", "Organizer"): partial(one, "Subjects", "sysOrganizatorId"),
    ("Contract", "Acts"): partial(children, "Contract", "Acts", "contractId"),
    ("Contract", "TreasuryPay"): partial(children, "Contract", "TreasuryPay", "contractId"),
    ("Contract", "TrdBuy"): partial(one, "TrdBuy", "trdBuyId"),
    ("Contract", "Supplier"): partial(one, "Subjects", "supplierId"),
    ("Contract", "Customer"): partial(one, "Subjects", "customerId"),
    ("ContractUnits", "Plans"): partial(one, "Plans", "plnPointId"),
    ("ContractAct", "Contract"): partial(one, "Contract", "contractId"),
    ("ContractAct", "ContractRoot"): partial(one, "Contract", "contractRootId"),
    ("ContractAct", "ParentAct"): partial(one, "Acts", "parentId"),
    ("ContractAct", "Supplier"): partial(one, "Subjects", "supplierId"),
    ("ContractAct", "Customer"): partial(one, "Subjects", "customerId"),
    ("TrdApp", "TrdBuy"): partial(one, "TrdBuy", "buyId"),
    ("TrdApp", "Supplier"): partial(one, "Subjects", "supplierId"),
    ("TrdAppLots", "Lot"): partial(one, "Lots", "lotId"),
    ("TrdAppLots", "Plans"): points,
    ("RnuList", "Supplier"): partial(one, "Subjects", "pid"),
}


def link(kind: str, field: str) -> Link:
    """How a nested field of a type is found; what no link knows stands in the row itself."""
    known = LINKS.get((kind, field))
    if known is None and field in DICTIONARIES:
        dictionary, names = DICTIONARIES[field]
        return partial(entry, dictionary, names, field)
    return known or (lambda row, _portal: row.get(field))
