"""How a generated module of Python begins, and how it is laid out."""

import subprocess
import sys
from pathlib import Path
from typing import Final

MADE: Final = '"""Made by `make sdk` from the OpenAPI document of the gateway."""'


def formed(text: str) -> str:
    """Return a module as the formatter lays it out."""
    ruff = str(Path(sys.executable).with_name("ruff"))
    command = [ruff, "format", "--isolated", "--line-length=100", "-"]
    return subprocess.run(command, input=text, check=True, text=True, stdout=subprocess.PIPE).stdout
