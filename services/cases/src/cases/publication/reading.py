"""A text read as an eye reads it, so that nothing hides from a check by how it is written."""

import unicodedata
from typing import Final

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_UNREAD: Final = frozenset({"Cf", "Mn", "Me"})


def readable(text: str) -> str:
    """Return a text as an eye reads it: compatible signs folded, marks and unseen ones left out."""
    composed = unicodedata.normalize("NFKC", text)
    kept = (sign for sign in composed if unicodedata.category(sign) not in _UNREAD)
    return "".join(_digit(sign) for sign in kept)


def unseen(text: str) -> bool:
    """Say whether a text has signs that are not seen, or that turn it round; lines may end."""
    return any(sign != "\n" and unicodedata.category(sign) in _UNSEEN for sign in text)


def digits(text: str) -> str:
    """Return the digits of a number, however it is spaced."""
    return "".join(sign for sign in text if sign.isdecimal())


def _digit(sign: str) -> str:
    value = unicodedata.decimal(sign, None)
    return sign if value is None else str(value)
