"""What an outcome cannot say: an amount that its kind has not, and a day that cannot have been."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec
import yaml

from shared.contracts.casework.outcomes import AmountKind
from shared.errors import FieldError

EARLIEST: Final = date(2000, 1, 1)
"""No purchase that is watched is older, and what came of one is no older than it."""


def senseless(told: Mapping[str, Any], today: date) -> Iterator[FieldError]:
    """Return what of an outcome (or of what is told anew of it) cannot be so."""
    if (told["amount"] is None) != (told["amount_kind"] is None):
        missing = "amount" if told["amount"] is None else "amount_kind"
        yield FieldError(f"/body/{missing}", "missing", "an amount and its kind go together")
    possible = amounts()[told["kind"]]
    if told["amount_kind"] is not None and told["amount_kind"] not in possible:
        said = f"of {told['kind']} an amount is {' or '.join(possible) or 'not told'}"
        yield FieldError("/body/amount_kind", "not_of_this_kind", said)
    if (said_of_day := out_of_time(told["happened_on"], today)) is not None:
        yield FieldError("/body/happened_on", "out_of_time", said_of_day)


def out_of_time(day: date | None, today: date) -> str | None:
    """Say what is wrong with a day on which something is said to have been done; None: nothing."""
    if day is None or EARLIEST <= day <= today:
        return None
    return f"lies between {EARLIEST} and today, {today}"


@cache
def amounts() -> Mapping[str, list[AmountKind]]:
    """Return what an amount can be, by kind of outcome."""
    text = (files("cases.outcomes") / "amounts.yaml").read_text("utf-8")
    return msgspec.convert(yaml.safe_load(text), dict[str, list[AmountKind]])
