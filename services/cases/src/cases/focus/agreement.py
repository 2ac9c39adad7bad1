"""How far two who look at the same things agree: the share, and Cohen's kappa.

Cohen, A coefficient of agreement for nominal scales (1960): kappa = (seen - chance) / (1 - chance),
where chance is how often the first and the second would say one word if they did not look.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from shared.contracts.casework.focus import ReadersAgreement

Pair = tuple[str, str]
"""What the first said, and what the second said."""

NEEDED: Final = 2
"""Members who have to say the same."""

MOST: Final = 3
"""Members who are asked at most."""


def agreement(counts: Mapping[Pair, int]) -> ReadersAgreement:
    """Return how far the first and the second agree, from how often each pair of words was said."""
    both = sum(counts.values())
    same = sum(number for (first, second), number in counts.items() if first == second)
    if both == 0:
        return ReadersAgreement(0, 0, None, None)
    by_first: Counter[str] = Counter()
    by_second: Counter[str] = Counter()
    for (first, second), number in counts.items():
        by_first[first] += number
        by_second[second] += number
    chance = sum(number * by_second[word] for word, number in by_first.items())
    most = both * both
    kappa = round((same * both - chance) / (most - chance), 4) if chance < most else None
    return ReadersAgreement(both, same, round(same / both, 4), kappa)


def settled(verdicts: Mapping[str, int]) -> tuple[str, str | None]:
    """Return the state of a thing and its verdict, from how often each word was said."""
    word = next((word for word, number in verdicts.items() if number >= NEEDED), None)
    if word is not None:
        return "settled", word
    return ("undecided" if sum(verdicts.values()) >= MOST else "open"), None
