"""The limits of the process that runs a stranger's query, whatever the engine does with its own.

Some functions of DuckDB heed neither its memory limit nor an interruption; the operating system
stops those. The process also ends with whoever started it, and gives way to scoring.
"""

import ctypes
import os
import resource
import signal
from dataclasses import dataclass
from typing import Final

MEGABYTE: Final = 1024 * 1024
OVERHEAD_MB: Final = 1200
"""Address space of Python, the engine's code and its threads, beside the engine's own limit."""

LARGEST_FILE: Final = 1 * MEGABYTE
HARD_CPU_AFTER: Final = 5
"""Seconds of CPU from the warning signal to the end."""

NICENESS: Final = 10
PDEATHSIG: Final = 1
NO_NEW_PRIVS: Final = 38


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use: memory of the engine, seconds of CPU and of the clock, threads."""

    memory_mb: int
    cpu_seconds: int
    wall_seconds: int
    threads: int


def impose(limits: Limits) -> None:
    """Bind this process for the rest of its life; there is no way back."""
    address = (limits.memory_mb + OVERHEAD_MB) * MEGABYTE
    _limit(resource.RLIMIT_AS, address, address)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds, limits.cpu_seconds + HARD_CPU_AFTER)
    _limit(resource.RLIMIT_FSIZE, LARGEST_FILE, LARGEST_FILE)
    _limit(resource.RLIMIT_CORE, 0, 0)
    os.nice(NICENESS)
    libc = ctypes.CDLL(None)
    if hasattr(libc, "prctl"):
        libc.prctl(PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        libc.prctl(NO_NEW_PRIVS, 1, 0, 0, 0)


def _limit(kind: int, soft: int, hard: int) -> None:
    """Set a limit; one that is tighter already stays."""
    _, present = resource.getrlimit(kind)
    if present != resource.RLIM_INFINITY:
        soft, hard = min(soft, present), min(hard, present)
    resource.setrlimit(kind, (soft, hard))
