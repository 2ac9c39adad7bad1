"""Texts in languages as files declare them: whole, in each language, and nothing beside them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from shared.vocabulary.text import LANGUAGES

ROOT: Final = Path(__file__).parents[2]
WRITTEN: Final = sorted(
    path
    for folder in ("services", "deploy", "shared")
    for path in (ROOT / folder).rglob("*.y*ml")
    if not any(part.startswith((".", "node_modules")) for part in path.relative_to(ROOT).parts)
)


def cut_texts(node: Any, place: str = "") -> Iterator[str]:
    """Name the maps of texts that hold something beside their languages, or no text.

    What stands after an unquoted comma of a flow map is a key without a value.
    """
    if isinstance(node, dict):
        texts = [value for key, value in node.items() if key in LANGUAGES]
        if texts and not all(isinstance(value, dict) for value in texts):
            beside = [key for key in node if key not in LANGUAGES]
            empty = [key for key, value in node.items() if value is None]
            yield from (f"{place}: {each}" for each in dict.fromkeys([*beside, *empty]))
        for key, value in node.items():
            yield from cut_texts(value, f"{place}/{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from cut_texts(value, f"{place}/{number}")


def test_the_files_are_found() -> None:
    assert len(WRITTEN) > 200


@pytest.mark.parametrize("path", WRITTEN, ids=lambda each: str(each.relative_to(ROOT)))
def test_no_text_in_languages_is_cut_by_a_comma(path: Path) -> None:
    try:
        written = list(yaml.load_all(path.read_text("utf-8"), Loader=yaml.CSafeLoader))
    except yaml.constructor.ConstructorError:
        pytest.skip("has tags of another tool")

    assert [each for one in written for each in cut_texts(one)] == []


def test_a_text_that_a_comma_cut_is_seen() -> None:
    cut = yaml.safe_load("title: {kk: Белгі, ru: Отметить, что не принято, en: Sign}")
    empty = yaml.safe_load("title: {kk: Белгі, ru: , en: Sign}")

    assert list(cut_texts(cut)) == ["/title: что не принято"]
    assert list(cut_texts(empty)) == ["/title: ru"]
