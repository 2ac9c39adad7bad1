"""Whether a delivery is ours and fresh: Standard Webhooks 1.0, `v1` (HMAC) and `v1a` (Ed25519)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any, Final

TOLERANCE: Final = 300


class Forged(Exception):  # noqa: N818 (what it is)
    """No signature of the delivery fits, or it is too old or too new."""


def verify(
    body: bytes, headers: Mapping[str, str], secret: str, *, now: float | None = None
) -> dict[str, Any]:
    """Return the event of a delivery, given the raw body, its headers and the endpoint's secret.

    `secret` is what was shown when the endpoint was made: `whsec_` (v1), or the public key
    `whpk_` (v1a, which needs the package `cryptography`).

    Raises Forged when it is not to be trusted.
    """
    said = {name.lower(): value for name, value in headers.items()}
    try:
        message, moment = said["webhook-id"], said["webhook-timestamp"]
        given = [one.split(",", 1) for one in said["webhook-signature"].split()]
        age = (time.time() if now is None else now) - int(moment)
    except (KeyError, ValueError) as fault:
        raise Forged("headers are missing or not as they should be") from fault
    if abs(age) > TOLERANCE:
        raise Forged("too old or too new")
    signed = b"%b.%b.%b" % (message.encode(), moment.encode(), body)
    scheme, key = _key(secret)
    if not any(_fits(scheme, key, signed, one[1]) for one in given if one[0] == scheme and one[1:]):
        raise Forged("no signature fits")
    event: dict[str, Any] = json.loads(body)
    return event


def _key(secret: str) -> tuple[str, bytes]:
    if secret.startswith("whpk_"):
        return "v1a", base64.b64decode(secret.removeprefix("whpk_"))
    return "v1", base64.b64decode(secret.removeprefix("whsec_"))


def _fits(scheme: str, key: bytes, signed: bytes, signature: str) -> bool:
    try:
        given = base64.b64decode(signature, validate=True)
    except binascii.Error:
        return False
    if scheme == "v1":
        return hmac.compare_digest(hmac.digest(key, signed, hashlib.sha256), given)
    return _fits_public(key, signed, given)


def _fits_public(key: bytes, signed: bytes, given: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 (an extra)
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(given, signed)
    except InvalidSignature:
        return False
    return True
