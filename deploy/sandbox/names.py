"""Names and numbers of organisations that exist nowhere.

Names are put together from invented syllables. A BIN has the right check digit, but a
registration year between 1960 and 1979, when nobody registered companies in Kazakhstan (and
which has not come round again), so that no number here was ever issued.
"""

from random import Random

ONSETS = ("Ақ", "Қыр", "Тұз", "Бел", "Зер", "Мой", "Сар", "Өрт", "Ерк", "Жал", "Нұр", "Кең")
MIDDLES = ("ма", "ту", "бе", "қо", "ры", "ша", "ле", "дым", "ғұ", "ни", "сей", "жо")
ENDINGS = ("рай", "лық", "тан", "дал", "мер", "құт", "сыр", "вен", "бас", "ұлт", "кей", "лан")

BUYER_KINDS = (
    "ГУ «Отдел образования {} района»",
    "ГКП на ПХВ «{} многопрофильная больница»",
    "КГУ «Управление дорог города {}»",
    "ГУ «Аппарат акима {} сельского округа»",
    "«{} ауданының жұмыспен қамту бөлімі» ММ",
)
SUPPLIER_KINDS = ("ТОО «{}»", "ТОО «{} Group»", "«{}» ЖШС", "ТОО «Компания {}»", "ТОО «{} Құрылыс»")

FIRST_WEIGHTS = tuple(range(1, 12))
SECOND_WEIGHTS = (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)


def word(rng: Random) -> str:
    """Make a name-like word that means nothing."""
    return rng.choice(ONSETS) + rng.choice(MIDDLES) + rng.choice(MIDDLES) + rng.choice(ENDINGS)


def check_digit(digits: str) -> int | None:
    """Compute the twelfth digit; None where the rule gives none (such are never issued)."""
    for weights in (FIRST_WEIGHTS, SECOND_WEIGHTS):
        remainder = sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11
        if remainder < 10:  # noqa: PLR2004 (ten has no single digit: the second weights decide)
            return remainder
    return None


def invented_bin(rng: Random, number: int) -> str:
    """Make the `number`-th BIN: year 60-79, month, resident legal entity, serial, check digit."""
    while True:
        year = 60 + number // 99_999 % 20
        digits = f"{year}{rng.randint(1, 12):02}40{number % 99_999 + 1:05}"
        if (check := check_digit(digits)) is not None:
            return f"{digits}{check}"
