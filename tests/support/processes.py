"""Commands of the services in processes of their own that need not import everything anew.

A process that has imported the services once is forked for each command. What is started so is the
command itself, with its own arguments, environment, output, signals and end; only the seconds that
Python needs to import it, and to read indicators and law, are saved. `make up` as it is, without
this, has tests in tests/deploy.
"""

import asyncio
import json
import multiprocessing
import os
import pkgutil
import runpy
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from importlib import import_module
from multiprocessing import connection, reduction
from pathlib import Path
from types import ModuleType
from typing import IO, Any, Final, NamedTuple

import cases.commands
import gateway.commands
import ingestor.commands
import scoring.commands
from deploy.servers import die_with_parent


def _modules(package: ModuleType) -> list[str]:
    return [f"{package.__name__}.{one.name}" for one in pkgutil.iter_modules(package.__path__)]


PACKAGES: Final = (ingestor.commands, scoring.commands, cases.commands, gateway.commands)
_CONTEXT: Final = multiprocessing.get_context("forkserver")
# "pytest": each process reads anew the program that started it, which imports nothing else.
_CONTEXT.set_forkserver_preload(
    ["pytest", *(one for all_ in PACKAGES for one in _modules(all_)), "tests.support.read_once"]
)

_ALONE: Final = threading.Lock()
"""An exit status can be read once, and whoever starts a process looks for those that have ended:
of two who look at the same moment one would be told 255."""


class Running:
    """A command that was started, as `subprocess.Popen` has it; its output goes into open files."""

    def __init__(
        self,
        program: str,
        words: Sequence[str],
        env: Mapping[str, str],
        *,
        given: IO[bytes],
        out: IO[bytes],
        err: IO[bytes],
    ) -> None:
        lent = [_Lent(file.fileno()) for file in (given, out, err)]
        told = (program, list(words), dict(env), lent)
        self._process = _CONTEXT.Process(target=_enter, args=told, daemon=True)
        with _ALONE:
            self._process.start()
        assert self._process.pid is not None
        self.pid = self._process.pid

    def poll(self) -> int | None:
        """Its exit status; None while it runs."""
        with _ALONE:
            return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        connection.wait([self._process.sentinel], timeout)
        status = self.poll()
        if status is None:
            raise TimeoutError(f"process {self.pid} has not ended")
        return status

    def send_signal(self, number: signal.Signals) -> None:
        """Tell it something."""
        if self.poll() is None:
            os.kill(self.pid, number)


class Started:
    """A command that was started, as asyncio has it."""

    def __init__(self, program: str, words: Sequence[str], env: Mapping[str, str]) -> None:
        # Both are closed when they are read.
        self._out, self._err = (tempfile.TemporaryFile() for _ in range(2))  # noqa: SIM115
        with Path(os.devnull).open("rb") as given:
            self._running = Running(program, words, env, given=given, out=self._out, err=self._err)

    @property
    def pid(self) -> int:
        return self._running.pid

    @property
    def returncode(self) -> int | None:
        return self._running.poll()

    def kill(self) -> None:
        self._running.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self._running.send_signal(signal.SIGTERM)

    async def wait(self) -> int:
        """Wait for its end; what it said is forgotten."""
        await self.communicate()
        return self._running.wait()

    async def communicate(self) -> tuple[bytes, bytes]:
        """Wait for its end: what it said."""
        await asyncio.to_thread(self._running.wait)
        return _read(self._out), _read(self._err)


class Ended(NamedTuple):
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    def documents(self) -> list[dict[str, Any]]:
        """What it printed, one JSON document a line."""
        return [json.loads(line) for line in self.out.splitlines()]


async def run(
    program: str, *words: str, env: Mapping[str, str], given: bytes = b"", unread: bool = False
) -> Ended:
    """Run a command to its end; `unread`: nobody reads what it prints."""
    with (
        tempfile.TemporaryFile() as read,
        _nobody_reads() if unread else tempfile.TemporaryFile() as out,
        tempfile.TemporaryFile() as err,
    ):
        read.write(given)
        read.seek(0)
        running = Running(program, words, env, given=read, out=out, err=err)
        status = await asyncio.to_thread(running.wait)
        said = b"" if unread else _read(out)
        return Ended(status, said.decode(), _read(err).decode())


def _nobody_reads() -> IO[bytes]:
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "wb")


def _read(file: IO[bytes]) -> bytes:
    with file:
        file.seek(0)
        return file.read()


class _Lent:
    """A descriptor on its way to another process, where it has a number of its own."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __reduce__(self) -> tuple[Any, ...]:
        return _taken, (reduction.DupFd(self._number),)


def _taken(descriptor: Any) -> int:
    number: int = descriptor.detach()
    return number


def _enter(program: str, words: list[str], env: dict[str, str], lent: list[int]) -> None:
    """Become the command."""
    os.setsid()
    die_with_parent()
    multiprocessing.current_process().daemon = False  # it may have processes of its own
    os.environ.clear()
    os.environ.update(env)
    for number, descriptor in enumerate(lent):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", buffering=1, closefd=False)
    sys.argv = [program, *words]
    if program == "python":
        _, module, *sys.argv[1:] = words
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        main: Any = import_module(f"{program}.__main__").main
        main(words)
