"""Put together what is written by hand and what is generated; two runs give the same bytes."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

from deploy.sdk import document, python_client, python_types, typescript_client

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parent.parent
DOCUMENT: Final = ROOT / "docs/openapi.json"
OF_THE_PAGE: Final = ROOT / "services/gateway/src/gateway/portal/files"
SEALING: Final = ("sealing.js", "pictures.js")
"""How tips are sealed: the page in the browser and the client share it."""


def make_python(folder: Path) -> None:
    """Write the Python package: our runtime, the types, the methods, the examples."""
    told = _told()
    _copy(HERE / "python", folder)
    package = folder / "qadaga_client"
    (package / "models.py").write_text(python_types.models(told))
    (package / "client.py").write_text(python_client.client(document.operations(told)))


def make_typescript(folder: Path) -> bool:
    """Write the TypeScript package, and build it; false where there is no node.

    Raises subprocess.CalledProcessError when a tool fails.
    """
    if not shutil.which("npm"):
        return False
    told = _told()
    _copy(HERE / "typescript", folder)
    for name in SEALING:
        shutil.copy(OF_THE_PAGE / name, folder / "src" / name)
    (folder / "openapi.json").write_text(json.dumps(told))
    (folder / "src/operations.ts").write_text(typescript_client.table(document.operations(told)))
    for command in ("ci --no-audit --no-fund --ignore-scripts", "run --silent build"):
        subprocess.run(["npm", *command.split()], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return True


def _told() -> dict[str, Any]:
    return document.plain(json.loads(DOCUMENT.read_text()))


def _copy(source: Path, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
