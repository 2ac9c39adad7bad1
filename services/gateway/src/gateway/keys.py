"""API keys: how one is made, read and compared, and what it may do.

A key is `qdg_live_<id>_<secret>`: the id finds the row, the secret proves it. Only the SHA-256 of
the secret is kept; a random secret of 160 bits needs no slow hash. The word in the middle says what
it is: `live`, `test` (valid at a gateway of the sandbox only), `dev` (of a mobile device), `client`
(of an OAuth client, good for asking tokens), `invite`.
"""

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final, Literal, NamedTuple

Word = Literal["live", "test", "dev", "client", "invite"]
SCOPES: Final = {
    "processes:read": "processes, organisations, OCDS releases and freshness",
    "scores:read": "risk scores and their explanations",
    "scores:partner": "in them, suppliers named by signs whose precision is not measured yet",
    "alerts:read": "alerts",
    "alerts:reply": "replying to alerts on purchases of whom one's organisation speaks for",
    "alerts:write": "acknowledging, dismissing, snoozing and promoting alerts",
    "outcomes:write": "expecting, claiming, confirming and disputing outcomes",
    "drafts:read": "drafts of indicators of one's own organisation, and their back-tests",
    "drafts:write": "sending, trying and proposing them",
    "drafts:approve": "deciding on those that anybody proposes",
    "tips:receive": "tips that are sealed to a key of the member who holds this one",
    "complaints:read": "complaints of one's own organisation, their letters, how bodies answer",
    "complaints:write": "drafting complaints, making their letters, moving them",
    "complaints:file": "filing them",
    "authority:respond": "registering and answering complaints to whom one speaks for",
    "cases:read": "cases of one's own organisation, and those shared with it",
    "cases:write": "starting cases, working on them, moving them",
    "feed:read": "the event log, public and one's own, and what changed since",
    "exports:create": "whole lists as files",
    "webhooks:admin": "subscriptions and endpoints that events are sent to",
    "org:admin": "members, keys and everything else of one's own organisation",
    "platform:admin": "deciding on what organisations ask of the platform",
}
"""What a key can be allowed; the indicator catalogue is open to every key."""

_BY_NAME = frozenset({"drafts:approve", "tips:receive", "org:admin", "platform:admin"})
USUAL: Final = tuple(scope for scope in SCOPES if scope not in _BY_NAME)
"""What a key is allowed unless more is said."""

_ID_BYTES = 10
_SECRET_BYTES = 20
_KEY = re.compile(r"qdg_(live|test|dev|client|invite)_([a-z2-7]{16})_([a-z2-7]{32})")


class NewKey(NamedTuple):
    """A key as it is shown once (`text`), and what is kept of it."""

    id: str
    text: str
    secret_hash: bytes


class PresentedKey(NamedTuple):
    """The parts of a key somebody showed."""

    word: str
    id: str
    secret: str


def make_key(word: Word = "live", *, key_id: str | None = None) -> NewKey:
    """Draw a new key; with `key_id`, a new secret for one that is there."""
    key_id, secret = key_id or _random(_ID_BYTES), _random(_SECRET_BYTES)
    return NewKey(key_id, f"qdg_{word}_{key_id}_{secret}", hash_secret(secret))


def parse_key(text: str) -> PresentedKey | None:
    """Take a shown key apart; None if it has not the form of one."""
    found = _KEY.fullmatch(text)
    return PresentedKey(found[1], found[2], found[3]) if found else None


def hash_secret(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def matches(secret: str, kept: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(hash_secret(secret), kept)


def _random(size: int) -> str:
    return base64.b32encode(secrets.token_bytes(size)).decode().lower()
