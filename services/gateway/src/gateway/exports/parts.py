"""In which parts the files of exports lie in the database."""

from typing import Final

PART: Final = 1024 * 1024
"""Bytes of a part of a file."""
