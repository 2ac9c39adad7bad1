"""The checklist of a publication: one item for each harm, its clock, its disclaimer."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import yaml

from shared.vocabulary.text import Text

YES: Final = "yes"
SUMS: Final = "sums_checked"
"""The item on sums that the case does not know: its answer keeps which they were."""


SEEN: Final = "sums"


class Checklist(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is asked before a case is made public, and how long its parties have for a reply."""

    reply_hours: int
    longest_text: int
    disclaimer: Text
    items: dict[str, Text]

    @property
    def term(self) -> timedelta:
        """How long a named party has for its reply before the text may be published."""
        return timedelta(hours=self.reply_hours)

    def complete(self, answers: Mapping[str, Mapping[str, Any]]) -> bool:
        """Say whether every item was answered with yes."""
        return all(answers.get(code, {}).get("answer") == YES for code in self.items)


def sums_checked(
    answers: Mapping[str, Mapping[str, Any]], unknown: Sequence[str], writers: Sequence[str]
) -> bool:
    """Say whether somebody who did not write the text has checked each sum the case lacks."""
    if not unknown:
        return True
    given = answers.get(SUMS, {})
    by_another = given.get("member") not in {None, *writers}
    return given.get("answer") == YES and by_another and {*unknown} <= {*given.get(SEEN, ())}


@cache
def checklist() -> Checklist:
    """Return the checklist."""
    text = files("cases.publication").joinpath("checklist.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), Checklist)
