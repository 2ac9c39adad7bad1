"""Days in words."""

from datetime import date

import pytest

from shared.vocabulary.dates import in_words, weekday
from shared.vocabulary.text import Text


@pytest.mark.parametrize(
    ("day", "words", "name"),
    [
        (
            date(2026, 3, 5),
            Text("2026 жылғы 5 наурыз", "5 марта 2026 года", "5 March 2026"),
            Text("бейсенбі", "четверг", "Thursday"),
        ),
        (
            date(2027, 1, 31),
            Text("2027 жылғы 31 қаңтар", "31 января 2027 года", "31 January 2027"),
            Text("жексенбі", "воскресенье", "Sunday"),
        ),
        (
            date(2025, 12, 1),
            Text("2025 жылғы 1 желтоқсан", "1 декабря 2025 года", "1 December 2025"),
            Text("дүйсенбі", "понедельник", "Monday"),
        ),
    ],
)
def test_a_day_is_written_as_a_sentence_names_it(day: date, words: Text, name: Text) -> None:
    assert in_words(day) == words
    assert weekday(day) == name


def test_every_month_has_a_name_of_its_own_in_every_language() -> None:
    days = [in_words(date(2026, month, 1)) for month in range(1, 13)]

    assert len({one.kk for one in days}) == 12
    assert len({one.ru for one in days}) == 12
    assert len({one.en for one in days}) == 12
