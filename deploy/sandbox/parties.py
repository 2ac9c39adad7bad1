"""Who buys and sells in the invented world, and how each of them behaves.

Demand and supply are skewed as in life: a few buyers and suppliers appear in much of everything.
Some parties have a habit (a buyer that disqualifies freely, a supplier that never wins, a supplier
of everything): these are what a reader of the data should be able to find.
"""

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from deploy.sandbox.names import BUYER_KINDS, SUPPLIER_KINDS, invented_bin, word
from deploy.sandbox.sectors import SECTORS, Sector

PROCESSES_PER_SUPPLIER = 50
PROCESSES_PER_BUYER = 60
FEWEST_SUPPLIERS = 84
FEWEST_BUYERS = 12
SKEW = 0.8
"""Exponent of the Zipf-like weights; at 0.8 the busiest fifth takes about half."""

LOSERS = slice(7, None, 40)
"""Suppliers that bid and never win: every fortieth."""

SELLS_ANYTHING = slice(11, None, 30)
"""Suppliers found in every sector: every thirtieth."""

HARSH_SHARE = 0.04
DISQUALIFIED_NORMALLY = 0.05
DISQUALIFIED_BY_HABIT = 0.45

REGIONS = ("10", "15", "19", "27", "35", "39", "55", "63", "71", "75")


@dataclass(slots=True, eq=False)
class Party:
    """An organisation: its reference as it stands in bids, its full entry, and its habits."""

    reference: dict[str, str]
    entry: dict[str, object]
    disqualified: float = DISQUALIFIED_NORMALLY
    never_wins: bool = False


@dataclass(slots=True)
class Crowd:
    """Parties with cumulative weights, to be drawn from."""

    parties: list[Party]
    weights: list[float]

    def draw(self, rng: Random) -> Party:
        """Draw one party, the first ones much more often than the last."""
        return rng.choices(self.parties, cum_weights=self.weights)[0]


@dataclass(slots=True)
class World:
    """Buyers of everything and, per sector, those who supply it."""

    buyers: Crowd
    suppliers: dict[Sector, Crowd]


def _party(rng: Random, number: int, kind: str, role: str) -> Party:
    bin_number = invented_bin(rng, number)
    reference = {"id": f"KZ-BIN-{bin_number}", "name": kind.format(word(rng))}
    region = rng.choice(REGIONS)
    entry: dict[str, object] = {
        **reference,
        "identifier": {"scheme": "KZ-BIN", "id": bin_number},
        "address": {
            "region": region,
            "locality": f"г. {word(rng)}",
            "countryName": "Қазақстан",
        },
        "roles": [role],
    }
    habit = DISQUALIFIED_BY_HABIT if rng.random() < HARSH_SHARE else DISQUALIFIED_NORMALLY
    return Party(reference, entry, disqualified=habit)


def _crowd(parties: list[Party]) -> Crowd:
    return Crowd(parties, list(accumulate((rank + 3) ** -SKEW for rank in range(len(parties)))))


def _suppliers(rng: Random, wanted: int) -> dict[Sector, Crowd]:
    pools: dict[Sector, list[Party]] = {sector: [] for sector in SECTORS}
    losers, generalists = set(range(wanted)[LOSERS]), set(range(wanted)[SELLS_ANYTHING])
    for number in range(wanted):
        party = _party(rng, number, rng.choice(SUPPLIER_KINDS), "supplier")
        party.never_wins = number in losers
        home = SECTORS[number % len(SECTORS)]
        others = rng.sample(SECTORS, rng.randint(0, 2))
        sells = SECTORS if number in generalists else (home, *others)
        for sector in dict.fromkeys(sells):
            pools[sector].append(party)
    return {sector: _crowd(pool) for sector, pool in pools.items()}


def make_world(rng: Random, count: int) -> World:
    """Make a world so large that `count` purchases give most parties a history."""
    suppliers = max(FEWEST_SUPPLIERS, count // PROCESSES_PER_SUPPLIER)
    buyers = max(FEWEST_BUYERS, count // PROCESSES_PER_BUYER)
    return World(
        buyers=_crowd(
            [
                _party(rng, 1_000_000 + number, rng.choice(BUYER_KINDS), "buyer")
                for number in range(buyers)
            ]
        ),
        suppliers=_suppliers(rng, suppliers),
    )
