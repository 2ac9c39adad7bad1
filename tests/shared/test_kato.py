"""Places by KATO: subtrees by the prefix of the code, and codes of earlier days."""

from datetime import date

import pytest

from shared.vocabulary import kato

LINEAGES = [
    ("750000000", ("75",)),
    ("751110000", ("75", "7511", "751110")),
    ("751110105", ("75", "7511", "751110", "751110105")),
    ("7511", ("75", "7511")),
    ("632810000", ("10", "6328", "632810")),
    ("631010000", ("63", "6310", "631010")),
    ("191010000", ("33", "1910", "191010")),
    ("351810000", ("62", "3518", "351810")),
    ("511010000", ("79", "51", "5110", "511010")),
    ("512610000", ("61", "51", "5126", "512610")),
    ("990000000", ("99",)),
    ("75111000", ()),
    ("", ()),
    ("७५", ()),
]


def test_a_place_is_found_under_everything_it_lies_in_today() -> None:
    assert {code: kato.lineage(code) for code, _ in LINEAGES} == dict(LINEAGES)


def test_a_place_is_found_by_the_code_of_earlier_days_but_not_in_the_region_it_left() -> None:
    assert kato.under(["103635100"], ["634235100"]) == [
        "10", "1036", "103635", "103635100", "6342", "634235", "634235100"
    ]  # fmt: skip
    assert kato.under(["620000000"], ["350000000"]) == ["62"]


@pytest.mark.parametrize(
    ("code", "wanted"),
    [("75", "75"), ("750000000", "75"), ("751110000", "751110"), ("511610000", "511610"),
     ("51", "51"), ("99", None), ("7", None), ("абвг", None)],
)  # fmt: skip
def test_a_question_for_a_place_asks_for_the_beginning_of_its_code(
    code: str, wanted: str | None
) -> None:
    assert kato.subtree(code) == wanted


def test_there_are_twenty_regions_named_in_three_languages() -> None:
    assert len(kato.regions()) == 20
    assert kato.regions()["62"].kk == "Ұлытау облысы"
    assert all(name.kk and name.ru and name.en for name in kato.regions().values())


def test_codes_out_of_use_say_since_when_and_lead_to_a_region_of_today() -> None:
    assert {row.region for row in kato.moved()} <= kato.regions().keys()
    assert {row.until for row in kato.moved()} == {date(2018, 6, 19), date(2022, 6, 8)}
    assert kato.region_of("990000000") is None
