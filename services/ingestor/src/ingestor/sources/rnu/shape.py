"""Answers of the portal about unfair participants: each inclusion of a supplier is a row."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

DETAILS: Final = ("Detail", "detail", "items")


def rows(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the inclusions of a list row, or the row itself where it has no details.

    Details do not always repeat whose they are, so they inherit what the list row says.
    """
    own = {name: value for name, value in record.items() if not isinstance(value, list | dict)}
    lists = (record[name] for name in DETAILS if isinstance(record.get(name), list))
    found = [one for one in next(lists, ()) if isinstance(one, dict)]
    if not found:
        yield own
    for one in found:
        yield own | {name: value for name, value in one.items() if value is not None}
