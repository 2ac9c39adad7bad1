"""How much an organisation may ask: by the minute with each key, by the day of what is expensive.

Days are UTC. What is counted by the day is counted for all keys of an organisation together, so
that more keys are not more budget; by the minute each key has its own.
"""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

What = Literal["rows", "past_scores", "trials", "exports", "dossiers"]
"""What is limited by the day."""

REQUESTS: Final = "requests"
"""What is counted by the day and limited by the minute only."""

MEANING: Final[Mapping[str, str]] = {
    REQUESTS: "requests of any kind",
    "rows": "rows of lists and exports, and releases",
    "past_scores": "scores of a past day, which are put together anew",
    "trials": "drafts sent and back-tests asked for",
    "exports": "lists asked for as files",
    "dossiers": "dossiers made",
}


class Tier(NamedTuple):
    """What one tier may: `per_minute` None means the usual (`REQUESTS_PER_MINUTE`)."""

    per_minute: int | None
    per_day: Mapping[What, int]


def _day(
    *, rows: int, past_scores: int, trials: int, exports: int, dossiers: int
) -> Mapping[What, int]:
    return {
        "rows": rows,
        "past_scores": past_scores,
        "trials": trials,
        "exports": exports,
        "dossiers": dossiers,
    }


TIERS: Final[Mapping[str, Tier]] = {
    "trial": Tier(60, _day(rows=20_000, past_scores=100, trials=20, exports=5, dossiers=20)),
    "standard": Tier(
        None, _day(rows=500_000, past_scores=5_000, trials=200, exports=50, dossiers=500)
    ),
    "authority": Tier(
        3_000, _day(rows=5_000_000, past_scores=50_000, trials=1_000, exports=500, dossiers=5_000)
    ),
    "device": Tier(60, _day(rows=5_000, past_scores=20, trials=0, exports=0, dossiers=0)),
}
USUAL: Final = "standard"

LIMITED: Final[tuple[What, ...]] = get_args(What)
