"""What is kept from callers who do not read as partners: suppliers named by unproven signs.

The catalogue says of each indicator whether it may name a supplier before a person has looked
(`publication`). Of the others the public reads that there are lines, and what they count together;
whichever lines these are, flagged or clear, so that a gap gives nothing away.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from gateway.documents import ScoreSummary
from gateway.texts import WITHHELD, Notice
from shared.contracts.scores import IndicatorResult, ScoreDocument, Subject
from shared.security import Caller

PARTNER: Final = "scores:partner"
PUBLIC: Final = "public"
NAMED: Final = "supplier"

Short = TypeVar("Short", bound=ScoreSummary)

_FLAGGED: Final = "flagged"
_POINTS_KEPT: Final = 4


class Withheld(Struct, frozen=True):
    """Lines that name the supplier to partners only: with them the lines add up to the points."""

    lines: int
    flagged: int
    counted: float
    expected_points: float
    because: Notice


def sees_all(caller: Caller) -> bool:
    """Say whether a caller reads as a partner, who looks before telling anybody."""
    return PARTNER in caller.scopes


def public_codes(catalogue: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """Name the indicators that may name a supplier in public; one that is unknown may not."""
    return frozenset(c for c, about in catalogue.items() if about.get("publication") == PUBLIC)


def parted(
    score: ScoreDocument, public: Collection[str]
) -> tuple[list[IndicatorResult], Withheld | None]:
    """Part the lines of a score into those that anybody may read and what the others come to."""
    kept = [one for one in score.indicators if not _kept_back(one, score.subject, public)]
    back = [one for one in score.indicators if _kept_back(one, score.subject, public)]
    return kept, _summed(back) if back else None


def shortened(summary: Short, public: Collection[str]) -> Short:
    """Leave the flags out of the short form of a supplier's score that only partners read."""
    kept = [code for code in summary.flagged if code in public]
    return replace(summary, flagged=kept, withheld=len(summary.flagged) - len(kept))


def _kept_back(line: IndicatorResult, subject: Subject, public: Collection[str]) -> bool:
    return (line.context or subject).type == NAMED and line.code not in public


def _summed(lines: Iterable[IndicatorResult]) -> Withheld:
    lines = list(lines)
    return Withheld(
        lines=len(lines),
        flagged=sum(line.status == _FLAGGED for line in lines),
        counted=round(sum(line.counted for line in lines), _POINTS_KEPT),
        expected_points=round(sum(line.expected_points or 0.0 for line in lines), _POINTS_KEPT),
        because=WITHHELD,
    )
