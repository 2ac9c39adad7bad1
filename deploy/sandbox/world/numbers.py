"""Numbers, phones and words that belong to nobody.

The one place that says why no number here was ever issued. A BIN has the right check digit, but a
registration year between 1960 and 1979, when nobody registered companies in Kazakhstan and which
has not come round again (the sign of `deploy.sandbox.names` too). An IIN has 7 or 8 where the
century of birth stands, which no issued number has. A phone has the area code 000.
"""

from random import Random

from deploy.sandbox.names import check_digit, word

BIN_YEARS = 20
BINS = 25_000 * 12 * BIN_YEARS
"""How many BINs there are to give away."""

RUSSIAN = str.maketrans("ӘҒҚҢӨҰҮҺІәғқңөұүһі", "АГКНОУУХИагкноуухи")
GIVEN = ("Асқа", "Бола", "Дар", "Ержа", "Зере", "Құра", "Мера", "Нұра", "Сама", "Тұма")
GIVEN_ENDS = ("рбек", "нтай", "лжан", "мгүл", "шна", "тхан")


def _checked(stem: str, serials: range) -> str:
    for serial in serials:
        digits = stem.format(serial)
        check = check_digit(digits)
        if check is not None:
            return f"{digits}{check}"
    raise ValueError(f"No serial of {stem} has a check digit")


def bin_number(index: int) -> str:
    """The index-th BIN: year 60-79, month, resident legal entity, serial, check digit."""
    year, rest = index % BIN_YEARS, index // BIN_YEARS
    month, serial = rest % 12 + 1, rest // 12 % 25_000 * 4
    return _checked(f"{60 + year}{month:02}40{{:05}}", range(serial, serial + 4))


def iin_number(rng: Random) -> str:
    """An IIN of somebody born in no century."""
    born = f"{rng.randint(60, 99)}{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
    serial = rng.randrange(0, 9_990)
    return _checked(f"{born}{rng.choice('78')}{{:04}}", range(serial, serial + 9))


def phone(rng: Random) -> str:
    """A phone of an area that does not exist."""
    return f"+7000{rng.randrange(10**7):07}"


def name(rng: Random) -> tuple[str, str]:
    """A word that means nothing, in Kazakh and in Russian letters."""
    kazakh = word(rng)
    return kazakh, kazakh.translate(RUSSIAN)


def person(rng: Random) -> str:
    """A person's surname and given name, of nobody."""
    surname = word(rng).translate(RUSSIAN)
    given = (rng.choice(GIVEN) + rng.choice(GIVEN_ENDS)).translate(RUSSIAN)
    return f"{surname}ов {given}".upper()
