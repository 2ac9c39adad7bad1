import pytest

from ingestor.lines import filled_lines
from ingestor.runs import Ending, ending
from ingestor.source import declarations, slug, source_id_of_file
from shared.contracts.sources import BlindSpot, Words


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("/data/armenia.jsonl.gz", "armenia"),
        ("mexico-grupo-aeroportuario.jsonl.gz", "mexico-grupo-aeroportuario"),
        ("Armenia 2018.JSON", "armenia-2018"),
        ("../../закупки_2026.json", "закупки-2026"),
        ("dump", "dump"),
        ("-", "stdin"),
    ],
)
def test_a_file_names_its_source_the_same_way_every_time(name: str, wanted: str) -> None:
    assert source_id_of_file(name) == wanted


def test_a_name_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(ValueError, match="--source"):
        slug("…///")


def test_every_declaration_speaks_three_languages_and_says_what_is_lacking() -> None:
    declared = declarations()

    assert "ocds_file" in declared
    for kind in declared.values():
        texts = [kind.title, kind.why, *(lack.because for lack in kind.lacks)]
        spots = [text for spot in kind.blind_spots for text in (spot.text, *why(spot))]
        assert all(text.kk and text.ru and text.en for text in spots)
        assert all(text.kk and text.ru and text.en for text in texts)
        assert all(len({text.kk, text.ru, text.en}) == 3 for text in texts)


def why(spot: BlindSpot) -> tuple[Words, Words]:
    """Why something is kept off a source, and by which rule."""
    return spot.reason, spot.article


def test_what_the_law_keeps_off_the_portal_is_declared_with_its_article() -> None:
    spots = {spot.code: spot for spot in declarations()["goszakup"].blind_spots}

    kept_off = {code for code, spot in spots.items() if spot.extent == "never"}
    assert kept_off == {
        *(f"KZ-16-3-{ground}" for ground in (6, 12, 21, 22, 24)),
        *("KZ-26", "KZ-SK-FARMACIA", "KZ-QUASI-STATE"),
    }
    assert spots.keys() - kept_off == {"KZ-16-3-3", "KZ-16-3-OFF-PORTAL"}
    assert (
        spots["KZ-16-3-21"].article.en
        == "Articles 16(3)21 and 8(3) of the Law on Public Procurement"
    )
    assert {spot.valid_from for spot in spots.values()} == {"2025-01-01"}


def test_only_lines_that_hold_something_are_counted_wherever_the_chunks_end() -> None:
    assert filled_lines([b"a\n\nb", b"\n  \n", b"c"]) == 3
    assert filled_lines([b"a\nb\n"]) == 2
    assert filled_lines([]) == 0


def test_a_run_ends_complete_only_if_all_that_was_announced_arrived_whole() -> None:
    assert ending(None, 5, usable=5, broken=None) == Ending("complete", None, 5)
    assert ending(5, 5, usable=1, broken=None) == Ending("complete", None, 5)
    assert ending(6, 5, usable=5, broken=None) == Ending("incomplete", "Only 5 of 6 arrived", 6)
    assert ending(None, 5, usable=4, broken="cut") == Ending("incomplete", "cut", None)
    assert ending(None, 5, usable=0, broken=None).status == "failed"
