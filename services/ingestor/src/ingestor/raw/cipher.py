"""How a payload is sealed: compressed, then AES-256-GCM, bound to the hash it is found by."""

import hashlib
import os
import zlib
from typing import Final, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES: Final = 12  # the size AES-GCM is made for (NIST SP 800-38D)
KEY_NAME_BYTES: Final = 4
FAST: Final = 1  # zlib level: a fifth of the size for a third of the time of the default
LITTLE: Final = 2**13  # bytes of which no part lies outside the window below
NARROW: Final = (13, 6)  # window and memory of zlib: as small, for half the time of the widest


class UnreadableError(Exception):
    """The payload was sealed with another key, or was altered."""


class Sealed(NamedTuple):
    """A payload as it lies in the vault."""

    hash: bytes
    size: int
    key_name: bytes
    content: bytes


class Cipher:
    """Seals and opens payloads with one key, derived from any secret of enough length."""

    def __init__(self, secret: str) -> None:
        self.__setstate__(_derived(secret, b"qadaga raw payloads"))

    def __getstate__(self) -> bytes:
        """Give the key, for another process of ours."""
        return self._key

    def __setstate__(self, key: bytes) -> None:
        """Begin with a key that was derived before."""
        self._key = key
        self._aes = AESGCM(key)
        self.key_name = hashlib.sha256(key).digest()[:KEY_NAME_BYTES]

    def seal(self, payload: bytes, digest: bytes) -> Sealed:
        """Encrypt a payload; `digest` is its SHA-256, by which it is looked up."""
        nonce = os.urandom(NONCE_BYTES)
        content = nonce + self._aes.encrypt(nonce, _packed(payload), digest)
        return Sealed(digest, len(payload), self.key_name, content)

    def open(self, content: bytes, digest: bytes) -> bytes:
        """Return the payload as received; raises UnreadableError."""
        try:
            packed = self._aes.decrypt(content[:NONCE_BYTES], content[NONCE_BYTES:], digest)
        except InvalidTag as e:
            raise UnreadableError("Sealed with another RAW_KEY, or altered since") from e
        return zlib.decompress(packed)


def _packed(payload: bytes) -> bytes:
    """Compress; most payloads are so small that making zlib ready takes longer than they do."""
    if len(payload) > LITTLE:
        return zlib.compress(payload, FAST)
    packer = zlib.compressobj(FAST, zlib.DEFLATED, *NARROW)
    return packer.compress(payload) + packer.flush()


def _derived(secret: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())
