"""GraphQL filters as the portal understands them, its traps included.

Dates are `[from, to]`, `[from]` or `["", to]`; sums `[from]` or `[from, to]`; other lists name
what fits. A text is compared as a whole, `?x` is a part of it, `?x*` its beginning and `*x` a word
of it in any form. `Plans` answers nothing to date filters, nor `Lots` to plnPointRootrecordId.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from deploy.sandbox.world import Row

Test = Callable[[Row], bool]

DATES: Final = frozenset(
    {
        *("publishDate", "lastUpdateDate", "indexDate", "crdate", "signDate", "approveDate"),
        *("revokeDate", "dateAction", "dateCreate", "timestamp", "dateApply", "startDate"),
        *("endDate", "decisionDate"),
    }
)
SUMS: Final = frozenset({"totalSum", "amount"})
SEVERAL: Final[Mapping[str, tuple[str, ...]]] = {
    "nameOrFullNameRu": ("nameRu", "fullNameRu"),
    "nameOrFullNameKz": ("nameKz", "fullNameKz"),
    "nameDescriptionRu": ("nameRu", "descriptionRu", "descRu", "extraDescRu"),
    "nameDescriptionKz": ("nameKz", "descriptionKz", "descKz", "extraDescKz"),
    "commonName": ("nameRu", "nameKz", "orgNameRu", "orgNameKz", "numberAnno"),
}
"""Filters that look into more than one field."""

ACTIONS: Final = ("createDateAct", "approveDate", "revokeDate")
BARREN: Final = frozenset(
    {
        ("Lots", "plnPointRootrecordId"),
        *(("Plans", name) for name in ("dateCreate", "timestamp", "indexDate")),
    }
)
"""Filters that find nothing at all, seen live in 2026."""

UNKNOWN: Final = frozenset({"refTrdBuySigns", "category_id"})
"""Filters whose meaning nobody has written down."""

LAST: Final = "9999"
ENDING: Final = 3
"""Letters that a search by word forms leaves out at a word's end."""


def tests(root: str, criteria: Mapping[str, Any]) -> list[Test]:
    """What a row of a root has to pass. Raises ValueError for a filter that is not imitated."""
    return [
        _test(root, name, wanted) for name, wanted in criteria.items() if wanted not in (None, [])
    ]


def _test(root: str, name: str, wanted: Any) -> Test:
    if name in UNKNOWN:
        raise ValueError(f"What {name} means is not documented; it is not imitated here")
    if (root, name) in BARREN:
        return lambda _row: False
    special = SPECIAL.get(name)
    if special:
        return special(wanted)
    if name in DATES:
        return _between(lambda row: row.get(name) or "", wanted)
    if isinstance(wanted, str):
        return _text(SEVERAL.get(name, (name,)), wanted)
    return _member(name, wanted if isinstance(wanted, list) else [wanted])


def span(wanted: Sequence[str | None]) -> tuple[str, str]:
    """The two ends of a range of dates; an end that is a day only means all of that day."""
    low, high = [*wanted, "", ""][:2]
    end = high or LAST
    return low or "", f"{end} 23:59:59" if len(end) == len("2026-01-01") else end


def _between(value: Callable[[Row], str], wanted: Sequence[str | None]) -> Test:
    low, high = span(wanted)
    return lambda row: low <= value(row) <= high and value(row) != ""


def _sum(name: str, wanted: Sequence[float | None]) -> Test:
    low, high = [*wanted, None, None][:2]
    return lambda row: (
        row.get(name) is not None
        and (low is None or row[name] >= low)
        and (high is None or row[name] <= high)
    )


def _member(name: str, wanted: Sequence[Any]) -> Test:
    among = {str(one) for one in wanted}

    def test(row: Row) -> bool:
        value = row.get(name)
        return any(str(one) in among for one in (value if isinstance(value, list) else [value]))

    return test


def _text(names: Sequence[str], wanted: str) -> Test:
    fits = _fits(wanted)

    def test(row: Row) -> bool:
        for name in names:
            value = row.get(name)
            for one in value if isinstance(value, list) else [value]:
                if one is not None and fits(str(one)):
                    return True
        return False

    return test


def _fits(wanted: str) -> Callable[[str], bool]:
    part = wanted.strip("?*").lower()
    if wanted.startswith("?"):
        if wanted.endswith("*"):
            return lambda value: value.lower().startswith(part)
        return lambda value: part in value.lower()
    if wanted.startswith("*"):
        stem = part[: max(1, len(part) - ENDING)]
        return lambda value: any(word.startswith(stem) for word in value.lower().split())
    return lambda value: value == wanted


SPECIAL: Final[Mapping[str, Callable[[Any], Test]]] = {
    "dateAction": lambda wanted: _between(
        lambda row: max(row.get(one) or "" for one in ACTIONS), wanted
    ),
    "strKato": lambda wanted: lambda row: any(code.startswith(wanted) for code in row["kato"]),
    **{name: partial(_sum, name) for name in SUMS},
}
"""Filters that are compared in a way of their own."""
