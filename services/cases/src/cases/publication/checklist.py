"""The checklist of a publication: one item for each harm, its clock, its disclaimer."""

from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import yaml

from shared.vocabulary.text import Text

YES: Final = "yes"


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


@cache
def checklist() -> Checklist:
    """Return the checklist."""
    text = files("cases.publication").joinpath("checklist.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), Checklist)
