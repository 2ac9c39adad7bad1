"""Everything the portal says about one process, put side by side before it is translated.

A process is a notice; or a contract without a notice, with all its amendments; or a plan point
that no notice has taken up. Records may come nested in each other or beside each other.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar, cast

from msgspec import Struct, field

from ingestor.sources.goszakup.payload import Payload, joined
from ingestor.sources.goszakup.payloads_contracts import Act, Contract, TreasuryPayment
from ingestor.sources.goszakup.payloads_plans import PlanPoint
from ingestor.sources.goszakup.payloads_purchases import Application, Complaint, Lot, Notice
from ingestor.sources.goszakup.payloads_subjects import Subject
from ingestor.sources.goszakup.persons import is_person_id
from ingestor.sources.goszakup.values import business_number, instant, key, latest

P = TypeVar("P", bound=Payload)


class NoticeBundle(Struct, kw_only=True):
    """One process. `bids` is None where nobody asked for them, empty where there were none.

    `acts_asked` tells that those of every contract here were asked for: what is not there is not.
    `contracts` and `plans` may hold several versions of one root; the newest counts.
    """

    notice: Notice | None = None
    lots: list[Lot] = field(default_factory=list)
    bids: list[Application] | None = None
    contracts: list[Contract] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    acts_asked: bool = False
    plans: list[PlanPoint] = field(default_factory=list)
    payments: list[TreasuryPayment] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)
    subjects: list[Subject] = field(default_factory=list)


def flattened(bundle: NoticeBundle) -> NoticeBundle:
    """Return the bundle with nothing nested and every record once, the newer answer on top."""
    heap = Heap()
    flat: list[Payload] = [*bundle.lots, *bundle.contracts, *bundle.acts, *bundle.plans]
    flat += [*bundle.payments, *bundle.complaints, *bundle.subjects, *(bundle.bids or ())]
    for record in [bundle.notice, *flat] if bundle.notice else flat:
        heap.add(record)
    bids = heap.of(Application)
    notices = heap.of(Notice)
    return NoticeBundle(
        notice=notices[0] if notices else None,
        lots=heap.of(Lot),
        bids=bids if bids or bundle.bids is not None else None,
        contracts=heap.of(Contract),
        acts=heap.of(Act),
        acts_asked=bundle.acts_asked,
        plans=heap.of(PlanPoint),
        payments=heap.of(TreasuryPayment),
        complaints=heap.of(Complaint),
        subjects=heap.of(Subject),
    )


class Heap:
    """Records by kind and id. Of two answers about one the newer counts; a root beats a nested."""

    def __init__(self) -> None:
        self._records: dict[type[Payload], dict[str, tuple[bool, Payload]]] = {}

    def add(self, record: Payload) -> None:
        """Take in a record with everything nested in it, each knowing whose it is."""
        self._add(record, nested=False)
        self._add_inner(record)

    def of(self, kind: type[P]) -> list[P]:
        """Return the records of one kind."""
        return [cast("P", found) for _, found in self._records.get(kind, {}).values()]

    def _add_inner(self, record: Payload) -> None:
        inner = _INNER.get(type(record))
        for one in inner(record) if inner else ():
            self._add(one, nested=True)
            self._add_inner(one)

    def _add(self, record: Payload, *, nested: bool) -> None:
        name = identity(record)
        if name is None:
            return
        held = self._records.setdefault(type(record), {})
        if name in held:
            was_nested, known = held[name]
            if _before(record, known, nested=nested, was_nested=was_nested):
                held[name] = (was_nested, joined(record, known))
            else:
                held[name] = (nested, joined(known, record))
        else:
            held[name] = (nested, record)


def identity(record: Payload) -> str | None:
    """Tell records of one kind apart; None for what cannot be told."""
    if isinstance(record, Subject):
        return business_number(record.bin) or business_number(record.iin) or key(record.pid)
    if isinstance(record, PlanPoint):
        return key(record.id) or key(record.rootrecord_id)
    return key(getattr(record, "id", None))


def root_of(point: PlanPoint) -> str | None:
    """Return the root record of a plan point: what stays the same over its edits."""
    return key(point.rootrecord_id) or key(point.id)


def newest_plans(points: Iterable[PlanPoint]) -> list[PlanPoint]:
    """Keep the newest version of each plan point: every edit has a higher id."""
    newest: dict[str, PlanPoint] = {}
    for point in points:
        root = root_of(point)
        if root is not None and (
            root not in newest or version_of(point) > version_of(newest[root])
        ):
            newest[root] = point
    return list(newest.values())


def version_of(point: PlanPoint) -> tuple[int, str]:
    """Return what puts the versions of a plan point in order."""
    written = key(point.id) or ""
    return (int(written) if written.isdecimal() else 0, written)


def _before(record: Payload, known: Payload, *, nested: bool, was_nested: bool) -> bool:
    """Tell whether a record is older news than the known one."""
    dates = [latest([getattr(r, "last_update_date", None), getattr(r, "index_date", None)])
             for r in (record, known)]  # fmt: skip
    if dates[0] and dates[1] and dates[0] != dates[1]:
        return instant(dates[0]) < instant(dates[1])
    return nested and not was_nested


def _of_notice(notice: Notice) -> list[Payload]:
    for lot in notice.lots or ():
        lot.trd_buy_id = key(lot.trd_buy_id) or notice.id
    for complaint in notice.complaint_appeal or ():
        complaint.trd_buy_id = key(complaint.trd_buy_id) or notice.id
    return _present(
        *(notice.lots or ()),
        *(notice.complaint_appeal or ()),
        _named(notice.organizer, notice.org_bin),
    )


def _of_lot(lot: Lot) -> list[Payload]:
    if lot.trd_buy is not None:
        lot.trd_buy.id = key(lot.trd_buy.id) or lot.trd_buy_id
        lot.trd_buy.number_anno = lot.trd_buy.number_anno or lot.trd_buy_number_anno
    return _present(lot.trd_buy, *(lot.plans or ()), _named(lot.customer, lot.customer_bin))


def _of_contract(contract: Contract) -> list[Payload]:
    for one in (*(contract.acts or ()), *(contract.treasury_pay or ())):
        one.contract_id = key(one.contract_id) or contract.id
    if contract.trd_buy is not None:
        contract.trd_buy.id = key(contract.trd_buy.id) or contract.trd_buy_id
    return _present(
        contract.trd_buy,
        *(contract.acts or ()),
        *(contract.treasury_pay or ()),
        *(line.plans for line in contract.contract_units or ()),
        _named(contract.supplier, contract.supplier_biin),
        _named(contract.customer, contract.customer_bin),
    )


def _of_application(one: Application) -> list[Payload]:
    return _present(one.trd_buy, _named(one.supplier, one.supplier_bin_iin))


def _of_plan(point: PlanPoint) -> list[Payload]:
    return _present(_named(point.customer, point.subject_biin))


_INNER: Final[Mapping[type[Payload], Callable[[Any], list[Payload]]]] = {
    Notice: _of_notice,
    Lot: _of_lot,
    Application: _of_application,
    Contract: _of_contract,
    PlanPoint: _of_plan,
}
"""What is nested in a record of a kind, with the ids that say to whom it belongs."""


def _named(subject: Subject | None, number: object) -> Subject | None:
    """Give a nested subject the number it was named by: sole traders come without their own."""
    if subject is None or business_number(subject.bin) or business_number(subject.iin):
        return subject
    named_by = business_number(number)
    if is_person_id(named_by):
        subject.iin = named_by
    else:
        subject.bin = named_by
    return subject


def _present(*records: Payload | None) -> list[Payload]:
    return [record for record in records if record is not None]
