"""What belongs to the records of a page is asked for with it, so that a process arrives whole."""

import asyncio
from collections.abc import AsyncIterator, Collection, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import msgspec

from ingestor.intake import Refused
from ingestor.patience import asked
from ingestor.raw.cipher import Cipher
from ingestor.sources.goszakup.payload import Refused as RecordRefused
from ingestor.sources.goszakup.payload import Report, read
from ingestor.sources.goszakup.portal.client import CAP, Portal
from ingestor.sources.goszakup.portal.failures import PortalError, RequestError
from ingestor.sources.goszakup.portal.walk import Leaf, walk
from ingestor.sources.goszakup.pull import store
from ingestor.sources.goszakup.pull.apart import Probe
from ingestor.sources.goszakup.pull.assemble import participants_of
from ingestor.sources.goszakup.pull.deliver import Parcel
from ingestor.sources.goszakup.pull.detour import Detours
from ingestor.sources.goszakup.pull.drift import Drift
from ingestor.sources.goszakup.pull.records import KINDS, Record, record, to_ask_for
from shared.clock import Clock
from shared.database import Database

SUBJECTS_AGE: Final = timedelta(days=30)  # participants are read again after that
IDENTIFIED: Final[Mapping[str, str]] = {"Subjects": "pid"}
COMPLETED: Final = frozenset({"TrdBuy", "Lots", "Contract"})
"""Roots whose records bring a notice with them that is not held yet."""
OWNED: Final = frozenset({"Acts", "TreasuryPay", "ComplaintAppeal", "TrdApp"})
"""Roots whose records are of use only with the purchase they belong to."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads rows into records and asks for what belongs to them."""

    portal: Portal
    database: Database
    cipher: Cipher
    clock: Clock
    source: str
    drift: Drift = field(default_factory=Drift)
    detours: Detours = field(default_factory=Detours)
    failing: dict[tuple[str, int], str] = field(default_factory=dict)
    """Records that the portal answers with errors alone, each with the last."""

    async def complete(self, root: str, leaf: Leaf) -> Parcel:
        """Return the rows of a page with everything that belongs to them; raises PortalError."""
        parcel = Parcel(self.clock.now(), rows=len(leaf.rows))
        self.take(root, leaf, parcel)
        self.take_unidentified(root, leaf, parcel)
        if root in OWNED:
            parcel.records = await self._owned(parcel.records)
        elif root in COMPLETED:
            await self._close(parcel)
        return parcel

    def aside(self, root: str, leaf: Leaf, fault: PortalError) -> Parcel:
        """Return the rows of a page as set aside: what belongs to them does not come."""
        parcel = Parcel(self.clock.now(), rows=len(leaf.rows))
        why = f"what belongs to it does not come: {fault}"
        parcel.refused += [self._refused(root, n, row, why) for n, row in leaf.rows.items()]
        return parcel

    def take_unidentified(self, root: str, leaf: Leaf, parcel: Parcel) -> None:
        """Set rows aside that have no id."""
        parcel.refused += [self._refused(root, None, row, "no id") for row in leaf.unidentified]
        parcel.rows += len(leaf.unidentified)

    def without_bids(self, notice: int, fault: PortalError) -> Parcel:
        """Return that the bids on a notice do not come: they are neither there nor none."""
        why = f"the bids on notice {notice} do not come: {fault}"
        refused = self._refused("TrdApp", notice, {"buyId": notice}, why)
        return Parcel(self.clock.now(), refused=[refused])

    def doubted(self) -> Probe:
        """Return what tells a question that failed from a portal that does.

        If other things come, the portal is asked as fast as before that question, and the record
        it was about is not asked for again in this run: each time would take a quarter of an hour.
        """
        rate = self.portal.rate

        async def probe(fault: PortalError) -> None:
            await self.portal.is_well(rate)
            if fault.about is not None:
                self.failing[fault.about] = str(fault)

        return probe

    async def bids(self, notices: Mapping[int, datetime]) -> Parcel:
        """Return the bids on notices, each with when its results came; raises PortalError."""
        parcel = Parcel(self.clock.now())
        await self._bids(notices, parcel)
        await self._subjects(parcel)
        return parcel

    async def whole(self, notices: Sequence[int]) -> Parcel:
        """Return notices by id with everything that belongs to them; raises PortalError."""
        parcel = Parcel(self.clock.now())
        await self._all("TrdBuy", {"id": list(notices)}, parcel)
        await self._close(parcel)
        return parcel

    async def anew(self, named: Mapping[str, Sequence[int]]) -> Parcel:
        """Return what the portal has of processes, named by notices, contracts or plan points."""
        parcel = Parcel(self.clock.now())
        await self._all("TrdBuy", {"id": list(named.get("TrdBuy", ()))}, parcel)
        await self._all("Contract", {"id": list(named.get("Contract", ()))}, parcel)
        await self._all("Plans", {"rootrecordId": list(named.get("Plans", ()))}, parcel)
        await self._close(parcel)
        return parcel

    def take(self, root: str, leaf: Leaf, parcel: Parcel) -> None:
        """Read rows into records; what cannot be read is set aside with its reason.

        The page is sealed while others are stored; until its turn comes, it takes less room so.
        """
        report = Report()
        digest = sha256(leaf.raw).digest()
        if digest not in parcel.pages:
            parcel.pages[digest] = self.cipher.seal(leaf.raw, digest)
        for number, row in leaf.rows.items():
            try:
                payload = read(KINDS[root], row, report)
                self._took(record(root, number, payload, digest), parcel)
            except RecordRefused as refused:
                parcel.refused.append(self._refused(root, number, row, str(refused)))
        self.drift.note(root, len(leaf.rows), report)

    def _took(self, one: Record, parcel: Parcel) -> None:
        """Add a record, sealed already where nearly all that comes is new and many wait in turn."""
        parcel.records.append(one)
        if self.portal.unlimited:
            parcel.sealed[one.root, one.id, one.hash] = self.cipher.seal(one.body, one.hash)

    async def _owned(self, records: list[Record]) -> list[Record]:
        """Keep what belongs to a purchase that is held; the rest comes with its purchase."""
        notices = {one.notice for one in records if one.notice is not None}
        families = {one.family for one in records if one.family is not None}
        notices = await asked(self.database, lambda c: store.known(c, "TrdBuy", notices))
        families = await asked(self.database, lambda c: store.held_contracts(c, families))
        return [one for one in records if one.notice in notices or one.family in families]

    async def _close(self, parcel: Parcel) -> None:
        here = {one.id for one in parcel.records if one.root == "TrdBuy"}
        named = {one.notice for one in parcel.records if one.notice is not None}
        held = await asked(self.database, lambda c: store.known(c, "TrdBuy", named))
        await self._all("TrdBuy", {"id": sorted(named - held - here)}, parcel)
        found = {one.id for one in parcel.records if one.root == "TrdBuy"}
        await self._parts(sorted(found - held), parcel)
        await self._plans(parcel)
        await self._acts([one for one in parcel.records if one.root == "Contract"], parcel)
        await self._bids(await self._due(parcel), parcel)
        await self._subjects(parcel)

    async def _parts(self, notices: Sequence[int], parcel: Parcel) -> None:
        """Ask for the lots, contracts and complaints of notices met for the first time."""
        criteria = {"trdBuyId": list(notices)}
        roots = ("Lots", "Contract", "ComplaintAppeal")
        await together(self._all(root, criteria, parcel) for root in roots)

    async def _plans(self, parcel: Parcel) -> None:
        """Ask for the plan points that did not come with what names them, and for what they were.

        Fresh quotations come without theirs. A point that was edited comes as it is now; its
        earlier versions are found by their common root.
        """
        named = [one for one in parcel.records if one.root in ("Lots", "Contract")]
        roots = {root for one in named for root in to_ask_for(one)}
        held = await asked(self.database, lambda c: store.known_plans(c, roots))
        await self._all("Plans", {"rootrecordId": sorted(roots - held)}, parcel)

    async def _acts(self, contracts: Iterable[Record], parcel: Parcel) -> None:
        """Ask for the acts of contracts met for the first time."""
        families = {one.family for one in contracts if one.family is not None}
        held = await asked(self.database, lambda c: store.known(c, "Contract", families))
        await self._all("Acts", {"contractRootId": sorted(families - held)}, parcel)

    async def _due(self, parcel: Parcel) -> dict[int, datetime]:
        """Name the notices whose bids are to be seen by now and were not asked for."""
        now = self.clock.now()
        due = {
            one.id: one.due
            for one in parcel.records
            if one.root == "TrdBuy" and one.due is not None and one.due <= now
        }
        before = await asked(self.database, lambda c: store.asked_for(c, due))
        return {number: when for number, when in due.items() if before.get(number) != when}

    async def _bids(self, notices: Mapping[int, datetime], parcel: Parcel) -> None:
        """Ask for bids: one request for each notice, as the portal will have it."""

        async def of_one(notice: int) -> None:
            await self._all("TrdApp", {"buyId": notice}, parcel)
            parcel.asked[notice] = notices[notice]

        await together(of_one(notice) for notice in notices)

    async def _subjects(self, parcel: Parcel) -> None:
        """Ask for participants that were not read lately."""
        numbers = participants_of(one.payload for one in parcel.records)
        if failing := [n for n in sorted(numbers) if ("Subjects", n) in self.failing]:
            raise RequestError("refused", self.failing["Subjects", failing[0]])
        since = self.clock.now() - SUBJECTS_AGE
        fresh = await asked(self.database, lambda c: store.fresh_subjects(c, numbers, since))
        await self._all("Subjects", {"pid": sorted(numbers - fresh)}, parcel)

    async def _all(self, root: str, criteria: Mapping[str, Any], parcel: Parcel) -> None:
        """Ask for all pages; a list of ids longer than a page is asked for in parts."""
        for part in _parts_of(criteria):
            async for leaf in self._leaves(root, part):
                self.take(root, leaf, parcel)

    def _leaves(self, root: str, criteria: Mapping[str, Any]) -> AsyncIterator[Leaf]:
        asking = self.detours.asking(self.portal, root, criteria)
        return walk(asking, identify=IDENTIFIED.get(root, "id"))

    def _refused(self, root: str, number: int | None, row: Any, why: str) -> Refused:
        raw = msgspec.json.encode(row)
        return Refused(
            source=self.source,
            file=root,
            line=number,
            item=None,
            offset=None,
            code="record_unreadable",
            reason=f"A record of {root} cannot be read: {why}",
            payload=self.cipher.seal(raw, sha256(raw).digest()),
            size=len(raw),
        )


async def together(several: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Await all of them; the first fault ends the others and is raised itself."""
    try:
        async with asyncio.TaskGroup() as group:
            for one in several:
                group.create_task(one)
    except ExceptionGroup as faults:
        raise faults.exceptions[0] from faults


def _parts_of(criteria: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    """Cut the list of a criterion into pages; an empty list asks for nothing."""
    [(name, value)] = criteria.items()
    if not isinstance(value, Collection) or isinstance(value, str):
        return [criteria]
    wanted = list(value)
    return [{name: wanted[at : at + CAP]} for at in range(0, len(wanted), CAP)]
