"""Flags against stories: for each indicator what it found, missed, and saw where nothing was.

A label is a story and an indicator that should see it; it is found where the indicator flags any
purchase or party of the story. A flag is true where it is about a story that the indicator should
see, is left out of account where it is about something the indicator may see, and is false
otherwise: on a look-alike, or on an honest purchase.

What is not found was either not to be told from what is known, which is honest, or it was called
clear although the scheme is there, which is a defect: missing data must not read as innocence.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from deploy.quality.judging import Judgement
from deploy.quality.scenes import Scene

FLAGGED, CLEAR = "flagged", "clear"
JUDGED = (FLAGGED, CLEAR)

Statuses = Mapping[tuple[str, str], str]
"""What was said of each subject, by its kind and name."""


@dataclass(slots=True)
class Measured:
    """What one indicator came to."""

    code: str
    labels: int = 0
    found: int = 0
    true: int = 0
    innocent: int = 0
    honest: int = 0
    may: int = 0
    flags: int = 0
    judged: int = 0
    missed: set[str] = field(default_factory=set)
    cleared: list[str] = field(default_factory=list)
    look_alikes: set[str] = field(default_factory=set)
    false: list[Judgement] = field(default_factory=list)

    @property
    def recall(self) -> float | None:
        """The share of labels found; None where there is none."""
        return self.found / self.labels if self.labels else None

    @property
    def precision(self) -> float | None:
        """The share of flags that are true, of those that count; None where there is none."""
        counted = self.true + self.innocent + self.honest
        return self.true / counted if counted else None

    @property
    def hit_rate(self) -> float | None:
        """The share of what could be judged that is flagged; None where nothing could be."""
        return self.flags / self.judged if self.judged else None


def measure(
    stories: Iterable[Scene], judged: Iterable[Judgement], expected: Iterable[str] = ()
) -> dict[str, Measured]:
    """Compare every judgement with every story, by indicator.

    One that is `expected` and judged nothing is measured as well: it missed all of its labels.
    """
    made = {code: Measured(code) for code in expected}
    flags: dict[str, list[Judgement]] = defaultdict(list)
    said: dict[str, dict[tuple[str, str], str]] = defaultdict(dict)
    for one in judged:
        measured = made.setdefault(one.indicator, Measured(one.indicator))
        measured.judged += one.status in JUDGED
        said[one.indicator][one.kind, one.subject] = one.status
        if one.status == FLAGGED:
            measured.flags += 1
            flags[one.indicator].append(one)
    told = list(stories)
    for code, measured in made.items():
        _compare(measured, told, flags[code], said[code])
    return made


def _compare(
    measured: Measured, stories: list[Scene], flags: list[Judgement], said: Statuses
) -> None:
    code = measured.code
    guilty = [story for story in stories if code in story.guilty]
    innocent = [story for story in stories if code in story.innocent]
    may = [story for story in stories if code in story.may]
    measured.labels = len(guilty)
    for story in guilty:
        if any(story.holds(flag) for flag in flags):
            measured.found += 1
        else:
            measured.missed.add(story.name)
            if _called_clear(story, said):
                measured.cleared.append(story.name)
    for flag in flags:
        if any(story.holds(flag) for story in guilty):
            measured.true += 1
        elif seen := {story.name for story in innocent if story.holds(flag)}:
            measured.innocent += 1
            measured.look_alikes |= seen
            measured.false.append(flag)
        elif any(story.holds(flag) for story in may):
            measured.may += 1
        else:
            measured.honest += 1
            measured.false.append(flag)


def _called_clear(story: Scene, said: Statuses) -> bool:
    """Tell whether all that is said of where a scheme is to be seen is that there is none."""
    told = [said[subject] for subject in story.seen_at if subject in said]
    return CLEAR in told and all(status == CLEAR for status in told)


class Split(NamedTuple):
    """All labels by what was said of them, as shares: the three add up to one."""

    found: float
    untold: float
    cleared: float


def split(measured: Iterable[Measured]) -> Split:
    """Tell labels found from those that nobody could tell, and from those called clear."""
    several = list(measured)
    labels = sum(one.labels for one in several) or 1
    found = sum(one.found for one in several) / labels
    cleared = sum(len(one.cleared) for one in several) / labels
    return Split(found, 1 - found - cleared, cleared)


def overall(measured: Iterable[Measured]) -> tuple[float, float]:
    """Return recall over all labels, and precision over all flags that count."""
    several = list(measured)
    labels = sum(one.labels for one in several)
    counted = sum(one.true + one.innocent + one.honest for one in several)
    recall = sum(one.found for one in several) / labels if labels else 0.0
    return recall, sum(one.true for one in several) / counted if counted else 0.0
