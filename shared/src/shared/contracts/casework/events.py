"""Feed "case_events" (cases to gateway): what organisations, or everybody, are told of cases."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class CaseEvent(Struct, frozen=True, omit_defaults=True):
    """Something happened to a case, complaint, outcome or tip.

    `type` is in the gateway's catalogue of events; `data` is thin: ids, states, money. Whoever is
    in `organisations` finds it in their own stream, and everybody if it is `public`. What is told
    of a tip is told to `members` alone, each in a stream of theirs.
    """

    type: str
    at: datetime
    organisations: list[str]
    data: dict[str, Any]
    public: bool = False
    members: list[str] = []
