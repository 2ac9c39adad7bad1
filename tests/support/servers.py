"""A server that a test may start, kill with -9 and start again."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.servers import Postgres, Valkey, data_folder, free_port, server_account

PATIENCE = 20.0
"""Seconds for a server to be ready, on a machine that is busy with other tests."""

MEMORY, ROOM = Path("/dev/shm"), 2 << 30
"""A folder in memory, and the free bytes it must have for servers to keep their data in it: each
test has a database of a thousand small files, which a disk makes and drops ten times as slowly."""


class Running:
    """One server process on one data folder."""

    def __init__(self, server: Postgres | Valkey, log: Path) -> None:
        self.server = server
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.server.prepare()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.server.command(), stdout=log, stderr=log, **self.server.spawn()
            )
        until = time.monotonic() + PATIENCE
        while not self.server.ready():
            if self._process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server did not start:\n{self._log.read_text()}")
            time.sleep(0.02)

    @property
    def pid(self) -> int:
        """The number of its process."""
        assert self._process
        return self._process.pid

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """End it cleanly."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(self.server.stop_signal)
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()


def throw_away_folder(prefix: str) -> Path:
    """A new folder that servers may enter, in memory where there is room."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=MEMORY if roomy else None))
    folder.chmod(0o711)
    return folder


@contextmanager
def running(kind: type[Postgres] | type[Valkey], *, durable: bool = False) -> Iterator[Running]:
    """Run a server of this kind in a folder of its own, which goes with it."""
    folder = throw_away_folder("qadaga-test-")
    data = data_folder(folder / kind.__name__.lower(), server_account())
    server = Running(
        kind(data=data, port=free_port(), password="test-only", durable=durable),
        folder / "log",
    )
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(data, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)
