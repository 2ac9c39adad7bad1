"""The tools' own environment, and how they are called."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BIN = ROOT / ".venv" / "tools" / "bin"

SOURCES = (
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("services/*/src")),
    "shared/src",
    "deploy",
)
"""Our own code: what is looked at."""

QUIET = {
    "SEMGREP_SEND_METRICS": "off",
    "SEMGREP_ENABLE_VERSION_CHECK": "0",
    "PYTHONWARNINGS": "ignore",
}


def ask(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call a tool from the root of the repository.

    Raises FileNotFoundError, and says what to do, when the tools are not there.
    """
    program = BIN / tool
    if not program.exists():
        raise FileNotFoundError(f"{tool} is missing: `make setup-tools` installs it")
    path = f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return subprocess.run(
        [program, *arguments],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **QUIET, "PATH": path},
    )
