"""Sets the pages of a dossier: the layout is a file, its texts are data and never markup."""

from functools import cache
from importlib.resources import files
from threading import Lock
from typing import Final

import msgspec
import typst

from gateway.dossier.sheet import Sheet

_LOCK: Final = Lock()
"""One compiler sets one dossier at a time."""


def pdf(sheet: Sheet) -> bytes:
    """Return the two pages: the same sheet gives the same bytes."""
    data = {"sheet": msgspec.json.encode(sheet).decode()}
    with _LOCK:
        found = _compiler().compile(_layout(), format="pdf", sys_inputs=data, timestamp=0)
    assert isinstance(found, bytes), "a PDF is one file"
    return found


@cache
def _layout() -> bytes:
    return (files("gateway.dossier") / "pages.typ").read_bytes()


@cache
def _compiler() -> typst.Compiler:
    """Return the compiler; its fonts are read once."""
    return typst.Compiler(_layout(), ignore_system_fonts=True)
