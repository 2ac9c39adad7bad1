"""Recorded records joined across files into processes: notices, contracts without, plan points.

What belongs to nothing at hand is set aside with the reason; nothing is dropped in silence.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from ingestor.sources.goszakup.bundle import Heap, NoticeBundle, newest_plans, root_of
from ingestor.sources.goszakup.kinds import Kind
from ingestor.sources.goszakup.payload import Payload, Refused, Report, read
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
from ingestor.sources.goszakup.translate.versions import roots
from ingestor.sources.goszakup.translate.view import roots_in_number
from ingestor.sources.goszakup.values import business_number, key, keys, text

NUMBERS: Final = (
    *("org_bin", "customer_bin", "supplier_bin_iin", "supplier_biin", "biin_supplier"),
    "subject_biin",
)
"""Fields that name a participant by BIN or IIN; those that name one by the portal's number."""
PIDS: Final = ("org_pid", "customer_id", "supplier_id", "id_supplier")


class Collection:
    """Records of any number of answers, until all are there and processes can be formed."""

    def __init__(self) -> None:
        self.report = Report()
        self.aside: list[str] = []
        self._heap = Heap()
        self._lines: dict[str, list[Line]] = defaultdict(list)
        self._places: dict[str, list[DeliveryPlace]] = defaultdict(list)
        self._events: dict[str, list[Cancellation | Pause]] = defaultdict(list)

    def add(self, kind: Kind, record: Any, notice: str | None = None) -> None:
        """Take in one record; raises Refused where it cannot be used.

        `notice` is the notice the request asked for, where the record itself does not tell.
        """
        if kind.payload is None:
            return
        payload = read(kind.payload, record, self.report)
        match payload:
            case Line():
                self._lines[_owner(payload.contract_registry_id, "contract")].append(payload)
            case DeliveryPlace():
                self._places[_owner(payload.pln_points_id, "plan point")].append(payload)
            case Cancellation() | Pause():
                owner = key(payload.trd_buy_id) or notice or key(payload.id)
                self._events[_owner(owner, "notice")].append(payload)
            case Application():
                payload.buy_id = key(payload.buy_id) or notice
                self._heap.add(payload)
            case _:
                self._heap.add(payload)

    def bundles(self) -> Iterator[NoticeBundle]:
        """Yield every process, in the order of their ids: notices, contracts, plan points."""
        self._put_in_place()
        made = _Sorting(self._heap, self.aside)
        yield from made.bundles()

    def _put_in_place(self) -> None:
        """Hand lines to contracts, places to plan points, pauses and cancellations to notices."""
        contracts = {key(one.id): one for one in self._heap.of(Contract)}
        for owner, lines in self._lines.items():
            if (contract := contracts.get(owner)) is not None:
                contract.contract_units = contract.contract_units or lines
            else:
                self.aside += [f"contract line {key(one.id)}: contract {owner} is not here"
                               for one in lines]  # fmt: skip
        points = {key(one.id): one for one in self._heap.of(PlanPoint)}
        for owner, places in self._places.items():
            if (point := points.get(owner)) is not None:
                point.plans_kato = point.plans_kato or places
            else:
                self.aside.append(f"place of delivery: plan point {owner} is not here")
        notices = {key(one.id): one for one in self._heap.of(Notice)}
        for owner, events in self._events.items():
            if (notice := notices.get(owner)) is None:
                self.aside.append(f"pause or cancellation: notice {owner} is not here")
                continue
            notice.cancel = notice.cancel or [e for e in events if isinstance(e, Cancellation)]
            notice.pause = notice.pause or [e for e in events if isinstance(e, Pause)]


class _Sorting:
    """Sorts all records to the processes they belong to."""

    def __init__(self, heap: Heap, aside: list[str]) -> None:
        self._aside = aside
        self._lots = heap.of(Lot)
        self._contracts = heap.of(Contract)
        self._subjects = _by_names(heap.of(Subject))
        self._plans = heap.of(PlanPoint)
        self._notice_of_lot = {key(lot.id): key(lot.trd_buy_id) for lot in self._lots}
        self._bundles: dict[tuple[str, str], NoticeBundle] = {}
        self._of_contract: dict[str, NoticeBundle] = {}
        for notice in heap.of(Notice):
            self._bundle("1 notice", key(notice.id) or "").notice = notice
        for lot in self._lots:
            self._with_notice(lot, key(lot.trd_buy_id), "lot", "lots")
        for application in heap.of(Application):
            self._bid(application)
        self._sort_contracts()
        for complaint in heap.of(Complaint):
            self._with_notice(complaint, key(complaint.trd_buy_id), "complaint", "complaints")
        for act in heap.of(Act):
            ids = (key(act.contract_root_id), key(act.contract_id))
            self._with_contract(act, ids, "act", "acts")
        for payment in heap.of(TreasuryPayment):
            ids = (key(payment.contract_id), None)
            self._with_contract(payment, ids, "treasury payment", "payments")
        self._sort_plans()

    def bundles(self) -> Iterator[NoticeBundle]:
        """Yield the processes, each with the participants it names."""
        for (_, _), bundle in sorted(self._bundles.items(), key=lambda one: _sorted_by(one[0])):
            found = {id(s): s for name in _named(bundle) for s in self._subjects.get(name, ())}
            bundle.subjects = list(found.values())
            yield bundle

    def _bundle(self, kind: str, name: str) -> NoticeBundle:
        return self._bundles.setdefault((kind, name), NoticeBundle())

    def _of_notice(self, notice: str) -> NoticeBundle:
        bundle = self._bundle("1 notice", notice)
        if bundle.notice is None:
            bundle.notice = Notice(id=notice)
        return bundle

    def _with_notice(self, record: Payload, notice: str | None, kind: str, field: str) -> None:
        if notice is None:
            self._aside.append(f"{kind} {key(getattr(record, 'id', None))}: it names no notice")
            return
        bundle = self._of_notice(notice)
        getattr(bundle, field).append(record)
        if isinstance(record, Lot) and bundle.notice and not bundle.notice.number_anno:
            bundle.notice.number_anno = record.trd_buy_number_anno

    def _bid(self, application: Application) -> None:
        lots = [key(offer.lot_id) for offer in application.app_lots or ()]
        told = (self._notice_of_lot.get(lot) for lot in lots)
        notice = key(application.buy_id) or next(filter(None, told), None)
        if notice is None:
            self._aside.append(
                f"application {key(application.id)}: it names no notice, and of its lots "
                f"({', '.join(filter(None, lots))}) none is here"
            )
            return
        bundle = self._of_notice(notice)
        bundle.bids = [*(bundle.bids or ()), application]

    def _sort_contracts(self) -> None:
        """Keep all versions of a contract together, with the notice that any of them names."""
        groups: dict[str, list[Contract]] = defaultdict(list)
        for contract, root in zip(self._contracts, roots(self._contracts), strict=True):
            groups[root].append(contract)
        for root, versions in groups.items():
            named = (key(one.trd_buy_id) for one in versions)
            notice = next(filter(None, named), None) or self._notice_of_lines(versions)
            bundle = self._of_notice(notice) if notice else self._bundle("2 contract", root)
            bundle.contracts += versions
            self._of_contract |= dict.fromkeys([root, *(key(v.id) or "" for v in versions)], bundle)
            self._tell_notice(bundle.notice, versions)

    def _notice_of_lines(self, versions: list[Contract]) -> str | None:
        lines = (line for one in versions for line in one.contract_units or ())
        return next(filter(None, (self._notice_of_lot.get(key(x.lot_id)) for x in lines)), None)

    @staticmethod
    def _tell_notice(notice: Notice | None, versions: list[Contract]) -> None:
        """Let contracts say what a notice that is not at hand was called."""
        for one in versions if notice is not None else ():
            assert notice is not None
            notice.number_anno = notice.number_anno or one.trd_buy_number_anno
            notice.name_ru = notice.name_ru or one.trd_buy_name_ru
            notice.name_kz = notice.name_kz or one.trd_buy_name_kz

    def _with_contract(
        self, record: Payload, ids: tuple[str | None, str | None], kind: str, field: str
    ) -> None:
        bundle = next((self._of_contract[i] for i in ids if i and i in self._of_contract), None)
        if bundle is None:
            named = " or ".join(dict.fromkeys(filter(None, ids))) or "none"
            name = key(getattr(record, "id", None))
            self._aside.append(f"{kind} {name}: contract {named} is not here")
            return
        getattr(bundle, field).append(record)

    def _sort_plans(self) -> None:
        """Join plan points to the lots and contract lines that name them; the rest stand alone."""
        by_root: dict[str, list[PlanPoint]] = defaultdict(list)
        root_by_id: dict[str | None, str] = {}
        for point in self._plans:
            root = root_of(point) or ""
            by_root[root].append(point)
            root_by_id[key(point.id)] = root
        taken: set[str] = set()
        for bundle in list(self._bundles.values()):
            named = dict.fromkeys(root_by_id.get(name, name) for name in _plan_names(bundle))
            found = [root for root in named if root in by_root]
            bundle.plans = [point for root in found for point in by_root[root]]
            taken |= set(found)
        for root, points in by_root.items():
            newest = newest_plans(points)
            if root in taken:
                continue
            if text(newest[0].is_deleted) == "1" and not key(newest[0].subject_biin):
                self._aside.append(f"plan point {root}: deleted, and nothing else is known of it")
            else:
                self._bundle("3 plan", root).plans = points


def _owner(name: Any, what: str) -> str:
    found = key(name)
    if found is None:
        raise Refused(f"It does not say to which {what} it belongs")
    return found


def _sorted_by(name: tuple[str, str]) -> tuple[str, int, str]:
    kind, number = name
    return (kind, int(number) if number.isdecimal() else 0, number)


def _plan_names(bundle: NoticeBundle) -> list[str]:
    """Return ids and roots of all plan points that lots and contract lines name."""
    names: list[str] = []
    for lot in bundle.lots:
        nested = [key(point.id) for point in lot.plans or ()]
        names += [*filter(None, nested), *keys(lot.point_list), *roots_in_number(lot)]
    for contract in bundle.contracts:
        for line in contract.contract_units or ():
            nested_id = key(line.plans.id) if line.plans else None
            names += filter(None, (key(line.pln_point_id), nested_id))
    return names


def _named(bundle: NoticeBundle) -> set[str]:
    """Return the numbers and pids of everyone a bundle names."""
    records = [bundle.notice, *bundle.lots, *bundle.contracts, *bundle.plans, *(bundle.bids or ())]
    found: set[str] = set()
    for record in records:
        numbers = (business_number(getattr(record, name, None)) for name in NUMBERS)
        found |= {f"number {number}" for number in numbers if number}
        found |= {f"pid {pid}" for name in PIDS if (pid := key(getattr(record, name, None)))}
    return found


def _by_names(subjects: list[Subject]) -> dict[str, list[Subject]]:
    found: dict[str, list[Subject]] = defaultdict(list)
    for subject in subjects:
        numbers = (business_number(subject.bin), business_number(subject.iin))
        for name in {*(f"number {n}" for n in numbers if n), f"pid {key(subject.pid)}"}:
            found[name].append(subject)
    return found
