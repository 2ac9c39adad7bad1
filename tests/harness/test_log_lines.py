"""Whatever somebody writes into a name or a header, it is one line of log and nothing else."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from shared import logs

HOSTILE = (
    'ended\n{"level":"critical","event":"all keys revoked"}',
    "one\r\ntwo\rthree",
    "\x1b[2J\x1b[31mred\x1b[0m",
    'a"}, {"event": "b"',
    "line\u2028separated\u2029and \x85 and \x0b and \x0c",
    "NUL \x00 and \x7f and \udc80",
)
CONTROL = {chr(n) for n in (*range(32), *range(0x7F, 0xA0), 0x2028, 0x2029)}


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where lines are written; afterwards logging is as it was."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:], root.level = before
    structlog.reset_defaults()


@pytest.mark.check("L6", tier=1, limit="one line for each, and it parses")
@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_makes_a_second_line_of_log_or_moves_a_terminal(
    text: str, stream: io.StringIO
) -> None:
    logs.configure(service="gateway", level="INFO", form="json", stream=stream)
    logs.logger("test").info(text, title=text, deep=[{"name": text}])
    logging.getLogger("library").warning("said %s", text)
    logs.logger("test").error("failed", exc_info=ValueError(text))

    written = stream.getvalue().split("\n")
    lines = [json.loads(line) for line in written[:-1]]
    assert len(lines) == 3
    assert (lines[0]["level"], lines[0]["title"]) == ("info", lines[0]["event"])
    assert not CONTROL.intersection("".join(written))
