"""Citations: how a place in an act is written, and how it is told."""

import pytest

from shared.law.citations import acts, cited

PLACES = {
    "106-VIII 29": "Law 106-VIII on public procurement, article 29",
    "106-VIII 16(3)28": (
        "Law 106-VIII on public procurement, article 16, paragraph 3, subparagraph 28"
    ),
    "687 164": "Rules of public procurement, order 687, paragraph 164",
    "687 433-2": "Rules of public procurement, order 687, paragraph 433-2",
    "687 208(3)": "Rules of public procurement, order 687, paragraph 208, subparagraph 3",
    "687 A16": "Rules of public procurement, order 687, annex 16",
    "687 A39-1 3.3": "Rules of public procurement, order 687, annex 39-1, point 3.3",
    "687 KD4": "Rules of public procurement, order 687, bidding documents, annex 4",
    "47-VII 12(2)": (
        "Law 47-VII on procurement of the quasi-state sector, article 12, paragraph 2"
    ),
    "budget 2026-2028": "Law on the republican budget, 2026-2028",
}


@pytest.mark.parametrize("written", PLACES)
def test_a_place_is_told_in_words(written: str) -> None:
    assert cited(written).words() == PLACES[written]
    assert str(cited(written)) == written


@pytest.mark.parametrize("written", ["106-VIII", "687 A", "687 16(", "999-I 3", "106-VIII st. 4"])
def test_what_names_no_place_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=written.split(" ", maxsplit=1)[0]):
        cited(written)


def test_every_act_has_a_title_in_three_languages() -> None:
    titles = [act.title for act in acts().values()]

    assert all(len({title.kk, title.ru, title.en}) == 3 for title in titles)
