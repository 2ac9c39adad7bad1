"""One record of the portal as it is kept: read, tied to its purchase, and ready to be sealed.

Kept is what `payloads` read, so nothing that nobody needs. It can still name a natural person
(a sole trader's number), so the body is sealed; beside it stand only numbers of purchases and
organisations, by which records are found.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec

from ingestor.sources.goszakup.payload import Payload, reading
from ingestor.sources.goszakup.payloads_contracts import Act, Contract, TreasuryPayment
from ingestor.sources.goszakup.payloads_plans import PlanPoint
from ingestor.sources.goszakup.payloads_purchases import Application, Complaint, Lot, Notice
from ingestor.sources.goszakup.payloads_subjects import Subject
from ingestor.sources.goszakup.values import business_number, instant, key, keys, latest
from shared.vocabulary.identifiers import Bin

KINDS: Final[Mapping[str, type[Payload]]] = {
    "TrdBuy": Notice,
    "Lots": Lot,
    "TrdApp": Application,
    "Contract": Contract,
    "Acts": Act,
    "TreasuryPay": TreasuryPayment,
    "ComplaintAppeal": Complaint,
    "Plans": PlanPoint,
    "Subjects": Subject,
}
"""The roots of the portal that are kept, and what their records are read as."""

COMPLETE: Final = "350"  # the status of a notice whose purchase took place
REGION_DIGITS: Final = 2  # of a KATO code
TOUCHED: Final = ("last_update_date", "index_date", "timestamp", "approve_date", "revoke_date")
LARGEST_ID: Final = 2**63 - 1


class Record(NamedTuple):
    """A record and what it is found by.

    `family` is what keeps several records together: the root contract of contracts and acts, the
    contract of a payment, the root record of plan points. `plans` are the root records of the plan
    points it names. `due` is when its bids are to be asked for.
    """

    root: str
    id: int
    payload: Payload
    body: bytes
    hash: bytes
    raw_hash: bytes
    notice: int | None = None
    family: int | None = None
    plans: Sequence[int] = ()
    customer: str | None = None
    regions: Sequence[str] = ()
    dated: datetime | None = None
    changed: datetime | None = None
    due: datetime | None = None


def record(root: str, number: int, payload: Payload, raw_hash: bytes) -> Record:
    """Tie a record to its purchase."""
    body = msgspec.json.encode(payload)
    told = _told(payload, number)
    return Record(root, number, payload, body, sha256(body).digest(), raw_hash, **told)


def bids_due(notice: Notice) -> datetime | None:
    """Tell when the bids on a notice are to be seen: with the protocol of its results."""
    published = latest([notice.itogi_date_public])
    if published is None and key(notice.ref_buy_status_id) == COMPLETE:
        published = latest([notice.last_update_date, notice.index_date, notice.end_date])
    return instant(published) if published else None


def changed_at(payload: Any) -> datetime | None:
    """Return when the portal last touched a record, by the portal's own clock."""
    newest = latest(reading(payload.__class__, TOUCHED)(payload))
    return instant(newest) if newest else None


def identifier(value: object) -> int | None:
    """Read an id; None for 0, which stands for none."""
    written = key(value)
    if written is None or not written.isdecimal():
        return None
    return number if (number := int(written)) <= LARGEST_ID else None


def _told(payload: Payload, number: int) -> dict[str, Any]:
    told: dict[str, Any] = {"changed": changed_at(payload)}
    match payload:
        case Notice():
            told |= {"notice": number, "dated": _moment(payload.publish_date)}
            told |= {"due": bids_due(payload), "regions": _regions(payload)}
        case Lot():
            told |= {"notice": identifier(payload.trd_buy_id), "plans": _plans_of_lot(payload)}
            told |= {"customer": _bin(payload.customer_bin)}
        case Application():
            told |= {"notice": identifier(payload.buy_id)}
        case Contract():
            told |= {"notice": identifier(payload.trd_buy_id), "plans": _plans_of_units(payload)}
            told |= {"family": identifier(payload.root_id) or number}
            told |= {"customer": _bin(payload.customer_bin), "dated": _moment(payload.sign_date)}
        case Act():
            root = identifier(payload.contract_root_id)
            told |= {"family": root or identifier(payload.contract_id)}
        case TreasuryPayment():
            told |= {"family": identifier(payload.contract_id)}
        case Complaint():
            told |= {"notice": identifier(payload.trd_buy_id)}
        case PlanPoint():
            root = identifier(payload.rootrecord_id) or number
            told |= {"family": root, "plans": [root], "customer": _bin(payload.subject_biin)}
    return told


def _plans_of_lot(lot: Lot) -> list[int]:
    """Name the plan points behind a lot: those it nests, and the one in its number."""
    named = {_root(point) for point in lot.plans or ()}
    if not _is_united(lot):
        named.add(identifier((key(lot.lot_number) or "").split("-")[0]))
    return sorted(number for number in named if number)


def _regions(notice: Notice) -> list[str]:
    return sorted({code[:REGION_DIGITS] for code in keys(notice.kato)})


def _is_united(lot: Lot) -> bool:
    """A lot of several plan points has a number of its own: 42667799-ОЛ-ОИ2."""
    return "-ОЛ-" in (key(lot.lot_number) or "") or len(keys(lot.point_list)) > 1


def to_ask_for(named: Record) -> set[int]:
    """Name the plan points of a lot or contract of which not every version came with it."""
    payload: Any = named.payload
    if named.root == "Lots":
        points = list(payload.plans or ())
        return set(named.plans) if not points else {r for p in points if (r := _edited(p))}
    units = (unit.plans for unit in payload.contract_units or ())
    return {root for point in units if point and (root := _edited(point))}


def _edited(point: PlanPoint) -> int | None:
    """Return the root of a plan point that is not its own first version."""
    root = identifier(point.rootrecord_id)
    return root if root is not None and root != identifier(point.id) else None


def _plans_of_units(contract: Contract) -> list[int]:
    points = (unit.plans for unit in contract.contract_units or ())
    return sorted({root for point in points if point and (root := _root(point))})


def _root(point: PlanPoint) -> int | None:
    return identifier(point.rootrecord_id) or identifier(point.id)


def _moment(value: Any) -> datetime | None:
    written = latest([value])
    return instant(written) if written else None


def _bin(value: object) -> str | None:
    """Return the number of an organisation; that of a person is not kept in the open."""
    return Bin.parse(business_number(value) or "")
