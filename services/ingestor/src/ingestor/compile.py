"""How the releases of one contracting process become one compiled release.

The rules are those of OCDS 1.1.5 for merging releases, written down here so that nothing is
fetched. https://standard.open-contracting.org/1.1/en/schema/merging/
"""

import warnings
from collections.abc import Container, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from ocdsmerge import Merger

OMITTED: Final = (("id",), ("date",), ("tag",))

# Lists that a later release replaces as a whole. Lists of plain values always are; these hold
# objects whose ids do not tell them apart.
WHOLE_LISTS: Final = (
    ("parties", "additionalIdentifiers"),
    ("parties", "roles"),
    ("buyer", "additionalIdentifiers"),
    ("relatedProcesses", "relationship"),
    ("tender", "additionalProcurementCategories"),
    ("tender", "submissionMethod"),
    ("tender", "items", "additionalClassifications"),
    ("tender", "amendment", "changes"),
    ("tender", "amendments", "changes"),
    ("tender", "procuringEntity", "additionalIdentifiers"),
    ("tender", "tenderers", "additionalIdentifiers"),
    ("awards", "items", "additionalClassifications"),
    ("awards", "amendment", "changes"),
    ("awards", "amendments", "changes"),
    ("awards", "suppliers", "additionalIdentifiers"),
    ("contracts", "relatedProcesses", "relationship"),
    ("contracts", "items", "additionalClassifications"),
    ("contracts", "amendment", "changes"),
    ("contracts", "amendments", "changes"),
    ("contracts", "implementation", "transactions", "payee", "additionalIdentifiers"),
    ("contracts", "implementation", "transactions", "payer", "additionalIdentifiers"),
)

MERGE_RULES: Final = dict.fromkeys(OMITTED, "omitWhenMerged") | dict.fromkeys(
    WHOLE_LISTS, "wholeListMerge"
)

# A release that is compiled already states the whole process: a newer one replaces the older.
COMPILED_KEY: Final = "compiled"

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)


class Version(NamedTuple):
    """One delivered version of one release, by what decides which version holds.

    A newer date wins; then the later run; in one delivery, which has no order, the fuller text;
    then the hash, only so that the choice never depends on the order of lines.
    """

    date: datetime | None
    run: int
    size: int
    hash: bytes
    key: str

    def rank(self) -> tuple[datetime, int, int, bytes]:
        """Return what versions of one release are compared by."""
        return (self.date or _LONG_AGO, self.run, self.size, self.hash)

    def order(self) -> tuple[datetime, str, bytes]:
        """Return what different releases of one process are put in order by, oldest first."""
        return (self.date or _LONG_AGO, self.key, self.hash)


def release_key(release: dict[str, Any], digest: bytes) -> str:
    """Tell which release of its process this is; one without an id is known by its content."""
    if "compiled" in (release.get("tag") or ()):
        return COMPILED_KEY
    identifier = release.get("id")
    return f"id:{identifier}" if identifier else f"sha256:{digest.hex()}"


def holding(versions: Iterable[Version]) -> list[Version]:
    """Choose the version that holds of each release, and put the releases in order of date."""
    best: dict[str, Version] = {}
    for version in versions:
        held = best.get(version.key)
        if held is None or version.rank() > held.rank():
            best[version.key] = version
    return sorted(best.values(), key=Version.order)


def gone_back_to(
    versions: Iterable[Version], delivered: Container[tuple[str, bytes]], run: int
) -> list[Version]:
    """Name versions that a run delivers again, of releases whose publisher goes back to one.

    That is one that an earlier run delivered before the one that holds, under the same date. What
    is delivered beside it, the one that holds among them, is of the same delivery.
    """
    by_key: dict[str, list[Version]] = {}
    for version in versions:
        by_key.setdefault(version.key, []).append(version)
    found: list[Version] = []
    for key, rivals in by_key.items():
        held = max(rivals, key=Version.rank)
        again = [v for v in rivals if v.date == held.date and (key, v.hash) in delivered]
        if any(version.run < held.run <= run for version in again):
            found += again
    return found


class Merged(NamedTuple):
    """A compiled release, and how many older releases could not be merged into it."""

    release: dict[str, Any]
    left_out: int = 0


def merge(releases: Sequence[dict[str, Any]]) -> Merged:
    """Merge releases, oldest first, into a compiled release.

    A single release needs no merging, it is only labelled. Where a field that the standard does not
    know has an object in one release and a list in the next, the two cannot be merged; then the
    newest stands, and of the older ones those that fit.
    """
    if len(releases) == 1:
        return Merged(labelled(releases[0]))
    merged = _merged(releases)
    return Merged(merged) if merged else _merged_as_far_as_they_fit(releases)


def _merged(releases: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Merge them all, or return None where that cannot be done."""
    from ocdsmerge.exceptions import (  # noqa: PLC0415 (dear, and seldom needed)
        DuplicateIdValueWarning,
        InconsistentTypeError,
    )

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DuplicateIdValueWarning)
            merged: dict[str, Any] = _merger().create_compiled_release(_dated(releases))
    except InconsistentTypeError:
        return None
    return labelled(merged)


@cache
def _merger() -> "Merger":
    from ocdsmerge import Merger  # noqa: PLC0415 (dear, and seldom needed)

    return Merger(merge_rules=MERGE_RULES)


def _merged_as_far_as_they_fit(releases: Sequence[dict[str, Any]]) -> Merged:
    fitting: list[dict[str, Any]] = []
    best: dict[str, Any] = {}
    for release in reversed(releases):
        merged = _merged([release, *fitting])
        if merged is not None:
            best, fitting = merged, [release, *fitting]
    return Merged(best, left_out=len(releases) - len(fitting))


def labelled(release: dict[str, Any]) -> dict[str, Any]:
    """Name a compiled release as the standard asks: id from ocid and date, tag "compiled"."""
    date = release.get("date") or None
    identifier = "-".join(part for part in (release["ocid"], date) if part)
    rest = {k: v for k, v in release.items() if k not in {"ocid", "id", "date", "tag"}}
    head = {"ocid": release["ocid"], "id": identifier, "tag": [COMPILED_KEY]}
    return {**head, **({"date": date} if date else {}), **rest}


def _dated(releases: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give each release a date that keeps the order found: the library sorts by date as text."""
    newest = next((r["date"] for r in reversed(releases) if r.get("date")), "")
    return [{**release, "date": newest} for release in releases]
