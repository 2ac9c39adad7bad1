"""What one network may do without a key of its own: register devices, ask from them, accept.

A carrier puts thousands of people behind one address. So each device has a limit of its own, and
its network only a high ceiling over all of them, which ends a flood and nothing else. The counts
lie in Valkey, under a keyed hash of the network, for a minute.
"""

from hashlib import blake2b
from typing import Final

from gateway.guessing import network_of
from gateway.quotas import Quotas
from gateway.who.networks import Address
from shared.errors import RateLimited

_LONGEST_HASH_KEY: Final = 64


class Crowds:
    """Counts what comes from a network."""

    def __init__(self, quotas: Quotas, *, hash_key: bytes, limits: dict[str, int]) -> None:
        self._quotas = quotas
        self._hash_key = hash_key[:_LONGEST_HASH_KEY]
        self._limits = limits

    async def take(self, what: str, address: Address | None) -> None:
        """Count one thing of this kind. Raises RateLimited once its network has had too many."""
        limit = self._limits[what]
        network = network_of(str(address) if address else None)
        name = blake2b(network.encode(), key=self._hash_key, digest_size=12).hexdigest()
        verdict = await self._quotas.take(f"{what}:{name}", limit)
        if verdict is not None and not verdict.passed:
            raise RateLimited(
                f"{limit} a minute from one network are used up.",
                headers={"Retry-After": str(verdict.seconds)},
                violated_policies=[f"{what}-min"],
            )
