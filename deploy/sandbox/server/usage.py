"""What the server itself costs, told apart from those who ask it."""

import os
import resource
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Usage:
    """Counts since the start or the last reset; seconds are of this process's CPU."""

    requests: int = 0
    records: int = 0
    bytes: int = 0
    serving: float = 0.0
    advancing: float = 0.0
    _cpu: float = field(default_factory=time.process_time)
    _wall: float = field(default_factory=time.monotonic)

    def report(self) -> dict[str, Any]:
        """The figures of GET /sandbox/usage."""
        return {
            "requests": self.requests,
            "records": self.records,
            "bytes": self.bytes,
            "cpu_seconds": time.process_time() - self._cpu,
            "serving_seconds": self.serving,
            "advancing_seconds": self.advancing,
            "wall_seconds": time.monotonic() - self._wall,
            "records_a_cpu_second": self.records / self.serving if self.serving else None,
            "resident_bytes": resident(),
            "most_resident_bytes": most_resident(),
        }


def records_in(document: dict[str, Any]) -> int:
    """How many rows an answer shows."""
    data = document.get("data")
    if isinstance(data, dict):
        return sum(len(rows) for rows in data.values() if isinstance(rows, list))
    items = document.get("items")
    return len(items) if isinstance(items, list) else 1


def resident() -> int | None:
    """Memory this process holds now, in bytes, where its system tells."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def most_resident() -> int:
    """The most it ever held, in bytes."""
    told = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return told if sys.platform == "darwin" else told * 1024
