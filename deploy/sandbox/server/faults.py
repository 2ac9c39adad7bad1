"""What can go wrong on demand: which faults there are, and which of them meets a request.

    POST /sandbox/faults [{"kind": "server_error", "root": "Lots", "share": 0.3, "seed": 7}]

A fault meets the requests that ask for its root (GraphQL or REST) or whose address begins with its
path; without both, all. It lets the first `skip` of them pass, then meets a `share`, at most
`times` of them. A new list replaces the old one; an empty list heals everything.
"""

import random
from collections.abc import Collection, Hashable, Iterable
from typing import Any, Final, Literal

from msgspec import Struct, field

Kind = Literal[
    "rate_limited",
    "server_error",
    "stall",
    "drip",
    "truncated",
    "cut_off",
    "html",
    "reset",
    "redirect",
    "huge",
    "bomb",
    "expired_token",
    "repeated_page",
    "reversed_page",
    "shifting",
    "new_field",
    "vanished_field",
    "changed_type",
    "changed_value",
    "clock_off",
    "lost_rows",
]
"""How an answer goes wrong.

`stall` waits `seconds` and then answers; `drip` sends a byte every `seconds`; `truncated` is JSON
cut in the middle and `cut_off` a connection closed before its announced length; `huge` and `bomb`
are `size` bytes of blanks, plain and packed; `repeated_page` gives one page again and again;
`shifting` lets `minutes` pass before each answer, so that new ids appear above the cursor. The
field faults change `field` of rows of `root` (in GraphQL a new field cannot be seen, and one that
vanished is refused by name); `clock_off` moves every date by `hours`; of a file of a register, and
of a page, `lost_rows` leaves every second row out.
"""

SPOILING: Final = frozenset(
    {
        "reversed_page",
        "new_field",
        "vanished_field",
        "changed_type",
        "changed_value",
        "clock_off",
        "lost_rows",
    }
)
"""Faults in what an answer says."""

CARRYING: Final = frozenset({"truncated", "cut_off", "drip"})
"""Faults in how an answer is carried."""


class Fault(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One fault as it is asked for."""

    kind: Kind
    path: str = ""
    root: str = ""
    times: int | None = None
    share: float = 1.0
    skip: int = 0
    seed: int = 0
    status: int | None = None
    retry_after: int | None = 7
    seconds: float = 30.0
    size: int = 2 * 1024**3
    minutes: float = 10.0
    hours: float = 3.0
    to: str = "http://127.0.0.1:1/"
    field: str = ""
    value: Any = None


class Active(Struct):
    """A fault in force: how many requests it saw and met."""

    fault: Fault
    seen: int = 0
    met: int = 0
    draw: random.Random = field(default_factory=random.Random)

    def meets(self, path: str, roots: Collection[str]) -> bool:
        """Decide over one request."""
        fault = self.fault
        if not path.startswith(fault.path) or (fault.root and fault.root not in roots):
            return False
        self.seen += 1
        if self.seen <= fault.skip or (fault.times is not None and self.met >= fault.times):
            return False
        if fault.share < 1.0 and self.draw.random() >= fault.share:
            return False
        self.met += 1
        return True


class Troubles:
    """All faults in force."""

    def __init__(self) -> None:
        self._active: list[Active] = []
        self._pinned: dict[Hashable, Any] = {}

    def replace(self, faults: Iterable[Fault]) -> None:
        """Put these faults in force and no others."""
        self._pinned.clear()
        self._active = [
            Active(fault, draw=random.Random(fault.seed))  # noqa: S311 (the same faults for a seed)
            for fault in faults
        ]

    def meeting(self, path: str, roots: Collection[str]) -> list[Fault]:
        """The faults that meet a request."""
        return [one.fault for one in self._active if one.meets(path, roots)]

    def pin(self, question: Hashable, place: Any) -> Any:
        """The place in a list that a repeated page goes back to; the first page is not repeated."""
        return place if place is None else self._pinned.setdefault(question, place)

    def report(self) -> list[dict[str, Any]]:
        """The faults with how many requests each saw and met."""
        return [{"fault": one.fault, "seen": one.seen, "met": one.met} for one in self._active]


def of_kind(faults: Iterable[Fault], kinds: Collection[str]) -> list[Fault]:
    """Those of some kinds."""
    return [fault for fault in faults if fault.kind in kinds]
