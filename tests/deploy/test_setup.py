"""The environment is made from the locks, and the locks from today's declarations."""

import shutil
from pathlib import Path

import pytest

from deploy import lock, setup


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of all that the locks and the environment are made from."""
    declared = (f"{member}/pyproject.toml" for member in (*lock.MEMBERS, *lock.APART.values()))
    for name in [*lock.LOCKS, *lock.APART, *declared]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(lock.ROOT / name, tmp_path / name)
    members = [tmp_path / member.relative_to(setup.ROOT) for member in setup.MEMBERS]
    monkeypatch.setattr(lock, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "VENV", tmp_path)
    monkeypatch.setattr(setup, "MEMBERS", members)
    for name in lock.LOCKS:
        _, _, pins = (tmp_path / name).read_text().partition("\n")
        (tmp_path / name).write_text(lock.heading() + pins)
    return tmp_path


@pytest.mark.check("S1", tier=1, limit="stale lock told")
def test_a_new_dependency_makes_every_lock_stale(copy: Path) -> None:
    assert lock.faults() == []

    project = copy / "shared" / "pyproject.toml"
    project.write_text(project.read_text().replace('    "arq",\n', '    "arq",\n    "lxml",\n'))

    assert lock.faults() == [
        f"{name}: the dependencies have changed since; run `make lock`" for name in lock.LOCKS
    ]


def test_a_new_tool_makes_the_lock_of_the_tools_stale_and_no_other(copy: Path) -> None:
    project = copy / "deploy" / "tools" / "pyproject.toml"
    project.write_text(project.read_text().replace('    "bandit",\n', '    "bandit", "ty",\n'))

    assert lock.faults() == [
        "requirements-tools.lock: the dependencies have changed since; run `make lock`"
    ]


def test_an_address_in_a_lock_is_a_fault(copy: Path) -> None:
    path = copy / "requirements.lock"
    path.write_text(path.read_text() + "--extra-index-url https://mirror.example/simple\n")

    assert lock.faults() == ["requirements.lock: names an address"]


def test_nothing_is_installed_again_until_the_lock_or_a_member_changes(copy: Path) -> None:
    setup.stamp(dev=True).write_text(setup.fingerprint(dev=True))
    assert setup.up_to_date(dev=True)
    assert setup.up_to_date(dev=False)  # what developing needs holds what running needs

    with (copy / "requirements-dev.lock").open("a") as file:
        file.write("# changed\n")

    assert not setup.up_to_date(dev=True)


def test_what_running_needs_does_not_serve_testing(copy: Path) -> None:
    assert copy.is_dir()
    setup.stamp(dev=False).write_text(setup.fingerprint(dev=False))

    assert setup.up_to_date(dev=False)
    assert not setup.up_to_date(dev=True)


def test_an_unfit_python_says_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "OLDEST", (3, 98))
    monkeypatch.setattr(setup, "NEWEST", (3, 99))

    with pytest.raises(SystemExit, match=r"Qadaga needs Python 3\.98 to 3\.99; .* and no other"):
        setup.use_a_fitting_python([])


def test_uv_is_told_of_the_mirror_that_pip_is_told_of() -> None:
    told = "global.cert='/etc/ca.pem'\nglobal.index-url='https://mirror.example/simple'"

    assert setup.mirror(told) == {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}
