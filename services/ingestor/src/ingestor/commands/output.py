"""How commands speak: JSON lines for programs, short lines for people."""

import json
import os
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def say(document: Mapping[str, Any], *, as_json: bool, line: str) -> None:
    """Print one thing as JSON, or as the line made for people."""
    text = json.dumps(document, ensure_ascii=False, default=_plain) if as_json else line
    put(text.encode(errors="replace") + b"\n")


def put(content: bytes) -> None:
    """Write to standard output; where its reader has left, the command goes on without it."""
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def complain(text: str) -> None:
    """Say on standard error what went wrong."""
    sys.stderr.write(f"ingestor: {text}\n")


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return str(value)
