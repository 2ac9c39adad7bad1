"""Receipts: what the sender of a tip keeps, and all that opens it again.

Twenty letters in fives, of an alphabet without look-alikes (Crockford's base 32): eighteen are
random (90 bits), two are a checksum, so that a slip of the pen is told from a wrong receipt before
anything is asked. Argon2id, slow on purpose, makes 48 bytes of it: 16 to find the tip by and 32
that everything else comes from. What proves the receipt and what unwraps the tip's private key are
derived apart, so that who is shown the proof cannot read.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cases.vault.sealing import FORMAT

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM: Final = 18
CHECK: Final = 2
LENGTH: Final = RANDOM + CHECK
MEMORY_KIB: Final = 65_536
ITERATIONS: Final = 3
LANES: Final = 1
LOOKUP: Final = 16
DERIVED: Final = LOOKUP + 32

WORK_MEMORY_KIB: Final = 1024
WORK_ITERATIONS: Final = 1
WORK_BYTES: Final = 16

_GROUP: Final = 5
_ALIKE: Final = str.maketrans("OIL", "011", " -")


@dataclass(frozen=True, slots=True)
class Derived:
    """What a receipt opens with: where the tip is, that one has it, and the key of its key."""

    lookup: bytes
    proof: bytes
    wrapping: bytes


class Salts:
    """What is derived from the platform's own key: the salt of receipts, and digests."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @property
    def receipt(self) -> bytes:
        """The one salt of all receipts: a receipt alone has to find its tip. Published."""
        return self._derived("salt", b"")[:16]

    def kept(self, what: str, value: bytes) -> bytes:
        """Return what is stored of a value that opens something."""
        return self._derived(f"kept {what}", value)

    def challenge(self, day: date) -> bytes:
        """Return the challenge of a day: the same for all, so that none is remembered."""
        return self._derived("work", day.isoformat().encode())[:16]

    def receipt_of(self, once: bytes) -> str:
        """Return the receipt of a tip that is sealed here: the same when it is sent again."""
        return written(self._derived("receipt", once))

    def session_key(self) -> bytes:
        """Return the key that sessions are sealed with."""
        return self._derived("session", b"")

    def _derived(self, what: str, value: bytes) -> bytes:
        return hmac.digest(self._key, f"{FORMAT} {what}\n".encode() + value, hashlib.sha256)


def new_receipt() -> str:
    """Return a new receipt, as it is shown."""
    return written(secrets.token_bytes(32))


def written(source: bytes) -> str:
    """Write a receipt from random bytes: five bits a letter, the checksum, groups of five."""
    number = int.from_bytes(source, "big")
    letters = "".join(ALPHABET[number >> 5 * place & 31] for place in range(RANDOM))
    whole = letters + checksum(letters)
    return "-".join(whole[start : start + _GROUP] for start in range(0, LENGTH, _GROUP))


def checksum(letters: str) -> str:
    """Return two letters that any single slip, and any two letters swapped, would change."""
    total = 0
    for place, letter in enumerate(letters):
        total = (total + (2 * place + 3) * ALPHABET.index(letter)) % 1021
    return ALPHABET[total >> 5] + ALPHABET[total & 31]


def read(text: str) -> str | None:
    """Return the letters of a receipt as somebody typed it; None if it cannot be one."""
    letters = text.upper().translate(_ALIKE)
    if len(letters) != LENGTH or not set(letters) <= set(ALPHABET):
        return None
    good = hmac.compare_digest(checksum(letters[:RANDOM]), letters[RANDOM:])
    return letters if good else None


def derive(letters: str, salt: bytes) -> Derived:
    """Derive what a receipt opens with. Takes most of a second: call it in a thread."""
    made = hash_secret_raw(letters.encode(), salt, ITERATIONS, MEMORY_KIB, LANES, DERIVED, Type.ID)
    lookup, key = made[:LOOKUP], made[LOOKUP:]
    return Derived(lookup, _expanded(key, "proof"), _expanded(key, "wrap"))


def done(challenge: bytes, subject: bytes, counter: int, bits: int) -> bool:
    """Say whether work was done on a subject: a digest that begins with so many zero bits."""
    digest = hash_secret_raw(
        subject + counter.to_bytes(4, "big"),
        challenge,
        WORK_ITERATIONS,
        WORK_MEMORY_KIB,
        LANES,
        WORK_BYTES,
        Type.ID,
    )
    return int.from_bytes(digest, "big") >> (8 * WORK_BYTES - bits) == 0


def _expanded(key: bytes, what: str) -> bytes:
    return HKDF(SHA256(), 32, b"", f"{FORMAT} {what}".encode()).derive(key)
