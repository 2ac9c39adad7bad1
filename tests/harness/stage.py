"""The whole platform as real processes on ports of its own, to be killed one by one.

The processes are those of `make up`, told the same things. The keeper differs: here a killed
process is started again at once, and without importing anything anew, so that many faults fit into
a minute.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Final

import asyncpg
import psutil
from redis.asyncio import Redis

from deploy.local.children import Plan
from deploy.local.keys import Keys, keys_of
from deploy.local.place import Place, Refusal
from deploy.local.platform import DATABASE, Platform
from deploy.local.ports import another, assign
from deploy.processes import SERVICES
from scoring.profiles import load_profile
from tests.support.processes import Running, Started, run

READY_WITHIN = 60.0


ELEVEN: Final = ",".join(load_profile("cardinal").enabled or ())


class Staged(Platform):
    """What `make up` runs, its commands without importing anything anew."""

    indicators: str
    mode: str

    def environment(self, service: str) -> dict[str, str]:
        """What a service is told, by which indicators is judged, and whose keys are taken."""
        own = {"scoring": {"INDICATORS": self.indicators}, "gateway": {"MODE": self.mode}}
        return super().environment(service) | own.get(service, {})

    async def run(self, *arguments: str, program: str, told: dict[str, str]) -> str:
        """Run a command to its end and give what it printed. Raises Refusal when it fails."""
        ended = await run(program, *arguments, env=told)
        if ended.status:
            raise Refusal(f"`{program} {' '.join(arguments)}` failed: {ended.err}")
        return ended.out


class Stage:
    """A running platform. `admin` reads any table; `platform` knows every address.

    Few indicators judge where it is tried how the work goes on, for each costs its time; "" is all.
    With mode `test` it gives keys for trying, as the sandbox does.
    """

    def __init__(self, folder: Path, *, indicators: str = ELEVEN, mode: str = "live") -> None:
        place = Place(folder)
        place.make()
        keys = keys_of(place)
        self.platform = Staged(place, keys, assign(place, another(set())))
        self.platform.indicators, self.platform.mode = indicators, mode
        self._place = place
        self._keys: Keys = keys
        self._plans: dict[str, Plan] = {}
        self._running: dict[str, subprocess.Popen[bytes] | Running] = {}

    async def up(self, *, only: Collection[str] = ()) -> None:
        """Start servers, make the tables, start the services; return when all can work.

        With `only`, these processes of ours alone; `begin` starts others later.
        """
        await self._start(list(self.platform.servers()))
        await self.platform.prepare()
        await self._start([one for one in self.platform.services() if not only or one.name in only])

    async def begin(self, name: str) -> None:
        """Start a process that was left out."""
        await self._start([one for one in self.platform.services() if one.name == name])

    async def kill(self, name: str) -> None:
        """End a process without warning and start it again without waiting."""
        process = self._running[name]
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        await asyncio.to_thread(process.wait)
        self._spawn(self._plans[name])

    def told(self, name: str) -> dict[str, str]:
        """What a process is told."""
        told: dict[str, str] = self._plans[name].spawn["env"]
        return told

    @asynccontextmanager
    async def told_otherwise(self, name: str, told: Mapping[str, str]) -> AsyncIterator[None]:
        """Start a process anew that is told something else, and as before afterwards."""
        before = dict(self.told(name))
        self.told(name).update(told)
        await self.kill(name)
        await self.ready(name)
        try:
            yield
        finally:
            self.told(name).clear()
            self.told(name).update(before)
            await self.kill(name)
            await self.ready(name)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Let a process, with all that it began, stand still: it is there and does not answer."""
        process = psutil.Process(self._running[name].pid)
        family = [process, *process.children(recursive=True)]
        for one in family:
            one.suspend()
        try:
            yield
        finally:
            for one in family:
                with suppress(psutil.NoSuchProcess):
                    one.resume()

    async def cut_power(self) -> None:
        """End everything at one moment, without warning."""
        for process in self._running.values():
            with suppress(psutil.NoSuchProcess):
                whole = psutil.Process(process.pid)
                for one in (whole, *whole.children(recursive=True)):
                    one.kill()
        for process in self._running.values():
            await asyncio.to_thread(process.wait)

    async def rise(self, order: Sequence[str]) -> None:
        """Start everything in some order, and again what cannot do without the others yet."""
        for name in order:
            self._spawn(self._plans[name])
        await asyncio.gather(*(self.ready(name) for name in order))

    @property
    def names(self) -> list[str]:
        """Every process that runs."""
        return list(self._running)

    def pid(self, name: str) -> int:
        """The number of a process."""
        return self._running[name].pid

    async def ready(self, name: str) -> None:
        """Wait until a process can work; start it again if it gave up meanwhile."""
        async with asyncio.timeout(READY_WITHIN):
            while not await self._plans[name].ready():
                if self._running[name].poll() is not None:
                    self._spawn(self._plans[name])
                await asyncio.sleep(0.1)

    async def revive(self) -> None:
        """Start again whatever gave up by itself, as the keeper of `make up` does."""
        for name, process in self._running.items():
            if process.poll() is not None:
                self._spawn(self._plans[name])

    def fallen(self) -> list[str]:
        """Processes that ended by themselves and were not started again."""
        return [name for name, process in self._running.items() if process.poll() is not None]

    async def flush_queue(self) -> None:
        """Wipe Valkey: rings, limits, everything."""
        with suppress(Exception):
            async with Redis.from_url(self._redis_url()) as redis:
                await redis.flushall()

    async def load(self, file: Path, *words: str) -> Started:
        """Begin `ingestor load FILE` and return without waiting for its end."""
        told = self.platform.environment("ingestor")
        return Started("ingestor", ("load", str(file), *words), told)

    @asynccontextmanager
    async def admin(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection that may read every table, patient with a database that restarts."""
        connection = await self._connect()
        try:
            yield connection
        finally:
            with suppress(Exception):
                await connection.close(timeout=1)

    async def _connect(self) -> asyncpg.Connection:
        async with asyncio.timeout(READY_WITHIN):
            while True:
                try:
                    return await asyncpg.connect(self._admin_url(), timeout=2)
                except (OSError, asyncpg.PostgresError, TimeoutError):
                    await self.revive()  # PostgreSQL cannot start while old backends still end
                    await asyncio.sleep(0.05)

    def down(self) -> None:
        """End everything at once; the folder is thrown away."""
        for process in reversed(self._running.values()):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
        for process in self._running.values():
            process.wait(timeout=10)

    async def _start(self, plans: list[Plan]) -> None:
        for plan in plans:
            self._plans[plan.name] = plan
            self._spawn(plan)
        await asyncio.gather(*(self.ready(plan.name) for plan in plans))

    def _spawn(self, plan: Plan) -> None:
        program, *words = plan.command
        name = Path(program).name
        with (self._place.logs / f"{plan.name}.log").open("ab") as log:
            if name in SERVICES and "LD_PRELOAD" not in plan.spawn["env"]:
                with Path(os.devnull).open("rb") as nothing:
                    told = plan.spawn["env"]
                    started = Running(name, words, told, given=nothing, out=log, err=log)
                self._running[plan.name] = started
                return
            self._running[plan.name] = subprocess.Popen(
                plan.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **plan.spawn,
            )

    def _admin_url(self) -> str:
        postgres = self.platform._addresses.postgres
        assert postgres is not None
        return postgres.admin_url(DATABASE)

    def _redis_url(self) -> str:
        return self.platform.environment("gateway")["REDIS_URL"]
