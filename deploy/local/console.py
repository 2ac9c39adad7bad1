"""What a person sees of the processes: warnings and worse, with the speaker's name before them.

Everything said goes into the log files; the console stays quiet enough to notice trouble.
"""

import json
import sys
from pathlib import Path

LOUD = {"warning", "error", "critical"}
LARGEST_LOG = 10_000_000
"""Bytes; a larger log is set aside at the next start, and the one set aside before it goes."""


def say(text: str) -> None:
    """Tell the person at the console."""
    print(text, flush=True)


def worth_showing(line: str) -> str | None:
    """The part of a log line that a person should see now, or None.

    >>> worth_showing('{"level": "warning", "event": "feed unreachable", "feed": "scores"}')
    'WARNING feed unreachable feed=scores'
    >>> worth_showing('{"level": "info", "event": "ready"}')
    """
    if not line.startswith("{"):
        return None
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if str(record.pop("level", "")).lower() not in LOUD:
        return None
    return _sentence(record)


def _sentence(record: dict[str, object]) -> str:
    hidden = {"ts", "service", "logger", "request_id", "exception", "event"}
    details = " ".join(f"{k}={v}" for k, v in record.items() if k not in hidden)
    exception = str(record.get("exception", "")).strip().rpartition("\n")[2]
    return " ".join(
        part for part in ("WARNING", str(record.get("event", "")), details, exception) if part
    )


class Log:
    """One process's log file and, while it is `loud`, its louder lines on the console.

    While others are still starting or already ending, complaints about them are no news.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.loud = False
        self.path = folder / f"{name}.log"
        self._name = name
        self._rest = b""
        if self.path.exists() and self.path.stat().st_size > LARGEST_LOG:
            self.path.replace(self.path.with_suffix(".log.1"))
        self._file = self.path.open("ab", buffering=0)

    def write(self, chunk: bytes) -> None:
        """Keep what the process said; show what is loud."""
        self._file.write(chunk)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        self._rest = self._rest[-100_000:]
        for line in lines if self.loud else ():
            if shown := worth_showing(line.decode("utf-8", "replace")):
                print(f"{self._name:>15} | {shown}", file=sys.stderr, flush=True)

    def tail(self, lines: int = 12) -> str:
        """The last lines, to explain a crash."""
        size = self.path.stat().st_size
        with self.path.open("rb") as file:
            file.seek(max(0, size - 8_000))
            text = file.read().decode("utf-8", "replace").splitlines()
        return "\n".join(f"{self._name:>15} | {line}" for line in text[-lines:])

    def close(self) -> None:
        """No more is said."""
        self._file.close()
