"""Sending and receiving tips, sealed where they are written (needs the extra `tips`).

The server sees neither a receipt nor a private key nor a text: a receipt derives what finds the tip
and what opens it, and every piece is sealed to its readers. Format qadaga-tip/1: JSON or a part of
a file, padded, under AES-256-GCM with a data key of its own; the data key sealed to each reader by
HPKE (RFC 9180: P-256, HKDF-SHA256, AES-256-GCM, base mode).

`channels` is the answer of `GET /v1/tips/channels` everywhere.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from .pictures import stripped

FORMAT: Final = "qadaga-tip/1"
Told = Mapping[str, Any]
Private = ec.EllipticCurvePrivateKey

_SUITE: Final = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
_RANDOM: Final = 18
_GROUP: Final = 5
_ALIKE: Final = str.maketrans("OIL", "011", " -")


@dataclass(frozen=True)
class Derived:
    """What a receipt opens with."""

    lookup: bytes
    proof: bytes
    wrapping: bytes


def new_receipt(channels: Told) -> str:
    """Return a new receipt: eighteen random letters and two that tell a slip of the pen."""
    alphabet = channels["receipt"]["alphabet"]
    letters = "".join(secrets.choice(alphabet) for _ in range(_RANDOM))
    whole = letters + _checksum(letters, alphabet)
    return "-".join(whole[start : start + _GROUP] for start in range(0, len(whole), _GROUP))


def derive(channels: Told, receipt: str) -> Derived:
    """Derive what a receipt opens with. Raises ValueError for one with a slip of the pen."""
    rule = channels["receipt"]
    letters, alphabet = receipt.upper().translate(_ALIKE), rule["alphabet"]
    good = len(letters) == rule["characters"] and set(letters) <= set(alphabet)
    if not good or _checksum(letters[:_RANDOM], alphabet) != letters[_RANDOM:]:
        raise ValueError("not a receipt: look for a slip of the pen")
    made = hash_secret_raw(
        letters.encode(),
        _bytes(rule["salt"]),
        rule["iterations"],
        rule["memory_kib"],
        rule["lanes"],
        48,
        Type.ID,
    )
    return Derived(made[:16], _expanded(made[16:], "proof"), _expanded(made[16:], "wrap"))


def work(channels: Told, subject: bytes) -> dict[str, Any]:
    """Do the work that a tip, or a session, costs."""
    rule = channels["work"]
    challenge, shift = _bytes(rule["challenge"]), 128 - rule["bits"]
    counter = secrets.randbits(32)  # work is taken once: another time, another counter
    costs = (rule["iterations"], rule["memory_kib"], 1, 16, Type.ID)
    while True:
        digest = hash_secret_raw(subject + counter.to_bytes(4, "big"), challenge, *costs)
        if int.from_bytes(digest, "big") >> shift == 0:
            return {"challenge": rule["challenge"], "counter": counter}
        counter = (counter + 1) % 2**32


def seal_tip(
    channels: Told,
    told: Told,
    organisations: Iterable[str],
    *,
    excluded: Iterable[str] = (),
    channel: str = "api",
) -> tuple[str, dict[str, Any]]:
    """Return the receipt, to be kept by the sender alone, and the body of `POST /v1/tips`.

    `told` is `{"text": ..., "objects": [numbers of lots or processes]}`; `excluded` are keys of
    recipients who must not read it.
    """
    chosen, out = {*organisations}, {*excluded}
    receipt = new_receipt(channels)
    derived, private = derive(channels, receipt), ec.generate_private_key(ec.SECP256R1())
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    point = public_text(private)
    readers = {
        key["id"]: key["public_key"]
        for each in channels["organisations"]
        if each["id"] in chosen
        for key in each["keys"]
        if key["id"] not in out
    }
    once = secrets.token_bytes(16)
    return receipt, {
        **seal(channels, told, {**readers, "tip": point}),
        "once": _text(once),
        "lookup": _text(derived.lookup),
        "proof": _text(derived.proof),
        "public_key": point,
        "wrapped_key": _text(_encrypt(der, derived.wrapping, "wrapped")),
        "organisations": sorted(chosen),
        "channel": channel,
        "work": work(channels, once),
    }


def session(channels: Told, receipt: str) -> tuple[Derived, dict[str, Any]]:
    """Return what a receipt opens with, and the body of `POST /v1/tips/session`."""
    derived = derive(channels, receipt)
    return derived, {
        "lookup": _text(derived.lookup),
        "proof": _text(derived.proof),
        "work": work(channels, derived.lookup),
    }


def own_key(opened: Told, derived: Derived) -> Private:
    """Return the private key of a tip, given the answer that began its session."""
    return load_private(_decrypt(_bytes(opened["wrapped_key"]), derived.wrapping, "wrapped"))


def new_pair() -> tuple[bytes, str]:
    """Return a recipient's private key (PKCS 8; keep it, and a copy) and its public key."""
    private = ec.generate_private_key(ec.SECP256R1())
    der = private.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return der, public_text(private)


def load_private(der: bytes) -> Private:
    """Read a private key."""
    private = load_der_private_key(der, None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError("not a key of P-256")
    return private


def public_text(private: Private) -> str:
    """Return the public key of a private one, as it is written."""
    return _text(private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def seal(channels: Told, told: Told, readers: Mapping[str, str]) -> dict[str, Any]:
    """Seal a text to readers, by the names of their keys; the sender's is `tip`.

    Raises ValueError for one that is too long.
    """
    raw = json.dumps(told, ensure_ascii=False).encode()
    size = next((size for size in channels["sizes"] if len(raw) + 4 <= size), None)
    if size is None:
        raise ValueError(f"longer than {channels['sizes'][-1] - 4} bytes")
    data_key = secrets.token_bytes(32)
    padded = len(raw).to_bytes(4, "big") + raw.ljust(size - 4, b"\0")
    return _sealed(_encrypt(padded, data_key, "text"), data_key, readers)


def open_piece(content: str, key: str, private: Private) -> dict[str, Any]:
    """Return what a text says, given its content and its data key as sealed to a reader."""
    padded = _decrypt(_bytes(content), open_key(key, private), "text")
    told: dict[str, Any] = json.loads(padded[4 : 4 + int.from_bytes(padded[:4], "big")])
    return told


def open_key(key: str, private: Private) -> bytes:
    """Return a data key."""
    return _SUITE.decrypt(_bytes(key), private, info=FORMAT.encode())


def reseal(key: str, private: Private, reader: str) -> str:
    """Return a data key, sealed anew to a colleague's public key."""
    return _text(_SUITE.encrypt(open_key(key, private), _public(reader), info=FORMAT.encode()))


def seal_file(
    channels: Told, file: bytes, readers: Mapping[str, str], *, as_it_is: bool = False
) -> list[dict[str, Any]]:
    """Return the bodies of `POST /v1/tips/me/chunks` for a file; its name belongs in a message.

    Off a JPEG or PNG is taken what it tells beside its picture (place, camera, time), unless it is
    to go as it is; off other kinds nothing. Raises ValueError for a picture that cannot be read.
    """
    if not as_it_is:
        file = stripped(file) or file
    name, data_key, room = secrets.token_hex(16), secrets.token_bytes(32), channels["chunk"] - 4
    parts = [file[start : start + room] for start in range(0, len(file), room)] or [b""]
    bodies = []
    for index, part in enumerate(parts):
        last = index == len(parts) - 1
        padded = len(part).to_bytes(4, "big") + part.ljust(room, b"\0")
        content = _encrypt(padded, data_key, _about_part(name, index, last=last))
        sealed = _sealed(content, data_key, readers)
        bodies.append({"file": name, "index": index, "last": last, "sealed": sealed})
    return bodies


def open_file(parts: Iterable[Told], keys: Mapping[str, Private]) -> bytes:
    """Return a file from its pieces, with a reader's private keys by name.

    Raises ValueError where one is missing; what was exchanged or cut off does not open.
    """
    ordered = sorted(parts, key=lambda each: each["index"])
    whole = [each["index"] for each in ordered] == list(range(len(ordered)))
    if not ordered or not whole or not ordered[-1]["last"]:
        raise ValueError("parts of the file are missing")
    found = b""
    for each in ordered:
        name = next(name for name in each["keys"] if name in keys)
        data_key = open_key(each["keys"][name], keys[name])
        about = _about_part(each["file"], each["index"], last=each["last"])
        padded = _decrypt(_bytes(each["content"]), data_key, about)
        found += padded[4 : 4 + int.from_bytes(padded[:4], "big")]
    return found


def _about_part(name: str, index: int, *, last: bool) -> str:
    return f"part {name} {index} {'last' if last else 'more'}"


def _sealed(content: bytes, data_key: bytes, readers: Mapping[str, str]) -> dict[str, Any]:
    info = FORMAT.encode()
    keys = {
        name: _text(_SUITE.encrypt(data_key, _public(point), info=info))
        for name, point in readers.items()
    }
    return {"content": _text(content), "keys": keys}


def _public(text: str) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(text))


def _encrypt(content: bytes, key: bytes, about: str) -> bytes:
    nonce = secrets.token_bytes(12)
    return nonce + AESGCM(key).encrypt(nonce, content, f"{FORMAT} {about}".encode())


def _decrypt(content: bytes, key: bytes, about: str) -> bytes:
    return AESGCM(key).decrypt(content[:12], content[12:], f"{FORMAT} {about}".encode())


def _expanded(key: bytes, what: str) -> bytes:
    return HKDF(SHA256(), 32, b"", f"{FORMAT} {what}".encode()).derive(key)


def _checksum(letters: str, alphabet: str) -> str:
    total = 0
    for place, letter in enumerate(letters):
        total = (total + (2 * place + 3) * alphabet.index(letter)) % 1021
    return str(alphabet[total >> 5] + alphabet[total & 31])


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()
