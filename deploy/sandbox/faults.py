"""Faults of real publishers, put into a line on purpose.

Each fault takes a good release and gives the bytes that a careless publisher would have sent.
"""

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec

Json = dict[str, Any]


def _dump(release: Json) -> bytes:
    return msgspec.json.encode(release)


def truncated(release: Json) -> bytes:
    """Break off in the middle, like a lost connection."""
    line = _dump(release)
    return line[: len(line) // 2]


def not_an_object(release: Json) -> bytes:
    """Send a list where a release is expected."""
    return msgspec.json.encode([release["ocid"]])


def without_ocid(release: Json) -> bytes:
    """Leave out which purchase this is."""
    del release["ocid"]
    return _dump(release)


def ocid_as_number(release: Json) -> bytes:
    """Send an identifier that lost its quotes and its prefix."""
    release["ocid"] = int(str(release["ocid"]).rpartition("-")[2])
    return _dump(release)


def ids_as_numbers(release: Json) -> bytes:
    """Send party ids as bare numbers."""
    for bid in release.get("bids", {}).get("details", []):
        bid["tenderers"] = [{**t, "id": int(t["id"][-12:])} for t in bid["tenderers"]]
    for award in release.get("awards", []):
        award["suppliers"] = [{**s, "id": int(s["id"][-12:])} for s in award["suppliers"]]
    release["buyer"] = {**release["buyer"], "id": int(release["buyer"]["id"][-12:])}
    return _dump(release)


def object_for_array(release: Json) -> bytes:
    """Put no array around a single award."""
    if release.get("awards"):
        release["awards"] = release["awards"][0]
    return _dump(release)


def amounts_as_text(release: Json) -> bytes:
    """Put amounts in quotes, with a decimal comma."""
    for bid in release.get("bids", {}).get("details", []):
        bid["value"]["amount"] = f"{bid['value']['amount']},00"
    return _dump(release)


def negative_amount(release: Json) -> bytes:
    """Let a bid pay the buyer."""
    for bid in release.get("bids", {}).get("details", [])[:1]:
        bid["value"]["amount"] = -bid["value"]["amount"]
    return _dump(release)


def dates_without_zone(release: Json) -> bytes:
    """Leave out the zone, so that nobody can say when bidding closed to the hour."""
    period = release["tender"]["tenderPeriod"]
    release["tender"]["tenderPeriod"] = {k: str(v)[:19] for k, v in period.items()}
    return _dump(release)


def date_in_year_9999(release: Json) -> bytes:
    """Mean "for ever", as some portals write it."""
    release["tender"]["tenderPeriod"]["endDate"] = "9999-12-31T23:59:59+05:00"
    return _dump(release)


def without_tender(release: Json) -> bytes:
    """Say only who won."""
    del release["tender"]
    return _dump(release)


def nulls(release: Json) -> bytes:
    """Say that things are known to be unknown."""
    release["awards"] = None
    release["tender"]["numberOfTenderers"] = None
    return _dump(release)


def wrong_types(release: Json) -> bytes:
    """Put a sentence where a structure belongs."""
    release["bids"] = "см. протокол"
    release["tender"]["numberOfTenderers"] = "два"
    return _dump(release)


def not_a_number(release: Json) -> bytes:
    """Write an amount that Python takes for a number and JSON does not."""
    return _dump(release).replace(b'"amount":', b'"amount":NaN,"was":', 1)


def blank(_release: Json) -> bytes:
    """Leave an empty line in the file."""
    return b""


FAULTS: tuple[Callable[[Json], bytes], ...] = (
    truncated,
    not_an_object,
    without_ocid,
    ocid_as_number,
    ids_as_numbers,
    object_for_array,
    amounts_as_text,
    negative_amount,
    dates_without_zone,
    date_in_year_9999,
    without_tender,
    nulls,
    wrong_types,
    not_a_number,
    blank,
)


def spoil(rng: Random, line: bytes) -> bytes:
    """Put one fault into a good line."""
    return rng.choice(FAULTS)(msgspec.json.decode(line))
