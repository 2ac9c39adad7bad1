"""The simulated world as a server sees it: a clock, tables, changes, a journal and the truth."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal, NamedTuple

Row = dict[str, Any]

ROOTS = (
    "Subjects",
    "Plans",
    "TrdBuy",
    "Lots",
    "TrdApp",
    "Contract",
    "Acts",
    "TreasuryPay",
    "ComplaintAppeal",
    "Rnu",
)


class Change(NamedTuple):
    """A row that appeared or changed ("U", with its state now) or vanished ("D", no row)."""

    at: datetime
    root: str
    id: int
    action: Literal["U", "D"]
    row: Row | None


class Table(Mapping[int, Row]):
    """The rows of one root as they are now, by id; the newest row has the highest id."""

    def __getitem__(self, key: int) -> Row:
        raise NotImplementedError

    def __iter__(self) -> Iterator[int]:
        """Go through the ids, lowest first."""
        raise NotImplementedError

    def __reversed__(self) -> Iterator[int]:
        """Go through the ids, newest first."""
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def below(self, after: int | None, limit: int) -> list[Row]:
        """A page as the portal gives it: rows with id < `after` (None: newest), newest first."""
        raise NotImplementedError


class World:
    """A world with about `contracts` contracts signed a year from `start` on.

    Times are the portal's: without zone they mean UTC+5, with a zone they are converted. Rows are
    dictionaries with camelCase GraphQL names; nested lists that belong to one row stand in it
    (Lots of a notice do not: they are a root of their own). Do not change a row you are given.
    """

    def __init__(self, seed: int, contracts: int, start: date, *, density: float = 0.03) -> None:
        raise NotImplementedError

    @property
    def now(self) -> datetime:
        """The portal's time, without zone."""
        raise NotImplementedError

    def advance(self, to: datetime) -> None:
        """Let time pass until `to`; an earlier moment changes nothing."""
        raise NotImplementedError

    def table(self, root: str) -> Table:
        """The rows of a root now. Raises KeyError for a root that is not in `ROOTS`."""
        raise NotImplementedError

    def related(self, root: str, key: int) -> Mapping[str, tuple[Row, ...]]:
        """All rows of the same purchase by root: its plan, notice, lots, bids, contracts, acts."""
        raise NotImplementedError

    def changes(self, root: str, since: datetime, until: datetime) -> Iterator[Change]:
        """Changes with since <= at < until, oldest first; a row once, at its last change."""
        raise NotImplementedError

    def journal(self, since: datetime, until: datetime) -> Iterator[Row]:
        """Entries of `/v3/journal` over all roots: action, object_id, date_action, service_name."""
        raise NotImplementedError

    def registers(self) -> Mapping[str, list[Row]]:
        """Registers outside the portal as of now.

        Keys: vat_payers {bin, start, end}, false_enterprises {bin, name, decision_date},
        inactive {bin, name, order_date}, arrears {bin, name, amount, date}, wrong_address {bin,
        name, act_date}, legal_entities {bin, name_ru, name_kz, registered, kato, oked, head_iin},
        unfair {bin, name, start, end}. Dates are `YYYY-MM-DD` or None.
        """
        raise NotImplementedError

    def ground_truth(self) -> list[Row]:
        """Planted and seen by now: scheme, indicator, subject, story, planted_on, innocent.

        `subject` holds portal ids (buy, lot, contract, plan root, customer_bin, supplier_biin ...).
        """
        raise NotImplementedError

    def dictionaries(self) -> Mapping[str, list[Row]]:
        """The portal's reference dictionaries (`ref_...`) with their snake_case fields."""
        raise NotImplementedError
