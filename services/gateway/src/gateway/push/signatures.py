"""Standard Webhooks 1.0: what is signed, and by which kinds of secret.

`v1` is HMAC-SHA256 under a secret both sides know (`whsec_`). `v1a` is Ed25519: whoever receives
needs the public key alone (`whpk_`), and holds nothing that could be stolen.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Scheme = Literal["v1", "v1a"]
SEALED_AS: Final = "webhook secrets"
"""The purpose under which secrets are kept sealed."""

_BYTES: Final = 32


def new_secret(scheme: Scheme) -> bytes:
    """Draw a secret: the key of the HMAC, or the private half of a pair."""
    if scheme == "v1":
        return secrets.token_bytes(_BYTES)
    return Ed25519PrivateKey.generate().private_bytes_raw()


def shown_secret(scheme: Scheme, secret: bytes) -> str | None:
    """Return the secret as it is shown once; the private half of a pair never leaves us."""
    return f"whsec_{_text(secret)}" if scheme == "v1" else None


def public_key(scheme: Scheme, secret: bytes) -> str | None:
    """Return the public half of a pair."""
    if scheme == "v1":
        return None
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key()
    return f"whpk_{_text(public.public_bytes_raw())}"


def signatures(
    scheme: Scheme, keys: Sequence[bytes], *, message: str, timestamp: int, body: bytes
) -> str:
    """Return the field `webhook-signature`: one signature for each secret that is valid now."""
    signed = b"%b.%d.%b" % (message.encode(), timestamp, body)
    return " ".join(f"{scheme},{_text(_sign(scheme, key, signed))}" for key in keys)


def _sign(scheme: Scheme, key: bytes, signed: bytes) -> bytes:
    if scheme == "v1":
        return hmac.digest(key, signed, hashlib.sha256)
    return Ed25519PrivateKey.from_private_bytes(key).sign(signed)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
