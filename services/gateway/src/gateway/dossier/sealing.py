"""Signing a dossier and checking one: Ed25519 over its canonical form, as detached JWS (RFC 7797).

Keys that no longer sign stay published, for what they have signed; one that was ended says until
when it was trusted.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

import jwt
import msgspec

from gateway.dossier.canonical import canonical
from gateway.who.signing import SigningKey
from gateway.who.tokens import ALGORITHM

TYPE: Final = "dossier+jws"
KEYS: Final = "/.well-known/dossier-keys.json"
"""Where the keys are that ever signed."""

Verdict = Literal["ok", "altered", "unknown key"]
_SIGNED: Final = ("dossier", "pdf")


def sealed(content: Any, pdf: bytes, key: SigningKey) -> bytes:
    """Return the signed file of a dossier and its PDF."""
    about_pdf = {"sha256": hashlib.sha256(pdf).hexdigest(), "size": len(pdf)}
    whole = {"dossier": content, "pdf": about_pdf}
    return canonical({**whole, "signature": _signature(canonical(whole), key)})


def _signature(payload: bytes, key: SigningKey) -> dict[str, str]:
    assert key.private is not None, "who signs has a key that signs"
    headers = {"kid": key.kid, "typ": TYPE, "b64": False, "crit": ["b64"]}
    signed = jwt.PyJWS().encode(
        payload, key.private, algorithm=ALGORITHM, headers=headers, is_payload_detached=True
    )
    return {"kid": key.kid, "jws": signed}


def verify(file: bytes, keys: Mapping[str, Any], *, pdf: bytes | None = None) -> Verdict:
    """Say whether a dossier, and the PDF that came with it, are as they were signed.

    `keys` is the published key set (`KEYS`, or the JWK Set of tokens).
    """
    try:
        told = msgspec.json.decode(file)
        signature, made_at = told["signature"], told["dossier"]["made_at"]
        kid, signed = signature["kid"], signature["jws"]
        payload = canonical({name: told[name] for name in _SIGNED})
    except (msgspec.DecodeError, KeyError, TypeError, ValueError):
        return "altered"
    key = next((one for one in keys.get("keys", ()) if one.get("kid") == kid), None)
    if key is None or _ended(key, made_at):
        return "unknown key"
    try:
        found = jwt.PyJWS().decode_complete(
            signed, jwt.PyJWK(key), algorithms=[ALGORITHM], detached_payload=payload
        )
    except jwt.PyJWTError:
        return "altered"
    if found["header"].get("typ") != TYPE or set(told) != {*_SIGNED, "signature"}:
        return "altered"
    return "ok" if pdf is None or _is(pdf, told["pdf"]) else "altered"


def _ended(key: Mapping[str, Any], made_at: Any) -> bool:
    ended = key.get("trusted_until")
    if ended is None:
        return False
    return not isinstance(made_at, str) or _moment(made_at) > _moment(ended)


def _moment(text: str) -> datetime:
    return msgspec.convert(text, datetime)


def _is(pdf: bytes, told: Any) -> bool:
    return hmac.compare_digest(hashlib.sha256(pdf).hexdigest(), str(told.get("sha256")))
