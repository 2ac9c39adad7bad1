"""What an alert says of how a purchase is bought."""

from dataclasses import replace
from datetime import date
from typing import Final

import pytest

from scoring.alerts import Progress
from scoring.purchases import Purchase

PLAIN: Final = Purchase(
    pid=1,
    id="prc_1",
    source="sandbox",
    ocid="ocds-1",
    seq=1,
    origin="live",
    date=None,
    value=None,
    progress=Progress("complete", None, 1, 0, 0),
    parties=(),
    began_on=date(2026, 3, 2),
)


@pytest.mark.parametrize(
    ("code", "name", "method"),
    [
        (2, None, "competition"),
        (2, "Запрос ценовых предложений", "competition"),
        (None, "Запрос ценовых предложений", "quotations"),
        (None, "Открытый конкурс", "competition"),
        (None, "Open tender", None),
        (None, None, None),
        (999, None, None),
    ],
)
def test_the_method_is_that_of_the_portals_code_else_of_its_name(
    code: int | None, name: str | None, method: str | None
) -> None:
    assert replace(PLAIN, method_code=code, method_details=name).method() == method


def test_a_method_that_the_law_has_no_more_or_of_an_unknown_day_is_not_told() -> None:
    two_stage = replace(PLAIN, method_code=22)

    assert two_stage.method() is None
    assert replace(two_stage, began_on=date(2024, 6, 3)).method() == "two_stage"
    assert replace(PLAIN, method_code=2, began_on=None).method() is None
