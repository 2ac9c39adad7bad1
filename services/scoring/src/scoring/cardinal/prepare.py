"""What Cardinal's `prepare` does to a compiled release before the indicators are calculated.

Always: a single tenderer or supplier becomes a list, identifiers become texts. As the settings
say: defaults are filled in, placeholders removed, codes re-mapped, awards corrected by their
contracts, auctions read as bids, prefixes added. What remains wrong is reported row by row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from scoring.cardinal.settings import Settings
from scoring.cardinal.written import Written, is_number, take, write

BID_STATUSES = frozenset({"invited", "pending", "valid", "disqualified", "withdrawn"})
AWARD_STATUSES = frozenset({"pending", "active", "cancelled", "unsuccessful"})

Json = dict[str, Any]


class Issue(NamedTuple):
    """One thing that is wrong and stays so: where, at which positions, which value, in a word."""

    path: str
    positions: str
    value: str
    problem: str


@dataclass
class Prepared:
    """The release, changed in place, and what is still wrong with it."""

    release: Json
    issues: list[Issue] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def prepare(release: Json, settings: Settings) -> Prepared:
    """Prepare one release, in the order in which Cardinal does it."""
    prepared = Prepared(release)
    worker = _Preparer(settings, prepared)
    worker.parties()
    worker.buyer_and_tender()
    worker.auctions()
    for position, bid in worker.members(_get(release, "bids"), "details", "bid_status"):
        worker.bid(position, bid)
    worker.contracts()
    for position, award in worker.members(release, "awards", "award_status"):
        worker.award(position, award)
    worker.write_roles()
    return prepared


class _Preparer:
    """One release at work; roles and cancelled contracts are gathered on the way."""

    def __init__(self, settings: Settings, prepared: Prepared) -> None:
        self.get = settings.get
        self.release = prepared.release
        self.issues = prepared.issues
        self.warnings = prepared.warnings
        self.redacted = set(self.get("redactions", "organization_id", []))
        self.amounts = {_float(text) for text in self.get("redactions", "amount", [])} - {None}
        self.buyer_prefix = self.get("modifications", "prefix_buyer_or_procuring_entity_id", "")
        self.bidder_prefix = self.get("modifications", "prefix_tenderer_or_supplier_id", "")
        self.codes = {
            kind: settings.sections.get(f"codelists.{kind}", {})
            for kind in ("bid_status", "award_status")
        }
        self.roles: dict[str, set[str]] = {}
        self.cancelled: dict[str, bool] = {}

    def parties(self) -> None:
        _as_list(self.release, "parties")
        for party in _list(self.release, "parties"):
            self._identify(party, "")
        if self.get("defaults", "party_roles", False):
            for party in _list(self.release, "parties"):
                if isinstance(_get(party, "id"), str):
                    roles = {one for one in _list(party, "roles") if isinstance(one, str)}
                    self.roles[party["id"]] = roles

    def buyer_and_tender(self) -> None:
        self._identify(self.release.get("buyer"), self.buyer_prefix, "buyer")
        tender = self.release.get("tender")
        if not isinstance(tender, dict):
            return
        self._identify(tender.get("procuringEntity"), self.buyer_prefix, "procuringEntity")
        separator = self.get("modifications", "split_procurement_method_details")
        details = tender.get("procurementMethodDetails")
        if separator is not None and isinstance(details, str):
            first = details.split(separator)[0] if separator else ""
            tender["procurementMethodDetails"] = first.rstrip()

    def auctions(self) -> None:
        if not self.get("modifications", "move_auctions", False) or "auctions" not in self.release:
            return
        if "bids" in self.release:
            self.warnings.append("Can't move /auctions, because /bids is occupied.")
        elif isinstance(self.release["auctions"], list):
            details: list[Any] = []
            for auction in self.release["auctions"]:
                for stage in _list(auction, "stages"):
                    if isinstance(stage, dict) and "bids" in stage:
                        bids = take(stage, "bids")
                        details += bids if isinstance(bids, list) else []
            self.release["bids"] = {"details": details}

    def members(self, holder: Any, key: str, kind: str) -> Iterator[tuple[int, Any]]:
        """Give the members of an array; a null becomes an object where a status is filled in."""
        array = _list(holder, key)
        for position, member in enumerate(array):
            if member is None and self.get("defaults", kind) is not None:
                array[position] = {}
            yield position, array[position]

    def bid(self, position: int, bid: Any) -> None:
        where = "/bids/details[]"
        value = _get(bid, "value")
        if isinstance(value, dict):
            self._value(position, value)
        self._items(where, position, bid, identify=False)
        self._status(where, position, bid, "bid_status", BID_STATUSES)
        self._organisations(bid, "tenderers", "tenderer")

    def contracts(self) -> None:
        corrects = self.get("corrections", "award_status_by_contract_status", False)
        for contract in _list(self.release, "contracts"):
            _stringify(contract, "awardID")
            award_id = _get(contract, "awardID")
            if corrects and isinstance(award_id, str):
                is_cancelled = contract.get("status") == "cancelled"
                self.cancelled[award_id] = self.cancelled.get(award_id, True) and is_cancelled

    def award(self, position: int, award: Any) -> None:
        _stringify(award, "id")
        self._items("/awards[]", position, award, identify=True)
        self._status("/awards[]", position, award, "award_status", AWARD_STATUSES)
        award_id = _get(award, "id")
        if isinstance(award_id, str) and self.cancelled.get(award_id, False):
            award["status"] = "cancelled"
        self._organisations(award, "suppliers", "supplier")

    def write_roles(self) -> None:
        if not self.get("defaults", "party_roles", False):
            return
        for party in _list(self.release, "parties"):
            identifier = _get(party, "id")
            if isinstance(identifier, str) and self.roles[identifier]:
                party["roles"] = sorted(self.roles[identifier])

    def _value(self, position: int, value: Json) -> None:
        amount = value.get("amount")
        if amount is not None and is_number(amount):
            if float(amount) in self.amounts:
                take(value, "amount")
            elif float(amount) == 0:
                self._tell("/bids/details[]/value/amount", str(position), "", "is zero")
        if "currency" not in value:
            self._default(
                value,
                "currency",
                self.get("defaults", "currency"),
                ("/bids/details[]/value/currency", str(position)),
            )

    def _items(self, where: str, position: int, holder: Any, *, identify: bool) -> None:
        for place, item in enumerate(_list(holder, "items")):
            classification = _get(item, "classification")
            if not isinstance(classification, dict):
                continue
            if identify:
                _stringify(classification, "id")
            if "scheme" not in classification:
                self._default(
                    classification,
                    "scheme",
                    self.get("defaults", "item_classification_scheme"),
                    (f"{where}/items[]/classification/scheme", f"{position}.{place}"),
                )

    def _status(
        self, where: str, position: int, holder: Any, kind: str, known: frozenset[str]
    ) -> None:
        path = f"{where}/status"
        if not isinstance(holder, dict):
            self._tell(path, str(position), "", "not set")
            return
        if "status" not in holder:
            self._default(holder, "status", self.get("defaults", kind), (path, str(position)))
        status = holder.get("status")
        if isinstance(status, str):
            holder["status"] = self.codes[kind].get(status, status)
            if holder["status"] not in known:
                self._tell(path, str(position), holder["status"], "invalid")

    def _default(self, holder: Json, key: str, default: Any, place: tuple[str, str]) -> None:
        if default is None:
            self._tell(*place, "", "not set")
        else:
            holder[key] = default

    def _organisations(self, holder: Any, key: str, role: str) -> None:
        if isinstance(holder, dict):
            _as_list(holder, key)
            for organisation in _list(holder, key):
                self._identify(organisation, self.bidder_prefix, role)

    def _identify(self, organisation: Any, prefix: str, role: str | None = None) -> None:
        if not isinstance(organisation, dict):
            return
        _stringify(organisation, "id")
        identifier = organisation.get("id")
        if not isinstance(identifier, str):
            return
        if identifier in self.redacted:
            take(organisation, "id")
            return
        if not identifier.startswith(prefix):
            organisation["id"] = identifier = prefix + identifier
        if role is not None and identifier in self.roles:
            self.roles[identifier].add(role)

    def _tell(self, path: str, positions: str, value: str, problem: str) -> None:
        self.issues.append(Issue(path, positions, value, problem))


def rows(line: int, release: Mapping[str, Any], issues: list[Issue]) -> Iterator[list[str]]:
    """Give the issues as Cardinal's CSV rows: line, ocid, path, positions, value, problem."""
    ocid = release.get("ocid")
    shown = ocid if isinstance(ocid, str) else "" if ocid is None else write(ocid)
    for issue in issues:
        yield [str(line), shown, issue.path, issue.positions, issue.value, issue.problem]


def csv_line(fields: list[str]) -> str:
    """Write a row of CSV; Cardinal puts carriage returns in quotes too."""
    return ",".join(_quoted(one) if set(one) & set('",\r\n') else one for one in fields) + "\n"


def _quoted(field: str) -> str:
    return '"' + field.replace('"', '""') + '"'


def _stringify(holder: Any, key: str) -> None:
    if isinstance(holder, dict) and is_number(holder.get(key)):
        holder[key] = _number_text(holder[key])


def _number_text(number: Any) -> str:
    return number.text if isinstance(number, Written) else str(number)


def _as_list(holder: Json, key: str) -> None:
    if isinstance(holder.get(key), dict):
        holder[key] = [holder[key]]


def _get(holder: Any, key: str) -> Any:
    return holder.get(key) if isinstance(holder, dict) else None


def _list(holder: Any, key: str) -> list[Any]:
    value = _get(holder, key)
    return value if isinstance(value, list) else []


def _float(text: str) -> float | None:
    """Read a number as Rust does: no blanks around it, no underscores in it."""
    try:
        return float(text) if not set(text) & {" ", "\t", "_"} else None
    except ValueError:
        return None
