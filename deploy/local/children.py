"""One process we keep alive: started, watched, started again when it falls, ended when asked."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.local.console import Log, say
from deploy.local.place import Refusal

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 15.0
"""Seconds before a fallen process is started again; the pause doubles with each fall."""

STEADY = 30.0
"""Seconds after which a process counts as healthy and its falls are forgotten."""

FALLS_AT_START = 3
"""A process that falls so often before it was ever ready will not come up by itself."""

READY_WITHIN = 90.0
"""Seconds; a machine under heavy load takes its time to import."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to run a process and how to see that it can work."""

    name: str
    command: list[str]
    ready: Callable[[], Awaitable[bool]]
    spawn: dict[str, Any] = field(default_factory=dict, repr=False)
    stop_signal: signal.Signals = signal.SIGTERM


class Child:
    """A process and its log. `changed` is called whenever a new process number is in force."""

    def __init__(self, plan: Plan, logs: Path, changed: Callable[[], None]) -> None:
        self.plan = plan
        self.restarts = 0
        self.log = Log(logs, plan.name)
        self._changed = changed
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._ending = False
        self._was_ready = False

    @property
    def pid(self) -> int | None:
        """The process number while it runs."""
        process = self._process
        return process.pid if process and process.returncode is None else None

    def start(self) -> None:
        """Begin to keep the process alive."""
        self._keeper = asyncio.create_task(self._keep(), name=self.plan.name)

    async def wait_ready(self) -> None:
        """Wait until it can work. Raises Refusal, with its last words, when it cannot."""
        try:
            async with asyncio.timeout(READY_WITHIN):
                while not (self.pid and await self.plan.ready()):
                    self._check_hopeless()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise self._refusal(f"is not ready after {READY_WITHIN:.0f} s") from None
        self._was_ready = True

    def _check_hopeless(self) -> None:
        if self.restarts >= FALLS_AT_START:
            raise self._refusal("cannot start")

    def _refusal(self, what: str) -> Refusal:
        return Refusal(f"{self.plan.name} {what}; its last words:\n{self.log.tail()}")

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while not self._ending:
            began = asyncio.get_running_loop().time()
            code = await self._run()
            if self._ending:
                return
            self.restarts += 1
            lived = asyncio.get_running_loop().time() - began
            pause = FIRST_PAUSE if lived > STEADY else min(pause * 2, LONGEST_PAUSE)
            if self._was_ready:
                say(f"{self.plan.name} ended ({outcome(code)}); started again in {pause:.1f} s")
            await asyncio.sleep(pause)

    async def _run(self) -> int:
        """Start the process, take down what it says, and wait for its end."""
        self._process = process = await asyncio.create_subprocess_exec(
            *self.plan.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # the terminal's Ctrl-C is for us: we end them in order
            **self.plan.spawn,
        )
        self._changed()
        listening = asyncio.create_task(self._listen(process))
        waiting = asyncio.create_task(process.wait())
        # A fallen server's own children can hold its output open: its end is what counts.
        while process.returncode is None:
            await asyncio.wait([waiting], timeout=0.25)
        await asyncio.wait([listening], timeout=0.5)
        listening.cancel()
        waiting.cancel()
        return process.returncode

    async def _listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while chunk := await process.stdout.read(65_536):
            self.log.write(chunk)

    def ask_to_end(self) -> None:
        """Tell the process to end by itself."""
        self._ending = True
        self.log.loud = False
        self._send(self.plan.stop_signal)

    async def ended(self, patience: float) -> None:
        """Wait for the end asked for; after `patience` seconds do not ask any more."""
        if self._keeper is None:
            return
        if self.pid is None:
            self._keeper.cancel()
        done, _ = await asyncio.wait([self._keeper], timeout=patience)
        if not done:
            self._send(signal.SIGKILL)
            await asyncio.wait([self._keeper], timeout=1.0)
        self.log.close()

    def _send(self, number: signal.Signals) -> None:
        if self.pid:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, number)


def outcome(code: int) -> str:
    """An exit code in words."""
    if code < 0:
        with suppress(ValueError):
            return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def python_program(name: str) -> str:
    """A command of our own environment."""
    return str(Path(sys.executable).with_name(name))
