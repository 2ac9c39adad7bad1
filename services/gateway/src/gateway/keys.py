"""API keys: how one is made, read and compared, and what it may do.

A key is `qdg_live_<id>_<secret>`: the id finds the row, the secret proves it. Only the SHA-256 of
the secret is kept; a random secret of 160 bits needs no slow hash.
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final, NamedTuple

PREFIX: Final = "qdg_live_"
SCOPES: Final = {
    "processes:read": "processes, organisations, OCDS releases and freshness",
    "scores:read": "risk scores and their explanations",
    "scores:partner": "in them, suppliers named by signs whose precision is not measured yet",
    "alerts:read": "alerts",
    "drafts:read": "drafts of indicators of one's own organisation, and their back-tests",
    "drafts:write": "sending, trying and proposing them",
    "drafts:approve": "deciding on those that anybody proposes",
}
"""What a key can be allowed; the indicator catalogue is open to every key."""

USUAL: Final = tuple(scope for scope in SCOPES if scope != "drafts:approve")
"""What a key is allowed unless more is said: what goes live concerns everybody."""

_ID_BYTES = 10
_SECRET_BYTES = 20
_KEY = re.compile(r"qdg_live_([a-z2-7]{16})_([a-z2-7]{32})")


class NewKey(NamedTuple):
    """A key as it is shown once (`text`), and what is kept of it."""

    id: str
    text: str
    secret_hash: bytes


class PresentedKey(NamedTuple):
    """The two parts of a key somebody showed."""

    id: str
    secret: str


def make_key() -> NewKey:
    """Draw a new key."""
    key_id, secret = _random(_ID_BYTES), _random(_SECRET_BYTES)
    return NewKey(key_id, f"{PREFIX}{key_id}_{secret}", hash_secret(secret))


def parse_key(text: str) -> PresentedKey | None:
    """Take a shown key apart; None if it has not the form of one."""
    found = _KEY.fullmatch(text)
    return PresentedKey(found[1], found[2]) if found else None


def hash_secret(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def matches(secret: str, kept: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(hash_secret(secret), kept)


def _random(size: int) -> str:
    return base64.b32encode(secrets.token_bytes(size)).decode().lower()
