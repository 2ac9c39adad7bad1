"""Pages: a cursor leads on in the list it was given for, and nowhere else."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import CursorInvalid
from shared.paging import Cursor, cut, page_bytes

CURSOR = Cursor(b"c" * 32)
QUESTION = {"list": "processes", "buyer": "org_a", "band": ["high", "critical"]}


def test_a_cursor_gives_back_the_sort_key_it_was_made_of() -> None:
    token = CURSOR.encode(["2026-03-02T10:00:00Z", "prc_a", 7, None], question=QUESTION)

    assert CURSOR.decode(token, question=QUESTION) == ["2026-03-02T10:00:00Z", "prc_a", 7, None]


@given(st.lists(st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"))))
def test_any_sort_key_survives_the_way_there_and_back(values: list[str | int | None]) -> None:
    assert CURSOR.decode(CURSOR.encode(values, question={}), question={}) == values


def test_a_cursor_can_be_put_into_an_address_as_it_is() -> None:
    token = CURSOR.encode(["?&=/+ қ"], question=QUESTION)

    assert token.replace("-", "").replace("_", "").isalnum()


def test_the_order_in_which_filters_are_given_does_not_matter() -> None:
    token = CURSOR.encode(["prc_a"], question={"a": 1, "b": 2})

    assert CURSOR.decode(token, question={"b": 2, "a": 1}) == ["prc_a"]


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"list": "alerts", "buyer": "org_a", "band": ["high", "critical"]},
        {"list": "processes", "buyer": "org_b", "band": ["high", "critical"]},
        {"list": "processes", "buyer": "org_a", "band": ["critical", "high"]},
        {"list": "processes", "buyer": "org_a"},
    ],
)
def test_a_cursor_of_another_question_is_refused(other: dict[str, object]) -> None:
    token = CURSOR.encode(["prc_a"], question=QUESTION)

    with pytest.raises(CursorInvalid):
        CURSOR.decode(token, question=other)


@pytest.mark.check("B4", tier=1, limit="all refused")
def test_a_cursor_changed_in_any_one_place_is_refused() -> None:
    token = CURSOR.encode(["prc_a", 7], question=QUESTION)

    for place, sign in enumerate(token):
        changed = token[:place] + ("A" if sign != "A" else "B") + token[place + 1 :]
        with pytest.raises(CursorInvalid):
            CURSOR.decode(changed, question=QUESTION)


@pytest.mark.parametrize("token", ["", "x", "!!!!", "қ", "=" * 8, "A" * 400, " ", "null", "\x00"])
def test_what_is_no_cursor_is_refused(token: str) -> None:
    with pytest.raises(CursorInvalid):
        CURSOR.decode(token, question=QUESTION)


def test_a_cursor_of_another_key_is_refused() -> None:
    foreign = Cursor(b"d" * 32).encode(["prc_a"], question=QUESTION)

    with pytest.raises(CursorInvalid):
        CURSOR.decode(foreign, question=QUESTION)


def test_a_short_key_signs_no_cursor() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Cursor(b"c" * 31)


def test_a_cursor_of_our_own_making_is_not_unsigned_json() -> None:
    payload = base64.urlsafe_b64encode(json.dumps(["prc_a"]).encode()).decode().rstrip("=")

    with pytest.raises(CursorInvalid):
        CURSOR.decode(payload, question=QUESTION)


def test_one_row_more_than_a_page_tells_that_more_follow() -> None:
    assert cut([1, 2, 3], 2) == ([1, 2], True)
    assert cut([1, 2], 2) == ([1, 2], False)
    assert cut([], 2) == ([], False)


def test_ready_documents_are_put_into_a_page_unchanged() -> None:
    page = page_bytes([b'{"id":"prc_a"}', b'{"id":"prc_b"}'], "next")

    assert json.loads(page) == {
        "data": [{"id": "prc_a"}, {"id": "prc_b"}],
        "page": {"next_cursor": "next", "has_more": True},
    }


def test_an_empty_list_is_a_page_too() -> None:
    assert json.loads(page_bytes([], None)) == {
        "data": [],
        "page": {"next_cursor": None, "has_more": False},
    }
