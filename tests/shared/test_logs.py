"""Logs: what happened can be followed, and no secret or person can be read out of them."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from shared import logs
from shared.access import AccessLog

CANARY = "ak_live_c4naryc4naryc4nary"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything logged in a test, as JSON; afterwards logging is as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(service="gateway", level="INFO", form="json", stream=stream)
    yield stream
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def _written(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_tells_when_where_what_and_for_which_request(lines: io.StringIO) -> None:
    token = logs.request_id.set("r-1")
    logs.logger("test").info("released", count=3)
    logs.request_id.reset(token)

    (line,) = _written(lines)
    assert line["ts"].endswith("Z")
    expected = {"level": "info", "service": "gateway", "event": "released", "count": 3}
    assert {name: line[name] for name in expected} == expected
    assert line["request_id"] == "r-1"


def test_lines_of_libraries_have_the_same_form(lines: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").warning("limit of %s reached", 5)

    (line,) = _written(lines)
    assert (line["event"], line["service"]) == ("limit of 5 reached", "gateway")


def test_below_the_level_nothing_is_written(lines: io.StringIO) -> None:
    logs.logger("test").debug("detail")

    assert _written(lines) == []


def test_a_fault_is_written_with_its_kind_and_without_its_secrets(lines: io.StringIO) -> None:
    logs.logger("test").error("failed", exc_info=RuntimeError(f"no use for {CANARY}"))

    (line,) = _written(lines)
    assert "RuntimeError" in line["exception"]
    assert CANARY not in lines.getvalue()


@pytest.mark.parametrize(
    ("fields", "hidden"),
    [
        ({"authorization": "Basic abc"}, "Basic abc"),
        ({"headers": {"Cookie": "session=1"}}, "session=1"),
        ({"internal_key": "hush"}, "hush"),
        ({"note": f"key {CANARY} used"}, CANARY),
        ({"note": "Authorization: Bearer abc.def"}, "abc.def"),
        ({"note": "eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJhIn0.c2ln"}, "eyJpc3MiOiJhIn0"),
        ({"url": "postgresql://scoring:s3cret@db/qadaga"}, "s3cret"),
        ({"note": "filed by 850412300123"}, "850412300123"),
        ({"iin": "850412300123"}, "850412300123"),
        ({"deep": [{"inner": {"password": "pw"}}]}, "pw"),
        ({"seal_key": "hush"}, "hush"),
        ({"note": "qdg_live_aaaaaaaaaaaaaaaa_bbbbbbbbbbbbbbbb of a partner"}, "bbbbbbbb"),
        ({"note": "invited with qdg_invite_aaaaaaaaaaaaaaaa_cccc"}, "cccc"),
        ({"note": "signed by whsec_C2FuYXJ5+/canary="}, "C2FuYXJ5"),
        ({"note": "receipt 7QK2M-9XRTV-0ABCD-EFGH8 given"}, "9XRTV"),
        ({"note": "receipt 7QK2M 9XRTV 0ABCD EFGH8 given"}, "9XRTV"),
        ({"note": "told to a.canary+x@mail.example.kz"}, "canary"),
        ({"note": "rings at +7 (701) 987-65-43"}, "987"),
        ({"note": "rings at 8 7172 11 22 33"}, "11 22"),
        ({"note": "rings at 87019876543"}, "9876543"),
        ({"fault": ValueError(f"bad {CANARY}")}, CANARY),
    ],
)
@pytest.mark.check("K6", tier=1, limit="0 found")
def test_a_secret_never_reaches_the_log(
    lines: io.StringIO, fields: dict[str, Any], hidden: str
) -> None:
    logs.logger("test").warning("seen", **fields)

    assert hidden not in lines.getvalue()
    assert logs.REDACTED in lines.getvalue()


@pytest.mark.parametrize(
    "plain",
    [
        "prc_abcdefghij",
        "BIN 100640012345",
        "ocds-kz-123456",
        "2026-03-02",
        "postgresql://db/qadaga",
        "postgresql://gateway@db.example/qadaga",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "cas_0123456789abcdef0123456789",
        "ocds-kz-12345-67890-1",
        "took 8.71 s for 1234567890 rows",
        "8710000",
        "could close these files",
    ],
)
def test_what_is_no_secret_stays_readable(plain: str) -> None:
    assert logs.clean(plain) == plain


def test_text_for_a_terminal_is_redacted_too() -> None:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(service="gateway", level="INFO", form="text", stream=stream)
    logging.getLogger("library").error("lost %s", CANARY)
    root.handlers[:], root.level = before
    structlog.reset_defaults()

    assert "lost" in stream.getvalue()
    assert CANARY not in stream.getvalue()


async def test_access_lines_wait_for_company_and_are_json() -> None:
    stream = io.StringIO()
    log = AccessLog(service="gateway", level="INFO", form="json", stream=stream)
    for status in ("200", "404"):
        log.write(b"r-1", "/v1/scores/{subject_type}/{id}", "GET", status, 0.0015)
    assert stream.getvalue() == ""

    await asyncio.sleep(0.3)

    first, second = _written(stream)
    assert (first["status"], second["status"]) == (200, 404)
    assert first["route"] == "/v1/scores/{subject_type}/{id}"
    assert first["ms"] == 1.5


async def test_at_level_warning_no_access_lines_are_written() -> None:
    stream = io.StringIO()
    log = AccessLog(service="gateway", level="WARNING", form="json", stream=stream)
    log.write(b"r-1", "/v1", "GET", "200", 0.001)
    log.flush()

    assert stream.getvalue() == ""
