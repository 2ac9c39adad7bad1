"""The lock files: every package we run on, with its version and the hashes of its archives.

    python -m deploy.lock           resolve anew and write them (needs the package index)
    python -m deploy.lock --check   whether they were made from today's declarations (offline)

They name no addresses, so that a mirror serves as well as the public index. `requirements.lock`
is what `make up` needs, `requirements-dev.lock` what `make test check` need on top of it; each
service has its own for its image, and `requirements-build.lock` holds what builds all of them.
`requirements-tools.lock` and `requirements-second-engine.lock` are other environments, resolved
apart from ours (deploy/tools, deploy/second_engine).
"""

import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SERVICES = sorted(path.parent.name for path in ROOT.glob("services/*/pyproject.toml"))
MEMBERS = (".", "shared", *(f"services/{service}" for service in SERVICES))

LOCKS = {
    "requirements.lock": ("--extra=local", "--no-dev"),
    "requirements-dev.lock": ("--all-extras", "--all-groups"),
    "requirements-build.lock": ("--only-group=build",),
    **{
        f"services/{service}/requirements.lock": ("--no-dev", f"--package=qadaga-{service}")
        for service in SERVICES
    },
}
APART = {
    "requirements-tools.lock": "deploy/tools",
    "requirements-second-engine.lock": "deploy/second_engine",
}
EXPORT = (
    *("export", "--quiet", "--frozen", "--format=requirements-txt"),
    *("--no-emit-workspace", "--no-header", "--no-annotate"),
)


def declarations(members: tuple[str, ...]) -> str:
    """A hash of what the members say they depend on; spelling and comments do not count."""
    wanted = []
    for member in members:
        declared = tomllib.loads((ROOT / member / "pyproject.toml").read_text())
        project = declared["project"]
        keys = ("requires-python", "dependencies", "optional-dependencies")
        wanted.append([[project.get(key) for key in keys], declared.get("dependency-groups")])
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()


def heading(members: tuple[str, ...] = MEMBERS) -> str:
    """The first line of a lock file."""
    return f"# made by `make lock` from declarations sha256:{declarations(members)}\n"


def uv(*arguments: str) -> str:
    """Run uv of our environment and give what it printed.

    Raises subprocess.CalledProcessError when nothing can be resolved.
    """
    command = [str(Path(sys.executable).with_name("uv")), *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE).stdout


def write() -> None:
    """Resolve all dependencies and write every lock file."""
    uv("lock", "--quiet")
    for name, options in LOCKS.items():
        (ROOT / name).write_text(heading() + uv(*EXPORT, *options))
    for name, project in APART.items():
        uv("lock", "--quiet", f"--project={project}")
        (ROOT / name).write_text(heading((project,)) + uv(*EXPORT, f"--project={project}"))


def faults() -> list[str]:
    """What is wrong with the lock files as they stand."""
    found = []
    for name in (*LOCKS, *APART):
        text = (ROOT / name).read_text() if (ROOT / name).exists() else ""
        if not text.startswith(heading((APART[name],) if name in APART else MEMBERS)):
            found.append(f"{name}: the dependencies have changed since; run `make lock`")
        if re.search(r"://|file:|^-", text, re.MULTILINE):
            found.append(f"{name}: names an address")
    return found


def main() -> None:
    """Write the lock files, or say what is wrong with them."""
    if "--check" not in sys.argv[1:]:
        write()
    elif found := faults():
        sys.exit("\n".join(found))


if __name__ == "__main__":
    main()
