"""The keeper of processes, tried on small real processes: falls, ends, leftovers, neighbours."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.console import worth_showing
from deploy.local.keys import keys_of, role_url
from deploy.local.place import ROOT, Place, Refusal, read_json
from deploy.local.platform import Platform
from deploy.local.ports import METRICS, assign, front_port
from deploy.processes import COMMON, OWN, PROCESSES, ROLES, SANDBOX, SERVERS, SERVICES
from deploy.servers import free_port, listening

STANDIN = Path(__file__).with_name("standin.py")


class Run:
    """A stand-in platform in a folder."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder)
        self.ports = [free_port(), free_port()]
        self.process: subprocess.Popen[str] | None = None

    def start(self, *options: str) -> "Run":
        command = [sys.executable, str(STANDIN), str(self.place.path), *map(str, self.ports)]
        self.process = subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return self

    def until(self, words: str) -> str:
        assert self.process is not None
        assert self.process.stdout is not None
        heard = ""
        for line in self.process.stdout:
            heard += line
            if words in line:
                return heard
        raise AssertionError(f"ended without saying {words!r}:\n{heard}")

    def pid(self, name: str) -> int:
        pid: int = read_json(self.place.path / "children.json", {})[name][0]
        return pid

    def end(self, number: signal.Signals) -> float:
        """Send a signal; the seconds until the process was gone."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(15)
        return time.monotonic() - began


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    run = Run(tmp_path / "data")
    yield run
    if run.process:
        run.process.kill()
        run.process.wait()
        assert run.process.stdout is not None
        run.process.stdout.close()
    run.place.clear_leftovers()


def eventually(condition: Callable[[], bool], within: float = 5.0) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return False


def test_a_crashed_process_is_started_again_and_the_console_says_so(run: Run) -> None:
    run.start().until("all ready")
    first = run.pid("first")

    os.kill(first, signal.SIGKILL)

    assert "killed by SIGKILL" in run.until("first ended")
    assert eventually(lambda: run.pid("first") != first and listening(run.ports[0]))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_everything_in_order(run: Run, number: signal.Signals) -> None:
    run.start().until("all ready")

    assert run.end(number) < 2.0
    assert not listening(run.ports[0])
    assert not listening(run.ports[1])


@pytest.mark.thorough
def test_children_that_do_not_listen_are_ended_within_five_seconds_all_the_same(run: Run) -> None:
    run.start("stubborn").until("all ready")

    assert run.end(signal.SIGTERM) < 5.0
    assert not run.place.leftovers()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of a parent's death")
def test_a_killed_keeper_leaves_nothing_running(run: Run) -> None:
    run.start().until("all ready")
    run.end(signal.SIGKILL)

    assert eventually(lambda: not listening(run.ports[0]) and not listening(run.ports[1]))


def test_a_leftover_of_a_killed_run_is_ended_by_the_next_one(run: Run) -> None:
    leftover = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    run.place.make()
    run.place.note_children({"first": leftover.pid})

    run.start()

    assert "cleared first" in run.until("all ready")
    assert leftover.wait(5) != 0


def test_a_process_number_that_went_to_somebody_else_is_left_alone(tmp_path: Path) -> None:
    place = Place(tmp_path / "data")
    place.make()
    (place.path / "children.json").write_text(f'{{"first": [{os.getpid()}, "12345"]}}')

    assert place.clear_leftovers() == []
    assert psutil.pid_exists(os.getpid())


def test_a_folder_in_use_is_refused_with_the_number_of_its_holder(run: Run) -> None:
    run.start().until("all ready")
    assert run.process is not None

    second = subprocess.run(
        run.process.args,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )

    assert second.returncode == 1
    assert f"in use by process {run.process.pid}" in second.stderr


@pytest.mark.thorough
def test_a_process_that_cannot_start_ends_the_run_with_its_last_words(run: Run) -> None:
    with socket.create_server(("127.0.0.1", run.ports[1])):
        run.start()
        heard = run.until("Address already in use")
        assert run.process is not None
        assert run.process.wait(10) == 1

    assert "second cannot start" in heard
    assert not listening(run.ports[0])


def test_ports_are_remembered_and_one_that_was_taken_meanwhile_is_replaced(tmp_path: Path) -> None:
    place = Place(tmp_path)
    front = free_port()
    first = assign(place, front)

    with socket.create_server(("127.0.0.1", first["postgres"])):
        second = assign(place, front)

    assert set(first) == {*SERVERS, *(process.name for process in (SANDBOX, *PROCESSES)), METRICS}
    assert max(port for name, port in first.items() if name != "gateway-api") < 32_768
    assert second["postgres"] != first["postgres"]
    assert {**second, "postgres": 0} == {**first, "postgres": 0}


def test_a_taken_front_port_is_refused_with_what_to_type_instead(tmp_path: Path) -> None:
    front = free_port()

    with (
        socket.create_server(("127.0.0.1", front)),
        pytest.raises(Refusal, match=f"QADAGA_PORT={front + 1} make up"),
    ):
        assign(Place(tmp_path), front)


@pytest.mark.parametrize("wanted", ["", "0", "65536", "-1", "eighty", "８０"])
def test_what_is_no_port_is_refused(wanted: str) -> None:
    with pytest.raises(Refusal, match="QADAGA_PORT must be a number"):
        front_port(wanted)


def test_keys_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    place = Place(tmp_path)
    keys = keys_of(place)

    assert keys_of(place) == keys
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600
    own = {keys.internal, keys.raw, keys.pseudonym, keys.cursor, keys.receipt}
    assert len({*own, *keys.roles.values()}) == 11


def test_a_role_gets_the_administrators_address_with_its_own_name_and_password() -> None:
    admin = "postgresql://postgres:geheim@db.example:5433/qadaga?sslmode=require"

    assert role_url(admin, "scoring", "abc") == (
        "postgresql://scoring:abc@db.example:5433/qadaga?sslmode=require"
    )


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('{"level": "warning", "event": "late", "feed": "scores"}', "WARNING late feed=scores"),
        ('{"level": "info", "event": "ready"}', None),
        ("2026-01-01 LOG:  database system is ready", None),
        ('{"broken', None),
    ],
)
def test_only_loud_lines_reach_the_console(line: str, shown: str | None) -> None:
    assert worth_showing(line) == shown


@pytest.mark.parametrize("service", SERVICES)
def test_a_process_is_told_the_same_here_as_in_production(tmp_path: Path, service: str) -> None:
    place = Place(tmp_path)
    admin = "postgresql://postgres:geheim@db.example/qadaga"
    place.remember("servers", {"DATABASE_URL": admin, "REDIS_URL": "redis://cache.example/0"})
    platform = Platform(place, keys_of(place), assign(place, free_port()))

    told = platform.environment(service)

    assert {*COMMON, *OWN[service]} <= told.keys()
    assert told["DATABASE_URL"].startswith(f"postgresql://{service}:")
    assert not any("geheim" in value for value in told.values())


def test_every_role_is_provisioned_by_the_administrator_alone(tmp_path: Path) -> None:
    place = Place(tmp_path)
    admin = "postgresql://postgres:geheim@db.example/qadaga"
    place.remember("servers", {"DATABASE_URL": admin, "REDIS_URL": "redis://cache.example/0"})
    platform = Platform(place, keys_of(place), assign(place, free_port()))

    told = platform.administration()

    assert told["ADMIN_DATABASE_URL"] == admin
    assert {f"{role.upper()}_DATABASE_URL" for role in ROLES} <= told.keys()
