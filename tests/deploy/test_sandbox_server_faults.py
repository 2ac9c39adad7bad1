"""Faults on demand, over a real socket: each kind, whom it meets, how often, and healing."""

import time
import zlib
from collections.abc import Iterator

import httpx
import pytest

from tests.deploy.sandbox_portal import Asker, portal


@pytest.fixture(scope="module")
def running() -> Iterator[Asker]:
    with portal(600) as asker:
        yield asker


@pytest.fixture
def asker(running: Asker) -> Iterator[Asker]:
    """The same portal for every test, healed afterwards."""
    yield running
    running.trouble()


def status(asker: Asker, path: str = "/v3/lots") -> int:
    return asker.http.get(path).status_code


def test_too_many_requests_come_with_how_long_to_wait(asker: Asker) -> None:
    asker.trouble({"kind": "rate_limited", "retry_after": 7, "times": 1})

    answer = asker.http.get("/v3/lots")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert status(asker) == 200


@pytest.mark.parametrize("code", [500, 502, 503])
def test_a_server_error_meets_only_the_root_and_path_it_is_meant_for(
    asker: Asker, code: int
) -> None:
    asker.trouble({"kind": "server_error", "status": code, "root": "Lots"})

    assert status(asker, "/v3/lots") == code
    assert status(asker, "/v3/contract") == 200
    query = {"query": "{Lots(limit:1){id}}"}
    assert asker.http.post("/v3/graphql", json=query).status_code == code
    query = {"query": "{TrdBuy(limit:1){id}}"}
    assert asker.http.post("/v3/graphql", json=query).status_code == 200


def test_a_share_is_met_the_same_way_for_the_same_seed_after_those_let_pass(asker: Asker) -> None:
    fault = {"kind": "server_error", "share": 0.3, "seed": 5, "skip": 10, "times": 9}
    met = []
    for _ in range(2):
        asker.trouble(fault)
        met.append([status(asker) != 200 for _ in range(60)])

    assert met[0] == met[1]
    assert not any(met[0][:10])
    assert sum(met[0]) == 9


def test_what_each_fault_met_can_be_read(asker: Asker) -> None:
    asker.trouble({"kind": "server_error", "times": 2})
    for _ in range(5):
        status(asker)

    [report] = asker.get("/sandbox/faults")
    assert (report["seen"], report["met"]) == (5, 2)


def test_an_unknown_kind_or_field_of_a_fault_is_refused(asker: Asker) -> None:
    for fault in ({"kind": "earthquake"}, {"kind": "html", "tims": 1}):
        assert "detail" in asker.post("/sandbox/faults", [fault], 422)


def test_a_stall_keeps_one_waiting_and_nobody_else(asker: Asker) -> None:
    asker.trouble({"kind": "stall", "seconds": 5, "path": "/v3/acts"})

    with pytest.raises(httpx.ReadTimeout):
        asker.http.get("/v3/acts", timeout=0.5)

    began = time.monotonic()
    assert status(asker) == 200
    assert time.monotonic() - began < 2


def test_a_drip_sends_byte_by_byte(asker: Asker) -> None:
    asker.trouble({"kind": "drip", "seconds": 0.2})

    began, got = time.monotonic(), b""
    with asker.http.stream("GET", "/v3/lots") as answer:
        for part in answer.iter_raw():
            got += part
            if time.monotonic() - began > 0.7:
                break

    assert 1 < len(got) < 10


def test_a_truncated_answer_is_half_of_one_and_says_nothing_of_it(asker: Asker) -> None:
    whole = asker.http.get("/v3/lots").content
    asker.trouble({"kind": "truncated"})

    answer = asker.http.get("/v3/lots")

    assert answer.status_code == 200
    assert answer.content == whole[: len(whole) // 2]


def test_a_connection_is_closed_before_the_length_it_announced(asker: Asker) -> None:
    asker.trouble({"kind": "cut_off"})

    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        asker.http.get("/v3/lots")


def test_a_connection_is_reset(asker: Asker) -> None:
    asker.trouble({"kind": "reset", "times": 1})

    with pytest.raises(httpx.ReadError):
        asker.http.get("/v3/lots")
    assert status(asker) == 200


def test_html_comes_with_200_and_a_redirect_points_elsewhere(asker: Asker) -> None:
    asker.trouble({"kind": "html", "times": 1}, {"kind": "redirect", "to": "http://127.0.0.1:9/"})

    answer = asker.http.get("/v3/lots")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html")
    assert answer.text.startswith("<html>")
    answer = asker.http.get("/v3/lots")
    assert (answer.status_code, answer.headers["location"]) == (302, "http://127.0.0.1:9/")


def test_blanks_come_without_end_plain_or_packed(asker: Asker) -> None:
    asker.trouble({"kind": "huge", "times": 1}, {"kind": "bomb", "size": 50 * 1024**2})

    with asker.http.stream("GET", "/v3/lots") as answer:
        assert int(answer.headers["content-length"]) == 2 * 1024**3
        assert len(next(answer.iter_raw())) > 0
    with asker.http.stream("GET", "/v3/lots") as answer:
        packed = b"".join(answer.iter_raw())
    assert len(packed) < 300_000
    assert len(zlib.decompress(packed, 31)) == 50 * 1024**2


def test_a_token_expires_in_the_middle(asker: Asker) -> None:
    asker.trouble({"kind": "expired_token", "skip": 2})

    assert [status(asker) for _ in range(4)] == [200, 200, 404, 404]


def test_the_same_page_comes_again_and_again(asker: Asker) -> None:
    asker.trouble({"kind": "repeated_page"})
    first = asker.page("Lots", "", limit=5)
    second = asker.page("Lots", "", limit=5, after=first["extensions"]["pageInfo"]["lastId"])
    asker.trouble({"kind": "repeated_page"})
    query = "query($a:Int){Lots(limit:5,after:$a){id}}"
    pages, after = [], first["extensions"]["pageInfo"]["lastId"]
    for _ in range(3):
        answer = asker.ask(query, a=after)
        pages.append(answer["data"]["Lots"])
        after = answer["data"]["Lots"][-1]["id"]

    assert pages == [second["data"]["Lots"]] * 3
    path = "/v3/contract?limit=5"
    onward = asker.get(path)["next_page"]
    again = asker.get(onward)
    assert asker.get(again["next_page"])["items"] == again["items"]


def test_a_page_comes_upside_down(asker: Asker) -> None:
    upright = asker.page("Lots", "", limit=9)["data"]["Lots"]
    asker.trouble({"kind": "reversed_page"})

    assert asker.page("Lots", "", limit=9)["data"]["Lots"] == upright[::-1]


def test_a_vanished_field_is_refused_by_name_and_absent_in_rest(asker: Asker) -> None:
    asker.trouble(
        {"kind": "vanished_field", "root": "Lots", "field": "amount"},
        {"kind": "vanished_field", "root": "Lots", "field": "PlnPoint.prepayment"},
    )

    answer = asker.ask("{Lots{id amount}}")
    assert answer["errors"][0]["message"] == 'Cannot query field "amount" on type "Lots".'
    answer = asker.ask("{Lots{id Plans{prepayment}}}")
    assert "prepayment" in answer["errors"][0]["message"]
    assert asker.page("Lots", "", "id")["data"]["Lots"]
    assert "amount" not in asker.get("/v3/lots")["items"][0]
    assert asker.ask("{Plans{id amount prepayment}}")["data"]["Plans"]


def test_fields_appear_change_their_type_or_hold_what_they_never_held(asker: Asker) -> None:
    asker.trouble(
        {"kind": "new_field", "root": "Lots", "field": "colour", "value": "red"},
        {"kind": "changed_type", "root": "Lots", "field": "refLotStatusId"},
        {"kind": "changed_value", "root": "Lots", "field": "pointList", "value": None},
        {"kind": "changed_value", "root": "Lots", "field": "dumping", "value": 999},
    )

    row = asker.get("/v3/lots?limit=1")["items"][0]
    assert row["colour"] == "red"
    assert row["ref_lot_status_id"].isdigit()
    assert (row["point_list"], row["dumping"]) == (None, 999)
    fields = "refLotStatusId pointList dumping"
    [row] = asker.page("Lots", "", fields, limit=1)["data"]["Lots"]
    assert (row["pointList"], row["dumping"], type(row["refLotStatusId"])) == (None, 999, str)


def test_the_portals_clock_is_hours_off(asker: Asker) -> None:
    path = "/v3/trd-buy?limit=1"
    right = asker.get(path)["items"][0]["publish_date"]
    asker.trouble({"kind": "clock_off", "hours": 24})

    wrong = asker.get(path)["items"][0]["publish_date"]
    assert wrong[11:] == right[11:]
    assert wrong[:10] > right[:10]


def test_pages_shift_while_one_reads_and_no_row_that_was_there_is_lost(asker: Asker) -> None:
    before = asker.oracle("Lots")
    asker.trouble({"kind": "shifting", "root": "Lots", "minutes": 600})

    met = [row["id"] for row in asker.rows("Lots", limit=40)]

    assert set(before) <= set(met)
    asker.trouble()
    assert len(asker.oracle("Lots")) > len(before)
    assert met == sorted(met, reverse=True)
