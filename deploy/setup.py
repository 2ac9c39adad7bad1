"""Makes the project's own environment `.venv` on a machine that has only Python and make.

    python3 deploy/setup.py          what running needs
    python3 deploy/setup.py --dev    and what testing and checking need
    python3 deploy/setup.py --tools  and `.venv/tools`, with what looks at code and manifests
    python3 deploy/setup.py --second-engine  and `.venv/second-engine`, with another engine of SQL

Everything comes from the hash-pinned lock files; then the members of the workspace are installed
as editable, without looking anything up. Nothing happens when nothing changed. Any Python from 3.7
on understands this file, so that one that is too old can say so.
"""

from __future__ import annotations

import hashlib
import os
import platform
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
MEMBERS = [ROOT / "shared", *sorted(path.parent for path in ROOT.glob("services/*/pyproject.toml"))]
BUILD_LOCK = ROOT / "requirements-build.lock"
APART = ("tools", "second-engine")
OLDEST, NEWEST = (3, 11), (3, 13)

MIRROR = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
}
"""Where pip is told of a mirror, uv must be told too: it does not read pip's settings."""


def main(arguments: list[str]) -> None:
    """Bring the environment up to date with the lock."""
    os.chdir(ROOT)
    use_a_fitting_python(arguments)
    apart = [name for name in APART if f"--{name}" in arguments]
    dev = bool(apart) or "--dev" in arguments
    started = time.monotonic()
    if not up_to_date(dev):
        make_venv()
        install(lock_file(dev), PYTHON)
        install_members()
        stamp(dev).write_text(fingerprint(dev))
        say(f"environment ready in {time.monotonic() - started:.0f} s")
    for name in apart:
        install_apart(name)


def use_a_fitting_python(arguments: list[str]) -> None:
    """Run this file again with another Python where the first one found is not fit."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        other = f"python3.{minor}"
        if output(other, "-c", "print(1)") == "1":  # a name alone may be an empty shim
            os.execvp(other, [other, str(Path(__file__).resolve()), *arguments])  # noqa: S606 (found on PATH, as meant)
    sys.exit(
        f"Qadaga needs Python 3.{OLDEST[1]} to 3.{NEWEST[1]}; "
        f"{sys.executable} is {platform.python_version()}, and no other was found."
    )


def lock_file(dev: bool) -> Path:
    """The pinned requirements; those for development contain the others."""
    return ROOT / ("requirements-dev.lock" if dev else "requirements.lock")


def fingerprint(dev: bool) -> str:
    """Changes with the lock, the members' declarations, the Python, and the folder."""
    digest = hashlib.sha256(f"{sys.version} {ROOT} {dev}".encode())
    for path in [lock_file(dev), *(member / "pyproject.toml" for member in MEMBERS)]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def stamp(dev: bool) -> Path:
    """The file that says what the environment was made from."""
    return VENV / ("made-from-dev" if dev else "made-from")


def up_to_date(dev: bool) -> bool:
    """Whether nothing changed; the environment for development serves running as well."""
    return any(
        stamp(kind).exists() and stamp(kind).read_text() == fingerprint(kind)
        for kind in {dev, True}
    )


def make_venv() -> None:
    """Make a new environment, unless there is one of this very Python."""
    version = platform.python_version()
    ask = "import platform; print(platform.python_version())"
    if PYTHON.exists() and output(str(PYTHON), "-c", ask) == version:
        return
    say(f"making .venv with Python {version}")
    if not run(sys.executable, "-m", "venv", "--clear", str(VENV), quiet=True):
        sys.exit(
            "This Python cannot make environments: install its venv module "
            "(on Debian and Ubuntu the package python3-venv)."
        )


def install(lock: Path, python: Path) -> None:
    """Install what is pinned: by uv, which is several times quicker, or else by pip."""
    say(f"installing {lock.name}")
    if get_uv():
        as_pip_does = ("--index-strategy=unsafe-best-match", "--compile-bytecode")
        if uv("--require-hashes", *as_pip_does, "-r", str(lock), python=python):
            return
        say("uv could not install it; trying pip, which takes longer")
    if not pip("--require-hashes", "--no-deps", "-r", str(lock), python=python):
        sys.exit("pip could not install it: can it reach its index from here?")


def install_apart(name: str) -> None:
    """Make an environment apart from ours anew, unless its lock and the Python are the same."""
    lock, home = ROOT / f"requirements-{name}.lock", VENV / name
    wanted = hashlib.sha256(f"{sys.version} {ROOT}".encode() + lock.read_bytes()).hexdigest()
    made_from = home / "made-from"
    if made_from.exists() and made_from.read_text() == wanted:
        return
    started = time.monotonic()
    if not run(str(PYTHON), "-m", "venv", "--clear", "--without-pip", str(home), quiet=True):
        sys.exit(f"{home} cannot be made: is there room, and may it be written?")
    install(lock, home / "bin" / "python")
    made_from.write_text(wanted)
    say(f"{name} ready in {time.monotonic() - started:.0f} s")


def get_uv() -> bool:
    """Put uv into the environment, pinned like everything."""
    if UV.exists():
        return True
    return pip("--require-hashes", "-r", str(BUILD_LOCK)) and UV.exists()


def install_members() -> None:
    """Install the workspace's own packages as editable: an edited file is in use at once."""
    editable = [part for member in MEMBERS for part in ("-e", str(member))]
    alone = ("--no-deps", "--no-build-isolation", "--no-index")
    if not (UV.exists() and uv(*alone, *editable)) and not pip(*alone, *editable):
        sys.exit("The workspace's own packages could not be installed.")


def uv(*arguments: str, python: Path = PYTHON) -> bool:
    """Install by uv; whether it worked."""
    pip_says = output(str(PYTHON), "-m", "pip", "config", "list")
    settings = {
        **mirror(pip_says),
        "UV_NO_PROGRESS": "1",
        "UV_HTTP_TIMEOUT": "60",
        "UV_LINK_MODE": "copy",
    }
    command = (str(UV), "pip", "install", "--quiet", "--python", str(python), *arguments)
    return run(*command, environment=settings)


def pip(*arguments: str, python: Path = PYTHON) -> bool:
    """Install by the pip of our environment, into it or another one; whether it worked."""
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input")
    where = ("-m", "pip", "--python", str(python))
    return run(str(PYTHON), *where, "install", *quiet, *arguments)


def mirror(pip_says: str) -> dict[str, str]:
    """What pip is told about indexes (`pip config list`), in uv's words.

    >>> mirror("global.extra-index-url='https://a.example https://b.example'")
    {'UV_INDEX': 'https://a.example https://b.example'}
    """
    found = {}
    for line in pip_says.splitlines():
        key, _, value = line.partition("=")
        name = MIRROR.get(key.rpartition(".")[2])
        if name and name not in os.environ:
            found[name] = value.strip("'").replace("\\n", " ").strip()
    return found


def run(*command: str, environment: dict[str, str] | None = None, quiet: bool = False) -> bool:
    """Whether a command ended well."""
    kept = subprocess.DEVNULL if quiet else None
    settings = {**os.environ, **(environment or {})}
    return subprocess.run(command, check=False, env=settings, stdout=kept).returncode == 0


def output(*command: str) -> str:
    """What a command prints; nothing when it cannot run."""
    try:
        done = subprocess.run(command, check=False, capture_output=True)
    except OSError:
        return ""
    return done.stdout.decode().strip()


def say(text: str) -> None:
    """Tell the newcomer what takes its time."""
    print(f"setup: {text}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
