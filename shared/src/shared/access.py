"""The access log: one line a request, without addresses, keys or query values.

Lines are gathered for a moment and written together, by plain formatting: a system call and a chain
of processors for every request would cost more than answering it. A process that is killed loses
the lines of that moment; refusals and faults of weight are in the log proper at once.
"""

import asyncio
import logging
import sys
from datetime import UTC, datetime
from time import time
from typing import Final, TextIO

from shared import logs

PAUSE: Final = 0.2
"""Seconds that a line waits for company."""

MOST_WAITING: Final = 500


class AccessLog:
    """Writes access lines of one service, if lines of level INFO are wanted at all."""

    def __init__(
        self, *, service: str, level: str, form: str, stream: TextIO | None = None
    ) -> None:
        self._wanted = logging.getLevelNamesMapping()[level] <= logging.INFO
        self._line = _TEXT if form == "text" else _JSON.replace("SERVICE", service)
        self._stream = stream or sys.stderr
        self._waiting: list[str] = []
        self._second = 0
        self._stamp = ""

    def write(
        self, request_id: bytes, route: str, method: str, status: str, seconds: float
    ) -> None:
        """Add the line of one answered request."""
        if not self._wanted:
            return
        now = time()
        stamp = f"{self._stamp_of(int(now))}.{int(now % 1 * 1000):03d}Z"
        trace = logs.trace_id()
        line = self._line % (
            stamp,
            request_id.decode(),
            trace,
            route,
            method,
            status,
            seconds * 1e3,
        )
        if not self._waiting:
            asyncio.get_running_loop().call_later(PAUSE, self.flush)
        self._waiting.append(line)
        if len(self._waiting) >= MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Write what is waiting."""
        lines, self._waiting = self._waiting, []
        if lines:
            self._stream.write("".join(lines))
            self._stream.flush()

    def _stamp_of(self, second: int) -> str:
        if second != self._second:
            self._second = second
            self._stamp = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return self._stamp


# Every value is an id of plain characters, a route template of ours, a known method, or a number,
# so none needs escaping.
_JSON = (
    '{"ts":"%s","level":"info","service":"SERVICE","event":"request","request_id":"%s",'
    '"trace_id":"%s","route":"%s","method":"%s","status":%s,"ms":%.2f}\n'
)
_TEXT = "%s request %s %s %s %s %s %.2f ms\n"
