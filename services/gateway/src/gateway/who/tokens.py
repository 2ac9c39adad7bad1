"""Access tokens: short, signed, checked without asking anybody (RFC 9068, RFC 8725).

An OAuth client gets one for itself; an organisation's key mints one for a member. EdDSA and no
other algorithm; the header says `at+jwt`, so that no other token of ours passes for one; issuer and
audience are this gateway. What a token may is decided again when it is shown: it names who, the
database says what they still may.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.types import Options

LIFE: Final = timedelta(minutes=10)
ALGORITHM: Final = "EdDSA"
TYPE: Final = "at+jwt"
LONGEST: Final = 4096
BEGINS: Final = "eyJ"
"""How every JWT begins: a JSON object in base64url."""

_CLAIMS: Final = ("iss", "aud", "iat", "nbf", "exp", "sub", "client_id", "scope", "jti")
_OPTIONS: Final[Options] = {
    "require": list(_CLAIMS),
    "strict_aud": True,
    # pyjwt reads the clock of the machine; we are given one, and check the times ourselves.
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_sub": True,
}


class Token(NamedTuple):
    """Whom a token names: the credential it came from, the member if it is one's, until when."""

    credential: str
    member: str | None
    scopes: frozenset[str]
    ends_at: datetime


def mint(
    token: Token, *, key: Ed25519PrivateKey | None, kid: str, issuer: str, now: datetime
) -> str:
    """Return the signed form of a token. Raises ValueError for a key that no longer signs."""
    if key is None:
        raise ValueError("this key no longer signs")
    begins = int(now.timestamp())
    claims = {
        "iss": issuer,
        "aud": issuer,
        "iat": begins,
        "nbf": begins,
        "exp": int(token.ends_at.timestamp()),
        "sub": token.member or token.credential,
        "client_id": token.credential,
        "scope": " ".join(sorted(token.scopes)),
        "jti": secrets.token_hex(16),
    }
    return jwt.encode(claims, key, algorithm=ALGORITHM, headers={"kid": kid, "typ": TYPE})


def read(
    text: str, *, keys: Mapping[str, Ed25519PublicKey], issuer: str, now: datetime
) -> Token | None:
    """Return whom a token names; None for one that is not ours, not whole, or not valid now."""
    if len(text) > LONGEST or not text.isascii():
        return None
    try:
        header = jwt.get_unverified_header(text)
        key = keys.get(str(header.get("kid")))
        if key is None or (header.get("alg"), header.get("typ")) != (ALGORITHM, TYPE):
            return None
        if header.keys() != {"alg", "typ", "kid"}:  # nothing critical, no address of a key
            return None
        claims = jwt.decode(
            text, key, algorithms=[ALGORITHM], audience=issuer, issuer=issuer, options=_OPTIONS
        )
        return _token(claims, now=now.timestamp())
    except (jwt.PyJWTError, ValueError, TypeError):
        return None


def _token(claims: Mapping[str, Any], *, now: float) -> Token | None:
    begins, issued, ends = (claims[name] for name in ("nbf", "iat", "exp"))
    texts = [claims[name] for name in ("sub", "client_id", "scope")]
    if any(type(moment) is not int for moment in (begins, issued, ends)):
        return None
    if any(type(text) is not str for text in texts):
        return None
    if max(begins, issued) > now or ends <= now or ends - issued > LIFE.total_seconds():
        return None
    subject, credential, scope = texts
    member = None if subject == credential else subject
    return Token(credential, member, frozenset(scope.split()), datetime.fromtimestamp(ends, UTC))
