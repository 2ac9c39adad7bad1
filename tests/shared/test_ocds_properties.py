"""Whatever JSON comes, the normal form holds: twice is once, and the order means nothing."""

import io
import json
import math
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ocds import Document, Refusal, Refused, counts, newest_date, parties, read
from shared.ocds.fields import RELEASE, Array, Object
from shared.ocds.leaves import ID, Leaf, clean_already, fine_prose
from tests.support.ocds import normal, release

pytestmark = pytest.mark.thorough

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([850101399996, 51231599991])
    | st.floats()
    | st.text(alphabet=st.characters(), max_size=8)
    | st.sampled_from(
        [
            "",
            "7",
            "12,5",
            "850101399996",
            "51231599991",
            "2024-03-01",
            "9999-01-01",
            "ИП Ли",
            "a\0",
            "\ud800",
            "é",
        ]
    )
)
ODD_NAMES = ("contactPoint", "odd\0", "id\0", "title")
IDS = st.sampled_from(["1", 1, "a", " a", "KZ-IIN-850101399996", None])


@st.composite
def shaped(draw: st.DrawFn, kind: Any) -> Any:
    """Draw a value that mostly has the declared kind, and now and then another one."""
    odd = draw(st.integers(0, 9)) == 0
    if isinstance(kind, Leaf) or (odd and draw(st.booleans())):
        return draw(SCALARS)
    if isinstance(kind, Array):
        many = [draw(shaped(kind.of)) for _ in range(draw(st.integers(0, 3)))]
        return draw(shaped(kind.of)) if odd else many
    assert isinstance(kind, Object)
    names = draw(st.lists(st.sampled_from([*kind.fields, *ODD_NAMES]), max_size=5, unique=True))
    fields = {name: draw(shaped(kind.fields.get(name, ID))) for name in names}
    if "id" in kind.fields and draw(st.booleans()):
        fields["id"] = draw(IDS)
    return [fields] if odd else fields


ANYTHING = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4) | st.sampled_from([*RELEASE.fields, "id"]), inner)
    ),
    max_leaves=10,
)
RELEASES = st.fixed_dictionaries(
    {"ocid": st.just("ocds-1")},
    optional={name: shaped(kind) for name, kind in RELEASE.fields.items() if name != "ocid"}
    | {"x": ANYTHING},
)


def reordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: reordered(value[key]) for key in reversed(value)}
    return [reordered(entry) for entry in value] if isinstance(value, list) else value


@given(RELEASES)
@settings(max_examples=150, deadline=None)
def test_normalising_twice_changes_and_notes_nothing_more(received: dict[str, Any]) -> None:
    once = normal(received).release
    stored = msgspec.json.decode(msgspec.json.encode(once))

    assert stored == once
    assert normal(stored) == (once, [])


@given(RELEASES)
@settings(max_examples=100, deadline=None)
def test_the_order_of_keys_means_nothing(received: dict[str, Any]) -> None:
    assert normal(reordered(received)) == normal(received)


@given(RELEASES)
@settings(max_examples=100, deadline=None)
def test_everything_declared_has_its_kind_or_is_absent(received: dict[str, Any]) -> None:
    mended, notes = normal(received)

    assert_kind(mended, RELEASE)
    assert not any("850101399996" in text for text in texts(mended))
    assert counts(mended).awards == len(mended.get("awards") or [])
    assert {link.local_id for link in parties(mended, "s") if not link.weak} >= {
        party["id"] for party in mended.get("parties") or [] if len(party.get("id") or "") > 3
    }
    newest_date(mended)
    msgspec.json.encode(notes)


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for entry in [*value, *value.values()] if isinstance(value, dict) else value:
            yield from texts(entry)


def assert_kind(value: Any, kind: Any) -> None:
    if value is None:
        return
    if isinstance(kind, Leaf):
        assert kind.fine(value) or isinstance(value, str)
        assert not isinstance(value, float) or math.isfinite(value)
    elif isinstance(kind, Array):
        assert isinstance(value, list)
        for entry in value:
            assert entry is not None
            assert_kind(entry, kind.of)
    else:
        assert isinstance(value, dict)
        for name, inner in kind.fields.items():
            assert_kind(value.get(name), inner)


@given(ANYTHING)
@settings(max_examples=150, deadline=None)
@pytest.mark.check("B18", tier=1, limit="0 crashes")
def test_any_json_is_normalised_or_refused(received: Any) -> None:
    try:
        normal(received)
    except Refused as refused:
        assert refused.refusal.reason  # noqa: PT017 - the only exception there may be


@given(st.binary(max_size=200) | ANYTHING.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=150, deadline=None)
@pytest.mark.check("B18", tier=1, limit="0 crashes")
def test_any_bytes_are_read_or_refused_and_their_neighbours_come(content: bytes) -> None:
    first, last = {"ocid": "first"}, {"ocid": "last"}
    file = b"\n".join([json.dumps(first).encode(), content, json.dumps(last).encode()])

    found = list(read(io.BytesIO(file)))

    assert all(isinstance(entry, Document | Refusal) for entry in found)
    releases = [entry.release for entry in found if isinstance(entry, Document)]
    assert releases[0] == first
    assert releases[-1] == last


@given(st.integers(0, 400), st.binary(max_size=3))
@settings(max_examples=150, deadline=None)
def test_a_file_with_damaged_bytes_still_gives_every_other_line(at: int, damage: bytes) -> None:
    good = [json.dumps(release(ocid=str(number))).encode() for number in range(3)]
    position = min(at, len(good[1]) - 1)
    damaged = good[1][:position] + damage.replace(b"\n", b"") + good[1][position + len(damage) :]

    found = list(read(io.BytesIO(b"\n".join([good[0], damaged, good[2]]))))

    ocids = [entry.release["ocid"] for entry in found if isinstance(entry, Document)]
    assert (ocids[0], ocids[-1]) == ("0", "2")


PIECES = st.text(alphabet="017 +@-.№e\u0301\0", max_size=4)


@given(st.builds("{}{}{}".format, PIECES, SCALARS, PIECES), st.booleans())
def test_what_is_fine_as_prose_needs_no_second_look_wherever_it_stands(
    text: str, free: bool
) -> None:
    assert clean_already(text, free=free) or not fine_prose(text)
