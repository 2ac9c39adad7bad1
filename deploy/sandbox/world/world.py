"""The simulated world as a server sees it: a clock, tables, changes, a journal and the truth."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from itertools import chain
from typing import Any, Literal

from deploy.sandbox.world import dictionaries, registers, truth
from deploy.sandbox.world.ledger import Ledger
from deploy.sandbox.world.pace import Pace
from deploy.sandbox.world.population import FIRST_PID, Population
from deploy.sandbox.world.schemes import VARIANTS
from deploy.sandbox.world.stories import Opening, Stories
from deploy.sandbox.world.tables import Change, Table
from deploy.sandbox.world.tale import ROOTS, Row, Tale
from deploy.sandbox.world.workdays import DAY, day_of, instant_of, moment_of, text

KEYS = {"Subjects": "pid"}
"""Which field is the id of a root, where it is not `id`."""

NAMED = {"plan": "Plans", "buy": "TrdBuy", "lot": "Lots", "contract": "Contract"}
"""Of which root the ids in a label's subject are."""

SERVICES = {
    "Subjects": ("subject", "Реестр участников", "/v3/subject/{}"),
    "Plans": ("plans", "Годовые планы", "/v3/plans/view/{}"),
    "TrdBuy": ("trd_buy", "Объявления", "/v3/trd-buy/{}"),
    "Lots": ("lots", "Лоты", "/v3/lots/{}"),
    "TrdApp": ("trd_app", "Заявки поставщиков", "/v3/trd-app/{}"),
    "Contract": ("contract", "Реестр договоров", "/v3/contract/{}"),
    "Acts": ("acts", "Акты", "/v3/acts/{}"),
    "TreasuryPay": ("treasury_pay", "Платежи", "/v3/treasury-pay/{}"),
    "ComplaintAppeal": ("complaint", "Жалобы", ""),
    "Rnu": ("rnu", "Реестр недобросовестных", "/v3/rnu/{}"),
}
"""By root: name and title in the journal, path of a row. Only subject and rnu are documented."""


class World:
    """A world with about `contracts` contracts signed a year from `start` on.

    Times are the portal's: without zone they mean UTC+5, with a zone they are converted. Rows are
    dictionaries with camelCase GraphQL names; nested lists that belong to one row stand in it
    (Lots of a notice do not: they are a root of their own). Do not change a row you are given.
    `density` is the share of contracts that are planted schemes or innocent look-alikes; however
    low it is, each of them occurs once a year.
    """

    def __init__(self, seed: int, contracts: int, start: date, *, density: float = 0.03) -> None:
        self._start = day_of(start)
        self._population = Population(seed, contracts, self._start)
        self._pace = Pace(contracts, self._start, density, len(VARIANTS))
        self._stories = Stories(seed, self._population, self._pace)
        self._ledger = Ledger(self._stories.tell, FIRST_PID + self._population.size)
        self._turns: Counter[tuple[int, object]] = Counter()
        self._sequences: Counter[int] = Counter()
        self._next_day = self._start
        self._now = self._start * DAY

    @property
    def now(self) -> datetime:
        """The portal's time, without zone."""
        return instant_of(self._now)

    @property
    def began(self) -> datetime:
        """The first moment of its first day; a story may tell of purchases before it."""
        return instant_of(self._start * DAY)

    def advance(self, to: datetime) -> None:
        """Let time pass until `to`; an earlier moment changes nothing."""
        moment = moment_of(to)
        while self._next_day * DAY <= moment:
            self._open(self._next_day)
            self._next_day += 1
        self._now = max(self._now, moment)

    def _open(self, day: int) -> None:
        for number in range(len(self._ledger), self._pace.begun_before(day + 1)):
            self._begin(self._stories.opening(number))
        self._ledger.open_day(day)

    def _begin(self, opening: Opening) -> None:
        buyer, habit = opening.buyer.pid, opening.habit
        family = (buyer, (habit.kinds, habit.subject) if habit else None)
        tale = self._ledger.begin(self._turns[family], self._sequences[buyer])
        self._turns[family] += tale.used
        self._sequences[buyer] += tale.roots

    def table(self, root: str) -> Table:
        """The rows of a root now. Raises KeyError for a root that is not in `ROOTS`."""
        if root not in SERVICES:
            raise KeyError(root)
        return Table(lambda: self._ids(root), lambda key: self._row(root, key))

    def _ids(self, root: str) -> range:
        first = self._ledger.first(root)
        return range(
            FIRST_PID if root == "Subjects" else first,
            first + self._ledger.count(root, self._now),
        )

    def _row(self, root: str, key: int) -> Row | None:
        if root == "Subjects" and key < self._ledger.first(root):
            return self._population.row(key - FIRST_PID)
        return self._ledger.record(root, key).seen(self._now)

    def related(self, root: str, key: int) -> Mapping[str, tuple[Row, ...]]:
        """All rows of the same purchase by root: its plan, notice, lots, bids, contracts, acts."""
        return self.rows_of_tale(self._ledger.tale_of(root, key).number)

    def lively(self, root: str, since: datetime, until: datetime) -> Iterator[Row]:
        """All rows of a root in purchases where one of them was born or changed on these days."""
        return self._on_days(root, since, until, lambda day: self._ledger.changed_on(day, {root}))

    def signed(self, root: str, since: datetime, until: datetime) -> Iterator[Row]:
        """All rows of a root in purchases where a contract was signed on these days."""
        return self._on_days(root, since, until, self._ledger.signed_on)

    def _on_days(
        self, root: str, since: datetime, until: datetime, tales: Callable[[int], Iterator[Tale]]
    ) -> Iterator[Row]:
        first, last = moment_of(since) // DAY, min(moment_of(until), self._now) // DAY
        met: set[int] = set()
        for tale in chain.from_iterable(tales(day) for day in range(first, last + 1)):
            if tale.number not in met:
                met.add(tale.number)
                yield from self._rows_of(tale, root)

    def born(self, root: str, since: datetime, until: datetime) -> Iterator[Row]:
        """The rows of a root that came into being on these days."""
        for day in range(moment_of(since) // DAY, min(moment_of(until), self._now) // DAY + 1):
            born = (self._row(root, key) for key in self._ledger.born_on(root, day))
            yield from (row for row in born if row is not None)

    def of_party(self, root: str, party: str) -> Iterator[Row]:
        """All rows of purchases in which the participant with this BIN or IIN stands."""
        for tale in self._ledger.of_party(party):
            yield from self._rows_of(tale, root)

    def _rows_of(self, tale: Tale, root: str) -> Iterator[Row]:
        for record in tale.records:
            if record.root == root and (row := record.seen(self._now)) is not None:
                yield row

    def changes(self, root: str, since: datetime, until: datetime) -> Iterator[Change]:
        """Changes with since <= at < until, oldest first; a row once, at its last change."""
        yield from self._changes({root}, moment_of(since), moment_of(until))

    def _changes(self, roots: set[str], since: int, until: int) -> Iterator[Change]:
        end = min(until, self._now + 1)
        for day in range(since // DAY, (end - 1) // DAY + 1):
            low, high = max(since, day * DAY), min(end, (day + 1) * DAY)
            found = [
                change
                for tale in self._ledger.changed_on(day, roots)
                for change in self._of_tale(tale, roots, low, high)
            ]
            yield from sorted(found, key=lambda change: (change.at, change.root, change.id))

    def _of_tale(self, tale: Tale, roots: set[str], low: int, high: int) -> Iterator[Change]:
        for record in tale.records:
            if record.root not in roots or record.at > self._now:
                continue
            at = record.touched(self._now)
            if low <= at < high:
                row = record.seen(self._now)
                action: Literal["U", "D"] = "D" if row is None else "U"
                yield Change(instant_of(at), record.root, record.id, action, row)

    def journal(self, since: datetime, until: datetime) -> Iterator[Row]:
        """Entries of `/v3/journal` over all roots: action, object_id, date_action, service_name."""
        for change in self._changes(set(ROOTS), moment_of(since), moment_of(until)):
            name, title, path = SERVICES[change.root]
            shown = f"3-{change.id}" if change.root == "Rnu" else str(change.id)
            yield {
                "object_id": shown,
                "action": change.action,
                "date_action": text(moment_of(change.at)),
                "service_name": name,
                "service_title": title,
                "url": path.format(change.id) if change.row is not None else "",
            }

    def registers(self) -> Mapping[str, list[Row]]:
        """Registers outside the portal as of now.

        Keys: vat_payers {bin, start, end}, false_enterprises {bin, name, decision_date},
        inactive {bin, name, order_date}, arrears {bin, name, amount, date}, wrong_address {bin,
        name, act_date}, bankrupts and invalid_registration {bin, name, decision_date},
        legal_entities {bin, name_ru, name_kz, registered, kato, oked, head_iin},
        unfair {bin, name, start, end}, unit_cost_norms {object, unit, amount, valid_from},
        sanctions {bin, name, programme, since, until}, politically_exposed_companies {bin, name,
        tie, since}. Dates are `YYYY-MM-DD` or None; who is on a list without end has no `until`.
        """
        return registers.all_of(self._population, self._cast(), self._now)

    def _cast(self) -> Iterator[Tale]:
        """Tales that brought somebody along or entered something in a register."""
        for number in range(len(self._ledger)):
            opening = self._stories.opening(number)
            if opening.habit is None:
                yield self._ledger.tale(number)

    def ground_truth(self) -> list[Row]:
        """Planted and seen by now: scheme, indicator, subject, story, planted_on, innocent, tale.

        `subject` holds portal ids (buy, lot, contract, plan root, customer_bin, supplier_biin ...).
        Each indicator that codes.yaml names is a row of its own; `tale` tells rows of one scheme
        from those of another.
        """
        told = truth.planted(self._ledger, self._stories, self._pace, self._now, self._known)
        return list(told)

    def stories_told(self) -> Iterator[tuple[int, str]]:
        """Every planted tale that has begun, by its number, with the name of its scheme."""
        for number, variant in truth.stories_told(self._ledger, self._stories, self._pace):
            yield number, variant.scheme

    def happenings(self) -> Iterator[Row]:
        """What happened by now that is no scheme, but may be noticed: kind, subject, tale."""
        return truth.happenings(self._ledger, self._now, self._known)

    @property
    def tales(self) -> range:
        """The numbers of all tales that have begun."""
        return range(len(self._ledger))

    def settled(self) -> Iterator[Row]:
        """The rows of participants that were there before the world began, and stand in no tale."""
        for position in range(self._population.size):
            yield self._population.row(position)

    def rows_of_tale(self, number: int) -> Mapping[str, tuple[Row, ...]]:
        """All rows of one tale as of now, by root."""
        found: dict[str, list[Row]] = {name: [] for name in ROOTS}
        for record in self._ledger.tale(number).records:
            row = record.seen(self._now)
            if row is not None:
                found[record.root].append(row)
        return {name: tuple(rows) for name, rows in found.items()}

    def _known(self, subject: Row) -> Row:
        """The subject without the ids of what has not happened yet."""
        return {
            name: value
            for name, value in subject.items()
            if name not in NAMED or self._row_if_given(NAMED[name], value) is not None
        }

    def _row_if_given(self, root: str, key: int) -> Row | None:
        return self._row(root, key) if key in self._ids(root) else None

    def dictionaries(self) -> Mapping[str, list[Row]]:
        """The portal's reference dictionaries (`ref_...`) with their snake_case fields."""
        return dictionaries.all_of()


__all__ = ["KEYS", "ROOTS", "SERVICES", "Any", "Change", "Row", "Table", "World"]
