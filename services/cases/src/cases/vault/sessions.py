"""Sessions of senders: a sealed token that a tab keeps for half an hour, and nothing stored here.

A session by receipt alone carries the key that unwraps the tip's, so that texts can be opened for
a sender who has no client; a session by what a client derived does not, and nothing here can.
"""

import base64
import binascii
from datetime import datetime, timedelta
from typing import Final

import msgspec
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

from shared.contracts.casework.tip_refusals import SessionOver

MINUTES: Final = 30


class Session(msgspec.Struct, frozen=True):
    """Whose tip is open, until when (Unix seconds), and what unwraps its key, if that is known."""

    tip: str
    until: int
    wrapping: bytes | None


def begin(tip: str, wrapping: bytes | None, *, key: bytes, now: datetime) -> str:
    """Return the token of a new session."""
    until = int((now + timedelta(minutes=MINUTES)).timestamp())
    told = msgspec.msgpack.encode(Session(tip, until, wrapping))
    return base64.urlsafe_b64encode(SecretBox(key).encrypt(told)).decode()


def resume(token: str, *, key: bytes, now: datetime) -> Session:
    """Return the session of a token. Raises SessionOver."""
    try:
        told = SecretBox(key).decrypt(base64.urlsafe_b64decode(token))
    except (CryptoError, ValueError, TypeError, binascii.Error) as fault:
        raise SessionOver(SessionOver.example) from fault
    session = msgspec.msgpack.decode(told, type=Session)
    if session.until <= now.timestamp():
        raise SessionOver(SessionOver.example)
    return session
