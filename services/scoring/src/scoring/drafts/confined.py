"""The process in which a stranger's queries run: one task from its input, one answer, the end.

    python -m scoring.drafts < task.json > answer.json

It holds no secret, opens no connection, and binds itself before it looks at what it was sent.
"""

import re
import sys
import threading
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import duckdb
import msgspec

from scoring.drafts.limits import Limits, impose
from scoring.drafts.sql import Flaw
from scoring.indicator import Indicator

Stop = Literal["cpu", "memory", "time", "fault"]

LONGEST_REASON: Final = 300


class Task(msgspec.Struct, frozen=True):
    """What is to be done: the examples of a draft, or all facts of a copy."""

    kind: Literal["examples", "back_test"]
    indicator: Indicator
    limits: Limits
    profile: str
    path: str = ""
    first: date | None = None
    last: date | None = None
    sample: int = 20
    truth: dict[str, bool] | None = None


class Answer(msgspec.Struct, frozen=True):
    """What came of it: figures, or what the draft does wrong, or what stopped it."""

    result: dict[str, Any] | None = None
    flaws: list[Flaw] = []
    stopped: Stop | None = None
    reason: str | None = None


class WrongError(Exception):
    """The draft does something that it may not; `flaws` say what."""

    def __init__(self, *flaws: Flaw) -> None:
        super().__init__(flaws)
        self.flaws = list(flaws)


class StoppedError(Exception):
    """The draft used up one of its limits, or failed."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.stop: Stop = _kind(message)
        self.reason = without_paths(message)[:LONGEST_REASON]


def main() -> None:
    """Read the task, bind this process, work, and write the answer."""
    task = msgspec.json.decode(sys.stdin.buffer.read(), type=Task)
    impose(task.limits)
    answer = _answer(task)
    sys.stdout.buffer.write(msgspec.json.encode(answer))
    sys.stdout.buffer.flush()


def interrupt_after(connection: duckdb.DuckDBPyConnection, seconds: float) -> threading.Timer:
    """Interrupt a connection when its time is up."""
    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    return timer


def _answer(task: Task) -> Answer:
    from scoring.drafts.figures import back_test  # noqa: PLC0415 (these two know this module)
    from scoring.drafts.worked import examples  # noqa: PLC0415

    try:
        if task.kind == "examples":
            return Answer(result=examples(task))
        return Answer(result=back_test(task, Path(task.path)))
    except WrongError as wrong:
        return Answer(flaws=wrong.flaws)
    except StoppedError as stopped:
        return Answer(stopped=stopped.stop, reason=stopped.reason)
    except (duckdb.Error, MemoryError) as fault:
        ended = StoppedError(str(fault) or type(fault).__name__)
        return Answer(stopped=ended.stop, reason=ended.reason)


def without_paths(message: str) -> str:
    """Take the first line of a message, without the names of files of this machine."""
    return re.sub(r"\"/[^\"]*\"", "a file", message.splitlines()[0]) if message else ""


def _kind(message: str) -> Stop:
    low = message.casefold()
    if "interrupt" in low:
        return "time"
    if any(word in low for word in ("memory", "bad_alloc", "allocat")):
        return "memory"
    return "fault"
