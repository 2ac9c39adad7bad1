"""Releases inside one decoded document, whatever it is wrapped in.

A release, a release package, a record, a record package, an array of any of these, or a line
{"source": …, "release": …} of a collection. A record gives its compiled release, else its releases.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from shared.ocds.notes import Refusal, found, refuse


class Inner(NamedTuple):
    """One release found inside, and what the collection says of its source."""

    release: dict[str, Any]
    source: Any = None


def releases_in(value: Any) -> Iterator[Inner | Refusal]:
    """Find every release; what is none is refused by itself."""
    if isinstance(value, list):
        for entry in value:
            yield from _inside_list(entry)
    elif not isinstance(value, dict):
        yield refuse("not_an_object", found(value))
    elif isinstance(value.get("release"), dict) and "ocid" not in value:
        yield Inner(value["release"], value.get("source"))
    else:
        yield from _package_or_release(value)


def _inside_list(entry: Any) -> Iterator[Inner | Refusal]:
    if isinstance(entry, list):
        yield refuse("not_an_object", found(entry))
    else:
        yield from releases_in(entry)


def _package_or_release(value: dict[str, Any]) -> Iterator[Inner | Refusal]:
    if isinstance(value.get("records"), list) and "ocid" not in value:
        for record in value["records"]:
            yield from _inside_list(record)
    elif isinstance(value.get("compiledRelease"), dict):
        yield Inner(value["compiledRelease"])
    elif isinstance(value.get("releases"), list):
        yield from _of_package_or_record(value)
    elif "ocid" in value:
        yield Inner(value)
    else:
        yield refuse("not_a_release", f"Its keys: {', '.join(sorted(value)[:10])}"[:300])


def _of_package_or_record(value: dict[str, Any]) -> Iterator[Inner | Refusal]:
    """Yield embedded releases; a record's links (a url, no ocid) are not releases."""
    releases = value["releases"]
    links = [entry for entry in releases if isinstance(entry, dict) and "ocid" not in entry]
    if "ocid" in value and len(links) == len(releases):
        yield refuse("record_without_release")
        return
    for entry in releases:
        if isinstance(entry, dict) and "ocid" in value and "url" in entry and "ocid" not in entry:
            continue
        if isinstance(entry, dict):
            yield Inner(entry)
        else:
            yield refuse("not_an_object", found(entry))
