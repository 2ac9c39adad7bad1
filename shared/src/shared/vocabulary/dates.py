"""Days in words for people: "26 March 2026" and "Thursday", in the three languages.

Kazakh and Russian months are written as they stand in a date; no word takes an ending here.
"""

from datetime import date
from functools import lru_cache
from typing import Final

from shared.vocabulary.text import Text

_MONTHS: Final = {
    "kk": "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "en": "January February March April May June July August September October November December",
}
_WEEKDAYS: Final = {
    "kk": "дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі",
    "ru": "понедельник вторник среда четверг пятница суббота воскресенье",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}


@lru_cache(maxsize=8192)
def in_words(day: date) -> Text:
    """Write a day as a sentence names it.

    >>> in_words(date(2026, 3, 5))
    Text(kk='2026 жылғы 5 наурыз', ru='5 марта 2026 года', en='5 March 2026')
    """
    month = {language: names.split()[day.month - 1] for language, names in _MONTHS.items()}
    return Text(
        kk=f"{day.year} жылғы {day.day} {month['kk']}",
        ru=f"{day.day} {month['ru']} {day.year} года",
        en=f"{day.day} {month['en']} {day.year}",
    )


@lru_cache(maxsize=8192)
def weekday(day: date) -> Text:
    """Name the day of the week."""
    return Text(**{language: names.split()[day.weekday()] for language, names in _WEEKDAYS.items()})
