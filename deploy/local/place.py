"""The data folder: what outlives the run, who holds it now, and what a killed run left behind."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
LEFTOVER_GRACE = 10.0
"""Seconds that the children of a killed run are given to end; PostgreSQL closes its files."""


class Refusal(Exception):  # noqa: N818 (it is what is said, not a fault of ours)
    """The command cannot do its work; the text says to a person why and what helps."""


class Place:
    """A data folder. Everything in it that is secret can be read by its owner alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / "logs"
        self._state = path / "state.json"
        self._children = path / "children.json"
        self._holder = path / "supervisor.lock"

    @classmethod
    def named(cls, name: str) -> "Place":
        """The folder of that name; a relative one lies in the repository."""
        return cls(ROOT / (name or ".qadaga"))

    def make(self) -> None:
        """Make the folder. Others may pass through it: the databases do not run as root."""
        try:
            self.path.mkdir(mode=0o711, parents=True, exist_ok=True)
            self.logs.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise Refusal(
                f"The data folder {self.path} cannot be used: {error.strerror}."
            ) from None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for this process alone. Raises Refusal while another one holds it."""
        with self._holder.open("a+") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Refusal(
                    f"{self.path} is in use by process {self.holder()}: end that one first "
                    "(`make down`), or take another folder (QADAGA_DATA=… make up)."
                ) from None
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
            yield
            file.truncate(0)

    def holder(self) -> int | None:
        """The process that holds the folder, or None."""
        try:
            with self._holder.open("r") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except OSError:
                    return int(file.read() or 0)
        except FileNotFoundError:
            pass
        return None

    def recall(self, key: str, default: Any = None) -> Any:
        """What was remembered under this key by an earlier run or moment."""
        return read_json(self._state, {}).get(key, default)

    def remember(self, key: str, value: Any) -> None:
        """Keep a value over restarts."""
        write_json(self._state, {**read_json(self._state, {}), key: value})

    def forget(self, *keys: str) -> None:
        """Drop what was remembered of data that is no longer there."""
        kept = read_json(self._state, {})
        write_json(self._state, {key: value for key, value in kept.items() if key not in keys})

    def note_children(self, pids: dict[str, int]) -> None:
        """Keep who our children are, each with its birth, since numbers of processes come again."""
        write_json(self._children, {name: [pid, born(pid)] for name, pid in pids.items()})

    def leftovers(self) -> dict[str, int]:
        """Children of an earlier run that still live."""
        noted = read_json(self._children, {})
        return {name: pid for name, (pid, birth) in noted.items() if birth and born(pid) == birth}

    def clear_leftovers(self) -> list[str]:
        """End what a killed run left running; give their names."""
        names = list(self.leftovers())
        for step, patience in ((signal.SIGINT, LEFTOVER_GRACE), (signal.SIGKILL, 2.0)):
            for pid in self.leftovers().values():
                with suppress(ProcessLookupError):
                    os.kill(pid, step)
            deadline = time.monotonic() + patience
            while self.leftovers() and time.monotonic() < deadline:
                time.sleep(0.05)
        self._children.unlink(missing_ok=True)
        return names


def born(pid: int) -> str:
    """When a process was born, as its system writes it; empty when there is none."""
    if sys.platform == "linux":
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return ""
        state, *fields = stat.rpartition(")")[2].split()
        return "" if state == "Z" else fields[18]
    asked = ["ps", "-o", "lstart=", "-p", str(pid)]
    return subprocess.run(asked, check=False, capture_output=True, text=True).stdout.strip()


def read_json(path: Path, default: Any) -> Any:
    """What a file holds, or the default where there is none."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return default


def write_json(path: Path, value: Any) -> None:
    """Write a file at once and for its owner's eyes only."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", "utf-8")
    draft.replace(path)
