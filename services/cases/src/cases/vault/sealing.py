"""How what belongs to a tip is sealed: format qadaga-tip/1, the same in the page and the clients.

A piece is JSON or a part of a file. It is padded to one of a few sizes (its length, four bytes,
then itself, then zeros) and encrypted with AES-256-GCM under a data key of its own (a file: one for
all parts), nonce first. The data key is sealed to each key that may open it by HPKE (RFC 9180) in
base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM, info "qadaga-tip/1".

P-256 rather than the sealed boxes of libsodium: every browser of the last ten years has it built
in, so that the page needs no library of anybody else, and telephones without X25519 can send tips.
"""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

FORMAT: Final = "qadaga-tip/1"
SIZES: Final = (1024, 4096, 16_384, 65_536)
CHUNK: Final = 262_144
"""Bytes of a padded text, and of a padded part of a file."""

NONCE: Final = 12
OVERHEAD: Final = NONCE + 16
DATA_KEY: Final = 32
SEALED_KEY: Final = 65 + DATA_KEY + 16
OF_SENDER: Final = "tip"
"""The name of the tip's own key among those that a piece is sealed to."""

_SUITE: Final = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_INFO: Final = FORMAT.encode()
_LENGTH: Final = 4


class CannotOpen(Exception):  # noqa: N818 (what it is)
    """Not sealed to this key, or not as it was sealed."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A piece, and its data key as it is sealed to each key by its name."""

    content: bytes
    keys: Mapping[str, bytes]


def public_key(point: bytes) -> ec.EllipticCurvePublicKey:
    """Return a public key. Raises ValueError for what is no point of the curve."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a public key as it is written: 65 bytes, uncompressed."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def fingerprint(point: bytes) -> str:
    """Return what people compare a public key by."""
    return hashlib.sha256(point).hexdigest()[:32]


def new_pair() -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    """Return a new private key and its point."""
    private = ec.generate_private_key(ec.SECP256R1())
    return private, point_of(private.public_key())


def wrap(private: ec.EllipticCurvePrivateKey, key: bytes) -> bytes:
    """Encrypt a tip's private key (PKCS 8) with what its receipt derives."""
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return encrypt(der, key, f"{FORMAT} wrapped")


def unwrap(wrapped: bytes, key: bytes) -> ec.EllipticCurvePrivateKey:
    """Return the private key of a tip. Raises CannotOpen."""
    private = load_der_private_key(decrypt(wrapped, key, f"{FORMAT} wrapped"), None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private


def seal(text: bytes, points: Mapping[str, bytes]) -> Sealed:
    """Seal a text to these keys. Raises ValueError for one that is too long."""
    data_key = secrets.token_bytes(DATA_KEY)
    content = encrypt(pad(text), data_key, f"{FORMAT} text")
    return Sealed(content, {name: seal_key(data_key, point) for name, point in points.items()})


def open_text(sealed: Sealed, name: str, private: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a text that was sealed to the key of this name. Raises CannotOpen."""
    data_key = open_key(sealed.keys[name], private)
    return unpad(decrypt(sealed.content, data_key, f"{FORMAT} text"))


def seal_key(data_key: bytes, point: bytes) -> bytes:
    """Seal a data key to one public key."""
    return _SUITE.encrypt(data_key, public_key(point), info=_INFO)


def open_key(sealed: bytes, private: ec.EllipticCurvePrivateKey) -> bytes:
    """Return a data key. Raises CannotOpen."""
    try:
        return _SUITE.decrypt(sealed, private, info=_INFO)
    except (InvalidTag, ValueError) as fault:
        raise CannotOpen from fault


def encrypt(content: bytes, key: bytes, about: str) -> bytes:
    """Encrypt with what it is bound to; a new nonce stands before it."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, content, about.encode())


def decrypt(content: bytes, key: bytes, about: str) -> bytes:
    """Return what was encrypted. Raises CannotOpen."""
    try:
        return AESGCM(key).decrypt(content[:NONCE], content[NONCE:], about.encode())
    except (InvalidTag, ValueError) as fault:
        raise CannotOpen from fault


def pad(text: bytes) -> bytes:
    """Bring a text to one of the sizes, so that its length tells little."""
    for size in SIZES:
        if len(text) + _LENGTH <= size:
            return len(text).to_bytes(_LENGTH, "big") + text.ljust(size - _LENGTH, b"\0")
    raise ValueError(f"longer than {SIZES[-1] - _LENGTH} bytes")


def unpad(padded: bytes) -> bytes:
    """Return a text as it was before it was padded."""
    length = int.from_bytes(padded[:_LENGTH], "big")
    return padded[_LENGTH : _LENGTH + length]
