"""Sets a letter as PDF. The layout is a file; the letter goes to it as data, never as markup."""

from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

import msgspec
import typst

from cases.letters.letter import Letter

_LOCK: Final = Lock()
"""One compiler sets one letter at a time."""


def pdf(letter: Letter) -> bytes:
    """Return the letter as PDF: the same letter gives the same bytes."""
    data = {"letter": msgspec.json.encode(letter).decode()}
    with _LOCK:
        found = _compiler().compile(format="pdf", sys_inputs=data, timestamp=0)
    assert isinstance(found, bytes)
    return found


@cache
def _compiler() -> typst.Compiler:
    """Return the compiler; its fonts are read once."""
    folder = Path(__file__).parent
    return typst.Compiler(folder / "letter.typ", root=folder, ignore_system_fonts=True)
