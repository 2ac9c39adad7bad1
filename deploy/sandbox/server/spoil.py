"""Faults in what an answer says: rows out of order, fields that come, go or change."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from deploy.sandbox.server.faults import Fault
from deploy.sandbox.server.names import snake
from deploy.sandbox.server.schema import type_of

Rows = list[dict[str, Any]]

MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
FORM: Final = "%Y-%m-%d %H:%M:%S"


def spoil(document: dict[str, Any], faults: Iterable[Fault]) -> None:
    """Apply faults to a document in place."""
    for fault in faults:
        for root, rows in _rows(document):
            if not root or not fault.root or root == fault.root:
                SPOILERS[fault.kind](rows, fault)


def gone(faults: Iterable[Fault]) -> set[tuple[str, str]]:
    """The fields that the GraphQL schema has lost; `Type.field`, or a field of the fault's root."""
    lost = set()
    for fault in faults:
        if fault.kind == "vanished_field":
            kind, _, name = fault.field.rpartition(".")
            lost.add((kind or type_of(fault.root), name))
    return lost


def _rows(document: dict[str, Any]) -> list[tuple[str, Rows]]:
    """The lists of rows of an answer, GraphQL's with their roots."""
    data = document.get("data")
    if isinstance(data, Mapping):
        return [(root, rows) for root, rows in data.items() if isinstance(rows, list)]
    items = document.get("items")
    return [("", items)] if isinstance(items, list) else [("", [document])]


def _reverse(rows: Rows, _fault: Fault) -> None:
    rows.reverse()


def _lose(rows: Rows, _fault: Fault) -> None:
    del rows[1::2]


def _add(rows: Rows, fault: Fault) -> None:
    for row in rows:
        if "id" in row or "pid" in row:
            row.setdefault(snake(fault.field), fault.value)


def _remove(rows: Rows, fault: Fault) -> None:
    for row in rows:
        row.pop(snake(fault.field.rpartition(".")[2]), None)


def _retype(rows: Rows, fault: Fault) -> None:
    def other(value: Any) -> Any:
        return {"was": value} if isinstance(value, str | list | None) else str(value)

    _set(rows, fault, other)


def _revalue(rows: Rows, fault: Fault) -> None:
    _set(rows, fault, lambda _value: fault.value)


def _set(rows: Rows, fault: Fault, change: Callable[[Any], Any]) -> None:
    for row in rows:
        for name in {fault.field, snake(fault.field)} & row.keys():
            row[name] = change(row[name])


def _shift(rows: Rows, fault: Fault) -> None:
    delta = timedelta(hours=fault.hours)
    for row in rows:
        row.update({name: _shifted(value, delta) for name, value in row.items()})


def _shifted(value: Any, delta: timedelta) -> Any:
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return (datetime.strptime(value, FORM) + delta).strftime(FORM)  # noqa: DTZ007 (no zone)
    if isinstance(value, list):
        return [_shifted(one, delta) for one in value]
    if isinstance(value, dict):
        return {name: _shifted(one, delta) for name, one in value.items()}
    return value


SPOILERS: Final[Mapping[str, Callable[[Rows, Fault], None]]] = {
    "reversed_page": _reverse,
    "new_field": _add,
    "vanished_field": _remove,
    "changed_type": _retype,
    "changed_value": _revalue,
    "clock_off": _shift,
    "lost_rows": _lose,
}
