"""Secrets that must be read again: kept encrypted, under keys derived from a secret of our own.

One derived key for each purpose (HKDF, RFC 5869): what is sealed for one cannot be opened as
another. Whoever has the database alone reads none of it.
"""

import secrets
from contextlib import suppress
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


def derive(secret: bytes, purpose: str) -> bytes:
    """Return the key that is used for one purpose only."""
    info = f"qadaga gateway {purpose}".encode()
    return HKDF(algorithm=SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(secret)


class Seal:
    """Seals and opens for one purpose; `before` is a secret that sealed once and only opens now."""

    def __init__(self, secret: bytes, purpose: str, *, before: bytes | None = None) -> None:
        self._cipher, *self._earlier = [
            AESGCM(derive(each, purpose)) for each in (secret, before) if each is not None
        ]

    def close(self, plain: bytes, *, of: str) -> bytes:
        """Return a sealed form of `plain`, bound to the id of what it belongs to."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, of.encode())

    def open(self, sealed: bytes, *, of: str) -> bytes:
        """Return what was sealed. Raises ValueError if it was not sealed by us for this id."""
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        for cipher in (self._cipher, *self._earlier):
            with suppress(InvalidTag):
                return cipher.decrypt(nonce, rest, of.encode())
        raise ValueError(f"what is sealed for {of} cannot be opened with this key")
