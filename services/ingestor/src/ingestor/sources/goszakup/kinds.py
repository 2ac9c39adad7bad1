"""What a recorded answer is about: told by its GraphQL root, its REST path, or its fields."""

import re
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from ingestor.sources.goszakup.payload import Payload
from ingestor.sources.goszakup.payloads_contracts import Act, Contract, Line, TreasuryPayment
from ingestor.sources.goszakup.payloads_plans import DeliveryPlace, PlanPoint
from ingestor.sources.goszakup.payloads_purchases import (
    Application,
    Cancellation,
    Complaint,
    Lot,
    Notice,
    Pause,
)
from ingestor.sources.goszakup.payloads_subjects import Subject


class Kind(Struct, frozen=True):
    """A kind of record. `payload` is None for one that is no part of a purchase.

    `path` matches the beginning of the REST path that gives it; `marks` are fields of which one is
    enough to tell it, in the spelling of either interface.
    """

    name: str
    payload: type[Payload] | None
    roots: tuple[str, ...] = ()
    path: str = r"(?!)"
    marks: tuple[str, ...] = ()


# The order matters: the first that fits is taken, so what is nested deeper comes first.
KINDS: Final = (
    Kind("journal", None, path=r"journal", marks=("object_id",)),
    Kind("commission", None, path=r"trd-buy/[^/]+/commission", marks=("refCommRolesId",)),
    Kind("pause", Pause, path=r"trd-buy/[^/]+/pause", marks=("datePause",)),
    Kind("cancellation", Cancellation, path=r"trd-buy/[^/]+/cancel", marks=("typeActionsCode",)),
    Kind("contract line", Line, path=r"contract/[^/]+/units", marks=("contractRegistryId",)),
    Kind("treasury payment", TreasuryPayment, path=r"treasury-pay", marks=("nomZa", "poHeaderId")),
    Kind("act", Act, roots=("Acts",), path=r"acts", marks=("numberAct", "contractRootId")),
    Kind(
        "contract",
        Contract,
        roots=("Contract", "ObContract"),
        path=r"contract",
        marks=("contractNumberSys", "contractNumber"),
    ),
    Kind(
        "application", Application, roots=("TrdApp",), path=r"trd-app", marks=("AppLots", "buyId")
    ),
    Kind("lot", Lot, roots=("Lots", "ObLots"), path=r"lots", marks=("lotNumber",)),
    Kind("notice", Notice, roots=("TrdBuy", "ObTrdBuy"), path=r"trd-buy", marks=("numberAnno",)),
    Kind("place of delivery", DeliveryPlace, path=r"plans/kato", marks=("refKatoCode",)),
    Kind("budget line", None, path=r"plans/spec", marks=("refEkrbId", "ekrbCode")),
    Kind(
        "plan point",
        PlanPoint,
        roots=("Plans", "ObPlans"),
        path=r"plans/(?:all|deleted|view|\d{12})",
        marks=("rootrecordId",),
    ),
    Kind(
        "complaint",
        Complaint,
        roots=("ComplaintAppeal",),
        marks=("numberAppeal", "complaintId", "inspectSubjId"),
    ),
    Kind("unfair participant", None, roots=("Rnu",), path=r"rnu", marks=("supplierInnunp",)),
    Kind("address", None, path=r"subject/.*address", marks=("refSourceCode",)),
    Kind("employee", None, path=r"subject/.*employees", marks=("sysRoleId", "personId")),
    Kind("customer of plans", None, path=r"plans", marks=("docCount",)),
    Kind(
        "subject",
        Subject,
        roots=("Subjects",),
        path=r"subject",
        marks=("typeSupplier", "refKopfCode", "parentSubject"),
    ),
    Kind("news", None, roots=("News",)),
    Kind("qualified supplier", None, roots=("qualifiedSuppliers",), marks=("rqcApplicationId",)),
    Kind(
        "waybill",
        None,
        roots=("ContractWaybill", "ContractWaybillItem", "ContractWaybillMember"),
    ),
    Kind("refusal of the portal", None),
)

REST: Final = re.compile(r"/v[23]/(?P<path>[^?\s,]+)")
DICTIONARY: Final = re.compile(r"\b(ref_[a-z_]+)")
BUY_ID: Final = re.compile(r"[\"']?\b(?:buyId|buy_id)[\"']?\s*[:=]\s*[\"']?(\d+)")


def of_root(root: str) -> Kind | None:
    """Return the kind that a GraphQL root gives."""
    return next((kind for kind in KINDS if root in kind.roots), None)


def of_path(request: str) -> Kind | None:
    """Return the kind that a REST request gives."""
    found = REST.search(request)
    if found is None or found["path"].startswith("graphql"):
        return None
    return next((kind for kind in KINDS if re.match(kind.path, found["path"])), None)


def of_fields(record: Mapping[str, Any]) -> Kind | None:
    """Return the kind that a record's fields tell."""
    if str(record.get("type", "")).startswith("yii"):
        return KINDS[-1]
    for kind in KINDS:
        if any(mark in record or _snake(mark) in record for mark in kind.marks):
            return kind
    return None


def dictionary_in(text: str) -> str | None:
    """Return the dictionary that a file's name, a key or a REST path names."""
    found = DICTIONARY.search(text)
    return found[1] if found else None


def notice_in(request: str) -> str | None:
    """Return the notice that a request for bids, pauses or cancellations was about."""
    found = BUY_ID.search(request) or re.search(r"/trd-buy/(\d+)/", request)
    return found[1] if found else None


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")
