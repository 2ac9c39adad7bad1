"""What `scoring evaluate` and `scoring prepare` share: how they end, where they write and speak."""

import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import IO


class Ending(IntEnum):
    """Exit statuses."""

    DONE = 0
    UNUSABLE = 1
    """A file cannot be read, or no line of it can be used; nothing was written."""
    MISUSED = 2
    """An option or the settings cannot be used."""
    DAMAGED = 3
    """What could be read was used; the rest of a file is damaged."""
    UNHEARD = 128 + 13
    """The reader of the output went away, as the shell tells of SIGPIPE."""


def warn(text: str) -> None:
    """Speak to the user."""
    print(text, file=sys.stderr)  # noqa: T201 (a command speaks to its user)


def fail(reason: object, ending: Ending) -> Ending:
    """Say in one line why the command ends."""
    warn(f"error: {reason}")
    return ending


def end_unheard() -> Ending:
    """End quietly when nobody reads on: what is still buffered goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
    return Ending.UNHEARD


@contextmanager
def target(path: Path | None, default: IO[str]) -> Iterator[IO[str]]:
    """Give the stream, or a draft that takes the place of the file only when all is written.

    What is there and no file (a pipe, a device) is written to as it is.
    """
    if path is None:
        yield default
        default.flush()
    elif path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="") as stream:
            yield stream
    else:
        with _draft(path.resolve()) as stream:
            yield stream


@contextmanager
def _draft(path: Path) -> Iterator[IO[str]]:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with draft.open("x", encoding="utf-8", newline="") as stream:
            yield stream
        if path.exists():
            shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
