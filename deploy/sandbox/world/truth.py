"""What was planted, and what merely happened: the labels of the tales, with their indicators."""

from collections.abc import Callable, Iterator

from deploy.sandbox.world.ledger import Ledger
from deploy.sandbox.world.pace import Pace
from deploy.sandbox.world.schemes.codes import codes_of
from deploy.sandbox.world.schemes.scheme import Variant
from deploy.sandbox.world.stories import Stories
from deploy.sandbox.world.tale import Label, Row
from deploy.sandbox.world.workdays import DAY, iso

Known = Callable[[Row], Row]
"""The subject of a label without the ids of what has not happened yet."""


def stories_told(
    ledger: Ledger, stories: Stories, pace: Pace
) -> Iterator[tuple[int, Variant]]:  # fmt: skip
    """Every planted tale that has begun, whether or not anything of it is seen yet."""
    order = 0
    while (number := pace.number_of(order)) < len(ledger):
        variant = stories.opening(number).variant
        assert variant
        yield number, variant
        order += 1


def planted(ledger: Ledger, told: Stories, pace: Pace, now: int, known: Known) -> Iterator[Row]:
    """Rows of what was planted and is seen by now, one for each indicator of a label."""
    for number, variant in stories_told(ledger, told, pace):
        for label in ledger.tale(number).labels:
            if label.at <= now and not label.kind:
                yield from _with_codes(variant, _row(variant, number, label, known))


def happenings(ledger: Ledger, now: int, known: Known) -> Iterator[Row]:
    """Rows of what happened by now that is no scheme, in whatever tale: kind, subject, tale."""
    for number in range(len(ledger)):
        for label in ledger.tale(number).labels:
            if label.kind and label.at <= now:
                yield {"kind": label.kind, "subject": known(label.subject), "tale": number}


def _row(variant: Variant, number: int, label: Label, known: Known) -> Row:
    return {
        "scheme": variant.scheme,
        "subject": known(label.subject),
        "story": variant.story,
        "planted_on": iso(label.at // DAY),
        "tale": number,
    }


def _with_codes(variant: Variant, row: Row) -> Iterator[Row]:
    codes = codes_of(variant.scheme)
    for code in codes.also if variant.innocent else codes.guilty:
        yield {**row, "indicator": code, "innocent": False}
    for code in codes.innocent if variant.innocent else ():
        yield {**row, "indicator": code, "innocent": True}
