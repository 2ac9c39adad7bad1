"""Backups sealed for a private key that lies elsewhere: who makes them cannot read them again.

The machine knows the public key alone, so that who takes the machine, and the place where backups
lie, has ciphertext. Each file has a key of its own: an ephemeral X25519 exchange through HKDF
(RFC 7748, RFC 5869). It is written in chunks, each under AES-256-GCM with its number and whether it
is the last one in the nonce (the STREAM construction, Hoang et al. 2015): a chunk that is moved,
left out or cut off at the end does not open.
"""

import hashlib
import os
from pathlib import Path
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from deploy.backup.manifest import Part, RefusedError

CHUNK: Final = 1024 * 1024
MAGIC: Final = b"qadaga-sealed-1\n"
_KEY: Final = 32
_TAG: Final = 16
_HEAD: Final = len(MAGIC) + _KEY


class Sink:
    """A new file of a backup, for its owner's eyes only; sealed where a public key is given."""

    def __init__(self, path: Path, public: bytes | None) -> None:
        self._name = path.name
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._digest = hashlib.sha256()
        self._size = 0
        self._held = bytearray()
        self._number = 0
        self._cipher: AESGCM | None = None
        if public is not None:
            once = X25519PrivateKey.generate()
            self._put(MAGIC + once.public_key().public_bytes_raw())
            shared = once.exchange(X25519PublicKey.from_public_bytes(public))
            self._cipher = _cipher(shared, once.public_key().public_bytes_raw(), public)

    def write(self, data: bytes) -> int:
        """Append to the file."""
        if self._cipher is None:
            self._put(data)
            return len(data)
        self._held += data
        while len(self._held) > CHUNK:
            self._put_chunk(self._held[:CHUNK], last=False)
            del self._held[:CHUNK]
        return len(data)

    def close(self) -> Part:
        """Bring the file to the disk, and say what it is."""
        if self._cipher is not None:
            self._put_chunk(self._held, last=True)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        sealed = self._cipher is not None
        return Part(self._name, self._digest.hexdigest(), self._size, sealed)

    def _put_chunk(self, chunk: bytearray, *, last: bool) -> None:
        assert self._cipher is not None
        self._put(self._cipher.encrypt(_nonce(self._number, last=last), bytes(chunk), None))
        self._number += 1

    def _put(self, data: bytes) -> None:
        self._file.write(data)
        self._digest.update(data)
        self._size += len(data)


class Source:
    """Reads a file of a backup. `read` raises RefusedError for what does not open."""

    def __init__(self, file: IO[bytes], private: bytes | None, *, sealed: bool) -> None:
        self._file = file
        self._number = 0
        self._held = b""
        self._ended = False
        self._cipher = self._opened(private) if sealed else None
        self._next = file.read(CHUNK + _TAG) if sealed else b""

    def read(self, size: int = CHUNK) -> bytes:
        """Return at most so many bytes; none at the end."""
        if self._cipher is None:
            return self._file.read(size)
        while not self._held and not self._ended:
            self._held = self._chunk()
        part, self._held = self._held[:size], self._held[size:]
        return part

    def _chunk(self) -> bytes:
        assert self._cipher is not None
        sealed, self._next = self._next, self._file.read(CHUNK + _TAG)
        self._ended = not self._next
        try:
            chunk = self._cipher.decrypt(_nonce(self._number, last=self._ended), sealed, None)
        except (InvalidTag, ValueError):
            raise RefusedError("It does not open with this key, or it was changed.") from None
        self._number += 1
        return chunk

    def _opened(self, private: bytes | None) -> AESGCM:
        head = self._file.read(_HEAD)
        if private is None:
            raise RefusedError("It is sealed: say where the private key is.")
        if not head.startswith(MAGIC) or len(head) != _HEAD:
            raise RefusedError("It is said to be sealed, and is not.")
        own, once = X25519PrivateKey.from_private_bytes(private), head[len(MAGIC) :]
        shared = own.exchange(X25519PublicKey.from_public_bytes(once))
        return _cipher(shared, once, own.public_key().public_bytes_raw())


def new_keys() -> tuple[str, str]:
    """A private and its public key, as text."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw().hex(), private.public_key().public_bytes_raw().hex()


def read_key(path: Path | None) -> bytes | None:
    """A key from its file. Raises RefusedError for what is none."""
    if path is None:
        return None
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as fault:
        raise RefusedError(f"{path} holds no key: {fault}.") from None
    if len(key) != _KEY:
        raise RefusedError(f"{path} holds no key of {_KEY} bytes.")
    return key


def _cipher(shared: bytes, once: bytes, public: bytes) -> AESGCM:
    info = b"qadaga backup" + once + public
    return AESGCM(HKDF(algorithm=SHA256(), length=_KEY, salt=None, info=info).derive(shared))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if last else b"\x00")
