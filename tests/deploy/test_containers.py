"""The composition under podman: as confined as it is declared, and, where it can be, really run."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deploy.containers.__main__ import main
from deploy.containers.composed import NAMES, USER, arguments, composition
from deploy.containers.running import loose
from deploy.local.place import ROOT

ADDRESSES = {name: f"10.1.2.{number}" for number, name in enumerate(NAMES, 2)}
CANNOT = 2

CONFINED = {
    "status": "Name:\tpython\nUid:\t10001\t10001\t10001\t10001\nGid:\t10001\t10001\t10001\t10001\n"
    "CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nNoNewPrivs:\t1\n",
    "mountinfo": "500 400 0:50 / / ro,relatime - overlay overlay rw\n"
    "501 500 0:51 / /tmp rw,nosuid,nodev,noexec - tmpfs tmpfs rw\n",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_container_is_run_as_confined_as_the_composition_declares(
    name: str, tmp_path: Path
) -> None:
    container = composition()[name]

    told = arguments(name, container, tmp_path, ADDRESSES)
    options, command = told[: -len(container["command"])], told[-len(container["command"]) :]

    assert {"--read-only", "--read-only-tmpfs=false", "--cap-drop=ALL"} <= set(options)
    assert {"--security-opt=no-new-privileges:true", f"--user={USER}"} <= set(options)
    assert {one for one in options if "/run/secrets/" in one and one.startswith("--volume")} == {
        f"--volume={tmp_path}/{secret}:/run/secrets/{secret}:ro" for secret in container["secrets"]
    }
    assert {f"--memory={container['mem_limit']}", "--pids-limit=200"} <= set(options)
    assert not any(option.startswith(("--publish", "--privileged")) for option in options)
    assert command == container["command"]
    assert "${" not in " ".join(options)


@pytest.mark.parametrize(
    ("file", "declared", "found", "fault"),
    [
        ("status", "Uid:\t10001", "Uid:\t0", "a user that is not 10001"),
        ("status", "Gid:\t10001", "Gid:\t0", "a user that is not 10001"),
        ("status", "CapBnd:\t0000000000000000", "CapBnd:\t00000000a80425fb", "capabilities"),
        ("status", "NoNewPrivs:\t1", "NoNewPrivs:\t0", "may gain privileges"),
        ("mountinfo", "/ / ro", "/ / rw", "its root can be written to"),
    ],
)
def test_what_the_kernel_knows_of_a_process_tells_whether_it_is_confined(
    file: str, declared: str, found: str, fault: str, tmp_path: Path
) -> None:
    for name, text in CONFINED.items():
        (tmp_path / name).write_text(text)
    assert loose(tmp_path) == []

    (tmp_path / file).write_text(CONFINED[file].replace(declared, found))

    assert loose(tmp_path) == [fault]


def test_where_a_program_is_missing_it_is_named_and_nothing_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    assert main([]) == CANNOT

    told = capsys.readouterr()
    assert "needs podman, buildah, runc, mmdebstrap" in told.err
    assert told.out == ""


@pytest.mark.extra
@pytest.mark.long
@pytest.mark.check("S6", tier=3, limit="every container; a score explained")
def test_confined_containers_score_a_purchase_and_explain_it_over_http(
    record_property: Any,
) -> None:
    """By the images that `make containers` left: to build them takes longer than a test may."""
    command = [sys.executable, "-m", "deploy.containers", "--built"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode == CANNOT:
        pytest.skip(done.stderr.strip())

    *steps, closing = done.stdout.splitlines()

    assert done.returncode == 0, done.stdout
    assert closing == f"containers: {len(steps)} of {len(steps)} steps"
    confined, question = steps[-2:]
    record_property("figure", f"{confined.partition('s  ')[2]}; {question.partition('s  ')[2]}")
