"""Codes that confirm an address and links that end a subscription: derived, so never stored.

Whoever has the database alone can neither confirm an address nor end anybody's subscription.
"""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final, Literal

from gateway.who.sealing import derive

Purpose = Literal["code", "confirm", "unsubscribe"]

VALID: Final = timedelta(days=3)
"""How long an address can be confirmed after a code was sent to it."""

MOST_TRIES: Final = 10
"""Wrong codes that are looked at; then a new one has to be sent."""

_PURPOSE: Final = "subscriptions"
_LENGTH: Final[dict[Purpose, int]] = {"code": 10, "confirm": 32, "unsubscribe": 32}
"""A code is typed, of 50 bits, tried ten times; a link is clicked, of 160."""


class Codes:
    """Makes and checks them for one gateway; what the secret `before` made still fits."""

    def __init__(self, secret: bytes, *, before: bytes | None = None) -> None:
        self._keys = [derive(each, _PURPOSE) for each in (secret, before) if each is not None]

    def make(self, purpose: Purpose, subscription: str, moment: datetime | None = None) -> str:
        """Return what stands for a purpose; `moment`: when it was asked for, where that counts."""
        return _made(self._keys[0], purpose, subscription, moment)

    def fits(
        self, shown: str, purpose: Purpose, subscription: str, moment: datetime | None = None
    ) -> bool:
        """Say, in constant time, whether what somebody shows is what was made."""
        given = shown.strip().lower().encode()
        made = [_made(key, purpose, subscription, moment).encode() for key in self._keys]
        return any([hmac.compare_digest(given, each) for each in made])  # noqa: C419 (all compared)


def _made(key: bytes, purpose: Purpose, subscription: str, moment: datetime | None) -> str:
    of = f"{purpose}/{subscription}/{moment.timestamp() if moment else ''}".encode()
    drawn = base64.b32encode(hmac.new(key, of, hashlib.sha256).digest()).decode()
    return drawn[: _LENGTH[purpose]].lower()
