"""The world's memory: which tales began when, which ids were given to whom, what changed which day.

A tale is told twice or more: once when it begins, to learn the moments of its records, and again
whenever its rows are asked for. Kept for good are 20 bytes a record, 8 for each day on which a tale
changed and 4 for each party in it, about half a kilobyte a contract; rows themselves are made
when they are wanted and the latest tales are kept. Ids of a root rise with the time of birth, as
the portal's do.
"""

from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator

from deploy.sandbox.world.tale import ROOTS, Record, Tale
from deploy.sandbox.world.workdays import DAY

FIRST_IDS = {
    "Subjects": 0, "Plans": 87_000_000, "TrdBuy": 17_400_000, "Lots": 42_700_000,
    "TrdApp": 72_100_000, "Contract": 25_600_000, "Acts": 8_000_000, "TreasuryPay": 96_000_000,
    "ComplaintAppeal": 700_000, "Rnu": 17_000,
}  # fmt: skip
TALES_KEPT = 4_000
PARTIES = (
    *("customerBin", "orgBin", "subjectBiin", "supplierBiin", "supplierBinIin", "biinSupplier"),
    *("bin", "iin"),
)
"""Fields that hold the number of a participant."""

Telling = Callable[[int, int, int, Callable[[int], int]], Tale]
"""(number, turn, sequence, ids) -> the tale of that number."""

_ROOT_BITS, _RECORD_BITS, _TALE_BITS = 4, 10, 32
_RECORD_SHIFT = _ROOT_BITS
_TALE_SHIFT = _ROOT_BITS + _RECORD_BITS
_TIME_SHIFT = _TALE_SHIFT + _TALE_BITS


class Ledger:
    """Gives ids, finds records by id, and knows which tales changed on a day."""

    def __init__(self, telling: Telling, first_subject: int) -> None:
        self._telling = telling
        self._turns, self._sequences = array("I"), array("I")
        self._offsets, self._ids = array("Q", [0]), array("I")
        self._born: dict[int, array[int]] = {}
        self._changed: dict[int, array[int]] = {}
        self._signed: dict[int, array[int]] = {}
        self._of_party: dict[str, array[int]] = {}
        self._owners = {root: array("Q") for root in ROOTS}
        self._first = {**FIRST_IDS, "Subjects": first_subject}
        self._kept: OrderedDict[int, Tale] = OrderedDict()
        self._counts = {root: array("I") for root in ROOTS}
        self._first_day = 0
        self._moments: dict[str, list[int]] = {root: [] for root in ROOTS}

    def first(self, root: str) -> int:
        """The lowest id of a root."""
        return self._first[root]

    def __len__(self) -> int:
        """How many tales have begun."""
        return len(self._turns)

    def begin(self, turn: int, sequence: int) -> Tale:
        """Tell a new tale for the first time and note what will happen in it."""
        number = len(self._turns)
        self._turns.append(turn)
        self._sequences.append(sequence)
        tale = self._telling(number, turn, sequence, lambda _index: 0)
        self._ids.extend([0] * len(tale.records))
        self._offsets.append(len(self._ids))
        self._note(number, tale)
        return tale

    def _note(self, number: int, tale: Tale) -> None:
        days: dict[int, int] = {}
        for index, record in enumerate(tale.records):
            mark = 1 << ROOTS.index(record.root)
            day, second = divmod(record.at, DAY)
            entry = second << _TIME_SHIFT | number << _TALE_SHIFT | index << _RECORD_SHIFT
            self._born.setdefault(day, array("Q")).append(entry | ROOTS.index(record.root))
            for moment in record.moments():
                days[moment // DAY] = days.get(moment // DAY, 0) | mark
        signings = {at // DAY for record in tale.records for at in record.told_at("signDate")}
        for day in signings:
            self._signed.setdefault(day, array("I")).append(number)
        for day, marks in days.items():
            self._changed.setdefault(day, array("Q")).append(number << len(ROOTS) | marks)
        parties = {record.row.get(name) for record in tale.records for name in PARTIES}
        for party in filter(None, parties):
            self._of_party.setdefault(party, array("I")).append(number)

    def open_day(self, day: int) -> None:
        """Give ids to all records born on a day, in the order of time."""
        self._first_day = self._first_day or day
        for root in ROOTS:
            self._counts[root].append(len(self._owners[root]))
        self._moments = {root: [] for root in ROOTS}
        for entry in sorted(self._born.pop(day, ())):
            root = ROOTS[entry & (1 << _ROOT_BITS) - 1]
            index = entry >> _RECORD_SHIFT & (1 << _RECORD_BITS) - 1
            number = entry >> _TALE_SHIFT & (1 << _TALE_BITS) - 1
            owners = self._owners[root]
            self._ids[self._offsets[number] + index] = self._first[root] + len(owners)
            owners.append(number << _RECORD_BITS | index)
            self._moments[root].append(day * DAY + (entry >> _TIME_SHIFT))
            self._kept.pop(number, None)

    def count(self, root: str, now: int) -> int:
        """How many ids of a root are out by now."""
        unborn = len(self._moments[root]) - bisect_right(self._moments[root], now)
        return len(self._owners[root]) - unborn

    def born_on(self, root: str, day: int) -> range:
        """The ids that a root gave away on a day; the last day's are not all out yet."""
        counts, place = self._counts[root], day - self._first_day
        if not 0 <= place < len(counts):
            return range(0)
        stop = counts[place + 1] if place + 1 < len(counts) else len(self._owners[root])
        return range(self._first[root] + counts[place], self._first[root] + stop)

    def tale(self, number: int) -> Tale:
        """A tale with the ids known by now."""
        kept = self._kept.get(number)
        if kept is None:
            ids, offset = self._ids, self._offsets[number]
            kept = self._telling(
                number, self._turns[number], self._sequences[number], lambda i: ids[offset + i]
            )
            self._kept[number] = kept
            if len(self._kept) > TALES_KEPT:
                self._kept.popitem(last=False)
        return kept

    def record(self, root: str, key: int) -> Record:
        """The record with an id. Raises KeyError for an id that was not given away."""
        owner = self._owner(root, key)
        return self.tale(owner >> _RECORD_BITS).records[owner & (1 << _RECORD_BITS) - 1]

    def tale_of(self, root: str, key: int) -> Tale:
        """The tale in which a record stands. Raises KeyError as `record` does."""
        return self.tale(self._owner(root, key) >> _RECORD_BITS)

    def _owner(self, root: str, key: int) -> int:
        position = key - self._first[root]
        owners = self._owners[root]
        if not 0 <= position < len(owners):
            raise KeyError(key)
        return owners[position]

    def of_party(self, party: str) -> Iterator[Tale]:
        """Tales in which a participant with this BIN or IIN stands."""
        for number in self._of_party.get(party, ()):
            yield self.tale(number)

    def signed_on(self, day: int) -> Iterator[Tale]:
        """Tales in which a contract is signed on a day."""
        for number in self._signed.get(day, ()):
            yield self.tale(number)

    def changed_on(self, day: int, roots: Collection[str]) -> Iterator[Tale]:
        """Tales in which something happens on a day to a row of one of these roots."""
        wanted = sum(1 << ROOTS.index(root) for root in roots)
        for entry in self._changed.get(day, ()):
            if entry & wanted:
                yield self.tale(entry >> len(ROOTS))
