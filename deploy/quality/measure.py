"""Flags against stories: for each indicator what it found, missed, and saw where nothing was.

A label is a story and an indicator that should see it; it is found where the indicator flags any
purchase or party of the story. A flag is true where it is about a story that the indicator should
see, is left out of account where it is about something the indicator may see, and is false
otherwise: on a look-alike, or on an honest purchase.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from deploy.quality.judging import Judgement
from deploy.quality.scenes import Scene

JUDGED = ("flagged", "clear")


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
    for one in judged:
        measured = made.setdefault(one.indicator, Measured(one.indicator))
        measured.judged += one.status in JUDGED
        if one.status == "flagged":
            measured.flags += 1
            flags[one.indicator].append(one)
    told = list(stories)
    for code, measured in made.items():
        _compare(measured, told, flags[code])
    return made


def _compare(measured: Measured, stories: list[Scene], flags: list[Judgement]) -> None:
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


def overall(measured: Iterable[Measured]) -> tuple[float, float]:
    """Return recall over all labels, and precision over all flags that count."""
    several = list(measured)
    labels = sum(one.labels for one in several)
    counted = sum(one.true + one.innocent + one.honest for one in several)
    recall = sum(one.found for one in several) / labels if labels else 0.0
    return recall, sum(one.true for one in several) / counted if counted else 0.0
