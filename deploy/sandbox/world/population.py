"""Everybody who buys and sells in a world, met only when a story needs them."""

from functools import lru_cache
from math import sqrt
from random import Random
from typing import Any, Final

from deploy.sandbox.world.catalogue import SECTORS
from deploy.sandbox.world.parties import Party, make_buyer, make_supplier, subject_row
from deploy.sandbox.world.places import REGIONS
from deploy.sandbox.world.workdays import at

CONTRACTS_PER_SUPPLIER, CONTRACTS_PER_BUYER = 15, 75
FEWEST_SUPPLIERS_OF_A_SECTOR, FEWEST_BUYERS = 12, 30
FIRST_PID: Final = 100_000
BUYER_NUMBERS: Final = 3_000_000
"""BINs from this one on belong to customers; those below to suppliers."""

EVENNESS = 50
"""The larger, the less the busiest stand out; weights fall with the root of the rank."""

KEPT = 30_000
"""Parties kept in memory; others are made again when they are met again."""


def draw(rng: Random, number: int) -> int:
    """A rank below `number`, the first ones more often."""
    low = sqrt(EVENNESS)
    drawn = low + rng.random() * (sqrt(number + EVENNESS) - low)
    return min(number - 1, int(drawn * drawn - EVENNESS))


class Population:
    """Customers and suppliers by index; a party is the same whenever it is asked for."""

    def __init__(self, seed: int, contracts: int, start: int) -> None:
        self._seed, self._start = seed, start
        self.buyers = max(FEWEST_BUYERS, contracts // CONTRACTS_PER_BUYER)
        wanted = contracts // CONTRACTS_PER_SUPPLIER // len(SECTORS)
        self._of_sector = max(FEWEST_SUPPLIERS_OF_A_SECTOR, wanted)
        self.suppliers = self._of_sector * len(SECTORS)
        self.buyer = lru_cache(maxsize=KEPT)(self._buyer)
        self.supplier = lru_cache(maxsize=KEPT)(self._supplier)

    @property
    def size(self) -> int:
        """How many there are."""
        return self.buyers + self.suppliers

    def party(self, position: int) -> Party:
        """The party with the pid FIRST_PID + position: customers first, then suppliers."""
        if position < self.buyers:
            return self.buyer(position)
        return self.supplier(position - self.buyers)

    def row(self, position: int) -> dict[str, Any]:
        """The register's row of a party that was there before the world began."""
        party = self.party(position)
        return subject_row(party, at(max(party.founded + 3, self._start - 900), 10))

    def any_buyer(self, rng: Random) -> Party:
        """Some customer."""
        return self.buyer(draw(rng, self.buyers))

    def any_supplier(self, rng: Random, sector: int) -> Party:
        """Some supplier of a sector."""
        return self.supplier(draw(rng, self._of_sector) * len(SECTORS) + sector)

    def _rng(self, kind: int, index: int) -> Random:
        return Random((self._seed << 40) ^ (kind << 36) ^ index)  # noqa: S311 (same world, same draws)

    def _buyer(self, index: int) -> Party:
        region = index if index < len(REGIONS) else None
        return make_buyer(
            self._rng(1, index), FIRST_PID + index, BUYER_NUMBERS + index, self._start, region
        )

    def _supplier(self, index: int) -> Party:
        rng, pid = self._rng(2, index), FIRST_PID + self.buyers + index
        return make_supplier(rng, pid, index, self._start, sector=index % len(SECTORS))
