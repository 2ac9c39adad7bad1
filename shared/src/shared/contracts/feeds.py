"""Which facts travel between the services: one feed each, who publishes it and who reads it.

A *state* feed holds the present state: a changed row moves to a new place, a deletion leaves a
tombstone. An *event* feed holds what happened: nothing in it changes, and its numbers have no gaps.
"""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["state", "event"]


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed. `consumers` are the queues that are rung when something was published.

    A feed without consumers is there for whoever asks.
    """

    name: str
    kind: Kind
    key: str
    producer: str
    consumers: tuple[str, ...]


_DECLARED: Final = (
    Feed("releases", "state", "process id", "ingestor", ("scoring", "gateway")),
    Feed("plans", "state", "process id of a plan point", "ingestor", ("scoring", "gateway")),
    Feed("sources", "state", "source id", "ingestor", ("gateway",)),
    Feed("registers", "state", "entry, or stretch of coverage", "ingestor", ("scoring", "gateway")),
    Feed("scores", "state", "subject type/id", "scoring", ("gateway",)),
    Feed("alerts", "event", "alert id", "scoring", ("gateway", "cases")),
    Feed("drafts", "event", "step of a draft, or back-test", "scoring", ("gateway",)),
    Feed(
        "case_events", "event", "event of a case, complaint, outcome or tip", "cases", ("gateway",)
    ),
    Feed("triage", "event", "what people found of a flag", "cases", ()),
    Feed("catalogue", "state", "indicator code", "scoring", ("gateway",)),
    Feed("statistics", "state", "tile id", "scoring", ("gateway", "cases")),
    Feed("profiles", "state", "subject type/id", "scoring", ("gateway",)),
)

FEEDS: Final = {feed.name: feed for feed in _DECLARED}
"""Every feed by its name."""
