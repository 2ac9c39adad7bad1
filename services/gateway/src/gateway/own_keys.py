"""The gateway's secrets, each for one end, made into what uses them.

Where a secret of its own is not set, the one that signs page marks does its work, as it did for
everything once. What was sealed, signed or sent out by then is read by it for ever; nothing new is.
"""

from typing import Final, NamedTuple

from gateway.audit.chain import Audit
from gateway.settings import GatewaySettings
from gateway.subscriptions.codes import Codes
from gateway.who.sealing import Seal, derive

SIGNING_KEYS: Final = "signing keys"


class OwnKey(NamedTuple):
    """A secret, and the one that did its work before it."""

    now: bytes
    before: bytes | None


def seal(settings: GatewaySettings, purpose: str) -> Seal:
    """Return what seals for one purpose, and opens."""
    key = _key(settings, "seal_key")
    return Seal(key.now, purpose, before=key.before)


def audit(settings: GatewaySettings) -> Audit:
    """Return the audit that acts are written to."""
    key = _key(settings, "audit_key")
    before = derive(key.before, "audit") if key.before else None
    return Audit(derive(key.now, "audit"), before=before)


def codes(settings: GatewaySettings) -> Codes:
    """Return what makes the codes and links of letters, and knows them again."""
    key = _key(settings, "link_key")
    return Codes(key.now, before=key.before)


def _key(settings: GatewaySettings, name: str) -> OwnKey:
    of_marks = settings.cursor_key.get_secret_value().encode()
    own = getattr(settings, name)
    if own is None:
        return OwnKey(of_marks, None)
    return OwnKey(own.get_secret_value().encode(), of_marks)
