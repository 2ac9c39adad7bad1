"""Which story each number tells: an ordinary purchase, something beside it, a planted scheme."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Final

from deploy.sandbox.world.background import BACKGROUND_SHARE, tell_background
from deploy.sandbox.world.honest import Habit, draw_habit, tell
from deploy.sandbox.world.pace import Pace
from deploy.sandbox.world.parties import Party
from deploy.sandbox.world.population import Population
from deploy.sandbox.world.schemes import VARIANTS
from deploy.sandbox.world.schemes.scheme import Variant
from deploy.sandbox.world.tale import CHARACTERS, Tale

CAST_SIZE: Final = 12
"""BINs set aside for the suppliers of one planted story."""

BACKGROUND_CAST: Final = CHARACTERS + 1_200_000


@dataclass(slots=True)
class Opening:
    """What is settled before a tale is told, and the draws that are left for the telling."""

    rng: Random
    day: int
    buyer: Party
    habit: Habit | None = None
    variant: Variant | None = None
    order: int = 0


class Stories:
    """All tales of a world by number; a tale depends on the seed and its number alone."""

    def __init__(self, seed: int, population: Population, pace: Pace) -> None:
        self._seed, self._population, self._pace = seed, population, pace
        self._variants = list(VARIANTS)
        Random(seed).shuffle(self._variants)  # noqa: S311 (same seed, same world)
        self._variants.sort(key=lambda variant: -variant.long)

    def opening(self, number: int) -> Opening:
        """Draw what decides about a customer's books: who buys, and from which range."""
        rng = Random((self._seed << 40) ^ (3 << 36) ^ number)  # noqa: S311 (as above)
        opening = Opening(rng, self._pace.day_of(number), self._population.any_buyer(rng))
        slot = self._pace.planted_at(number)
        if slot is not None:
            opening.order = slot.order
            opening.variant = self._variants[slot.order % len(self._variants)]
        elif rng.random() >= BACKGROUND_SHARE:
            opening.habit = draw_habit(rng)
        return opening

    def tell(
        self, number: int, turn: int, sequence: int, give_id: Callable[[int], int]
    ) -> Tale:  # fmt: skip
        """Tell a tale from beginning to end."""
        opening = self.opening(number)
        tale = self._begin(number, opening, give_id)
        tale.turn, tale.sequence = turn, sequence
        if opening.variant:
            opening.variant.tell(tale)
        elif opening.habit:
            tell(tale, opening.habit)
        else:
            tell_background(tale)
        tale.close()
        return tale

    def _begin(self, number: int, opening: Opening, give_id: Callable[[int], int]) -> Tale:
        first = BACKGROUND_CAST + number % 600_000
        if opening.variant:
            first = CHARACTERS + opening.order % 100_000 * CAST_SIZE
        return Tale(
            number=number,
            day=opening.day,
            rng=opening.rng,
            buyer=opening.buyer,
            supplier_of=self._population.any_supplier,
            buyer_of=self._population.any_buyer,
            give_id=give_id,
            cast_from=first,
            order=opening.order,
        )
