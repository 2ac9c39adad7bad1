"""How one invented competition goes: who bids what and when, and who is turned away.

Prices of honest bidders lie close together (the runner-up about a tenth above the winner), so that
the planted stories stand out: a runner-up a hair above, a winner far below, equal prices, the
cheapest turned away, everybody else turned away, a winner who came late, and all of it at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from deploy.sandbox.parties import Crowd, Party

GAP_MEAN = 0.12
GAP_SPREAD = 0.012
"""Distance of the runner-up from the winner as a share of the winning price."""

STORIES = {
    "honest": 84.5,
    "near_price": 2.5,
    "deep_discount": 2.5,
    "equal_prices": 2.5,
    "cheapest_out": 3.0,
    "others_out": 2.0,
    "late_winner": 1.5,
    "rigged": 1.5,
}
NUMBERS_OF_BIDS = {2: 12.0, 3: 18.0, 4: 22.0, 5: 18.0, 6: 14.0, 7: 9.0, 8: 7.0}


@dataclass(slots=True)
class Bid:
    """A bid: who, how much (whole units of the currency), its status, and whether it came late."""

    party: Party
    amount: int
    status: str = "valid"
    late: bool = False


def pick(rng: Random, weights: dict[str, float]) -> str:
    """Draw one of the names, as often as its weight says."""
    return rng.choices(list(weights), list(weights.values()))[0]


def bidders(rng: Random, crowd: Crowd) -> list[Party]:
    """Draw two to eight different suppliers of the sector (fewer where chance draws one twice)."""
    wanted = rng.choices(list(NUMBERS_OF_BIDS), list(NUMBERS_OF_BIDS.values()))[0]
    drawn = list(dict.fromkeys(crowd.draw(rng) for _ in range(wanted + 1)))[:wanted]
    return sorted(drawn, key=lambda party: party.never_wins)


def priced(rng: Random, parties: Sequence[Party], estimate: int) -> list[Bid]:
    """Make bids in order of price, the first one the cheapest."""
    lowest = estimate * rng.uniform(0.78, 0.96)
    bids = [Bid(parties[0], round(lowest))]
    above = lowest
    for party in parties[1:]:
        above += lowest * max(0.03, rng.gauss(GAP_MEAN, GAP_SPREAD))
        bids.append(Bid(party, round(above)))
    return bids


def turn_away(rng: Random, bids: Sequence[Bid], harshness: float) -> None:
    """Disqualify some of the dearer bids, as often as the buyer's and the bidder's habits say."""
    for bid in bids[1:]:
        if rng.random() < max(harshness, bid.party.disqualified):
            bid.status = "disqualified"


def _near_price(bids: list[Bid]) -> None:
    bids[1].amount = bids[0].amount + max(1, bids[0].amount // 5_000)


def _deep_discount(bids: list[Bid]) -> None:
    bids[0].amount = max(1, round(bids[0].amount * 0.55))


def _equal_prices(bids: list[Bid]) -> None:
    bids[-1].amount = bids[-2].amount


def _cheapest_out(bids: list[Bid]) -> None:
    bids[0].status = "disqualified"
    bids[1].status = "valid"


def _others_out(bids: list[Bid]) -> None:
    for bid in bids[1:]:
        bid.status = "disqualified"


def _late_winner(bids: list[Bid]) -> None:
    bids[0].late = True


def _rigged(bids: list[Bid]) -> None:
    for bid in bids:
        bid.status = "disqualified"
    bids[1].status, bids[1].late = "valid", True
    bids[-1].amount = bids[-2].amount


PLOTS = {
    "near_price": _near_price,
    "deep_discount": _deep_discount,
    "equal_prices": _equal_prices,
    "cheapest_out": _cheapest_out,
    "others_out": _others_out,
    "late_winner": _late_winner,
    "rigged": _rigged,
}


def compete(rng: Random, crowd: Crowd, estimate: int, *, harshness: float, story: str) -> list[Bid]:
    """Hold a whole competition; the cheapest valid bid will win."""
    parties = bidders(rng, crowd)
    bids = priced(rng, parties, estimate)
    turn_away(rng, bids, harshness)
    plot = PLOTS.get(story)
    if plot and len(bids) > 1:
        plot(bids)
    return bids


def winner(bids: Sequence[Bid]) -> Bid | None:
    """Find the cheapest valid bid, the earlier one on a tie."""
    return min((bid for bid in bids if bid.status == "valid"), key=lambda b: b.amount, default=None)
