"""Guessing at keys: failures are counted by the network they come from, valid keys never.

Past the limit of a minute a wrong key is answered with 429 and when to come back. Every key is
still looked at, so that a valid one passes whatever else its network sends: with 160 random bits
none is found by trying, and what has to be kept down is the noise. The counts lie in Valkey, under
a keyed hash of the network, and are gone a minute after its last failure; while Valkey is away
nothing is counted and a wrong key is simply wrong.
"""

from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from gateway.quotas import Quotas
from shared.errors import Problem
from shared.vocabulary.text import Text

NETWORK_BITS: Final = {4: 24, 6: 56}
"""How much of an address names a network: what one household or office is usually given."""

ELSEWHERE: Final = "elsewhere"

_LONGEST_HASH_KEY = 64


class TooManyFailures(Problem):
    """Too many keys from this network were not valid; `Retry-After` tells when to come back."""

    status = 429
    code = "too_many_failures"
    title = Text(
        kk="Жарамсыз кілтпен жасалған әрекет тым көп",
        ru="Слишком много попыток с недействительным ключом",
        en="Too many attempts with a key that is not valid",
    )
    example = "30 keys a minute from one network were not valid. A valid key is still let in."


class Guesses:
    """Counts attempts with keys that are not valid."""

    def __init__(self, quotas: Quotas, *, hash_key: bytes, per_minute: int) -> None:
        self._quotas = quotas
        self._hash_key = hash_key[:_LONGEST_HASH_KEY]
        self._per_minute = per_minute

    async def failed(self, host: str | None) -> None:
        """Count a failure. Raises TooManyFailures once its network has had too many."""
        name = blake2b(network_of(host).encode(), key=self._hash_key, digest_size=12).hexdigest()
        verdict = await self._quotas.take(f"guess:{name}", self._per_minute)
        if verdict is not None and not verdict.passed:
            raise TooManyFailures(
                f"{self._per_minute} keys a minute from one network were not valid."
                " A valid key is still let in.",
                headers={"Retry-After": str(verdict.seconds)},
            )


def network_of(host: str | None) -> str:
    """Name the network of an address; one name for all that are no addresses.

    >>> network_of("192.0.2.77"), network_of("2001:db8:1:22ff::1"), network_of("::ffff:192.0.2.1")
    ('192.0.2.0/24', '2001:db8:1:2200::/56', '192.0.2.0/24')
    """
    try:
        address = ip_address((host or "").partition("%")[0])
    except ValueError:
        return ELSEWHERE
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return str(ip_network((address, NETWORK_BITS[address.version]), strict=False))
