"""What the author of an example need not say: places, usual values, and what follows from the rest.

Rows are completed in place. A column that is named, if only with null, stays as it is.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from scoring.declared import Column, Table, tables

Row = dict[str, Any]
Rows = dict[str, list[Row]]

NAME: Final = "process"
"""What a row calls the purchase that it is about."""

PARTIES: Final = frozenset(
    {
        *("party", "buyer", "entity", "supplier", "customer"),
        *("winner", "sole", "invited", "payer", "payee"),
    }
)
"""Columns that hold a party, where they are numbers."""

VALID: Final = ("bid", "bid_tenderer", "bid_lot")
ACTIVE: Final = ("award", "award_supplier", "award_item", "contract", "contract_supplier")
CURRENCY: Final = "KZT"
LONG_AGO: Final = "2000-01-01"
EAST: Final = timedelta(hours=5)
"""How much earlier than in UTC a day begins in Kazakhstan."""

MEMBERS: Final = (
    ("bid", "tenderers", "bid_tenderer", "sole"),
    ("award", "suppliers", "award_supplier", "sole"),
    ("contract", "suppliers", "contract_supplier", "supplier"),
)
"""A row with one party makes a row of its only member, unless the example has some."""

ARRAYS: Final = (
    ("process", "has_bids", "", "bid"),
    ("process", "has_awards", "", "award"),
    ("process", "has_plan", "", "plan"),
    ("process", "has_lots", "lots", "lot"),
    ("process", "has_items", "items", "item"),
    ("process", "has_contracts", "contracts", "contract"),
    ("process", "has_documents", "documents", "document"),
    ("process", "has_complaints", "complaints", "complaint"),
    ("contract", "has_items", "items", "contract_item"),
    ("contract", "has_amendments", "amendments", "amendment"),
    ("contract", "has_acts", "acts", "act"),
    ("contract", "has_payments", "payments", "payment"),
)
"""What the rows of the last table say of an array: whether it is there, and how long it is."""

ROLES: Final = (
    ("process", "buyer", "buyer"),
    ("process", "entity", "entity"),
    ("bid_tenderer", "party", "tenderer"),
    ("award_supplier", "party", "supplier"),
    ("contract_supplier", "party", "supplier"),
)


def complete(rows: Rows, there: frozenset[str]) -> None:
    """Say all that the author left out; purchases that are `there` have said it already.

    Raises ValueError for a row that does not name its purchase, or a purchase with two rows.
    """
    for name, some in list(rows.items()):
        _place(tables()[name], some)
        for row in some:
            _usual(tables()[name], row)
    for owner, length, members, party in MEMBERS:
        _add_members(rows, owner, length, members, party)
    _mention(rows, there)
    for owner, has, length, beneath in ARRAYS:
        _measure(rows, owner, has, length, beneath)
    for one in rows["process"]:
        _tally_bids(one, [bid for bid in rows.get("bid", ()) if bid[NAME] == one[NAME]])
        _tally_awards(one, [won for won in rows.get("award", ()) if won[NAME] == one[NAME]])
        _tally_contracts(one, [c for c in rows.get("contract", ()) if c[NAME] == one[NAME]])
    for lot in rows.get("lot", ()):
        _tally_lot(lot, rows)
    _take_part(rows, there)


def holds_party(column: Column) -> bool:
    """Tell whether a column holds the number of a party."""
    return column.name in PARTIES and column.type == "INTEGER"


def _place(table: Table, rows: list[Row]) -> None:
    """Give every row its place: the last of the places that a table needs counts by itself."""
    places = [c.name for c in table.columns.values() if c.required and _is_place(c.name)]
    counted: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        if "pid" in table.columns and NAME not in row:
            raise ValueError(f"a row of {table.name} does not say which process it is about")
        for place in places[:-1]:
            row.setdefault(place, 0)
        if places:
            group = (row[NAME], *(row[place] for place in places[:-1]))
            row.setdefault(places[-1], counted[group])
            counted[group] += 1


def _is_place(name: str) -> bool:
    return name.endswith("_no") or name == "pos"


def _usual(table: Table, row: Row) -> None:
    """Fill in what nearly every example would say alike."""
    _say_days_and_instants(table, row)
    if table.name in VALID:
        row.setdefault("status", "valid")
    if table.name in ACTIVE:
        row.setdefault("status", "active")
    if "currency" in table.columns:
        row.setdefault("currency", CURRENCY)
    if table.name == "bid_lot":
        row.setdefault("value_no", 0)
        row.setdefault("who", row.get("sole"))
    if table.name in {"register_entry", "register_coverage"}:
        row.setdefault("source", "example")
        row.setdefault("known_from", row.get("valid_from") or LONG_AGO)
    if table.name == "register_entry":
        row.setdefault("retrieved_on", row["known_from"])


def _say_days_and_instants(table: Table, row: Row) -> None:
    """Of an instant and its day say both, and the text of what is kept as text as well."""
    for name in list(row):
        stem, _, kind = name.rpartition("_")
        if kind == "on" and f"{stem}_at" in table.columns and row[name] is not None:
            day = date.fromisoformat(str(row[name]))
            instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - EAST
            row.setdefault(f"{stem}_at", _spelled(instant))
        if kind == "at" and row[name] is not None:
            instant = _instant(row[name])
            row[name] = _spelled(instant)
            if f"{stem}_on" in table.columns:
                row.setdefault(f"{stem}_on", (instant + EAST).date().isoformat())
            if f"{stem}_text" in table.columns:
                row.setdefault(f"{stem}_text", f"{row[name]}Z")


def _instant(written: object) -> datetime:
    read = datetime.fromisoformat(str(written))
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)


def _spelled(instant: datetime) -> str:
    return instant.replace(tzinfo=None).isoformat(timespec="seconds")


def _add_members(rows: Rows, owner: str, length: str, members: str, party: str) -> None:
    number = f"{owner}_no"
    for row in rows.get(owner, ()):
        one = row.get(party)
        row.setdefault(length, 0 if one is None and row.get("who") is None else 1)
        if owner != "contract":
            row.setdefault("named", row[length])
        if owner == "bid":
            row.setdefault("who", one)
        if one is not None and not any(
            (m[NAME], m[number]) == (row[NAME], row[number]) for m in rows.get(members, ())
        ):
            made = {NAME: row[NAME], number: row[number], "pos": 0, "party": one}
            rows.setdefault(members, []).append(made | {"status": row["status"]})


def _mention(rows: Rows, there: frozenset[str]) -> None:
    """Make a row for every purchase that is only mentioned; a free plan point is no purchase."""
    named = [*there, *(row[NAME] for row in rows.setdefault("process", []))]
    if len(set(named)) < len(named):
        raise ValueError("a process has two rows")
    said = len(named)
    for name, some in rows.items():
        for row in some:
            if name == "plan":
                row.setdefault("free", False)
            if NAME in row and row[NAME] not in named and not row.get("free"):
                named.append(row[NAME])
    for name in named[said:]:
        row = {NAME: name}
        _usual(tables()["process"], row)
        rows["process"].append(row)


def _measure(rows: Rows, owner: str, has: str, length: str, beneath: str) -> None:
    keys = [NAME] if owner == "process" else [NAME, f"{owner}_no"]
    found = Counter(tuple(one[key] for key in keys) for one in rows.get(beneath, ()))
    for row in rows.get(owner, ()):
        counted = found[tuple(row[key] for key in keys)]
        row.setdefault(has, counted > 0)
        if length:
            row.setdefault(length, counted)


def _tally_bids(row: Row, bids: list[Row]) -> None:
    submitted = [b for b in bids if b["status"] not in {None, "invited", "withdrawn"}]
    valid = [bid for bid in submitted if bid["status"] == "valid"]
    currencies = {bid["currency"] for bid in submitted if not _unpriced(bid)}
    _tell(
        row,
        submitted=len(submitted),
        disqualified=_count(bids, lambda bid: bid["status"] == "disqualified"),
        unknown_bids=_count(bids, lambda bid: bid["status"] is None),
        unpriced=_count(submitted, _unpriced),
        unpriced_valid=_count(valid, _unpriced),
        unnamed=_count(submitted, _unnamed),
        unnamed_valid=_count(valid, _unnamed),
        undated_valid=_count(valid, lambda bid: bid.get("date_at") is None),
        bid_currency=next(iter(currencies)) if len(currencies) == 1 else None,
        mixed=len(currencies) > 1,
    )


def _tally_awards(row: Row, awards: list[Row]) -> None:
    active = [one for one in awards if one["status"] == "active"]
    _tell(
        row,
        open_awards=_count(awards, lambda one: one["status"] in {"pending", "other"}),
        active_awards=len(active),
        unknown_awards=_count(awards, lambda one: one["status"] is None),
        unnamed_awards=_count(active, _unnamed),
        winner=active[0].get("sole") if len(active) == 1 else None,
    )


def _tally_contracts(row: Row, contracts: list[Row]) -> None:
    _tell(
        row,
        signed=_count(contracts, lambda one: one["status"] in {"active", "terminated"}),
        running=_count(contracts, lambda one: one["status"] == "active"),
    )


def _tally_lot(lot: Row, rows: Rows) -> None:
    def on_it(name: str) -> list[Row]:
        key = (lot[NAME], lot["lot_no"])
        return [one for one in rows.get(name, ()) if (one[NAME], one.get("lot_no")) == key]

    bids = on_it("bid_lot")
    active = [one for one in on_it("award") if one["status"] == "active"]
    only = active[0] if len(active) == 1 else {}
    _tell(
        lot,
        submitted=_count(bids, lambda b: b["status"] not in {None, "invited", "withdrawn"}),
        admitted=_count(bids, lambda bid: bid["status"] == "valid"),
        disqualified=_count(bids, lambda bid: bid["status"] == "disqualified"),
        unknown_bids=_count(bids, lambda bid: bid["status"] is None),
        active_awards=len(active),
        winner=only.get("sole"),
        awarded=only.get("amount"),
    )


def _unpriced(one: Row) -> bool:
    return one.get("amount") is None or one.get("currency") is None


def _unnamed(one: Row) -> bool:
    length = one["tenderers" if "tenderers" in one else "suppliers"]
    return not length or (one["named"] or 0) < length


def _count(rows: Iterable[Row], is_so: Callable[[Row], bool]) -> int:
    return sum(1 for row in rows if is_so(row))


def _tell(row: Row, **told: object) -> None:
    for name, value in told.items():
        row.setdefault(name, value)


def _take_part(rows: Rows, there: frozenset[str]) -> None:
    """Make a participant of every party that a purchase names, with its roles."""
    roles: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name, some in rows.items():
        for column in filter(holds_party, tables()[name].columns.values()):
            played = {role for where, at, role in ROLES if (where, at) == (name, column.name)}
            for row in some:
                if NAME in row and row.get(column.name) is not None:
                    roles[row[NAME], row[column.name]] |= played
    said = {(row[NAME], row["party"]): row for row in rows.setdefault("participant", [])}
    for (name, party), played in sorted(roles.items()):
        if name in there:
            continue
        row = said.get((name, party)) or {NAME: name, "party": party}
        _tell(row, **{role: role in played for _, _, role in ROLES})
        if (name, party) not in said:
            rows["participant"].append(row)
