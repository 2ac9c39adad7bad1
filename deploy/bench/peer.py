"""The yardstick of the scoring benches: Cardinal's `coverage()` over the same file of releases.

The Python wheel of Cardinal offers no indicators, but coverage() parses and walks every release,
which is what its indicators spend their time on too. Every measured run is a process of its own,
and what counts is the CPU time of the whole process, Python's start included.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from deploy.sandbox.generate import releases

SEED = 7
RELEASES = 200_000
DIRTY = 0.002
ROUNDS = 3

_KEPT: list[tempfile.TemporaryDirectory[str]] = []


@dataclass(frozen=True)
class Cost:
    """CPU seconds and peak memory (MB) of one process, and what it printed."""

    cpu: float
    memory: float
    printed: str


@dataclass(frozen=True)
class Rounds:
    """The best of several rounds, both sides taken in turn."""

    ours: Cost
    peer: Cost

    @property
    def ratio(self) -> float:
        """Our CPU time as a share of the peer's."""
        return self.ours.cpu / self.peer.cpu


@cache
def folder() -> Path:
    """Give a folder that lives as long as this process."""
    _KEPT.append(tempfile.TemporaryDirectory(prefix="qadaga-bench-"))
    return Path(_KEPT[-1].name)


@cache
def file_of_releases() -> Path:
    """Write the file that both sides read: some 5 kB a release, some of its lines dirty."""
    path = folder() / "releases.jsonl"
    with path.open("wb") as file:
        file.writelines(line + b"\n" for line in releases(SEED, RELEASES, dirty=DIRTY))
    return path


def measure(command: Sequence[str]) -> Cost:
    """Run a command to its end; raises RuntimeError if it fails."""
    out = folder() / "printed.txt"
    with out.open("wb") as printed:
        process = subprocess.Popen(command, stdout=printed, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{command[:3]} ended with {process.returncode}")
    peak = usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return Cost(usage.ru_utime + usage.ru_stime, peak, out.read_text())


def coverage() -> Cost:
    """Run the peer over the file."""
    script = (
        "import ocdscardinal, sys; "
        "counts = ocdscardinal.coverage(sys.argv[1]); print(counts.get('/', counts.get('')))"
    )
    return measure([sys.executable, "-c", script, str(file_of_releases())])


def in_turn(ours: Callable[[], Cost]) -> Rounds:
    """Take both sides in turn and keep the best of each."""
    pairs = [(ours(), coverage()) for _ in range(ROUNDS)]
    return Rounds(
        min((one for one, _ in pairs), key=lambda cost: cost.cpu),
        min((one for _, one in pairs), key=lambda cost: cost.cpu),
    )


def report(name: str, rounds: Rounds, goal: float) -> None:
    """Print both sides and the line that is compared with the goal."""
    ours, peer = rounds.ours, rounds.peer
    print(f"  ours     {ours.cpu:6.2f} CPU-s  {ours.memory:6.0f} MB  {ours.printed.strip()}")
    print(
        f"  coverage {peer.cpu:6.2f} CPU-s  {peer.memory:6.0f} MB  {peer.printed.strip()} releases"
    )
    print(f"bench {name} ratio={rounds.ratio:.3f} goal={goal}")
